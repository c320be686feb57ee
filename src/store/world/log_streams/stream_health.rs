//! Health of the log streams that Portolan follows: finds streams that fell silent and log groups that are
//! missing. It keeps only a few times and counts for each stream, but no text.

use crate::{
    diagnosis::{LogSignal, LogSignalKind},
    model::{
        InstanceId, LogBatch, LogLine, LogNote, LogNoteKind, LogUpdate, ServiceId, SharedText, Timestamp,
    },
    store::World,
    subscription::Subscription,
};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// Minimum duration of steady output. Only a silence after such output is reported.
const MIN_STEADY_TIME: SignedDuration = SignedDuration::from_mins(30);
/// Minimum number of lines in steady output.
const MIN_STEADY_LINES: u32 = 100;

/// Longest gap between two lines of steady output.
const MAX_STEADY_GAP: SignedDuration = SignedDuration::from_secs(60);

/// Factor by which a silence must exceed the longest gap in the steady output before it.
const SILENCE_FACTOR: i32 = 10;
/// Minimum duration of a silence that is reported, even if the gaps before it were very short.
const MIN_SILENCE: SignedDuration = SignedDuration::from_mins(5);

/// Longest plausible time between two calls of [`StreamHealth::tick`]. After a longer time, the machine was
/// probably suspended, so Portolan could not read any stream meanwhile.
const MAX_TICK_GAP: SignedDuration = SignedDuration::from_secs(30);

/// Key of a log stream: its service and its label. The key of a missing log group has the name of the group
/// instead of a label.
type StreamKey = (ServiceId, SharedText);

/// Statistics about the output of the followed log streams, by which silent streams are found, and the
/// missing log groups.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct StreamHealth {
    streams: BTreeMap<StreamKey, StreamActivity>,
    /// Time at which each missing log group was last reported.
    missing_log_groups: BTreeMap<StreamKey, Timestamp>,
}

/// Statistics about the output of one followed log stream since it was last interrupted.
#[derive(Clone, Debug)]
struct StreamActivity {
    instance: InstanceId,
    /// Times of the first and the last line of the steady output; `None` before the first line.
    first_and_last: Option<(Timestamp, Timestamp)>,
    line_count: u32,
    longest_gap: SignedDuration,
    /// Time, by Portolan's own clock, at which the last line arrived or reading began. The clock of the
    /// machine that wrote the lines may differ.
    last_arrival: Timestamp,
}

impl StreamHealth {
    /// Updates the statistics with lines, notes, or the start of a read.
    pub(in crate::store) fn observe(&mut self, news: &LogUpdate, now: Timestamp) {
        match news {
            LogUpdate::ReadStarted(target, start) if start.follow => {
                let name = (target.service.clone(), target.label.clone());
                self.streams.insert(name, StreamActivity::new(target.instance.clone(), now));
            }
            LogUpdate::Lines(batch) => self.observe_lines(batch, now),
            LogUpdate::ReadStarted(..) | LogUpdate::ReadFinished(..) => {}
        }
    }

    fn observe_lines(&mut self, batch: &LogBatch, now: Timestamp) {
        let same = |a: &LogLine, b: &LogLine| a.label == b.label && a.service == b.service;
        for lines in batch.lines.chunk_by(same) {
            let name = (lines[0].service.clone(), lines[0].label.clone());
            self.missing_log_groups.retain(|(service, _), _| *service != name.0);
            if let Some(activity) = self.streams.get_mut(&name) {
                lines.iter().for_each(|line| activity.add_line(line.at));
                activity.last_arrival = now;
            }
        }
        for note in &batch.notes {
            self.observe_note(note, now);
        }
    }

    /// Restarts the statistics of the streams to which `note` refers. After a problem with reading, a stream
    /// can seem silent although it is not.
    fn observe_note(&mut self, note: &LogNote, now: Timestamp) {
        let about = |service: &ServiceId| note.service.as_ref().is_none_or(|about| about == service);
        for ((service, _), activity) in &mut self.streams {
            if about(service) {
                *activity = StreamActivity::new(activity.instance.clone(), now);
            }
        }
        if let (LogNoteKind::LogGroupMissing, Some(service)) = (note.kind, &note.service) {
            self.missing_log_groups.insert((service.clone(), note.label.clone()), now);
        }
    }

