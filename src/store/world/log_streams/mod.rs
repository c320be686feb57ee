//! Log streams of services: streams to read, streams of expired tasks, silent or missing streams, and failed
//! connections that the lines report.

pub(super) mod expired_streams;
pub(super) mod log_connections;
pub(super) mod log_targets;
pub(super) mod stream_health;
