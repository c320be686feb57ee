//! Conversion of a declared project to a snapshot, with the endpoints and references of each service. The
//! snapshot is cached until a file changes.

pub(super) mod build_snapshot;
pub(super) mod endpoints;
pub(super) mod references;
pub(super) mod snapshot_cache;
