//! What happened, across all sources, in the order of time: what they told, each thing once; what was different from one
//! look to the next; which findings began and ended. It is bounded: each subject has a share, and the oldest go first.
//!
//! A look that changes nothing costs nothing here, and one that changes a few services costs what they do.

mod differ;
mod entry;
mod fold;
mod judged;
mod kind;
#[cfg(test)]
mod tests;
mod told;

pub use entry::{Entry, Subject};
pub use fold::{Row, fold};
pub use kind::{KINDS, Kind};

use crate::model::{
    Change, Event, EventKind, Finding, Service, ServiceId, Snapshot, SourceId, SourceState, SourceStatus,
    Timestamp,
};
use differ::Difference;
use jiff::SignedDuration;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The most entries that are kept, and the most of one subject.
const MOST: usize = 20_000;
const SHARE: usize = 400;

/// How long an event of a start or an end stands for a difference that is seen only later.
const NEAR: SignedDuration = SignedDuration::from_secs(30);

/// What happened.
#[derive(Debug, Default)]
pub struct History {
    entries: BTreeSet<Arc<Entry>>,
    threads: BTreeMap<Subject, Thread>,
    /// The newest of those that were dropped: it and what is older stays away.
    floor: Option<Arc<Entry>>,
    standing: judged::Standing,
    /// The last look at each source at which all was read.
    whole: BTreeMap<SourceId, Arc<Snapshot>>,
    version: u64,
}

/// What happened to one subject.
#[derive(Debug, Default)]
struct Thread {
    entries: BTreeSet<Arc<Entry>>,
    floor: Option<Arc<Entry>>,
}

