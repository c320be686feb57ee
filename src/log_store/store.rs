//! The store of all log lines, with one memory limit. A stream with many lines does not displace the lines of
//! other streams. Where lines were dropped, a note states their number.

use super::{
    entry_key::{EntryKey, to_nanos},
    notes::{ALL_STREAMS, Note, Notes},
    stream::{StoredStream, StreamState},
};
use crate::model::{
    LogBatch, LogLine, LogNote, LogNoteKind, LogTarget, LogUpdate, ServiceId, SharedText, Timestamp,
};
use std::collections::BTreeMap;

/// The stored log lines and notes of all streams. A clone shares its chunks with the original.
#[derive(Clone, Debug, Default)]
pub struct LogStore {
    pub(super) streams: Vec<StoredStream>,
    pub(super) notes: Notes,
    /// Indices into `streams`, by service and label.
    pub(super) stream_numbers: BTreeMap<(ServiceId, SharedText), u32>,
    /// The memory that the lines take, in bytes.
    bytes: usize,
    /// The maximum memory of lines and notes, in bytes.
    limit_bytes: usize,
    /// The arrival number of the last line or note.
    pub(super) last_seq: u64,
    last_chunk_id: u64,
    /// The number of updates so far.
    pub(super) version: u64,
    /// The time of the lines that the user reads, in nanoseconds since 1970; `None` while the screen shows
    /// the newest lines.
    viewed_nanos: Option<i64>,
}

