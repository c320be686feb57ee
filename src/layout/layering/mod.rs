//! Layering: breaks cycles, gives every node a rank, and divides long edges by dummy vertices.

pub(super) mod back_edges;
pub(super) mod components;
pub(super) mod cycle_removal;
pub(super) mod layered_graph;
pub(super) mod rank_input;
pub(super) mod ranks;
pub(super) mod simplex;
