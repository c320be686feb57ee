//! Iteration over the matching lines and notes of all streams in time order. A heap merges the streams.

use super::query_results::QueryResults;
use crate::log_store::{
    entry::LogEntry,
    entry_key::{EntryKey, LinePosition},
    store::LogStore,
};
use std::{cmp::Reverse, collections::BinaryHeap};

impl QueryResults {
    /// Returns an iterator over the matching lines and notes, oldest first. It starts after the key `after`,
    /// or at the oldest entry if `after` is `None`.
    pub fn forward<'a, 's>(&'s self, store: &'a LogStore, after: Option<EntryKey>) -> MergeIter<'a, 's> {
        MergeIter::new(self, store, after.map(|key| (key, false)), true)
    }

    /// Returns an iterator over the matching lines and notes, newest first. It starts before the key
    /// `before`, or at the newest entry if `before` is `None`.
    pub fn backward<'a, 's>(&'s self, store: &'a LogStore, before: Option<EntryKey>) -> MergeIter<'a, 's> {
        MergeIter::new(self, store, before.map(|key| (key, false)), false)
    }

    /// Returns the key of the oldest matching line or note.
    #[must_use]
    pub fn first_key(&self, store: &LogStore) -> Option<EntryKey> {
        self.forward(store, None).next().map(|line| line.key)
    }

    /// Returns the key of the newest matching line or note.
    #[must_use]
    pub fn last_key(&self, store: &LogStore) -> Option<EntryKey> {
        self.backward(store, None).next().map(|line| line.key)
    }

    /// Returns the key of the last matching line or note before `key`.
    #[must_use]
    pub fn key_before(&self, store: &LogStore, key: EntryKey) -> Option<EntryKey> {
        self.backward(store, Some(key)).next().map(|line| line.key)
    }

    /// Returns the key of the first matching line or note after `key`.
    #[must_use]
    pub fn key_after(&self, store: &LogStore, key: EntryKey) -> Option<EntryKey> {
        self.forward(store, Some(key)).next().map(|line| line.key)
    }

    /// Returns the last `n` matching lines and notes up to and including `key`, oldest first. If `key` is
    /// `None`, returns the newest `n`.
    #[must_use]
    pub fn entries_up_to<'a>(
        &self,
        store: &'a LogStore,
        key: Option<EntryKey>,
        n: usize,
    ) -> Vec<LogEntry<'a>> {
        let mut lines: Vec<_> =
            MergeIter::new(self, store, key.map(|key| (key, true)), false).take(n).collect();
        lines.reverse();
        lines
    }
}

/// An iterator in time order over matching lines and the notes between them, forward or backward.
pub struct MergeIter<'a, 's> {
    store: &'a LogStore,
    results: &'s QueryResults,
    /// The next entry of each stream, and the next note. The one to return next is at the top.
    heap: BinaryHeap<(HeapOrder, Cursor)>,
    forward: bool,
}

/// The sort key of an entry in the heap: time in nanoseconds since 1970, stream number, arrival number. A
/// heap returns its greatest element first, so forward iteration reverses the order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum HeapOrder {
    Forward(Reverse<(i64, u32, u64)>),
    Backward((i64, u32, u64)),
}

/// The location of the next entry to merge: a line of a stream, or a note.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Cursor {
    /// Stream number, chunk index, and line index in the chunk.
    Line(u32, usize, usize),
    /// Key of a note.
    Note(EntryKey),
}

impl<'a, 's> MergeIter<'a, 's> {
    /// Creates an iterator that starts at the key in `from`. The flag beside the key is true to include the
    /// entry with that key. If `from` is `None`, the iterator starts at the first or last entry.
    pub(in crate::log_store) fn new(
        results: &'s QueryResults,
        store: &'a LogStore,
        from: Option<(EntryKey, bool)>,
        forward: bool,
    ) -> Self {
        let mut iter = Self { store, results, heap: BinaryHeap::new(), forward };
        for (number, stream) in (0u32..).zip(&store.streams) {
            if !results.includes_stream(number) {
                continue;
            }
            let (chunk, line) = match from {
                None if forward => (0, 0),
                None => (stream.chunks.len(), 0),
                Some((key, with)) => {
                    let place = key.lower_bound(number, forward != with);
                    let chunk = stream.chunks.partition_point(|chunk| chunk.last_position() < Some(place));
                    (chunk, stream.chunks.get(chunk).map_or(0, |chunk| chunk.lines_before(place)))
                }
            };
            iter.push_next_line(number, chunk, line);
        }
        iter.push_next_note(from);
        iter
    }

    /// Pushes the next matching line of the stream `number` to the heap: the first one at or after `line` of
    /// `chunk`, or if the iterator runs backward, the last one before it.
    fn push_next_line(&mut self, number: u32, mut chunk: usize, mut line: usize) {
        let stream = &self.store.streams[number as usize];
        loop {
            let bitmap = stream.chunks.get(chunk).and_then(|held| self.results.bitmap(number, chunk, held));
            let next =
                bitmap.and_then(|s| if self.forward { s.next_match(line) } else { s.previous_match(line) });
            if let Some(index) = next {
                let LinePosition { at, seq } = stream.chunks[chunk].lines()[index].position();
                let rank = self.heap_order((at, number, seq));
                self.heap.push((rank, Cursor::Line(number, chunk, index)));
                return;
            }
            if self.forward {
                (chunk, line) = (chunk + 1, 0);
                if chunk >= stream.chunks.len() {
                    return;
                }
            } else {
                let Some(before) = chunk.checked_sub(1) else { return };
                (chunk, line) = (before, usize::MAX);
            }
        }
    }

    /// Pushes to the heap the next note after the key in `from`, or before it if the iterator runs backward.
    /// The flag beside the key is true to include the note with that key.
    fn push_next_note(&mut self, from: Option<(EntryKey, bool)>) {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let notes = self.store.notes.by_key();
        let bound = from.map_or(Unbounded, |(key, with)| if with { Included(key) } else { Excluded(key) });
        let scope = |note: &(&EntryKey, &crate::log_store::notes::Note)| {
            self.results.includes_note(self.store, *note.0, note.1.kind)
        };
        let next = if self.forward {
            notes.range((bound, Unbounded)).find(scope)
        } else {
            notes.range((Unbounded, bound)).rev().find(scope)
        };
        if let Some((key, _)) = next {
            let key = *key;
            let rank = self.heap_order((crate::log_store::entry_key::to_nanos(key.at), key.stream, key.seq));
            self.heap.push((rank, Cursor::Note(key)));
        }
    }

    fn heap_order(&self, key: (i64, u32, u64)) -> HeapOrder {
        if self.forward { HeapOrder::Forward(Reverse(key)) } else { HeapOrder::Backward(key) }
    }
}

impl<'a> Iterator for MergeIter<'a, '_> {
    type Item = LogEntry<'a>;

    fn next(&mut self) -> Option<LogEntry<'a>> {
        match self.heap.pop()?.1 {
            Cursor::Line(number, chunk, line) => {
                let stream = &self.store.streams[number as usize];
                let held = &stream.chunks[chunk];
                self.push_next_line(number, chunk, if self.forward { line + 1 } else { line });
                Some(LogEntry::from_line(number, stream, held, &held.lines()[line]))
            }
            Cursor::Note(key) => {
                self.push_next_note(Some((key, false)));
                Some(LogEntry::from_note(key, self.store.notes.by_key().get(&key)?))
            }
        }
    }
}
