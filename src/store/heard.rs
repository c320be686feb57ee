//! What the log streams that are followed tell beside their lines: how steady each is, and whether its place exists. A few
//! words a stream are remembered, and nothing of what it says.

use super::Store;
use crate::{
    effect::Subscription,
    model::{InstanceId, LogBatch, LogLine, LogNews, LogNote, NoteKind, ServiceId, SharedText, Timestamp},
    topology::finding::{Sign, Told},
};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// How long a stream must have had lines all the time, and how many, before its silence means anything.
const STEADY: SignedDuration = SignedDuration::from_mins(30);
const LINES: u32 = 100;

/// The longest time between two lines of a stream of which one can say that it always had some.
const CLOSE: SignedDuration = SignedDuration::from_secs(60);

/// How much longer than that the silence must be, and how long at least.
const TIMES: i32 = 10;
const LEAST: SignedDuration = SignedDuration::from_mins(5);

/// The longest time between two ticks: where more has passed, the machine slept, and nobody has listened.
const AWAKE: SignedDuration = SignedDuration::from_secs(30);

type Name = (ServiceId, SharedText);

/// What is known of the streams that are followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    streams: BTreeMap<Name, Rhythm>,
    absent: BTreeMap<Name, Timestamp>,
}

/// How the lines of one stream have come.
#[derive(Clone, Debug)]
struct Rhythm {
    instance: InstanceId,
    /// The times of the first and the last line of the row; none before there are any.
    row: Option<(Timestamp, Timestamp)>,
    lines: u32,
    longest: SignedDuration,
    /// When the last line came here, or when the reading of it began: by our clock, as the writer's may be another.
    came: Timestamp,
}

impl Heard {
    /// Takes what is heard of streams.
    pub(super) fn hear(&mut self, news: &LogNews, now: Timestamp) {
        match news {
            LogNews::Opened(target, start) if start.follow => {
                let name = (target.service.clone(), target.label.clone());
                self.streams.insert(name, Rhythm::new(target.instance.clone(), now));
            }
            LogNews::Lines(batch) => self.take(batch, now),
            LogNews::Opened(..) | LogNews::Closed(..) => {}
        }
    }

    fn take(&mut self, batch: &LogBatch, now: Timestamp) {
        let same = |a: &LogLine, b: &LogLine| a.label == b.label && a.service == b.service;
        for lines in batch.lines.chunk_by(same) {
            let name = (lines[0].service.clone(), lines[0].label.clone());
            self.absent.retain(|(service, _), _| *service != name.0);
            if let Some(rhythm) = self.streams.get_mut(&name) {
                lines.iter().for_each(|line| rhythm.take(line.at));
                rhythm.came = now;
            }
        }
        for note in &batch.notes {
            self.note(note, now);
        }
    }

    /// Whatever is said of a reading breaks the row: it may have been the reading that was silent.
    fn note(&mut self, note: &LogNote, now: Timestamp) {
        let about = |service: &ServiceId| note.service.as_ref().is_none_or(|about| about == service);
        for ((service, _), rhythm) in &mut self.streams {
            if about(service) {
                *rhythm = Rhythm::new(rhythm.instance.clone(), now);
            }
        }
        if let (NoteKind::Absent, Some(service)) = (note.kind, &note.service) {
            self.absent.insert((service.clone(), note.label.clone()), now);
        }
    }

    /// Time goes on from `before` to `now`, and only those are followed still.
    pub(super) fn tick(&mut self, followed: &BTreeSet<Subscription>, before: Timestamp, now: Timestamp) {
        let names = followed.iter().filter_map(|wanted| match wanted {
            Subscription::Logs(target, start) if start.follow => Some((&target.service, &target.instance)),
            _ => None,
        });
        let names: BTreeSet<_> = names.collect();
        self.streams.retain(|(service, _), rhythm| names.contains(&(service, &rhythm.instance)));
        if now.duration_since(before).abs() > AWAKE {
            self.streams.values_mut().for_each(|rhythm| *rhythm = Rhythm::new(rhythm.instance.clone(), now));
        }
    }

    /// What they tell now.
    pub(super) fn signs(&self, now: Timestamp) -> Vec<Sign> {
        let sign =
            |(service, label): &Name, told| Sign { service: service.clone(), label: label.clone(), told };
        let silent = self.streams.iter().filter_map(|(name, rhythm)| Some(sign(name, rhythm.silence(now)?)));
        let absent = self.absent.iter().map(|(name, at)| sign(name, Told::Absent { at: *at }));
        silent.chain(absent).collect()
    }
}

impl Store {
    /// Takes which streams are followed as the clock moves on to `now`.
    pub fn follows(&mut self, followed: &BTreeSet<Subscription>, now: Timestamp) {
        self.heard.tick(followed, self.now, now);
    }
}

impl Rhythm {
    fn new(instance: InstanceId, now: Timestamp) -> Self {
        Self { instance, row: None, lines: 0, longest: SignedDuration::ZERO, came: now }
    }

