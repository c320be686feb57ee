//! Grouping of repeated entries. The timeline shows a group as one row, with a count and the times of its
//! first and last entry.

use super::{Entry, Subject};
use crate::model::EventKind;
use jiff::SignedDuration;
use std::{collections::BTreeMap, sync::Arc};

/// Group of entries that repeat each other, shown as one row of the timeline. An entry that nothing repeats
/// forms a group of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventGroup {
    /// Oldest entry of the group.
    pub first: Arc<Entry>,
    /// Newest entry of the group.
    pub last: Arc<Entry>,
    /// Number of entries in the group, at least 1.
    pub count: usize,
}

/// Longest time between two successive entries of one group.
const MAX_REPEAT_GAP: SignedDuration = SignedDuration::from_mins(15);

/// Groups entries that repeat each other: same subject, same kind, texts that differ only in ids, and at most
/// [`MAX_REPEAT_GAP`] between two entries.
///
/// `entries` must be in order of time. The groups are sorted by their last entry.
#[must_use]
pub fn coalesce<'a>(entries: impl Iterator<Item = &'a Arc<Entry>>) -> Vec<EventGroup> {
    let mut rows: Vec<EventGroup> = Vec::new();
    let mut open: BTreeMap<(u64, EventKind, &Subject), usize> = BTreeMap::new();
    for entry in entries {
        let place = open.entry((entry.text_hash, entry.kind, &entry.subject)).or_insert(rows.len());
        match rows.get_mut(*place) {
            Some(row) if entry.at.duration_since(row.last.at) <= MAX_REPEAT_GAP => {
                row.last = Arc::clone(entry);
                row.count += 1;
            }
            _ => {
                *place = rows.len();
                rows.push(EventGroup { first: Arc::clone(entry), last: Arc::clone(entry), count: 1 });
            }
        }
    }
    rows.sort_by(|a, b| a.last.cmp(&b.last));
    rows
}
