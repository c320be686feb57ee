//! A stored stream: its chunks in time order, and the known gaps between their lines.

use super::{
    chunk::Chunk,
    entry_key::{LinePosition, from_nanos, to_nanos},
    read_session::{Gap, ReadSession},
};
use crate::{
    extract::log_line,
    model::{LogLine, LogTarget, ServiceId, SharedText, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, sync::Arc};

/// One log stream in the store: its lines, the gaps between them, and the state of reading it.
#[derive(Clone, Debug)]
pub struct StoredStream {
    /// The service that writes the stream.
    pub service: ServiceId,
    /// The label that the log screen shows in front of the lines.
    pub label: SharedText,
    /// The target that the stream is read from; `None` until a read session begins.
    pub target: Option<LogTarget>,
    /// The state of reading, such as a read session in progress.
    pub state: StreamState,
    /// The number of lines that were dropped from memory so far.
    pub dropped_lines: u64,
    /// True if the very first line of the stream is stored, so that there are no older lines to read.
    pub has_first_line: bool,
    /// The chunks in time order. Clones of the store share a chunk until one of them changes it.
    pub(super) chunks: VecDeque<Arc<Chunk>>,
    /// The number of stored lines.
    pub(super) lines: usize,
    /// The memory that the chunks take, in bytes.
    pub(super) bytes: usize,
    /// The read sessions in progress. Index 0 is for a session that reads an older page, index 1 for one that
    /// reads up to the newest line.
    pub(super) sessions: [Option<ReadSession>; 2],
    /// The gaps, oldest first.
    pub(super) gaps: Vec<Gap>,
    /// The gaps about which the store has a note. They equal `gaps` after each update.
    pub(super) noted_gaps: Vec<Gap>,
}

/// The progress of reading one log stream, or the reason why no new lines come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamState {
    /// A read session is in progress, or none has begun yet.
    Open,
    /// No read session is in progress; the last one finished.
    Closed,
    /// The instance has ended, so no new lines will come.
    Ended,
    /// The stream can't be read.
    Unreadable,
}

impl StoredStream {
    pub(super) fn new(service: ServiceId, label: SharedText) -> Self {
        Self {
            service,
            label,
            target: None,
            state: StreamState::Open,
            dropped_lines: 0,
            has_first_line: false,
            chunks: VecDeque::new(),
            lines: 0,
            bytes: 0,
            sessions: [None, None],
            gaps: Vec::new(),
            noted_gaps: Vec::new(),
        }
    }

    /// Returns the number of stored lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Returns the memory that the stream takes, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the time of the oldest stored line.
    #[must_use]
    pub fn oldest(&self) -> Option<Timestamp> {
        self.chunks.front().and_then(|chunk| chunk.first_position()).map(|place| from_nanos(place.at))
    }

