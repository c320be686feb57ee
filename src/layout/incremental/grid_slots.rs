//! Grid slots of the nodes without edges, so that each keeps its slot as long as it exists.

use crate::layout::graph::Key;
use std::collections::BTreeMap;

/// Slots of the nodes in a grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridSlots {
    /// Number of slots in each row of the grid; 0 while there is no grid.
    pub columns: usize,
    /// Slot of each node, counted row by row.
    pub slot_of: BTreeMap<Key, usize>,
}
