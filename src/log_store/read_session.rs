//! Read sessions of a stream, and the gaps that they leave or close.

use super::entry_key::{LinePosition, to_nanos};
use crate::model::LogReadOptions;

/// A read in progress of one log stream. It either follows the newest lines or reads one older page.
#[derive(Clone, Debug)]
pub(super) struct ReadSession {
    /// The options of the read, with its time span and maximum number of lines.
    pub(super) start: LogReadOptions,
    /// The arrival number at which the session began. Stored lines with lower numbers may be read again in
    /// the session.
    pub(super) start_seq: u64,
    /// The number of lines read, including lines that were already stored.
    pub(super) received_lines: usize,
    /// The time of the oldest line read, in nanoseconds since 1970; `None` before the first line.
    pub(super) oldest_nanos: Option<i64>,
    /// The position of the last stored line that the session read again. The search for the next duplicate
    /// begins there.
    pub(super) last_duplicate: Option<LinePosition>,
}

impl ReadSession {
    pub(super) fn new(start: LogReadOptions, start_seq: u64) -> Self {
        Self { start, start_seq, received_lines: 0, oldest_nanos: None, last_duplicate: None }
    }

    /// Returns true if the time `at` lies before the end of the session's time span, or if the span has no
    /// end.
    pub(super) fn covers(&self, at: i64) -> bool {
        self.start.until.is_none_or(|until| at < to_nanos(until))
    }

    /// Returns true if the session reads every line since the time `at`.
    pub(super) fn is_complete_since(&self, at: i64) -> bool {
        self.start.tail == usize::MAX && self.start.since.is_none_or(|since| to_nanos(since) <= at)
    }

    /// Returns true if the session has read back to the start of its time span, which is so if it got fewer
    /// lines than its limit.
    pub(super) fn has_reached_start(&self) -> bool {
        self.received_lines < self.start.tail
    }
}

/// A gap in a stream: lines that were dropped from memory, or were never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// The start of the gap, in nanoseconds since 1970: the time of the last line before the gap, or of the
    /// first dropped line.
    pub(super) low: i64,
    /// The end of the gap, where the log screen shows the gap's note.
    pub(super) high: LinePosition,
    /// The number of dropped lines; `None` if the lines were never read, so that their number is unknown.
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
