//! Merging of entries that several members of a team recorded about the same change, each by its own clock.

use super::{Entry, History, MAX_ENTRIES, MAX_ENTRIES_PER_SUBJECT, Subject};
use crate::model::{EventKind, Health, NodeId, Timestamp};
use jiff::SignedDuration;
use std::{
    collections::BTreeSet,
    ops::{Bound, RangeBounds},
    sync::Arc,
};

/// Largest difference between the times at which two members record the same change. Only the leader polls
/// the source. Another member computes the time of a snapshot from the age that the leader published with it.
/// That time may be too early by the interval between two publications.
const MAX_RECORDING_SKEW: SignedDuration = SignedDuration::from_mins(1);

impl Entry {
    /// Returns true if `entries` contains this entry, or a record of the same change at about the same time.
    #[must_use]
    pub fn is_recorded_in(&self, entries: &BTreeSet<Arc<Self>>) -> bool {
        entries.range(times_near(self.at)).any(|other| self.records_change_of(other))
    }

    /// Returns true if both entries record the same change of the same subject. Two records of a finding need
    /// not have the same text, because the text contains counts that differ between members.
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
    /// Adds entries that other members of the team recorded, except those about a change that this history
    /// has already recorded. Stops at half of each limit, so that merged entries never displace the entries
    /// that this member recorded.
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

/// Returns the range of entries within [`MAX_RECORDING_SKEW`] of `at`, for a lookup in a sorted set of
/// entries.
fn times_near(at: Timestamp) -> impl RangeBounds<Arc<Entry>> {
    // Entries sort by time first, then by subject. At one time, an entry with an empty node id sorts before
    // every other.
    let least = |at: Timestamp| {
        let subject = Subject::Node(NodeId::new(""));
        Arc::new(Entry::new(at, subject, EventKind::Deployment, String::new(), None))
    };
    let first = at.checked_sub(MAX_RECORDING_SKEW).map_or(Bound::Unbounded, |at| Bound::Included(least(at)));
    let last = at.checked_add(MAX_RECORDING_SKEW).map_or(Bound::Unbounded, |at| Bound::Excluded(least(at)));
    (first, last)
}