impl LogStore {
    /// Creates an empty store that takes at most `limit` bytes of memory. It leaves an eighth of the limit
    /// free for lines on their way to the store, for the bitmaps of queries, and for losses of the allocator.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit_bytes: limit - limit / 8, ..Self::default() }
    }

    /// Stores an update of a stream: the start or end of a read session, or new lines and notes. A note
    /// without a time gets the time `now`.
    pub fn ingest(&mut self, news: LogUpdate, now: Timestamp) {
        self.version += 1;
        match news {
            LogUpdate::ReadStarted(target, start) => {
                let number = self.open_stream(&target);
                self.last_seq += 1;
                let stream = &mut self.streams[number as usize];
                stream.begin_session(start, self.last_seq);
                (stream.target, stream.state) = (Some(target), StreamState::Open);
            }
            LogUpdate::Lines(batch) => self.add_batch(batch, now),
            LogUpdate::ReadFinished(target, start) => {
                let number = self.open_stream(&target);
                self.update_stream(number, |stream| stream.end_session(start));
                let stream = &mut self.streams[number as usize];
                if stream.state == StreamState::Open && stream.sessions.iter().all(Option::is_none) {
                    stream.state = StreamState::Closed;
                }
            }
        }
        self.enforce_limit();
    }

    /// Sets the time of the lines that the user reads; `None` for the newest lines. When the store is full,
    /// it first drops those lines of a stream that are far from this time.
    pub fn set_viewed_time(&mut self, at: Option<Timestamp>) {
        self.viewed_nanos = at.map(to_nanos);
    }

    /// Returns the streams in the order of their numbers.
    pub fn streams(&self) -> impl Iterator<Item = &StoredStream> {
        self.streams.iter()
    }

    /// Returns the version, which grows with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Returns the number of lines dropped so far, over all streams.
    #[must_use]
    pub fn dropped_lines(&self) -> u64 {
        self.streams.iter().map(|stream| stream.dropped_lines).sum()
    }

    /// Returns the memory that lines and notes take, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.bytes + self.notes.memory_bytes()
    }

    /// Returns the number of the stream for `target`. A stream whose label changed keeps its number. If the
    /// stream of another target already has the label, `target` gets a new stream.
    fn open_stream(&mut self, target: &LogTarget) -> u32 {
        let same = |stream: &StoredStream| stream.target.as_ref() == Some(target);
        let key = (target.service.clone(), target.label.clone());
        if let Some(number) = self.streams.iter().position(same) {
            self.streams[number].label = target.label.clone();
            self.stream_numbers.insert(key, number as u32);
            return number as u32;
        }
        let number = self.stream_number(&target.service, &target.label);
        if self.streams[number as usize].target.is_none() {
            return number;
        }
        self.stream_numbers.remove(&key);
        self.stream_number(&target.service, &target.label)
    }

    /// Returns the number of the stream of `service` with this label. Adds a stream if there is none.
    fn stream_number(&mut self, service: &ServiceId, label: &SharedText) -> u32 {
        let key = (service.clone(), label.clone());
        let streams = &mut self.streams;
        *self.stream_numbers.entry(key).or_insert_with_key(|(service, label)| {
            streams.push(StoredStream::new(service.clone(), label.clone()));
            streams.len() as u32 - 1
        })
    }

    fn add_batch(&mut self, batch: LogBatch, now: Timestamp) {
        let mut last: Option<(ServiceId, SharedText, u32)> = None;
        for line in &batch.lines {
            let same = |(service, label, _): &(ServiceId, SharedText, u32)| {
                label.is_same(&line.label) && service == &line.service
            };
            let number = match last.as_ref().filter(|last| same(last)) {
                Some((.., number)) => *number,
                None => self.stream_number(&line.service, &line.label),
            };
            if last.as_ref().is_none_or(|(.., last)| *last != number) {
                last = Some((line.service.clone(), line.label.clone(), number));
            }
            self.add_line(number, line);
        }
        for note in batch.notes {
            self.add_note(note, now);
        }
    }

    fn add_note(&mut self, LogNote { at, service, label, kind, text }: LogNote, now: Timestamp) {
        let number = service.as_ref().map_or(ALL_STREAMS, |service| self.stream_number(service, &label));
        if let Some(stream) = self.streams.get_mut(number as usize) {
            stream.state = match kind {
                LogNoteKind::Ended => StreamState::Ended,
                LogNoteKind::Unreadable => StreamState::Unreadable,
                _ => stream.state,
            };
        }
        self.last_seq += 1;
        let key = EntryKey { at: at.unwrap_or(now), stream: number, seq: self.last_seq };
        self.notes.insert_unless_known(key, Note { service, label, kind, text: text.to_string() });
    }

    fn add_line(&mut self, number: u32, line: &LogLine) {
        self.add_line_with_seq(number, line, self.last_seq + 1);
    }

    /// Adds a line with the arrival number `seq`, which no line of the stream may have yet.
    pub(super) fn add_line_with_seq(&mut self, number: u32, line: &LogLine, seq: u64) {
        let mut chunks = self.last_chunk_id;
        self.last_seq = seq;
        self.update_stream(number, |stream| stream.add_line(line, seq, &mut chunks));
        self.last_chunk_id = chunks;
        self.enforce_limit();
    }

    /// Applies `change` to a stream, then updates the size of the store and the notes about the stream's
    /// gaps.
    fn update_stream(&mut self, number: u32, change: impl FnOnce(&mut StoredStream)) {
        let stream = &mut self.streams[number as usize];
        let bytes = stream.bytes;
        change(stream);
        self.bytes = self.bytes + stream.bytes - bytes;
        if stream.gaps == stream.noted_gaps {
            return;
        }
        for gap in stream.noted_gaps.iter().filter(|gap| !stream.gaps.contains(gap)) {
            self.notes.remove(gap.high.entry_key(number));
        }
        for gap in stream.gaps.iter().filter(|gap| !stream.noted_gaps.contains(gap)) {
            let (service, label) = (Some(stream.service.clone()), stream.label.clone());
            let note = Note { service, label, kind: LogNoteKind::Missing(gap.count), text: gap.note_text() };
            self.notes.insert(gap.high.entry_key(number), note);
        }
        stream.noted_gaps.clone_from(&stream.gaps);
    }

    /// Drops the oldest notes until they take at most an eighth of the limit, then drops chunks until the
    /// store is within its limit.
    pub(super) fn enforce_limit(&mut self) {
        while self.notes.memory_bytes() > self.limit_bytes / 8 {
            let Some(key) = self.notes.pop_oldest() else { break };
            if let Some(stream) = self.streams.get_mut(key.stream as usize) {
                stream.gaps.retain(|gap| gap.high.entry_key(key.stream) != key);
                stream.noted_gaps.clone_from(&stream.gaps);
            }
        }
        let viewed_nanos = self.viewed_nanos;
        while self.memory_bytes() > self.limit_bytes {
            let Some(number) = self.stream_to_evict_from() else { break };
            self.update_stream(number, |stream| {
                let index = stream.eviction_candidate(viewed_nanos);
                if let Some((first, last, count)) = stream.evict_chunk(index) {
                    stream.record_dropped_lines(index, first, last, count);
                }
            });
        }
    }

    /// Returns the number of the stream to drop lines from: among the streams that take more than an equal
    /// share of the limit, the one with the oldest line. If there is none, returns the largest stream.
    fn stream_to_evict_from(&self) -> Option<u32> {
        let full = || (0u32..).zip(&self.streams).filter(|(_, stream)| stream.bytes > 0);
        let share = self.limit_bytes / full().count().max(1);
        let greedy = full().filter(|(_, stream)| stream.bytes > share);
        let oldest = |(_, stream): &(u32, &StoredStream)| stream.oldest();
        greedy.min_by_key(oldest).or_else(|| full().max_by_key(|(_, s)| s.bytes)).map(|(number, _)| number)
    }
}
