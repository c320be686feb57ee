//! What a source remembers between two looks: what it saw of each container, what has changed since, what was told.

use super::{decode::Seen, files::Watch, sockets::Cache};
use crate::model::{Event, EventKind};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// How long the list of containers is taken for complete while events tell of changes.
const LISTED: Duration = Duration::from_mins(1);

/// How long to wait between two readings of sockets inside the containers: each costs the engine a process.
const ENTERED: Duration = Duration::from_mins(1);

/// How many events are kept.
const KEPT: usize = 200;

/// What is remembered of one engine.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: BTreeMap<String, Known>,
    dirty: BTreeSet<String>,
    told: VecDeque<Told>,
    /// The containers that somebody told to stop: the engine tells it once, and then shows a plain exit.
    asked: BTreeSet<String>,
    /// When the newest event happened, in nanoseconds since 1970.
    pub(super) latest: Option<i64>,
    /// Whether anybody has listened to the engine's events before.
    pub(super) listened: bool,
    /// Whether somebody listens now.
    listening: bool,
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
        self.listening && self.dirty.is_empty() && self.listed.is_some_and(|at| now < at + LISTED)
    }

    /// Notes whether the engine's events are heard from now on.
    pub(super) fn hear(&mut self, listening: bool) {
        (self.listening, self.listed) = (listening, None);
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

    /// Notes that somebody told a container to stop, or that it was started again.
    pub(super) fn asked(&mut self, id: &str, stop: bool) {
        if stop {
            self.asked.insert(id.to_owned());
        } else {
            self.asked.remove(id);
        }
    }

    /// The containers that somebody told to stop.
    pub(super) fn all_asked(&self) -> BTreeSet<String> {
        self.asked.clone()
    }

    /// Forgets the containers that `exists` does not know.
    pub(super) fn retain(&mut self, exists: impl Fn(&str) -> bool) {
        self.known.retain(|id, _| exists(id));
        self.asked.retain(|id| exists(id));
    }

    /// Forgets every container: events may have been missed.
    pub(super) fn doubt(&mut self) {
        self.listed = None;
        self.known.clear();
    }

    /// Adds what was told. Returns whether it is news: some engines repeat the health after every check.
    pub(super) fn tell(&mut self, mut told: Told) -> bool {
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
