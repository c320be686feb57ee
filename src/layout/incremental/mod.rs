//! Stability from one layout to the next: a cache of earlier layouts, and placeholders for removed nodes.

pub(super) mod layout_cache;
pub(super) mod placeholders;
