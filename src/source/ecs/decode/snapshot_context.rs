//! Context of a snapshot (its source, region and time), which all its decoders share.

use crate::model::{SourceId, Timestamp};

/// Source, region and time of a snapshot, for all its decoders.
#[derive(Clone, Debug)]
pub(crate) struct SnapshotContext {
    /// Id of the source.
    pub source: SourceId,
    /// AWS region of the source.
    pub region: String,
    /// Time of the poll, UTC.
    pub now: Timestamp,
}
