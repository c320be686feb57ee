//! From a declared project to a snapshot: endpoints and references of each service, and the snapshot that is reused until a file changes.

pub(super) mod build_snapshot;
pub(super) mod endpoints;
pub(super) mod references;
pub(super) mod snapshot_cache;
