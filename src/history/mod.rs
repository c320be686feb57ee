//! History of all sources in order of time: events that sources report, differences between snapshots,
//! findings, actions and notes. Its size is limited in total and for each subject. At a limit, the history
//! drops the oldest entries first.
//!
//! Recording a snapshot without changes costs nothing. Otherwise the cost grows with the number of changed
//! services.

mod service_diff;
mod snapshot_changes;
mod entry;
mod earlier_occurrence;
mod coalesce;
mod finding_events;
mod event_kinds;
mod merge;
#[cfg(test)]
mod tests;
mod new_events;

pub use coalesce::{EventGroup, coalesce};
pub use earlier_occurrence::EarlierOccurrence;
pub use entry::{Entry, Subject};
pub use event_kinds::{EVENT_KIND_TABLE, EventKindSpec};

use crate::model::{
    Event, EventKind, Finding, Health, ServiceId, Snapshot, SnapshotDiff, SourceId, SourceState,
    SourceStatus, Timestamp,
};
use finding_events::OpenFindings;
use jiff::SignedDuration;
use service_diff::Difference;
use snapshot_changes::unreported_differences;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Maximum number of entries of all subjects together.
const MAX_ENTRIES: usize = 20_000;
/// Maximum number of entries of one subject. A service that restarts twice a minute reaches this number in
/// about eight hours.
const MAX_ENTRIES_PER_SUBJECT: usize = 1_000;

/// The events of all sources, as entries in order of time. The history also keeps the data from which it
/// derives new entries: the last complete snapshot of each source, and the open findings.
#[derive(Clone, Debug, Default)]
pub struct History {
    entries: BTreeSet<Arc<Entry>>,
    by_subject: BTreeMap<Subject, SubjectEntries>,
    /// Newest entry that was dropped to save memory. Equal and older entries are not added again.
    newest_dropped: Option<Arc<Entry>>,
    open_findings: OpenFindings,
    /// Last complete snapshot of each source.
    last_complete: BTreeMap<SourceId, Arc<Snapshot>>,
    version: u64,
}

/// The entries of the history about one node or source, in order of time.
#[derive(Clone, Debug, Default)]
struct SubjectEntries {
    entries: BTreeSet<Arc<Entry>>,
    newest_dropped: Option<Arc<Entry>>,
}

