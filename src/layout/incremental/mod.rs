//! Stability from one layout to the next: a cache of earlier layouts, and placeholders that keep the places
//! of removed nodes.

pub(super) mod layout_cache;
pub(super) mod placeholders;
