//! Recording in memory, and the state of its sources at each moment.

use super::format::{Frame, Header};
use crate::model::{Failure, LogBatch, LogTarget, Service, ServiceId, Snapshot, SourceId, UnreadPart};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Time for which the last frame of a truncated recording stays visible.
const LAST_FRAME_DURATION: Duration = Duration::from_secs(5);

/// Recording in memory: header, frames in order of time, and failures about the parts that could not be read.
#[derive(Debug)]
pub struct Recording {
    /// Header of the recording.
    pub header: Header,
    frames: Vec<Frame>,
    read_failures: Vec<Failure>,
    is_truncated: bool,
}

impl Recording {
    /// Creates a recording. `read_failures` describe the parts of the file that could not be read.
    pub(super) fn new(
        header: Header,
        mut frames: Vec<Frame>,
        read_failures: Vec<Failure>,
        is_truncated: bool,
    ) -> Self {
        frames.sort_by_key(|frame| frame.at_ms);
        Self { header, frames, read_failures, is_truncated }
    }

    /// Returns the length of the recording. If the file is truncated, the recording ends shortly after the
    /// last frame.
    #[must_use]
    pub fn length(&self) -> Duration {
        let said = Duration::from_millis(self.header.length_ms);
        let end =
            self.frames.last().map_or(Duration::ZERO, Frame::offset).saturating_add(LAST_FRAME_DURATION);
        if self.is_truncated { said.min(end) } else { said }
    }

    /// Returns the failures about the parts of the file that could not be read.
    #[must_use]
    pub fn read_failures(&self) -> &[Failure] {
        &self.read_failures
    }

    /// Returns the recorded sources.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceId> {
        let all: BTreeSet<_> = self.frames.iter().map(|frame| frame.source.clone()).collect();
        all.into_iter().collect()
    }

    /// Returns the snapshot of `source` at the time `at` since the start of the recording. Its `taken_at` is
    /// always the start of the recording.
    #[must_use]
    pub fn snapshot(&self, source: &SourceId, at: Duration) -> Snapshot {
        let mut services: BTreeMap<&ServiceId, &Arc<Service>> = BTreeMap::new();
        let (mut gateways, mut gaps, mut events) = (Vec::new(), Vec::new(), Vec::new());
        let (mut flows, mut watched) = (Vec::new(), Vec::new());
        for frame in self.frames.iter().filter(|f| &f.source == source).take_while(|f| f.offset() <= at) {
            for id in &frame.removed {
                services.remove(id);
            }
            services.extend(frame.services.iter().map(|s| (&s.id, s)));
            gateways = frame.load_balancers.clone().unwrap_or(gateways);
            gaps = frame.unread_parts.clone().unwrap_or(gaps);
            events.extend(frame.events.iter().cloned());
            flows.extend(frame.connections.iter().cloned());
            watched = frame.monitored.clone().unwrap_or(watched);
        }
        let fault =
            |failure: &Failure| UnreadPart { name: "part of the recording".into(), failure: failure.clone() };
        gaps.extend(self.read_failures.iter().map(fault));
        let services = services.into_values().map(Arc::clone).collect();
        let (source, taken) = (source.clone(), self.header.taken);
        Snapshot {
            source,
            taken_at: taken,
            services,
            load_balancers: gateways,
            events,
            unread_parts: gaps,
            connections: flows,
            monitored: watched,
            progress: Vec::new(),
        }
    }

    /// Returns the log lines of `targets` after the time `from`, up to and including `to`. If `from` is zero,
    /// includes the lines at the start.
    #[must_use]
    pub fn logs_between(&self, targets: &[LogTarget], from: Duration, to: Duration) -> LogBatch {
        let mut batch = LogBatch::default();
        let within = |f: &&Frame| (f.offset() > from || from.is_zero()) && f.offset() <= to;
        for logs in self.frames.iter().filter(within).filter_map(|f| f.logs.as_ref()) {
            let wanted = |service: &ServiceId, label: &str| {
                targets.iter().any(|t| &t.service == service && *t.label == *label)
            };
            batch.lines.extend(logs.lines.iter().filter(|l| wanted(&l.service, &l.label)).cloned());
        }
        batch.lines.sort_by_key(|line| line.at);
        batch
    }

    /// Returns the time of the next log line of `targets` after `from`, or `None` if there is none.
    #[must_use]
    pub fn next_log_offset(&self, targets: &[LogTarget], from: Duration) -> Option<Duration> {
        let mine = |f: &&Frame| {
            let lines = f.logs.iter().flat_map(|logs| &logs.lines);
            lines.into_iter().any(|l| targets.iter().any(|t| t.service == l.service && t.label == l.label))
        };
        self.frames.iter().filter(|f| f.offset() > from).find(mine).map(Frame::offset)
    }
}
