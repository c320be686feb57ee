//! Finished layout of a flat subgraph, and its seed, from which the next layout starts.
use super::{geometry::Point, graph::Key, quality::Quality, routing::channel_cache::CachedChannel};
use std::{collections::BTreeMap, sync::Arc};

/// Finished layout of a subgraph. Its upper left corner is (0, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubgraphLayout {
    /// Upper left corner of every node, in the order of [`super::subgraph::Subgraph::nodes`].
    pub positions: Vec<Point>,
    /// Path of every link, from the cell right of its start to the cell left of its target. At a port, the
    /// path includes the port's cell.
    pub paths: Vec<Vec<Point>>,
    /// Width and height in cells.
    pub size: (i32, i32),
    /// Metrics of this layout: crossings, back edges and doglegs.
    pub quality: Quality,
    /// Seed for the next layout of this subgraph.
    pub seed: SubgraphSeed,
}

/// Ranks, rows, widths and channels of a subgraph's layout. The next layout starts from them, so that little
/// moves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubgraphSeed {
    /// Rank of each box, which is its layer without the layer of entry ports.
    pub ranks: BTreeMap<Key, i32>,
    /// Uppermost row of each node.
    pub rows: BTreeMap<Key, i32>,
    /// Row of each dummy vertex, by target, direction (true if backward) and layer.
    pub dummy_rows: BTreeMap<(Key, bool, i32), i32>,
    /// Width of each layer, in columns.
    pub layer_widths: Vec<i32>,
    /// Width of the gap left of each layer, and of the gap right of the last layer, in columns.
    pub gap_widths: Vec<i32>,
    /// Routed channel of each gap, from left to right.
    pub channels: Vec<Arc<CachedChannel>>,
    /// Grid slots of the nodes without edges.
    pub isolated_slots: GridSlots,
    /// Pairs (caller, target) of linked nodes, sorted, to recognise new links.
    pub linked_keys: Vec<(Key, Key)>,
}

/// Places of the isolated nodes in their grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridSlots {
    /// Number of slots in each row of the grid; 0 while there is no grid.
    pub columns: usize,
    /// Slot of each node, counted row by row.
    pub slot_of: BTreeMap<Key, usize>,
}
