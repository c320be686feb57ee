//! A recording in memory, and what it shows at each moment.

use super::format::{Frame, Header};
use crate::model::{Failure, Gap, LogBatch, LogTarget, Service, ServiceId, Snapshot, SourceId};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// The time that the last frame of a recording stays which is cut short.
const LINGER: Duration = Duration::from_secs(5);

/// A recording, in memory.
#[derive(Debug)]
pub struct Recording {
    /// Its first line.
    pub header: Header,
    frames: Vec<Frame>,
    faults: Vec<Failure>,
    is_cut: bool,
}

impl Recording {
    /// The recording of that header and those frames. `faults` are the parts of the file that are left out, and
    /// `is_cut` says whether it ends before its time.
    pub(super) fn new(header: Header, mut frames: Vec<Frame>, faults: Vec<Failure>, is_cut: bool) -> Self {
        frames.sort_by_key(|frame| frame.at_ms);
        Self { header, frames, faults, is_cut }
    }

    /// Its length: as its header says, or up to its last frame where the rest is missing.
    #[must_use]
    pub fn length(&self) -> Duration {
        let said = Duration::from_millis(self.header.length_ms);
        let end = self.frames.last().map_or(Duration::ZERO, Frame::at).saturating_add(LINGER);
        if self.is_cut { said.min(end) } else { said }
    }

    /// The parts of the file that are left out.
    #[must_use]
    pub fn faults(&self) -> &[Failure] {
        &self.faults
    }

    /// The sources that were recorded.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceId> {
        let all: BTreeSet<_> = self.frames.iter().map(|frame| frame.source.clone()).collect();
        all.into_iter().collect()
    }

    /// The snapshot of `source` at that moment.
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
        let fault =
            |failure: &Failure| Gap { what: "a part of the recording".into(), failure: failure.clone() };
        gaps.extend(self.faults.iter().map(fault));
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
