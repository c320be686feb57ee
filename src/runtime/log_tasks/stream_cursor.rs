//! Position of a log task in its stream. After the stream breaks, the task continues from there.

use crate::{
    model::{LogBatch, LogReadOptions, OutputStream, Timestamp},
    source::line_dedup::{LineDedup, ReadPass, line_hash},
};
use std::collections::BTreeSet;

/// Time span of the newest lines that Portolan remembers to recognize repeated ones, in nanoseconds. When a
/// task reopens its stream, it reads again from half of this span before its newest line.
const DEDUP_SPAN_NS: i64 = 4_000_000_000;

/// Position of a log task in its stream. After the stream broke, the task continues from this position,
/// without a gap and without repeated lines.
pub(super) struct StreamCursor {
    start: LogReadOptions,
    dedup: LineDedup,
    reading: Option<ReadPass>,
    /// Notes that were already sent. A source repeats some of its notes each time a task opens the stream.
    seen_notes: BTreeSet<(Option<Timestamp>, String)>,
}

impl StreamCursor {
    pub(super) fn new(start: LogReadOptions) -> Self {
        Self { start, dedup: LineDedup::new(DEDUP_SPAN_NS), reading: None, seen_notes: BTreeSet::new() }
    }

    /// Begins the next read of the stream, and returns the options for it.
    pub(super) fn next_start(&mut self) -> LogReadOptions {
        if let Some(reading) = self.reading.take() {
            self.dedup.end_pass(reading);
        }
        self.reading = Some(self.dedup.begin_pass(true));
        let resume = self.dedup.resume_time().and_then(|at| Timestamp::from_nanosecond(at.into()).ok());
        match resume {
            Some(at) => {
                LogReadOptions { since: self.start.since.max(Some(at)), tail: usize::MAX, ..self.start }
            }
            None => self.start,
        }
    }

    /// Removes from `batch` the lines and notes that were already sent.
    pub(super) fn filter_new(&mut self, mut batch: LogBatch) -> LogBatch {
        if !batch.lines.is_empty() {
            // Lines prove that the stream works again, so later notes report a new problem.
            self.seen_notes.retain(|(at, _)| at.is_some());
        }
        batch.notes.retain(|note| self.seen_notes.insert((note.at, note.text.to_string())));
        let Some(reading) = self.reading.filter(|_| self.start.follow) else { return batch };
        batch.lines.retain(|line| {
            let at = i64::try_from(line.at.as_nanosecond()).unwrap_or(i64::MAX);
            self.dedup.is_new(reading, at, line_hash(&(line.stream == OutputStream::Stderr, &line.text)))
        });
        batch
    }
}
