//! Deduplication of lines that a new read session delivers again. If several lines have the same time and
//! text, each stored line counts as a duplicate at most once.

use super::{
    entry_key::{LinePosition, to_nanos},
    read_session::ReadSession,
    stream::StoredStream,
};
use crate::model::LogReadOptions;
use std::sync::Arc;

impl StoredStream {
    /// Begins a read session for the time span in `start`. All stored lines have arrival numbers below
    /// `mark`; all new lines of the session get higher ones. Resets `is_reread` of the lines in the time
    /// span.
    pub(super) fn begin_session(&mut self, start: LogReadOptions, mark: u64) {
        let (since, until) = (start.since.map(to_nanos), start.until.map(to_nanos));
        let within = |at: i64| since.is_none_or(|since| since <= at) && until.is_none_or(|until| at < until);
        for chunk in &mut self.chunks {
            if chunk.lines().iter().any(|meta| meta.is_reread && within(meta.position().at)) {
                let metas = Arc::make_mut(chunk).lines_mut().iter_mut();
                metas.filter(|meta| within(meta.position().at)).for_each(|meta| meta.is_reread = false);
            }
        }
        self.sessions[usize::from(start.until.is_none())] = Some(ReadSession::new(start, mark));
    }

    /// Returns true if the session with the index `reading` delivers a line that was stored before the
    /// session began. `at` and `text` are the time and text of the line. Marks the stored line as read again.
    pub(super) fn mark_if_duplicate(&mut self, reading: usize, at: i64, text: &str) -> bool {
        let Some(ReadSession { start_seq: mark, last_duplicate: last_again, .. }) = self.sessions[reading]
        else {
            return false;
        };
        if self.chunks.back().and_then(|chunk| chunk.last_position()).is_none_or(|newest| newest.at < at) {
            return false;
        }
        let begin = LinePosition { at, seq: 0 };
        // Most lines arrive in order. So the search begins at the last match if that has the same time, and
        // otherwise at the first line of this time.
        let from = last_again.filter(|last| last.at == at).unwrap_or(begin);
        let found =
            self.mark_first_match(from, mark, text).or_else(|| self.mark_first_match(begin, mark, text));
        if let (Some(found), Some(reading)) = (found, &mut self.sessions[reading]) {
            reading.last_duplicate = Some(found);
        }
        found.is_some()
    }

    /// Marks one stored line as read again: the first unmarked line from `from` on that has the time of
    /// `from` and this `text`, and that arrived before `mark`. Returns the position of that line, or `None`
    /// if there is none.
    fn mark_first_match(&mut self, from: LinePosition, mark: u64, text: &str) -> Option<LinePosition> {
        let first = self.chunks.partition_point(|chunk| chunk.last_position() < Some(from));
        for chunk in self.chunks.range_mut(first..) {
            for index in chunk.lines_before(from)..chunk.lines().len() {
                let meta = chunk.lines()[index];
                if meta.position() >= (LinePosition { seq: mark, ..from }) {
                    return None;
                }
                if !meta.is_reread && &chunk.text()[meta.text_range()] == text {
                    Arc::make_mut(chunk).lines_mut()[index].is_reread = true;
                    return Some(meta.position());
                }
            }
        }
        None
    }
}
