//! Relayout: decides when the map requests a layout. It remembers earlier layouts to keep nodes in place.

pub(super) mod graph_size;
pub(super) mod layout_candidates;
pub(super) mod layout_memory;
pub(super) mod layout_results;
pub(super) mod layout_scheduler;
pub(super) mod rebuild;
pub(super) mod relayout_policy;
