//! Source, region and time of a snapshot, which the decoders of all its parts need.

use crate::model::{SourceId, Timestamp};

/// Source, region and time of the snapshot that is being decoded.
#[derive(Clone, Debug)]
pub(crate) struct SnapshotContext {
    /// Id of the source.
    pub source: SourceId,
    /// AWS region of the source.
    pub region: String,
    /// Time of the poll, UTC.
    pub now: Timestamp,
}
