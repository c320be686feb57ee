//! What a source remembers between two looks: what it saw of each container, what has changed since, what was told.

use super::{
    decode::Seen,
    ends::{Ends, Sign},
    files::Watch,
    sockets::Cache,
};
use crate::model::{Event, EventKind, Failure, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// How long the list of containers is taken for complete while events tell of changes.
const LISTED: Duration = Duration::from_mins(1);

/// The same while no event was heard yet: the engine may not tell what it is asked for.
const LISTED_UNHEARD: Duration = Duration::from_secs(12);

/// How often the list may show a change that no event told before the engine is asked for all of its events.
const MAX_MISSED: u32 = 2;

/// How long a refusal to tell events stands before it is tried again.
const REFUSED: Duration = Duration::from_mins(1);

/// The most containers that are noted as changed, or of whose ends is known, while nothing can be read.
const MAX_NOTED: usize = 10_000;

/// How long to wait between two readings of sockets inside the containers: each costs the engine a process.
const ENTERED: Duration = Duration::from_mins(1);

/// How many events are kept.
const KEPT: usize = 200;

/// What is remembered of one engine.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: BTreeMap<String, Known>,
    dirty: BTreeSet<String>,
    told: VecDeque<Told>,
    /// The ends of containers that events told of: the engine tells who asked for one only then.
    ends: BTreeMap<String, Ends>,
    /// Whether the events from before were asked for.
    pub(super) recalled: bool,
    /// When the newest event happened, in nanoseconds since 1970.
    pub(super) latest: Option<i64>,
    /// Whether anybody has listened to the engine's events before.
    pub(super) listened: bool,
    /// Whether somebody listens now.
    listening: bool,
    /// Whether the engine has told anything since somebody listens.
    heard: bool,
    /// How many changes the list showed that no event told, while nothing was heard.
    missed: u32,
    /// The reason why the engine tells no events, and since when that is known.
    refused: Option<(Instant, Failure)>,
    /// When the engine was last asked for everything, and answered.
    listed: Option<Instant>,
    /// The socket tables of local containers.
    pub(super) sockets: Cache,
    /// When sockets were last read inside the containers.
    entered: Option<Instant>,
}

/// A container as it was when it last changed.
#[derive(Debug)]
struct Known {
    fingerprint: String,
    seen: Arc<Seen>,
    watch: Watch,
}

/// An event with the container it happened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The container's id.
    pub(super) container: String,
    /// What happened.
    pub(super) event: Event,
}

