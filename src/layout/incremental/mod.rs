//! Stability: a cache of earlier layouts and placeholders for removed nodes, so that an unchanged part does not move.

pub(super) mod layout_cache;
pub(super) mod placeholders;