    /// Drops the streams that are not in `followed`. Restarts all statistics if more than `MAX_TICK_GAP` has
    /// passed between `before` and `now`.
    pub(in crate::store) fn tick(
        &mut self,
        followed: &BTreeSet<Subscription>,
        before: Timestamp,
        now: Timestamp,
    ) {
        let names = followed.iter().filter_map(|wanted| match wanted {
            Subscription::Logs(target, start) if start.follow => Some((&target.service, &target.instance)),
            _ => None,
        });
        let names: BTreeSet<_> = names.collect();
        self.streams.retain(|(service, _), activity| names.contains(&(service, &activity.instance)));
        if now.duration_since(before).abs() > MAX_TICK_GAP {
            self.streams
                .values_mut()
                .for_each(|activity| *activity = StreamActivity::new(activity.instance.clone(), now));
        }
    }

    /// Returns the current signals: silent streams and missing log groups.
    pub(in crate::store) fn log_signals(&self, now: Timestamp) -> Vec<LogSignal> {
        let signal = |(service, label): &StreamKey, kind| LogSignal {
            service: service.clone(),
            label: label.clone(),
            kind,
        };
        let silent =
            self.streams.iter().filter_map(|(name, activity)| Some(signal(name, activity.silence(now)?)));
        let absent = self
            .missing_log_groups
            .iter()
            .map(|(name, at)| signal(name, LogSignalKind::LogGroupMissing { reported_at: *at }));
        silent.chain(absent).collect()
    }
}

impl World {
    /// Sets the log streams that Portolan follows. The caller does this before [`World::tick`] sets the clock
    /// to `now`.
    pub fn set_followed_streams(&mut self, followed: &BTreeSet<Subscription>, now: Timestamp) {
        self.stream_health.tick(followed, self.now, now);
    }
}

impl StreamActivity {
    fn new(instance: InstanceId, now: Timestamp) -> Self {
        Self {
            instance,
            first_and_last: None,
            line_count: 0,
            longest_gap: SignedDuration::ZERO,
            last_arrival: now,
        }
    }

    /// Adds a line that was written at `at`. If the gap before it is too long, steady output begins again
    /// with this line.
    fn add_line(&mut self, at: Timestamp) {
        let Some((first, last)) = self.first_and_last else {
            (self.first_and_last, self.line_count) = (Some((at, at)), 1);
            return;
        };
        let apart = at.duration_since(last);
        if apart > MAX_STEADY_GAP {
            (self.first_and_last, self.line_count, self.longest_gap) =
                (Some((at, at)), 1, SignedDuration::ZERO);
            return;
        }
        (self.first_and_last, self.line_count) =
            (Some((first, last.max(at))), self.line_count.saturating_add(1));
        self.longest_gap = self.longest_gap.max(apart);
    }

