//! Finished layout of a flat subgraph, and its seed: what the next layout of the subgraph keeps.
use super::{geometry::Point, graph::Key, quality::Quality, routing::channel_cache::CachedChannel};
use std::{collections::BTreeMap, sync::Arc};

/// Finished layout of a subgraph. Its upper left corner is (0, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubgraphLayout {
    /// Upper left corner of every node.
    pub positions: Vec<Point>,
    /// Path of every link, from the cell right of its start to the cell left of its target. Paths of ports
    /// include the port.
    pub paths: Vec<Vec<Point>>,
    /// Width and height in cells.
    pub size: (i32, i32),
    /// Metrics of this layout: crossings, back edges and doglegs.
    pub quality: Quality,
    /// Seed for the next layout of this subgraph.
    pub seed: SubgraphSeed,
}

/// Memory of a subgraph's layout for its next one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubgraphSeed {
    /// Rank of each box.
    pub ranks: BTreeMap<Key, i32>,
    /// Row of each node.
    pub rows: BTreeMap<Key, i32>,
    /// Row of each dummy vertex, by target, direction (true if backward) and layer.
    pub dummy_rows: BTreeMap<(Key, bool, i32), i32>,
    /// Width of each layer, in columns.
    pub layer_widths: Vec<i32>,
    /// Width of the gap left of each layer and of the one right of the last, in columns.
    pub gap_widths: Vec<i32>,
    /// Routed channel of each gap.
    pub channels: Vec<Arc<CachedChannel>>,
    /// Grid slots of the nodes without edges.
    pub isolated_slots: GridSlots,
    /// Pairs of linked nodes, sorted.
    pub linked_keys: Vec<(Key, Key)>,
}

/// Slots of the nodes in a grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridSlots {
    /// Number of slots in each row of the grid; 0 while there is no grid.
    pub columns: usize,
    /// Slot of each node, counted row by row.
    pub slot_of: BTreeMap<Key, usize>,
}
