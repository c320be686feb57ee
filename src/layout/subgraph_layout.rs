//! The finished layout of a flat subgraph, and the seed from which its next layout starts.
use super::{geometry::Point, graph::Key, quality::Quality, routing::channel_cache::CachedChannel};
use std::{collections::BTreeMap, sync::Arc};

/// The finished layout of a subgraph. Its upper left corner is (0, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubgraphLayout {
    /// Upper left corner of each node, in the order of [`super::subgraph::Subgraph::nodes`].
    pub positions: Vec<Point>,
    /// Path of each link, from the cell right of its start to the cell left of its target. If an end is a
    /// port, the path includes the cell of the port.
    pub paths: Vec<Vec<Point>>,
    /// Width and height in cells.
    pub size: (i32, i32),
    /// Quality metrics of this layout: crossings, back edges and doglegs.
    pub quality: Quality,
    /// Seed for the next layout of this subgraph.
    pub seed: SubgraphSeed,
}

/// Ranks, rows, widths and channels in a subgraph's layout. The next layout starts from them, so that little
/// moves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubgraphSeed {
    /// Rank of each box: the number of its layer, not counting the layer of entry ports.
    pub ranks: BTreeMap<Key, i32>,
    /// Top row of each node.
    pub rows: BTreeMap<Key, i32>,
    /// Row of each dummy vertex, by target, direction (true if backward) and layer.
    pub dummy_rows: BTreeMap<(Key, bool, i32), i32>,
    /// Width of each layer, in columns.
    pub layer_widths: Vec<i32>,
    /// Width of the gap to the left of each layer, and of the gap to the right of the last layer, in columns.
    pub gap_widths: Vec<i32>,
    /// Routing of the channel in each gap, from left to right.
    pub channels: Vec<Arc<CachedChannel>>,
    /// Grid slots of the isolated nodes, which have no edges.
    pub isolated_slots: GridSlots,
    /// Sorted pairs (caller, callee) of linked nodes. The next layout recognises new links by them.
    pub linked_keys: Vec<(Key, Key)>,
}

/// The places of the isolated nodes in their grid, which the next layout keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridSlots {
    /// Number of slots in each row of the grid; 0 while there is no grid.
    pub columns: usize,
    /// Slot of each node, counted row by row.
    pub slot_of: BTreeMap<Key, usize>,
}
