//! Relayout: decides when the map computes a new layout, and remembers earlier layouts so that nodes keep
//! their places.

pub(super) mod graph_size;
pub(super) mod layout_candidates;
pub(super) mod layout_memory;
pub(super) mod layout_results;
pub(super) mod layout_scheduler;
pub(super) mod rebuild;
pub(super) mod relayout_policy;
