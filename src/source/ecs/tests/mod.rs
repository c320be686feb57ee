//! Tests of the whole ECS source, over recorded AWS responses.

mod broken_calls;
pub(super) mod call_paths;
pub(super) mod recorded_region;
