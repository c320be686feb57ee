//! Read sessions of a stream, and the gaps that they leave or fill.

use super::entry_key::{LinePosition, to_nanos};
use crate::model::LogReadOptions;

/// A read session in progress.
#[derive(Clone, Debug)]
pub(super) struct ReadSession {
    /// The part of the stream that the session reads.
    pub(super) start: LogReadOptions,
    /// The order of arrival at which the session began. It may read earlier lines again.
    pub(super) start_seq: u64,
    /// The number of lines read, including lines that were already stored.
    pub(super) received_lines: usize,
    /// The time of the oldest line read, in nanoseconds since 1970.
    pub(super) oldest_nanos: Option<i64>,
    /// The last line that the session read again. The next search begins there.
    pub(super) last_duplicate: Option<LinePosition>,
}

impl ReadSession {
    pub(super) fn new(start: LogReadOptions, start_seq: u64) -> Self {
        Self { start, start_seq, received_lines: 0, oldest_nanos: None, last_duplicate: None }
    }

    /// Returns true if the session may read lines of that time.
    pub(super) fn covers(&self, at: i64) -> bool {
        self.start.until.is_none_or(|until| at < to_nanos(until))
    }

    /// Returns true if the session reads every line from that time on.
    pub(super) fn is_complete_since(&self, at: i64) -> bool {
        self.start.tail == usize::MAX && self.start.since.is_none_or(|since| to_nanos(since) <= at)
    }

    /// Returns true if the session reached the start of its part: it read fewer lines than its limit.
    pub(super) fn has_reached_start(&self) -> bool {
        self.received_lines < self.start.tail
    }
}

/// A gap in a stream: lines that were read and dropped, or never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// The time of the last line before the gap, or of the oldest line that was requested.
    pub(super) low: i64,
    /// The end of the gap, and the place of its note.
    pub(super) high: LinePosition,
    /// The number of missing lines; `None` if unknown.
    pub(super) count: Option<u64>,
}

impl Gap {
    /// Returns the text of the gap's note.
    pub(super) fn note_text(&self) -> String {
        match self.count {
            Some(1) => "1 line dropped here: log-memory limit reached".to_owned(),
            Some(count) => format!("{count} lines dropped here: log-memory limit reached"),
            None => "an unknown number of lines was not read here".to_owned(),
        }
    }
}
