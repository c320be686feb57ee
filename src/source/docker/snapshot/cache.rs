//! State that a source keeps between polls: container records, changed containers, events and exit histories.

use super::exit_history::{ExitHistory, LifecycleEvent};
use crate::{
    model::{Event, EventKind, Failure, Timestamp},
    source::docker::{decode::ContainerRecord, files::FileWatch, sockets::SocketCache},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// Maximum age of the container list while events report every change.
const LIST_LIFETIME: Duration = Duration::from_mins(1);

/// Maximum age of the container list before the first event has arrived. It is short because the engine may
/// not send the requested events at all.
const LIST_LIFETIME_WITHOUT_EVENTS: Duration = Duration::from_secs(12);

/// Number of changes that the list showed and no event reported, from which Portolan requests events of all
/// actions.
const MAX_MISSED_EVENTS: u32 = 2;

/// Time between the engine's refusal of events and the next attempt to subscribe.
const EVENTS_RETRY_INTERVAL: Duration = Duration::from_mins(1);

/// Maximum number of containers that the cache marks as changed, and maximum number of exit histories.
const MAX_TRACKED_CONTAINERS: usize = 10_000;

/// Interval between reads of sockets inside containers. Each read makes the engine start a process.
const EXEC_INTERVAL: Duration = Duration::from_mins(1);

/// Maximum number of kept events.
const MAX_KEPT_EVENTS: usize = 200;

/// Cache of one engine's containers, events and socket tables, as known from earlier polls.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Default)]
pub(in crate::source::docker) struct EngineCache {
    /// Containers by id.
    containers: BTreeMap<String, CachedContainer>,
    /// Ids of containers that changed after they were inspected.
    dirty: BTreeSet<String>,
    /// Latest events, oldest first.
    events: VecDeque<ContainerEvent>,
    /// Exit histories by container id. They come from events, because only an event shows that a user
    /// requested a stop.
    exits: BTreeMap<String, ExitHistory>,
    /// True once the events of the last hour were requested.
    pub(in crate::source::docker) history_requested: bool,
    /// Time of the newest event, in nanoseconds since 1970.
    pub(in crate::source::docker) latest_event_nanos: Option<i64>,
    /// True once there has been a subscription.
    pub(in crate::source::docker) was_subscribed: bool,
    /// True while there is a subscription.
    is_subscribed: bool,
    /// True if the current subscription has delivered an event.
    event_received: bool,
    /// Number of changes that the list showed and no event reported, counted until the first event arrives.
    missed_events: u32,
    /// Failure with which the engine refused to send events, and the time of the refusal.
    events_refused: Option<(Instant, Failure)>,
    /// Time of the last complete listing.
    last_listed: Option<Instant>,
    /// Socket tables of local containers.
    pub(in crate::source::docker) socket_cache: SocketCache,
    /// Time of the last read of sockets inside containers.
    last_exec: Option<Instant>,
}

/// Record of a container, with the fingerprint of its list entry and a watch on its files.
#[derive(Debug)]
struct CachedContainer {
    fingerprint: String,
    record: Arc<ContainerRecord>,
    watch: FileWatch,
}

/// Event with the id of its container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::docker) struct ContainerEvent {
    /// Id of the container.
    pub(in crate::source::docker) container: String,
    /// The event itself.
    pub(in crate::source::docker) event: Event,
}

