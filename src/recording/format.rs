//! Recording format: JSON lines. The first line is a header, and each further line holds the changes at one
//! moment.

use crate::model::{
    ConnectionKey, Event, LoadBalancer, LogBatch, MonitoredService, ObservedConnection, Service, ServiceId,
    Snapshot, SnapshotDelta, SourceId, Timestamp, UnreadPart,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Name and version of the recording format that Portolan writes and reads.
pub const RECORDING_SCHEMA: &str = "portolan.recording/1";

/// Estimated memory of an empty frame, in bytes (measured: 350).
const FRAME_BYTES: usize = 400;
/// Estimated memory of an event beside its text, in bytes (measured: 600).
const EVENT_BYTES: usize = 600;
/// Estimated memory of a log line, service or connection beside its text, in bytes.
const ENTRY_BYTES: usize = 300;

/// Header, which is the first line of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Name and version of the format, `RECORDING_SCHEMA`.
    pub schema: String,
    /// Time at which the recording begins, UTC.
    pub taken: Timestamp,
    /// Length of the recording, in milliseconds.
    pub length_ms: u64,
}

/// Frame, which is any later line: the changes in one source at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Milliseconds since the start of the recording.
    pub at_ms: u64,
    /// Source that changed.
    pub source: SourceId,
    /// Services that are new or have changed, each as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Arc<Service>>,
    /// Services that were removed.
    #[serde(rename = "gone", default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<ServiceId>,
    /// All load balancers, if at least one has changed.
    #[serde(rename = "gateways", default, skip_serializing_if = "Option::is_none")]
    pub load_balancers: Option<Vec<LoadBalancer>>,
    /// Events since the previous frame.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// All unread parts, if at least one has changed.
    #[serde(rename = "gaps", default, skip_serializing_if = "Option::is_none")]
    pub unread_parts: Option<Vec<UnreadPart>>,
    /// Connections that the previous snapshot of the source did not contain.
    #[serde(rename = "flows", default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<ObservedConnection>,
    /// All monitored services, if at least one was added or removed.
    #[serde(rename = "watched", default, skip_serializing_if = "Option::is_none")]
    pub monitored: Option<Vec<MonitoredService>>,
    /// Log lines that arrived at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs: Option<LogBatch>,
}

impl Header {
    /// Creates the header of a recording that begins at `taken`.
    #[must_use]
    pub fn new(taken: Timestamp, length: Duration) -> Self {
        Self { schema: RECORDING_SCHEMA.to_owned(), taken, length_ms: length.as_millis() as u64 }
    }
}

impl Frame {
    /// Creates a frame without changes.
    #[must_use]
    pub fn empty(at: Duration, source: SourceId) -> Self {
        Self {
            at_ms: at.as_millis() as u64,
            source,
            services: Vec::new(),
            removed: Vec::new(),
            load_balancers: None,
            events: Vec::new(),
            unread_parts: None,
            connections: Vec::new(),
            monitored: None,
            logs: None,
        }
    }

    /// Creates the frame with the changes from the snapshot `before` to the snapshot `after`.
    #[must_use]
    pub fn between(at: Duration, before: Option<&Snapshot>, after: &Snapshot) -> Self {
        let delta = SnapshotDelta::between(before, after);
        let seen: BTreeSet<&ConnectionKey> =
            before.iter().flat_map(|b| &b.connections).map(|f| &f.key).collect();
        let watched = |s: &Snapshot| s.monitored.iter().map(|w| w.service.clone()).collect::<BTreeSet<_>>();
        Self {
            services: delta.services,
            removed: delta.removed,
            load_balancers: delta.load_balancers,
            events: delta.events,
            unread_parts: delta.unread_parts,
            connections: delta.connections.into_iter().filter(|f| !seen.contains(&f.key)).collect(),
            monitored: delta.monitored.filter(|_| before.is_none_or(|b| watched(b) != watched(after))),
            ..Self::empty(at, after.source.clone())
        }
    }

    /// Estimates the memory that the frame takes, in bytes. `length` is the length of its line in the file.
    pub(super) fn estimated_bytes(&self, length: usize) -> usize {
        let lines = self.logs.as_ref().map_or(0, |logs| logs.lines.len());
        let others = self.services.len() + self.removed.len() + self.connections.len() + lines;
        length + FRAME_BYTES + EVENT_BYTES * self.events.len() + ENTRY_BYTES * others
    }

    /// Returns the time of the frame since the start of the recording.
    pub(super) fn offset(&self) -> Duration {
        Duration::from_millis(self.at_ms)
    }
}
