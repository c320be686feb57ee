//! Coordinates: gives vertices their rows, layers their columns, and turns a layered graph into cells.

pub(super) mod cell_layout;
pub(super) mod isolated_nodes;
pub(super) mod row_assignment;
pub(super) mod straighten;
