//! Entries that several members of a team recorded about the same change, each by its own clock.

use super::{Entry, History, MAX_ENTRIES, MAX_ENTRIES_PER_SUBJECT, Subject};
use crate::model::{EventKind, Health, NodeId, Timestamp};
use jiff::SignedDuration;
use std::{
    collections::BTreeSet,
    ops::{Bound, RangeBounds},
    sync::Arc,
};

/// Largest difference between the times at which two members record the same change. A member that follows computes
/// the time of a reading from ages, so it may be early by as much as the time between two heads.
const MAX_RECORDING_SKEW: SignedDuration = SignedDuration::from_mins(1);

impl Entry {
    /// Returns true if `entries` has this entry, or another record of the same change at about the same time.
    #[must_use]
    pub fn is_recorded_in(&self, entries: &BTreeSet<Arc<Self>>) -> bool {
        entries.range(times_near(self.at)).any(|other| self.records_change_of(other))
    }

    /// Returns true if both entries record the same change of the same subject. The wording of a finding may differ,
    /// because it counts what its member has seen.
    fn records_change_of(&self, other: &Self) -> bool {
        let is_same_text = match (&self.finding, &other.finding) {
            (Some(kind), Some(other_kind)) => {
                kind == other_kind && self.is_resolution() == other.is_resolution()
            }
            (None, None) => self.text == other.text,
            _ => false,
        };
        is_same_text && self.kind == other.kind && self.subject == other.subject
    }

    /// Returns true if the entry records that a finding was resolved.
    pub(super) fn is_resolution(&self) -> bool {
        self.finding.is_some() && self.health == Some(Health::Healthy)
    }
}

impl History {
    /// Adds entries that other members of the team recorded, unless this history has a record of the same change. They
    /// take at most half of the room, so that they never displace what this member has recorded.
    pub fn merge(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            if self.entries.len() >= MAX_ENTRIES / 2 {
                return;
            }
            let thread = self.by_subject.get(&entry.subject);
            let is_known_or_full = thread.is_some_and(|thread| {
                thread.entries.len() >= MAX_ENTRIES_PER_SUBJECT / 2 || entry.is_recorded_in(&thread.entries)
            });
            if !is_known_or_full {
                self.insert(entry);
            }
        }
    }
}

/// Returns the range of entries within [`MAX_RECORDING_SKEW`] of `at`.
fn times_near(at: Timestamp) -> impl RangeBounds<Arc<Entry>> {
    // Entries sort by their time first. No entry of these times is less than one without a name and a text.
    let least = |at: Timestamp| {
        let subject = Subject::Node(NodeId::new(""));
        Arc::new(Entry::new(at, subject, EventKind::Deployment, String::new(), None))
    };
    let first = at.checked_sub(MAX_RECORDING_SKEW).map_or(Bound::Unbounded, |at| Bound::Included(least(at)));
    let last = at.checked_add(MAX_RECORDING_SKEW).map_or(Bound::Unbounded, |at| Bound::Excluded(least(at)));
    (first, last)
}
