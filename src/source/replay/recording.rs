//! The file of a recording: JSON lines, a header first, then what changed at which moment.

use crate::model::{
    Event, Failure, FailureKind, Flow, Gap, Gateway, LogBatch, LogTarget, Service, ServiceId, Sighting,
    Snapshot, SourceId, Timestamp, Watched, text::clean_within,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    /// How long it is, in milliseconds.
    pub length_ms: u64,
}

/// A later line: what changed in one source at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Milliseconds since the recording began.
    pub at_ms: u64,
    /// Which source.
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
    /// What happened since the frame before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// What can't be read, where that is different.
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

/// A recording, in memory.
pub struct Recording {
    /// Its first line.
    pub header: Header,
    frames: Vec<Frame>,
}

/// The same without what could drive a terminal: a recording is text from outside, whoever wrote it.
fn harmless(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean_within(&text, usize::MAX)),
        Value::Array(all) => all.into_iter().map(harmless).collect(),
        Value::Object(all) => all.into_iter().map(|(key, value)| (key, harmless(value))).collect(),
        other => other,
    }
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

    /// What changed from one snapshot to the next.
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

    fn at(&self) -> Duration {
        Duration::from_millis(self.at_ms)
    }
}

impl Recording {
    /// Reads the text of a recording; `name` is for the failure.
    pub fn read(text: &str, name: &str) -> Result<Self, Failure> {
        let broken = |line: usize, why: String| {
            let what = format!("{name}: line {line} is not of a recording: {why}");
            Failure::new(FailureKind::Invalid, what, "record it anew with `portolan record`")
        };
        let mut lines = text.lines().enumerate();
        let (_, first) = lines.next().ok_or_else(|| broken(1, "the file is empty".to_owned()))?;
        let header: Header = serde_json::from_str(first).map_err(|error| broken(1, error.to_string()))?;
        if header.schema != SCHEMA {
            return Err(broken(
                1,
                format!("its format is `{}`, and this program reads `{SCHEMA}`", header.schema),
            ));
        }
        let frames = lines.filter(|(_, line)| !line.is_empty()).map(|(number, line)| {
            let frame = serde_json::from_str(line).map(harmless).and_then(serde_json::from_value);
            frame.map_err(|error| broken(number + 1, error.to_string()))
        });
        let mut frames = frames.collect::<Result<Vec<Frame>, _>>()?;
        frames.sort_by_key(|frame| frame.at_ms);
        Ok(Self { header, frames })
    }

    /// How long it is.
    #[must_use]
    pub fn length(&self) -> Duration {
        Duration::from_millis(self.header.length_ms)
    }

    /// The sources that were recorded.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceId> {
        let all: BTreeSet<_> = self.frames.iter().map(|frame| frame.source.clone()).collect();
        all.into_iter().collect()
    }

    /// What `source` saw at that moment.
    #[must_use]
    pub fn snapshot(&self, source: &SourceId, at: Duration) -> Snapshot {
        let mut services: BTreeMap<&ServiceId, &Arc<Service>> = BTreeMap::new();
        let (mut gateways, mut gaps, mut events) = (Vec::new(), Vec::new(), Vec::new());
        let (mut flows, mut watched) = (Vec::new(), Vec::new());
        for frame in self.frames.iter().filter(|f| &f.source == source).take_while(|f| f.at() <= at) {
            for id in &frame.gone {
                services.remove(id);
            }
            services.extend(frame.services.iter().map(|s| (&s.id, s)));
            gateways = frame.gateways.clone().unwrap_or(gateways);
            gaps = frame.gaps.clone().unwrap_or(gaps);
            events.extend(frame.events.iter().cloned());
            flows.extend(frame.flows.iter().cloned());
            watched = frame.watched.clone().unwrap_or(watched);
        }
        let services = services.into_values().map(Arc::clone).collect();
        let (source, taken) = (source.clone(), self.header.taken);
        Snapshot { source, taken, services, gateways, events, gaps, flows, watched, progress: Vec::new() }
    }

    /// The lines of those targets that came after `from`, up to and with `to`; from the start on with what was
    /// there then.
    #[must_use]
    pub fn logs(&self, targets: &[LogTarget], from: Duration, to: Duration) -> LogBatch {
        let mut batch = LogBatch::default();
        let within = |f: &&Frame| (f.at() > from || from.is_zero()) && f.at() <= to;
        for logs in self.frames.iter().filter(within).filter_map(|f| f.logs.as_ref()) {
            let wanted = |service: &ServiceId, label: &str| {
                targets.iter().any(|t| &t.service == service && *t.label == *label)
            };
            batch.lines.extend(logs.lines.iter().filter(|l| wanted(&l.service, &l.label)).cloned());
        }
        batch.lines.sort_by_key(|line| line.at);
        batch
    }

    /// When the next line of those targets comes after `from`.
    #[must_use]
    pub fn next_log(&self, targets: &[LogTarget], from: Duration) -> Option<Duration> {
        let mine = |f: &&Frame| {
            let lines = f.logs.iter().flat_map(|logs| &logs.lines);
            lines.into_iter().any(|l| targets.iter().any(|t| t.service == l.service && t.label == l.label))
        };
        self.frames.iter().filter(|f| f.at() > from).find(mine).map(Frame::at)
    }
}