    /// Takes a line. One that is too late after the one before begins another row.
    fn take(&mut self, at: Timestamp) {
        let Some((first, last)) = self.row else {
            (self.row, self.lines) = (Some((at, at)), 1);
            return;
        };
        let apart = at.duration_since(last);
        if apart > CLOSE {
            (self.row, self.lines, self.longest) = (Some((at, at)), 1, SignedDuration::ZERO);
            return;
        }
        (self.row, self.lines) = (Some((first, last.max(at))), self.lines.saturating_add(1));
        self.longest = self.longest.max(apart);
    }

    /// That it is silent now, where that means anything.
    fn silence(&self, now: Timestamp) -> Option<Told> {
        let (first, last) = self.row?;
        let (steady, silent) = (last.duration_since(first), now.duration_since(self.came));
        let means = self.lines >= LINES && steady >= STEADY && silent >= (self.longest * TIMES).max(LEAST);
        let (instance, longest) = (self.instance.clone(), self.longest);
        means.then_some(Told::Silent { instance, last, since: self.came, steady, longest })
    }
}

#[cfg(test)]
mod tests {
    use super::{Heard, Told};
    use crate::{
        effect::Subscription,
        model::{sample::*, *},
    };
    use std::collections::BTreeSet;

    fn target() -> LogTarget {
        let route = LogRoute::Engine { container: "web".into() };
        LogTarget { service: id("web"), instance: instance("web").id, label: "web".into(), route }
    }

    fn follow() -> LogStart {
        LogStart { since: None, until: None, tail: 1_000, follow: true }
    }

    fn lines(times: impl Iterator<Item = i64>) -> LogNews {
        let line = |at| LogLine {
            at: ago(at),
            service: id("web"),
            label: "web".into(),
            stream: LogStream::Out,
            text: "ready".into(),
            paint: Vec::new(),
        };
        LogNews::Lines(LogBatch { lines: times.map(line).collect(), notes: Vec::new() })
    }

    fn note(kind: NoteKind, label: &str) -> LogNews {
        let note = LogNote {
            at: None,
            service: Some(id("web")),
            label: label.into(),
            kind,
            text: String::new().into(),
        };
        LogNews::Lines(LogBatch { lines: Vec::new(), notes: vec![note] })
    }

    /// A stream that is followed and had a line every so many seconds, the last one twenty minutes ago.
    fn steady(every: usize) -> Heard {
        let mut heard = Heard::default();
        heard.hear(&LogNews::Opened(target(), follow()), ago(4_000));
        heard.hear(&lines((1_200..=4_000).rev().step_by(every)), ago(1_200));
        heard
    }

    fn silent(heard: &Heard, now: i64) -> bool {
        heard.signs(ago(now)).iter().any(|sign| matches!(sign.told, Told::Silent { .. }))
    }

    #[test]
    fn a_stream_that_always_had_lines_is_silent_after_many_times_its_longest_gap() {
        assert!(!silent(&steady(10), 1_200) && !silent(&steady(10), 901));
        assert!(silent(&steady(10), 900), "five minutes at least");
        assert!(!silent(&steady(50), 701) && silent(&steady(25), 900));
        assert!(!silent(&steady(70), 0), "it never was steady");
        let mut heard = Heard::default();
        heard.hear(&lines((1_200..=4_000).rev().step_by(10)), ago(1_200));
        assert!(!silent(&heard, 0), "it is not followed");
        let mut heard = Heard::default();
        heard.hear(&LogNews::Opened(target(), follow()), ago(1_800));
        heard.hear(&lines((1_200..=1_800).rev()), ago(1_200));
        assert!(!silent(&heard, 0), "ten minutes are no habit");
    }

    #[test]
    fn what_may_have_been_the_reading_is_no_silence() {
        let followed = BTreeSet::from([Subscription::Logs(target(), follow())]);
        let mut heard = steady(10);
        heard.tick(&followed, ago(901), ago(900));
        assert!(silent(&heard, 0));
        heard.tick(&followed, ago(900), ago(60));
        assert!(!silent(&heard, 0), "the machine slept");
        for kind in [NoteKind::Disturbed, NoteKind::Sampled, NoteKind::Ended] {
            let mut heard = steady(10);
            heard.hear(&note(kind, "web"), ago(60));
            assert!(!silent(&heard, 0), "{kind:?}");
        }
        let mut heard = steady(10);
        heard.tick(&BTreeSet::new(), ago(1), ago(0));
        assert!(!silent(&heard, 0), "nobody reads it any more");
    }

    #[test]
    fn a_place_that_is_absent_is_told_until_there_are_lines() {
        let mut heard = Heard::default();
        heard.hear(&note(NoteKind::Absent, "/ecs/web"), ago(60));
        let signs = heard.signs(ago(0));
        assert_eq!(&*signs[0].label, "/ecs/web");
        assert_eq!(signs[0].told, Told::Absent { at: ago(60) });
        heard.hear(&lines([5].into_iter()), ago(5));
        assert!(heard.signs(ago(0)).is_empty());
    }
}
