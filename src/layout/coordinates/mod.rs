//! Coordinates: gives vertices their rows and layers their columns, and converts the layered graph to
//! terminal cells.

pub(super) mod cell_layout;
pub(super) mod isolated_nodes;
pub(super) mod row_assignment;
pub(super) mod straighten;
