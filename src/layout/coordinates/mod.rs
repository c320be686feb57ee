//! Coordinates: assigns rows to vertices and columns to layers, and converts a layered graph to terminal
//! cells.

pub(super) mod cell_layout;
pub(super) mod isolated_nodes;
pub(super) mod row_assignment;
pub(super) mod straighten;
