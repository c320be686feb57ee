//! The log lines that are held: in time order, bounded in bytes, and counted where they are dropped.

use crate::model::{LogBatch, LogLine, LogNote, ServiceId, Timestamp};
use std::{collections::VecDeque, sync::Arc};

/// The lines that are held, oldest first.
pub struct LogBook {
    entries: VecDeque<Entry>,
    bytes: usize,
    limit: usize,
    arrivals: u64,
    dropped: u64,
}

/// A line or a note at its place in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place: its time, then the order of arrival. Unique.
    pub key: (Timestamp, u64),
    /// Whose it is; none for a note about all that are read together.
    pub service: Option<ServiceId>,
    /// The stream's label.
    pub label: Arc<str>,
    /// The text of a line or a note.
    pub text: String,
    /// Whether it is Portolan's own note about the stream.
    pub is_note: bool,
}

/// What an entry costs beside its text, in bytes.
const OVERHEAD: usize = size_of::<Entry>();

impl LogBook {
    /// An empty book that holds at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { entries: VecDeque::new(), bytes: 0, limit, arrivals: 0, dropped: 0 }
    }

    /// Takes a batch; what is there already, because a stream was read anew, is not taken twice.
    pub fn absorb(&mut self, batch: LogBatch, now: Timestamp) {
        for LogLine { at, service, label, text, .. } in batch.lines {
            self.insert(at, Some(service), label, text, false);
        }
        for LogNote { at, service, label, text, .. } in batch.notes {
            self.insert(at.unwrap_or(now), service, label, text, true);
        }
        while self.bytes > self.limit {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.text.len() + oldest.label.len() + OVERHEAD;
            self.dropped += 1;
        }
    }

    /// Puts an entry at its place in time: near the end, as nearly all come in order.
    fn insert(
        &mut self,
        at: Timestamp,
        service: Option<ServiceId>,
        label: Arc<str>,
        text: String,
        is_note: bool,
    ) {
        let place = self.entries.partition_point(|e| e.key.0 <= at);
        let same_time = self.entries.range(..place).rev().take_while(|e| e.key.0 == at);
        if same_time.into_iter().any(|e| e.text == text && e.label == label && e.service == service) {
            return;
        }
        self.arrivals += 1;
        self.bytes += text.len() + label.len() + OVERHEAD;
        let entry = Entry { key: (at, self.arrivals), service, label, text, is_note };
        if place == self.entries.len() {
            self.entries.push_back(entry);
        } else {
            self.entries.insert(place, entry);
        }
    }

    /// The entries of one service, oldest first.
    pub fn of<'a>(&'a self, service: &'a ServiceId) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.entries.iter().filter(move |e| e.service.as_ref().is_none_or(|of| of == service))
    }

    /// How many lines the bound has dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Entry {
    /// Whether the line tells of an error, by the words that logging libraries use for it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        const WORDS: &[&str] = &["error", "fatal", "critical", "panic", "exception", "traceback", "segfault"];
        let word = |c: char| !c.is_ascii_alphanumeric();
        !self.is_note && self.text.split(word).any(|w| WORDS.iter().any(|e| w.eq_ignore_ascii_case(e)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LogStream;

    fn line(second: i64, text: &str) -> LogLine {
        let at = Timestamp::from_second(second).unwrap();
        let service = ServiceId::new("docker/web");
        LogLine {
            at,
            service,
            label: "web".into(),
            stream: LogStream::Out,
            text: text.into(),
            paint: Vec::new(),
        }
    }

    fn held(book: &LogBook) -> Vec<&str> {
        book.entries.iter().map(|e| e.text.as_str()).collect()
    }

    fn absorb(book: &mut LogBook, lines: Vec<LogLine>) {
        let batch = LogBatch { lines, notes: Vec::new() };
        book.absorb(batch, Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn late_lines_find_their_place_and_repeats_are_taken_once() {
        let mut book = LogBook::new(1 << 20);
        absorb(&mut book, vec![line(1, "a"), line(3, "c")]);
        absorb(&mut book, vec![line(2, "b"), line(3, "c"), line(3, "d")]);
        assert_eq!(held(&book), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_oldest_go_first_and_are_counted() {
        let mut book = LogBook::new(10 * (OVERHEAD + 4));
        absorb(&mut book, (0..100).map(|i| line(i, "x")).collect());
        assert_eq!(book.entries.len(), 10);
        assert_eq!(book.dropped(), 90);
        assert_eq!(book.entries[0].key.0.as_second(), 90);
    }
}