impl History {
    /// Counts up with every change, so that what follows from it is made anew only then.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Everything that is kept, the oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        self.entries.iter()
    }

    /// What is kept of one subject, the oldest first.
    pub fn of<'a>(&'a self, subject: &Subject) -> impl DoubleEndedIterator<Item = &'a Arc<Entry>> + use<'a> {
        self.threads.get(subject).into_iter().flat_map(|thread| &thread.entries)
    }

    /// What happened to a service up to `at`, and no longer than `within` before that; the newest first.
    pub fn before<'a>(
        &'a self,
        service: &ServiceId,
        at: Timestamp,
        within: SignedDuration,
    ) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let young = move |entry: &&Arc<Entry>| at.duration_since(entry.at) <= within;
        let thread = self.of(&Subject::from(service)).rev();
        thread.skip_while(move |entry| entry.at > at).take_while(young).map(Arc::as_ref)
    }

    /// Takes a look at a source, and the look before it, where there was one; `change` is what is different.
    ///
    /// What is different from the last look at which all was read is told as well: of a service of which only a part is
    /// known yet, much seems different that is not.
    pub fn look(&mut self, old: Option<&Snapshot>, new: &Arc<Snapshot>, change: &Change) {
        let whole = self.whole.get(&new.source).cloned();
        if new.progress.is_empty() {
            self.whole.insert(new.source.clone(), Arc::clone(new));
        }
        let follows = whole.as_deref().zip(old).is_some_and(|(whole, old)| whole.taken == old.taken);
        if !change.is_any() && (follows || whole.is_none()) {
            return;
        }
        let before = old.map_or(&[][..], |old| &old.events);
        let fresh = told::fresh(before, &new.events);
        for event in &fresh {
            if let Some(outdone) = told::outdone(event, before, &new.events) {
                self.forget(&Entry::from(outdone));
            }
            self.note(Entry::from(*event));
        }
        // An engine says by itself that it has removed a container.
        let removed = |id: &ServiceId| fresh.iter().any(|e| e.service == *id && e.kind == EventKind::Message);
        // It may also tell of an end before the container looks ended.
        let near = |event: &&Event| new.taken.duration_since(event.at) <= NEAR;
        let near: Vec<&Event> = new.events.iter().filter(near).collect();
        let mut differ = |service: &ServiceId, differences: Vec<Difference>| {
            for Difference { kind, text, tone } in differences {
                let says = |event: &&Event| event.service == *service && event.kind.is_akin(kind);
                let lives = kind.is_akin(EventKind::Start) || kind.is_akin(EventKind::Stop);
                let told = fresh.iter().any(says) || (lives && near.iter().any(says));
                if !told {
                    self.note(Entry::new(new.taken, Subject::from(service), kind, text, tone));
                }
            }
        };
        // What could not be read is no difference, nor is what can be read again.
        let whole = whole.as_deref().filter(|whole| whole.gaps == new.gaps && new.progress.is_empty());
        match (if follows { change } else { &Change::Everything }, whole) {
            (Change::Services(before), Some(_)) => {
                for service in before.values() {
                    let place = new.services.binary_search_by(|s| s.id.cmp(&service.id));
                    place.iter().for_each(|place| {
                        differ(&service.id, differ::between(service, &new.services[*place]));
                    });
                }
            }
            (Change::Everything, Some(old)) => {
                for (before, after) in pairs(&old.services, &new.services) {
                    match (before, after) {
                        (Some(before), Some(after)) if before != after => {
                            differ(&after.id, differ::between(before, after));
                        }
                        (None, Some(after)) => differ(&after.id, vec![differ::came(after)]),
                        (Some(before), None) if !removed(&before.id) => {
                            differ(&before.id, vec![differ::went()]);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes how a source is, and in which state it was before.
    pub fn source(&mut self, before: SourceState, after: &SourceStatus, now: Timestamp) {
        judged::source(before, after, now).into_iter().for_each(|entry| self.note(entry));
    }

    /// Takes what is wrong now.
    pub fn judged(&mut self, findings: &[Finding], now: Timestamp) {
        self.standing.follow(findings, now).into_iter().for_each(|entry| self.note(entry));
    }

    /// Keeps an entry, unless it is kept already or was dropped before.
    fn note(&mut self, entry: Entry) {
        let entry = Arc::new(entry);
        let thread = self.threads.entry(entry.subject.clone()).or_default();
        let late = |floor: &Option<Arc<Entry>>| floor.as_ref().is_some_and(|floor| entry <= *floor);
        if late(&self.floor) || late(&thread.floor) || !thread.entries.insert(Arc::clone(&entry)) {
            return;
        }
        self.entries.insert(entry);
        self.version += 1;
        if thread.entries.len() > SHARE
            && let Some(oldest) = thread.entries.pop_first()
        {
            self.entries.remove(&oldest);
            thread.floor = Some(oldest);
        }
        if self.entries.len() > MOST
            && let Some(oldest) = self.entries.pop_first()
        {
            self.drop_from_thread(&oldest);
            self.floor = Some(oldest);
        }
    }

    /// Takes an entry away.
    fn forget(&mut self, entry: &Entry) {
        if self.entries.remove(entry) {
            self.version += 1;
            self.drop_from_thread(entry);
        }
    }

    fn drop_from_thread(&mut self, entry: &Entry) {
        if let Some(thread) = self.threads.get_mut(&entry.subject) {
            thread.entries.remove(entry);
            if thread.entries.is_empty() && thread.floor.is_none() {
                self.threads.remove(&entry.subject);
            }
        }
    }
}

/// Two lists in the order of their ids side by side.
fn pairs<'a>(
    old: &'a [Arc<Service>],
    new: &'a [Arc<Service>],
) -> impl Iterator<Item = (Option<&'a Arc<Service>>, Option<&'a Arc<Service>>)> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    std::iter::from_fn(move || {
        let order = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) => a.id.cmp(&b.id),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        Some(match order {
            Ordering::Less => (old.next(), None),
            Ordering::Greater => (None, new.next()),
            Ordering::Equal => (old.next(), new.next()),
        })
    })
}
