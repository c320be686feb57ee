//! Tests of the whole ECS source, over recorded AWS responses.

pub(super) mod call_paths;
pub(super) mod recorded_region;