impl History {
    /// Returns a counter that grows with every change of the entries. While the counter stays the same, data
    /// derived from the entries remain valid.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Returns all entries, the oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        self.entries.iter()
    }

    /// Returns the entries of `subject`, the oldest first.
    pub fn entries_of<'a>(
        &'a self,
        subject: &Subject,
    ) -> impl DoubleEndedIterator<Item = &'a Arc<Entry>> + use<'a> {
        self.by_subject.get(subject).into_iter().flat_map(|thread| &thread.entries)
    }

    /// Returns the entries of `service` at most `within` before `at`, the newest first. An entry at the time
    /// `at` is included.
    pub fn entries_before<'a>(
        &'a self,
        service: &ServiceId,
        at: Timestamp,
        within: SignedDuration,
    ) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let is_recent = move |entry: &&Arc<Entry>| at.duration_since(entry.at) <= within;
        let thread = self.entries_of(&Subject::from(service)).rev();
        thread.skip_while(move |entry| entry.at > at).take_while(is_recent).map(Arc::as_ref)
    }

    /// Records the changes of a source. `old` is its previous snapshot, `new` the current one, and `change`
    /// the difference between the two.
    ///
    /// The services of `new` are compared with those of the last complete snapshot rather than with `old`: if
    /// `old` was incomplete, most of its differences from `new` are not real changes.
    pub fn record_snapshot(&mut self, old: Option<&Snapshot>, new: &Arc<Snapshot>, change: &SnapshotDiff) {
        let last_complete = self.last_complete.get(&new.source).cloned();
        if new.progress.is_empty() {
            self.last_complete.insert(new.source.clone(), Arc::clone(new));
        }
        let is_consecutive =
            last_complete.as_deref().zip(old).is_some_and(|(whole, old)| whole.taken_at == old.taken_at);
        if !change.has_changes() && (is_consecutive || last_complete.is_none()) {
            return;
        }
        let new_events = self.record_events(old, new);
        // If the set of unread parts changed, nothing is compared, because data that appear or disappear for
        // that reason are not real changes.
        let comparable =
            last_complete.filter(|whole| whole.unread_parts == new.unread_parts && new.progress.is_empty());
        let Some(last_complete) = comparable else { return };
        let change = if is_consecutive { change } else { &SnapshotDiff::Everything };
        for (service, difference) in unreported_differences(&last_complete, new, change, &new_events) {
            let Difference { kind, text, health } = difference;
            self.insert(Entry::new(new.taken_at, Subject::from(&service), kind, text, health));
        }
    }

    /// Records the events of `new` that `old` lacks, and returns them.
    fn record_events<'a>(&mut self, old: Option<&Snapshot>, new: &'a Snapshot) -> Vec<&'a Event> {
        let before = old.map_or(&[][..], |old| &old.events);
        let new_events = new_events::unseen_events(before, &new.events);
        for event in &new_events {
            if let Some(superseded) = new_events::superseded_event(event, before, &new.events) {
                self.remove(&Entry::from(superseded));
            }
            self.insert(Entry::from(*event));
        }
        new_events
    }

    /// Records that a source became unreadable or readable again; `before` is its previous state. Other
    /// changes of state add no entry.
    pub fn record_source_state(&mut self, before: SourceState, after: &SourceStatus, now: Timestamp) {
        finding_events::source_entry(before, after, now).into_iter().for_each(|entry| self.insert(entry));
    }

    /// Records which findings started and which were resolved since the last call. `findings` must be all
    /// current findings.
    pub fn record_findings(&mut self, findings: &[Finding], now: Timestamp) {
        self.open_findings.update(findings, now).into_iter().for_each(|entry| self.insert(entry));
    }

    /// Records an action of the user on `service`, or the result of the action.
    pub fn record_action(
        &mut self,
        service: &ServiceId,
        text: String,
        health: Option<Health>,
        at: Timestamp,
    ) {
        self.insert(Entry::new(at, Subject::from(service), EventKind::Action, text, health));
    }

    /// Replaces all entries by `entries`, and the open findings by `findings`, both from a share (a file with
    /// a colleague's screen and data). Keeps the last complete snapshot of each source.
    pub fn restore(&mut self, entries: impl IntoIterator<Item = Entry>, findings: &[Finding]) {
        let last_complete = std::mem::take(&mut self.last_complete);
        *self = Self { last_complete, open_findings: OpenFindings::of(findings), ..Self::default() };
        entries.into_iter().for_each(|entry| self.insert(entry));
    }

    /// Sets the snapshot that the next complete snapshot of the same source is compared with. Adds
    /// `findings`, the findings at the time of `snapshot`, to the open findings.
    pub fn set_baseline(&mut self, snapshot: Arc<Snapshot>, findings: &[Finding]) {
        self.open_findings.add(findings);
        self.last_complete.insert(snapshot.source.clone(), snapshot);
    }

    /// Records a note that a person left on `subject`.
    pub fn record_note(&mut self, subject: Subject, text: String, at: Timestamp) {
        self.insert(Entry::new(at, subject, EventKind::Note, text, None));
    }

    /// Adds an entry. Does nothing if the history contains the entry, or has dropped it or a newer entry to
    /// save memory.
    fn insert(&mut self, entry: Entry) {
        let entry = Arc::new(entry);
        let thread = self.by_subject.entry(entry.subject.clone()).or_default();
        let was_dropped = |floor: &Option<Arc<Entry>>| floor.as_ref().is_some_and(|floor| entry <= *floor);
        if was_dropped(&self.newest_dropped)
            || was_dropped(&thread.newest_dropped)
            || !thread.entries.insert(Arc::clone(&entry))
        {
            return;
        }
        self.entries.insert(entry);
        self.version += 1;
        if thread.entries.len() > MAX_ENTRIES_PER_SUBJECT
            && let Some(oldest) = thread.entries.pop_first()
        {
            self.entries.remove(&oldest);
            thread.newest_dropped = Some(oldest);
        }
        if self.entries.len() > MAX_ENTRIES
            && let Some(oldest) = self.entries.pop_first()
        {
            self.remove_from_subject(&oldest);
            self.newest_dropped = Some(oldest);
        }
    }

    /// Removes `entry`, so that a more exact report of the same event can replace it.
    fn remove(&mut self, entry: &Entry) {
        if self.entries.remove(entry) {
            self.version += 1;
            self.remove_from_subject(entry);
        }
    }

    fn remove_from_subject(&mut self, entry: &Entry) {
        if let Some(thread) = self.by_subject.get_mut(&entry.subject) {
            thread.entries.remove(entry);
            if thread.entries.is_empty() && thread.newest_dropped.is_none() {
                self.by_subject.remove(&entry.subject);
            }
        }
    }
}