impl Memory {
    /// The containers that have changed since the last call.
    pub(super) fn take_dirty(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.dirty)
    }

    /// Notes that those containers are not as they were.
    pub(super) fn soil(&mut self, containers: impl IntoIterator<Item = String>) {
        self.dirty.extend(containers);
        if self.dirty.len() > MAX_NOTED {
            // So many at once are all.
            self.dirty.clear();
            self.doubt();
        }
    }

    /// The container, where its entry in the list is as it was.
    pub(super) fn unchanged(&self, id: &str, fingerprint: &str) -> Option<Arc<Seen>> {
        self.known.get(id).filter(|k| k.fingerprint == fingerprint).map(|k| Arc::clone(&k.seen))
    }

    /// The container as it was last seen, whatever happened since.
    pub(super) fn last(&self, id: &str) -> Option<Arc<Seen>> {
        self.known.get(id).map(|k| Arc::clone(&k.seen))
    }

    /// Remembers a container.
    pub(super) fn learn(&mut self, id: String, fingerprint: String, seen: Arc<Seen>, watch: Watch) {
        self.known.insert(id, Known { fingerprint, seen, watch });
    }

    /// Where the files of each container came from.
    pub(super) fn watches(&self) -> Vec<(String, Watch)> {
        self.known.iter().map(|(id, known)| (id.clone(), known.watch.clone())).collect()
    }

    /// Every container as it was last seen.
    pub(super) fn all(&self) -> Vec<Arc<Seen>> {
        self.known.values().map(|known| Arc::clone(&known.seen)).collect()
    }

    /// Whether there is nothing to ask the engine: it tells of every change, has told of none since it was last asked,
    /// and that was not long before `now`.
    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        let lasts = if self.heard { LISTED } else { LISTED_UNHEARD };
        self.listening && self.dirty.is_empty() && self.listed.is_some_and(|at| now < at + lasts)
    }

    /// Notes whether the engine's events are heard from now on.
    pub(super) fn hear(&mut self, listening: bool) {
        (self.listening, self.listed, self.heard) = (listening, None, false);
        if listening {
            self.refused = None;
        }
    }

    /// Notes that the engine has told something.
    pub(super) fn heard(&mut self) {
        self.heard = true;
    }

    /// Notes that the list showed a change that no event told. Returns whether the engine seems not to know the names of
    /// the events that it was asked for.
    pub(super) fn miss(&mut self) -> bool {
        let counts = self.listening && self.listed.is_some() && !self.heard;
        self.missed += u32::from(counts);
        counts && self.missed == MAX_MISSED
    }

    /// Whether the engine is to be asked for all of its events.
    pub(super) fn wants_all_events(&self) -> bool {
        self.missed >= MAX_MISSED
    }

    /// Notes that the engine tells no events.
    pub(super) fn refuse(&mut self, now: Instant, failure: Failure) {
        self.refused = Some((now, failure));
    }

    /// The reason why the engine tells no events.
    pub(super) fn refusal(&self) -> Option<&Failure> {
        self.refused.as_ref().map(|(_, failure)| failure)
    }

    /// When it is worth asking for events again.
    pub(super) fn asks_again(&self) -> Option<Instant> {
        self.refused.as_ref().map(|(at, _)| *at + REFUSED)
    }

    /// Asks for the list at the next look: what happened is not known.
    pub(super) fn mistrust(&mut self) {
        self.listed = None;
    }

    /// Whether it is time again to read sockets inside the containers; then that is noted.
    pub(super) fn is_due_inside(&mut self, now: Instant) -> bool {
        let due = self.entered.is_none_or(|at| now >= at + ENTERED);
        if due {
            self.entered = Some(now);
        }
        due
    }

    /// Notes that the engine was asked for everything.
    pub(super) fn list(&mut self, now: Instant) {
        self.listed = Some(now);
    }

    /// Notes what bears on the end of a container.
    pub(super) fn note_end(&mut self, id: &str, sign: Sign, at: Timestamp) {
        if self.ends.len() < MAX_NOTED || self.ends.contains_key(id) {
            self.ends.entry(id.to_owned()).or_default().note(sign, at);
        }
    }

    /// What was told of the ends of containers.
    pub(super) fn ends(&self) -> BTreeMap<String, Ends> {
        self.ends.clone()
    }

    /// Forgets the containers that `exists` does not know.
    pub(super) fn retain(&mut self, exists: impl Fn(&str) -> bool) {
        self.known.retain(|id, _| exists(id));
        self.ends.retain(|id, _| exists(id));
    }

    /// Forgets every container: events may have been missed.
    pub(super) fn doubt(&mut self) {
        self.listed = None;
        self.known.clear();
    }

    /// Adds what was told. Returns whether it is news: some engines repeat the health after every check.
    pub(super) fn tell(&mut self, mut told: Told) -> bool {
        let same = |t: &Told| {
            t.container == told.container
                && t.event.at == told.event.at
                && t.event.kind.is_akin(told.event.kind)
        };
        if self.told.iter().rev().any(same) {
            return false;
        }
        let last = self.told.iter().rev().find(|t| t.container == told.container).map(|last| &last.event);
        let repeated = |last: &Event| last.kind == EventKind::Health && last.text == told.event.text;
        if told.event.kind == EventKind::Health && last.is_some_and(repeated) {
            return false;
        }
        if told.event.kind == EventKind::Start && last.is_some_and(|last| last.kind == EventKind::Stop) {
            told.event.kind = EventKind::Restart;
            told.event.text = format!("{} again", told.event.text).into();
        }
        if self.told.len() == KEPT {
            self.told.pop_front();
        }
        self.told.push_back(told);
        true
    }

    /// What was told, the oldest first.
    pub(super) fn told(&self) -> Vec<Told> {
        self.told.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, LISTED, LISTED_UNHEARD, MAX_NOTED, Memory, Sign, Timestamp};

    #[test]
    fn an_engine_that_tells_nothing_is_listed_more_often_and_asked_for_all_events() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.hear(true);
        memory.list(now);
        assert!(memory.is_fresh(now) && !memory.is_fresh(now + LISTED_UNHEARD));
        assert!(!memory.miss() && memory.miss() && memory.wants_all_events());
        memory.hear(true);
        assert!(memory.wants_all_events(), "also of the stream that is opened for it");
        memory.heard();
        memory.list(now);
        assert!(memory.is_fresh(now + LISTED_UNHEARD) && !memory.is_fresh(now + LISTED));
        assert!(!memory.miss(), "the event may be on its way");
    }

    #[test]
    fn notes_are_bounded() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.hear(true);
        memory.list(now);
        for number in 0..=MAX_NOTED {
            memory.note_end(&number.to_string(), Sign::Stop, Timestamp::UNIX_EPOCH);
            memory.soil([number.to_string()]);
        }
        assert_eq!(memory.ends().len(), MAX_NOTED);
        assert!(memory.take_dirty().is_empty() && !memory.is_fresh(now), "everything is looked at anew");
    }
}
