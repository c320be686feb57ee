//! Ordering: chooses the order of the vertices within each layer, so that few lines cross.

pub(super) mod adjacency;
pub(super) mod crossings;
pub(super) mod local_search;
pub(super) mod sweeps;
