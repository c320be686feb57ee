//! A reading of a stream: what it has brought, and the holes that it leaves or fills.

use super::key::{Place, nanos};
use crate::model::LogStart;

/// A reading that is under way.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// Which part it reads.
    pub(super) start: LogStart,
    /// The order of arrival at which it began; what came before is what it may bring again.
    pub(super) mark: u64,
    /// How many lines it has brought, those again that were held.
    pub(super) brought: usize,
    /// The time of the oldest line it has brought.
    pub(super) first: Option<i64>,
    /// The last line that it brought again: where the next is looked for.
    pub(super) last_again: Option<Place>,
}

impl Reading {
    pub(super) fn new(start: LogStart, mark: u64) -> Self {
        Self { start, mark, brought: 0, first: None, last_again: None }
    }

    /// Whether it brings lines of that time.
    pub(super) fn reaches(&self, at: i64) -> bool {
        self.start.until.is_none_or(|until| at < nanos(until))
    }

    /// Whether it brings every line from that time on.
    pub(super) fn is_whole_from(&self, at: i64) -> bool {
        self.start.tail == usize::MAX && self.start.since.is_none_or(|since| nanos(since) <= at)
    }

    /// Whether it has come to the beginning of what it was to read: it brought fewer lines than it might have.
    pub(super) fn is_exhausted(&self) -> bool {
        self.brought < self.start.tail
    }
}

/// A hole in a stream: lines that were read once and dropped, or never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// The time before which lines are held, or were never asked for.
    pub(super) low: i64,
    /// Where it ends, and its note stands.
    pub(super) high: Place,
    /// How many lines it has, where they were counted.
    pub(super) count: Option<u64>,
}

impl Gap {
    /// Its note's words.
    pub(super) fn words(&self) -> String {
        match self.count {
            Some(1) => "1 line was dropped here, to keep within log-memory".to_owned(),
            Some(count) => format!("{count} lines were dropped here, to keep within log-memory"),
            None => "lines between two readings are missing here".to_owned(),
        }
    }
}
