//! What happens again and again, in one row: how often, and since when.

use super::{Entry, Subject};
use crate::model::EventKind;
use jiff::SignedDuration;
use std::{collections::BTreeMap, sync::Arc};

/// Something that happened once or several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The first time.
    pub first: Arc<Entry>,
    /// The last time.
    pub last: Arc<Entry>,
    /// How often.
    pub count: usize,
}

/// What is this far from the time before is told anew.
const APART: SignedDuration = SignedDuration::from_mins(15);

/// Puts what happened again to the same subject, in the same words but for ids, into one row. Entries come and rows go
/// in the order of time; a row stands where it happened last.
#[must_use]
pub fn fold<'a>(entries: impl Iterator<Item = &'a Arc<Entry>>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut open: BTreeMap<(u64, EventKind, &Subject), usize> = BTreeMap::new();
    for entry in entries {
        let place = open.entry((entry.like, entry.kind, &entry.subject)).or_insert(rows.len());
        match rows.get_mut(*place) {
            Some(row) if entry.at.duration_since(row.last.at) <= APART => {
                row.last = Arc::clone(entry);
                row.count += 1;
            }
            _ => {
                *place = rows.len();
                rows.push(Row { first: Arc::clone(entry), last: Arc::clone(entry), count: 1 });
            }
        }
    }
    rows.sort_by(|a, b| a.last.cmp(&b.last));
    rows
}