    /// Returns the time of the newest stored line.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.chunks.back().and_then(|chunk| chunk.last_position()).map(|place| from_nanos(place.at))
    }

    /// Returns the exclusive end of the time span of the next older page. It is one nanosecond after the
    /// oldest line, because other lines with the same time may be missing.
    #[must_use]
    pub fn older_page_end(&self) -> Option<Timestamp> {
        let oldest = self.chunks.front().and_then(|chunk| chunk.first_position())?;
        Some(from_nanos(oldest.at.saturating_add(1)))
    }

    /// Adds a line, unless it is one that a read session delivers again. `id` is the highest chunk id in the
    /// store; it grows with each new chunk.
    pub(super) fn add_line(&mut self, line: &LogLine, seq: u64, id: &mut u64) {
        let at = to_nanos(line.at);
        let reading = self.sessions.iter().position(|r| r.as_ref().is_some_and(|r| r.covers(at)));
        if let Some(reading) = reading {
            let again = self.mark_if_duplicate(reading, at, &line.text);
            self.record_session_line(reading, at, again);
            if again {
                return;
            }
            self.reduce_gap_counts(reading, at);
        }
        self.insert_line(line, seq, id);
        self.lines += 1;
    }

    /// Inserts a line at its place in time order. Creates or splits a chunk if necessary.
    fn insert_line(&mut self, line: &LogLine, seq: u64, id: &mut u64) {
        let (place, len) = (LinePosition { at: to_nanos(line.at), seq }, line.text.len());
        let parsed = log_line::parse(&line.text);
        let next = match self.chunks.back().and_then(|chunk| chunk.last_position()) {
            Some(last) if last < place => self.chunks.len(),
            _ => self.chunks.partition_point(|chunk| chunk.first_position() < Some(place)),
        };
        let own = next
            .checked_sub(1)
            .filter(|own| self.chunks[*own].last_position() > Some(place) || self.chunks[*own].has_room(len));
        let chunk = match own {
            Some(own) => own,
            None if self.chunks.get(next).is_some_and(|chunk| chunk.has_room(len)) => next,
            None => {
                let room = next.checked_sub(1).map(|full| self.update_chunk(full, Chunk::seal));
                *id += 1;
                self.chunks.insert(next, Arc::new(Chunk::new(*id, room.unwrap_or_default())));
                self.bytes += self.chunks[next].memory_bytes();
                next
            }
        };
        self.update_chunk(chunk, |c| c.insert(c.lines_before(place), seq, line, &parsed));
        if self.chunks[chunk].needs_split() {
            self.split_chunk(chunk, id);
        }
    }

    /// Changes the chunk at `index`, and updates the memory size of the stream.
    fn update_chunk<T>(&mut self, index: usize, change: impl FnOnce(&mut Chunk) -> T) -> T {
        let chunk = Arc::make_mut(&mut self.chunks[index]);
        let before = chunk.memory_bytes();
        let result = change(chunk);
        self.bytes = self.bytes + chunk.memory_bytes() - before;
        result
    }

    /// Splits the chunk at `index` into two halves with new ids.
    fn split_chunk(&mut self, index: usize, id: &mut u64) {
        let Some(chunk) = self.chunks.remove(index) else { return };
        let (lines, half) = (chunk.lines().len(), chunk.lines().len() / 2);
        self.bytes -= chunk.memory_bytes();
        for (place, range) in [0..half, half..lines].into_iter().enumerate() {
            *id += 1;
            let part = chunk.copy_range(range, *id);
            self.bytes += part.memory_bytes();
            self.chunks.insert(index + place, Arc::new(part));
        }
    }

    /// Removes the chunk at `index`. Returns the positions of its first and last line, and its number of
    /// lines. Returns `None` if there is no such chunk.
    pub(super) fn evict_chunk(&mut self, index: usize) -> Option<(LinePosition, LinePosition, u64)> {
        let chunk = self.chunks.remove(index)?;
        let lines = chunk.lines().len();
        self.bytes -= chunk.memory_bytes();
        self.lines -= lines;
        self.dropped_lines += lines as u64;
        self.has_first_line &= index > 0;
        Some((chunk.first_position()?, chunk.last_position()?, lines as u64))
    }

    /// Returns the index of the chunk to drop first: the oldest one or, while the user reads older lines, the
    /// one farthest from the time `viewed_nanos`. The oldest chunk also goes first if that time is before the
    /// stream's oldest line and no older page is being read. The newest chunk still grows, so it is not
    /// chosen for its distance.
    pub(super) fn eviction_candidate(&self, viewed_nanos: Option<i64>) -> usize {
        let (Some(at), Some(last)) = (viewed_nanos, self.chunks.len().checked_sub(1)) else { return 0 };
        let newer =
            self.chunks.front().and_then(|chunk| chunk.first_position()).is_some_and(|first| at < first.at);
        if newer && self.sessions[0].is_none() {
            return 0;
        }
        let here =
            self.chunks.partition_point(|chunk| chunk.last_position().is_some_and(|place| place.at < at));
        let newest = last.saturating_sub(1);
        if here >= newest.saturating_sub(here) { 0 } else { newest }
    }
}