impl EngineCache {
    /// Returns the ids of the containers that are marked as changed, and removes all marks.
    pub(in crate::source::docker) fn take_dirty(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.dirty)
    }

    /// Marks containers as changed.
    pub(in crate::source::docker) fn mark_dirty(&mut self, containers: impl IntoIterator<Item = String>) {
        self.dirty.extend(containers);
        if self.dirty.len() > MAX_TRACKED_CONTAINERS {
            // Beyond the limit, every container counts as changed.
            self.dirty.clear();
            self.clear_records();
        }
    }

    /// Returns the cached record of a container if the list entry of the container has the same fingerprint
    /// as before.
    pub(in crate::source::docker) fn unchanged_record(
        &self,
        id: &str,
        fingerprint: &str,
    ) -> Option<Arc<ContainerRecord>> {
        self.containers.get(id).filter(|k| k.fingerprint == fingerprint).map(|k| Arc::clone(&k.record))
    }

    /// Returns the last record of a container, even if the container has changed since.
    pub(in crate::source::docker) fn last_record(&self, id: &str) -> Option<Arc<ContainerRecord>> {
        self.containers.get(id).map(|k| Arc::clone(&k.record))
    }

    /// Stores the record of a container.
    pub(in crate::source::docker) fn insert(
        &mut self,
        id: String,
        fingerprint: String,
        record: Arc<ContainerRecord>,
        watch: FileWatch,
    ) {
        self.containers.insert(id, CachedContainer { fingerprint, record, watch });
    }

    /// Returns the number of containers with a record.
    pub(in crate::source::docker) fn container_count(&self) -> usize {
        self.containers.len()
    }

    /// Returns the file watch of each container, with the container's id.
    pub(in crate::source::docker) fn file_watches(&self) -> Vec<(String, FileWatch)> {
        self.containers.iter().map(|(id, known)| (id.clone(), known.watch.clone())).collect()
    }

    /// Returns the last record of every container.
    pub(in crate::source::docker) fn all_records(&self) -> Vec<Arc<ContainerRecord>> {
        self.containers.values().map(|known| Arc::clone(&known.record)).collect()
    }

    /// Returns true if the cache is up to date at `now`: a subscription exists, no container is marked as
    /// changed, and the last listing is recent.
    pub(in crate::source::docker) fn is_fresh(&self, now: Instant) -> bool {
        let lasts = if self.event_received { LIST_LIFETIME } else { LIST_LIFETIME_WITHOUT_EVENTS };
        self.is_subscribed && self.dirty.is_empty() && self.last_listed.is_some_and(|at| now < at + lasts)
    }

    /// Records that a subscription begins or ends.
    pub(in crate::source::docker) fn set_subscribed(&mut self, listening: bool) {
        (self.is_subscribed, self.last_listed, self.event_received) = (listening, None, false);
        if listening {
            self.events_refused = None;
        }
    }

    /// Records that an event arrived.
    pub(in crate::source::docker) fn note_event_received(&mut self) {
        self.event_received = true;
    }

    /// Records a change that the list showed and no event reported. Returns true if the number of such
    /// changes has just reached [`MAX_MISSED_EVENTS`]. In that case, the engine seems not to know the
    /// requested actions, so the caller must request events of all actions.
    pub(in crate::source::docker) fn note_missed_event(&mut self) -> bool {
        let counts = self.is_subscribed && self.last_listed.is_some() && !self.event_received;
        self.missed_events += u32::from(counts);
        counts && self.missed_events == MAX_MISSED_EVENTS
    }

    /// Returns true if events of all actions are needed, not only events of known actions.
    pub(in crate::source::docker) fn needs_unfiltered_events(&self) -> bool {
        self.missed_events >= MAX_MISSED_EVENTS
    }

    /// Records that the engine refused events.
    pub(in crate::source::docker) fn note_events_refused(&mut self, now: Instant, failure: Failure) {
        self.events_refused = Some((now, failure));
    }

    /// Returns the failure with which the engine refused events.
    pub(in crate::source::docker) fn events_refusal(&self) -> Option<&Failure> {
        self.events_refused.as_ref().map(|(_, failure)| failure)
    }

    /// Returns the time of the next attempt to subscribe, or `None` if the engine has not refused events.
    pub(in crate::source::docker) fn events_retry_at(&self) -> Option<Instant> {
        self.events_refused.as_ref().map(|(at, _)| *at + EVENTS_RETRY_INTERVAL)
    }

    /// Makes the next poll list all containers, because an event was unreadable.
    pub(in crate::source::docker) fn expire_list(&mut self) {
        self.last_listed = None;
    }

    /// Returns true if a read of sockets inside containers is due. In that case, records `now` as the time of
    /// the read.
    pub(in crate::source::docker) fn claim_exec_turn(&mut self, now: Instant) -> bool {
        let due = self.last_exec.is_none_or(|at| now >= at + EXEC_INTERVAL);
        if due {
            self.last_exec = Some(now);
        }
        due
    }

    /// Records a complete listing at `now`.
    pub(in crate::source::docker) fn note_listed(&mut self, now: Instant) {
        self.last_listed = Some(now);
    }

    /// Records a lifecycle event of a container.
    pub(in crate::source::docker) fn record_lifecycle(
        &mut self,
        id: &str,
        event: LifecycleEvent,
        at: Timestamp,
    ) {
        if self.exits.len() < MAX_TRACKED_CONTAINERS || self.exits.contains_key(id) {
            self.exits.entry(id.to_owned()).or_default().record(event, at);
        }
    }

    /// Returns a copy of the exit histories.
    pub(in crate::source::docker) fn exit_histories(&self) -> BTreeMap<String, ExitHistory> {
        self.exits.clone()
    }

    /// Removes the records and exit histories of containers for which `exists` returns false.
    pub(in crate::source::docker) fn retain(&mut self, exists: impl Fn(&str) -> bool) {
        self.containers.retain(|id, _| exists(id));
        self.exits.retain(|id, _| exists(id));
    }

    /// Removes all container records, because events may be missing. The next poll inspects every container.
    pub(in crate::source::docker) fn clear_records(&mut self) {
        self.last_listed = None;
        self.containers.clear();
    }

    /// Adds an event. A start after a stop becomes a restart. If the event is a repetition, returns false and
    /// adds nothing: some engines report the health after every check.
    pub(in crate::source::docker) fn add_event(&mut self, mut event: ContainerEvent) -> bool {
        let same = |t: &ContainerEvent| {
            t.container == event.container
                && t.event.at == event.event.at
                && t.event.kind.same_category(event.event.kind)
        };
        if self.events.iter().rev().any(same) {
            return false;
        }
        let last = self.events.iter().rev().find(|t| t.container == event.container).map(|last| &last.event);
        let repeated = |last: &Event| last.kind == EventKind::Health && last.text == event.event.text;
        if event.event.kind == EventKind::Health && last.is_some_and(repeated) {
            return false;
        }
        if event.event.kind == EventKind::Start && last.is_some_and(|last| last.kind == EventKind::Stop) {
            event.event.kind = EventKind::Restart;
            let name = event.event.text.trim_end_matches("started");
            event.event.text = format!("{name}restarted").into();
        }
        if self.events.len() == MAX_KEPT_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
        true
    }

    /// Returns the events, oldest first.
    pub(in crate::source::docker) fn events(&self) -> Vec<ContainerEvent> {
        self.events.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        EngineCache, Instant, LIST_LIFETIME, LIST_LIFETIME_WITHOUT_EVENTS, LifecycleEvent,
        MAX_TRACKED_CONTAINERS, Timestamp,
    };

    #[test]
    fn an_engine_without_events_is_listed_more_often() {
        let (mut memory, now) = (EngineCache::default(), Instant::now());
        memory.set_subscribed(true);
        memory.note_listed(now);
        assert!(memory.is_fresh(now) && !memory.is_fresh(now + LIST_LIFETIME_WITHOUT_EVENTS));
        assert!(
            !memory.note_missed_event() && memory.note_missed_event() && memory.needs_unfiltered_events()
        );
        memory.set_subscribed(true);
        assert!(memory.needs_unfiltered_events(), "also of the stream that is opened for it");
        memory.note_event_received();
        memory.note_listed(now);
        assert!(memory.is_fresh(now + LIST_LIFETIME_WITHOUT_EVENTS) && !memory.is_fresh(now + LIST_LIFETIME));
        assert!(!memory.note_missed_event(), "the event may be on its way");
    }

    #[test]
    fn tracked_containers_are_limited() {
        let (mut memory, now) = (EngineCache::default(), Instant::now());
        memory.set_subscribed(true);
        memory.note_listed(now);
        for number in 0..=MAX_TRACKED_CONTAINERS {
            memory.record_lifecycle(&number.to_string(), LifecycleEvent::Stop, Timestamp::UNIX_EPOCH);
            memory.mark_dirty([number.to_string()]);
        }
        assert_eq!(memory.exit_histories().len(), MAX_TRACKED_CONTAINERS);
        assert!(memory.take_dirty().is_empty() && !memory.is_fresh(now), "everything is looked at anew");
    }
}