    /// Returns a signal if the stream has fallen silent. Returns `None` if it has not, or if there was too
    /// little steady output before.
    fn silence(&self, now: Timestamp) -> Option<LogSignalKind> {
        let (first, last) = self.first_and_last?;
        let (steady, silent) = (last.duration_since(first), now.duration_since(self.last_arrival));
        let means = self.line_count >= MIN_STEADY_LINES
            && steady >= MIN_STEADY_TIME
            && silent >= (self.longest_gap * SILENCE_FACTOR).max(MIN_SILENCE);
        let (instance, longest) = (self.instance.clone(), self.longest_gap);
        means.then_some(LogSignalKind::Silent {
            instance,
            last_line_at: last,
            last_line_received_at: self.last_arrival,
            steady_for: steady,
            longest_pause: longest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LogSignalKind, StreamHealth};
    use crate::{
        model::{fixtures::*, *},
        subscription::Subscription,
    };
    use std::collections::BTreeSet;

    fn target() -> LogTarget {
        let route = LogRoute::Engine { container: "web".into() };
        LogTarget { service: service_id("web"), instance: instance("web").id, label: "web".into(), route }
    }

    fn follow() -> LogReadOptions {
        LogReadOptions { since: None, until: None, tail: 1_000, follow: true }
    }

    fn lines(times: impl Iterator<Item = i64>) -> LogUpdate {
        let line = |at| LogLine {
            at: ago(at),
            service: service_id("web"),
            label: "web".into(),
            stream: OutputStream::Stdout,
            text: "ready".into(),
            styles: Vec::new(),
        };
        LogUpdate::Lines(LogBatch { lines: times.map(line).collect(), notes: Vec::new() })
    }

    fn note(kind: LogNoteKind, label: &str) -> LogUpdate {
        let note = LogNote {
            at: None,
            service: Some(service_id("web")),
            label: label.into(),
            kind,
            text: String::new().into(),
        };
        LogUpdate::Lines(LogBatch { lines: Vec::new(), notes: vec![note] })
    }

    /// Builds the health of a followed stream that wrote a line every `every` seconds until twenty minutes
    /// ago.
    fn steady(every: usize) -> StreamHealth {
        let mut health = StreamHealth::default();
        health.observe(&LogUpdate::ReadStarted(target(), follow()), ago(4_000));
        health.observe(&lines((1_200..=4_000).rev().step_by(every)), ago(1_200));
        health
    }

    fn silent(health: &StreamHealth, now: i64) -> bool {
        health.log_signals(ago(now)).iter().any(|signal| matches!(signal.kind, LogSignalKind::Silent { .. }))
    }

    #[test]
    fn a_stream_that_always_had_lines_is_silent_after_many_times_its_longest_gap() {
        assert!(!silent(&steady(10), 1_200) && !silent(&steady(10), 901));
        assert!(silent(&steady(10), 900), "five minutes at least");
        assert!(!silent(&steady(50), 701) && silent(&steady(25), 900));
        assert!(!silent(&steady(70), 0), "it never was steady");
        let mut health = StreamHealth::default();
        health.observe(&lines((1_200..=4_000).rev().step_by(10)), ago(1_200));
        assert!(!silent(&health, 0), "the stream is not followed");
        let mut health = StreamHealth::default();
        health.observe(&LogUpdate::ReadStarted(target(), follow()), ago(1_800));
        health.observe(&lines((1_200..=1_800).rev()), ago(1_200));
        assert!(!silent(&health, 0), "ten minutes of output are too few");
    }

    #[test]
    fn a_problem_with_reading_is_no_silence() {
        let followed = BTreeSet::from([Subscription::Logs(target(), follow())]);
        let mut health = steady(10);
        health.tick(&followed, ago(901), ago(900));
        assert!(silent(&health, 0));
        health.tick(&followed, ago(900), ago(60));
        assert!(!silent(&health, 0), "the machine was suspended");
        for kind in [LogNoteKind::Interrupted, LogNoteKind::Sampled, LogNoteKind::Ended] {
            let mut health = steady(10);
            health.observe(&note(kind, "web"), ago(60));
            assert!(!silent(&health, 0), "{kind:?}");
        }
        let mut health = steady(10);
        health.tick(&BTreeSet::new(), ago(1), ago(0));
        assert!(!silent(&health, 0), "no screen reads the stream any more");
    }

    #[test]
    fn a_place_that_is_absent_is_told_until_there_are_lines() {
        let mut health = StreamHealth::default();
        health.observe(&note(LogNoteKind::LogGroupMissing, "/ecs/web"), ago(60));
        let signals = health.log_signals(ago(0));
        assert_eq!(&*signals[0].label, "/ecs/web");
        assert_eq!(signals[0].kind, LogSignalKind::LogGroupMissing { reported_at: ago(60) });
        health.observe(&lines([5].into_iter()), ago(5));
        assert!(health.log_signals(ago(0)).is_empty());
    }
}
