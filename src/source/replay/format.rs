//! The format of a recording: JSON lines, a header first, then what changed at which moment.

use crate::model::{
    Event, Flow, Gap, Gateway, LogBatch, Service, ServiceId, Sighting, Snapshot, SourceId, Timestamp, Watched,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// The version of the format.
pub const SCHEMA: &str = "portolan.recording/1";

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// When the recording began.
    pub taken: Timestamp,
    /// Its length in milliseconds.
    pub length_ms: u64,
}

/// A later line: what changed in one source at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Milliseconds since the recording began.
    pub at_ms: u64,
    /// The source that changed.
    pub source: SourceId,
    /// The services that are new or different.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Arc<Service>>,
    /// The services that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<ServiceId>,
    /// The load balancers, where they are different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateways: Option<Vec<Gateway>>,
    /// Events since the frame before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The parts that can't be read, where they are different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaps: Option<Vec<Gap>>,
    /// The connections that were seen for the first time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<Flow>,
    /// The services whose connections can be seen, where they are different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<Vec<Watched>>,
    /// Log lines that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs: Option<LogBatch>,
}

impl Header {
    /// The header of a recording that begins at `taken`.
    #[must_use]
    pub fn new(taken: Timestamp, length: Duration) -> Self {
        Self { schema: SCHEMA.to_owned(), taken, length_ms: length.as_millis() as u64 }
    }
}

impl Frame {
    /// The frame in which nothing changed.
    #[must_use]
    pub fn empty(at: Duration, source: SourceId) -> Self {
        Self {
            at_ms: at.as_millis() as u64,
            source,
            services: Vec::new(),
            gone: Vec::new(),
            gateways: None,
            events: Vec::new(),
            gaps: None,
            flows: Vec::new(),
            watched: None,
            logs: None,
        }
    }

    /// The changes from one snapshot to the next.
    #[must_use]
    pub fn between(at: Duration, before: Option<&Snapshot>, after: &Snapshot) -> Self {
        let old: BTreeMap<_, _> = before.iter().flat_map(|s| &s.services).map(|s| (&s.id, s)).collect();
        let kept: BTreeSet<_> = after.services.iter().map(|s| &s.id).collect();
        let changed = |s: &&Arc<Service>| old.get(&s.id) != Some(s);
        let told = |e: &&Event| !before.is_some_and(|b| b.events.contains(e));
        let seen: BTreeSet<&Sighting> = before.iter().flat_map(|b| &b.flows).map(|f| &f.sighting).collect();
        let watched = |s: &Snapshot| s.watched.iter().map(|w| w.service.clone()).collect::<BTreeSet<_>>();
        Self {
            services: after.services.iter().filter(changed).cloned().collect(),
            gone: old.keys().filter(|id| !kept.contains(*id)).map(|id| (*id).clone()).collect(),
            gateways: before.is_none_or(|b| b.gateways != after.gateways).then(|| after.gateways.clone()),
            events: after.events.iter().filter(told).cloned().collect(),
            gaps: before.is_none_or(|b| b.gaps != after.gaps).then(|| after.gaps.clone()),
            flows: after.flows.iter().filter(|f| !seen.contains(&f.sighting)).cloned().collect(),
            watched: before.is_none_or(|b| watched(b) != watched(after)).then(|| after.watched.clone()),
            ..Self::empty(at, after.source.clone())
        }
    }

    /// When it came, since the recording began.
    pub(super) fn at(&self) -> Duration {
        Duration::from_millis(self.at_ms)
    }
}
