//! One stream: its chunks in time order, and what is known to be missing between them.

use super::{
    chunk::Chunk,
    key::{Place, nanos, timestamp},
    reading::{Gap, Reading},
};
use crate::{
    decode::line,
    model::{LogLine, LogTarget, ServiceId, SharedText, Timestamp},
};
use std::{collections::VecDeque, sync::Arc};

/// What is held of one stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Whose it is.
    pub service: ServiceId,
    /// How its lines are marked.
    pub label: SharedText,
    /// Where it is read, since somebody reads it.
    pub target: Option<LogTarget>,
    /// How it is with it.
    pub state: State,
    /// How many lines of it were dropped.
    pub dropped: u64,
    /// Whether its first line is held: there is no older one to read.
    pub begins: bool,
    /// Shared with copies of the store: a chunk that one of both changes is copied then.
    pub(super) chunks: VecDeque<Arc<Chunk>>,
    pub(super) lines: usize,
    pub(super) bytes: usize,
    /// The reading of an older page, and the one that goes on.
    pub(super) readings: [Option<Reading>; 2],
    /// The holes, oldest first.
    pub(super) gaps: Vec<Gap>,
    /// The holes of which the notes tell.
    pub(super) told: Vec<Gap>,
}

/// How it is with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is being read.
    Open,
    /// It has been read.
    Closed,
    /// Its instance has ended.
    Ended,
    /// It can't be read.
    Unreadable,
}

impl Stream {
    pub(super) fn new(service: ServiceId, label: SharedText) -> Self {
        Self {
            service,
            label,
            target: None,
            state: State::Open,
            dropped: 0,
            begins: false,
            chunks: VecDeque::new(),
            lines: 0,
            bytes: 0,
            readings: [None, None],
            gaps: Vec::new(),
            told: Vec::new(),
        }
    }

    /// How many lines of it are held.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// What they take of memory, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The time of the oldest line that is held.
    #[must_use]
    pub fn oldest(&self) -> Option<Timestamp> {
        self.chunks.front().and_then(|chunk| chunk.first()).map(|place| timestamp(place.at))
    }

    /// The time of the newest line that is held.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.chunks.back().and_then(|chunk| chunk.last()).map(|place| timestamp(place.at))
    }

    /// Until when to read the next older page: just after the oldest line, as others of its time may be missing.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        let oldest = self.chunks.front().and_then(|chunk| chunk.first())?;
        Some(timestamp(oldest.at.saturating_add(1)))
    }

    /// Takes a line, unless the present reading only brings it again.
    pub(super) fn take(&mut self, line: &LogLine, seq: u64, id: &mut u64) {
        let at = nanos(line.at);
        let reading = self.readings.iter().position(|r| r.as_ref().is_some_and(|r| r.reaches(at)));
        if let Some(reading) = reading {
            let again = self.is_again(reading, at, &line.text);
            self.reach(reading, at, again);
            if again {
                return;
            }
            self.regain(reading, at);
        }
        self.insert(line, seq, id);
        self.lines += 1;
    }

    /// Puts a line at its place in time.
    fn insert(&mut self, line: &LogLine, seq: u64, id: &mut u64) {
        let (place, len) = (Place { at: nanos(line.at), seq }, line.text.len());
        let parsed = line::parse(&line.text);
        let next = match self.chunks.back().and_then(|chunk| chunk.last()) {
            Some(last) if last < place => self.chunks.len(),
            _ => self.chunks.partition_point(|chunk| chunk.first() < Some(place)),
        };
        let own = next
            .checked_sub(1)
            .filter(|own| self.chunks[*own].last() > Some(place) || self.chunks[*own].has_room(len));
        let chunk = match own {
            Some(own) => own,
            None if self.chunks.get(next).is_some_and(|chunk| chunk.has_room(len)) => next,
            None => {
                let room = next.checked_sub(1).map(|full| self.changed(full, Chunk::seal));
                *id += 1;
                self.chunks.insert(next, Arc::new(Chunk::new(*id, room.unwrap_or_default())));
                self.bytes += self.chunks[next].cost();
                next
            }
        };
        self.changed(chunk, |c| c.insert(c.before(place), seq, line, &parsed));
        if self.chunks[chunk].is_outgrown() {
            self.split(chunk, id);
        }
    }

    /// Changes a chunk, and counts what it takes.
    fn changed<T>(&mut self, index: usize, change: impl FnOnce(&mut Chunk) -> T) -> T {
        let chunk = Arc::make_mut(&mut self.chunks[index]);
        let before = chunk.cost();
        let given = change(chunk);
        self.bytes = self.bytes + chunk.cost() - before;
        given
    }

    /// Makes two chunks of one.
    fn split(&mut self, index: usize, id: &mut u64) {
        let Some(chunk) = self.chunks.remove(index) else { return };
        let (lines, half) = (chunk.metas().len(), chunk.metas().len() / 2);
        self.bytes -= chunk.cost();
        for (place, range) in [0..half, half..lines].into_iter().enumerate() {
            *id += 1;
            let part = chunk.copy(range, *id);
            self.bytes += part.cost();
            self.chunks.insert(index + place, Arc::new(part));
        }
    }

    /// Takes a chunk away, and returns the places of its first and its last line and how many there were.
    pub(super) fn evict(&mut self, index: usize) -> Option<(Place, Place, u64)> {
        let chunk = self.chunks.remove(index)?;
        let lines = chunk.metas().len();
        self.bytes -= chunk.cost();
        self.lines -= lines;
        self.dropped += lines as u64;
        self.begins &= index > 0;
        Some((chunk.first()?, chunk.last()?, lines as u64))
    }

    /// Which chunk can be missed most: the oldest; but where somebody looks at older lines than the newest, the one that
    /// is farthest from there. What is being written stays then.
    pub(super) fn dispensable(&self, looked_at: Option<i64>) -> usize {
        let (Some(at), Some(last)) = (looked_at, self.chunks.len().checked_sub(1)) else { return 0 };
        let newer = self.chunks.front().and_then(|chunk| chunk.first()).is_some_and(|first| at < first.at);
        if newer && self.readings[0].is_none() {
            return 0;
        }
        let here = self.chunks.partition_point(|chunk| chunk.last().is_some_and(|place| place.at < at));
        let newest = last.saturating_sub(1);
        if here >= newest.saturating_sub(here) { 0 } else { newest }
    }
}
