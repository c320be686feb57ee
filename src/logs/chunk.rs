//! Some lines of one stream: their text in one piece, an end of line after each, and 32 bytes beside each.

use super::key::{Place, nanos};
use crate::{
    decode::line::{Parsed, Shape},
    model::{Level, LogLine, LogStream, Paint},
};
use std::ops::Range;

/// What a chunk may grow to, in bytes of text and of what stands beside it.
const ROOM: usize = 64 * 1024;

/// Lines that follow each other in time.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// Its number, unique in the store.
    pub(super) id: u64,
    /// How often a line came between others: where what is known by a line's number no longer holds.
    pub(super) shuffles: u32,
    text: String,
    metas: Vec<Meta>,
    /// Where a painted line's text begins, and its first paint, in the order of arrival.
    painted: Vec<(u32, u32)>,
    paints: Vec<Paint>,
}

/// What is known of a line beside its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meta {
    /// When.
    at: i64,
    seq: u64,
    start: u32,
    len: u32,
    /// Where the message begins in the line, and its length.
    message: (u16, u16),
    /// How grave it is.
    pub(super) level: Option<Level>,
    /// How it is written.
    pub(super) shape: Shape,
    /// Which of the process's streams.
    pub(super) stream: LogStream,
    /// Whether the present reading brought it again.
    pub(super) again: bool,
}

/// The bound that the design sets: at most so many bytes beside a line's text.
const _: () = assert!(size_of::<Meta>() <= 32);

/// The message goes to the line's end.
const TO_END: u16 = u16::MAX;

impl Meta {
    pub(super) fn place(&self) -> Place {
        Place { at: self.at, seq: self.seq }
    }

    /// Where its text stands in its chunk's.
    pub(super) fn range(&self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }

    /// Where the message stands in the line.
    pub(super) fn message(&self) -> Range<usize> {
        let (start, len) = (usize::from(self.message.0), usize::from(self.message.1));
        start..if self.message.1 == TO_END { self.len as usize } else { start + len }
    }
}

/// The message's place in few bytes; all of a line whose message stands too far back or is too long.
fn squeezed(message: &Range<u32>, len: u32) -> (u16, u16) {
    let Ok(start) = u16::try_from(message.start) else { return (0, TO_END) };
    if message.end >= len {
        return (start, TO_END);
    }
    match u16::try_from(message.end.saturating_sub(message.start)) {
        Ok(len) if len < TO_END => (start, len),
        _ => (0, TO_END),
    }
}

/// Memory in which a chunk grew, for the next one.
#[derive(Debug, Default)]
pub(super) struct Room {
    text: String,
    metas: Vec<Meta>,
}

impl Chunk {
    /// An empty one, to grow in that room.
    pub(super) fn new(id: u64, Room { mut text, mut metas }: Room) -> Self {
        text.clear();
        metas.clear();
        Self { id, shuffles: 0, text, metas, painted: Vec::new(), paints: Vec::new() }
    }

    /// What it takes of memory, in bytes.
    pub(super) fn cost(&self) -> usize {
        size_of::<Self>()
            + self.text.capacity()
            + self.metas.capacity() * size_of::<Meta>()
            + self.painted.capacity() * size_of::<(u32, u32)>()
            + self.paints.capacity() * size_of::<Paint>()
    }

    /// Whether a line of `len` bytes has room.
    pub(super) fn has_room(&self, len: usize) -> bool {
        self.metas.is_empty() || self.filled() + len + 1 + size_of::<Meta>() <= ROOM
    }

    /// Whether it has outgrown its room so far that it is to be split.
    pub(super) fn is_outgrown(&self) -> bool {
        self.metas.len() > 1 && self.filled() > 2 * ROOM
    }

    fn filled(&self) -> usize {
        self.text.len() + self.metas.len() * size_of::<Meta>()
    }

    /// The lines, oldest first.
    pub(super) fn metas(&self) -> &[Meta] {
        &self.metas
    }

    /// The lines, to mark them.
    pub(super) fn metas_mut(&mut self) -> &mut [Meta] {
        &mut self.metas
    }

    /// All text, in the order of arrival.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn first(&self) -> Option<Place> {
        self.metas.first().map(Meta::place)
    }

    pub(super) fn last(&self) -> Option<Place> {
        self.metas.last().map(Meta::place)
    }

    /// How many lines stand before that place.
    pub(super) fn before(&self, place: Place) -> usize {
        self.metas.partition_point(|meta| meta.place() < place)
    }

    /// The paint of a line.
    pub(super) fn paint(&self, meta: &Meta) -> &[Paint] {
        let Ok(place) = self.painted.binary_search_by_key(&meta.start, |(start, _)| *start) else {
            return &[];
        };
        let end = self.painted.get(place + 1).map_or(self.paints.len(), |(_, next)| *next as usize);
        &self.paints[self.painted[place].1 as usize..end]
    }

    /// Takes a line as the one with that number.
    pub(super) fn insert(&mut self, index: usize, seq: u64, line: &LogLine, parsed: &Parsed) {
        let (len, start) = (line.text.len() as u32, self.text.len() as u32);
        let meta = Meta {
            at: nanos(line.at),
            seq,
            start,
            len,
            message: squeezed(&parsed.message, len),
            level: parsed.level,
            shape: parsed.shape,
            stream: line.stream,
            again: false,
        };
        self.write(index, meta, &line.text, &line.paint);
    }

    fn write(&mut self, index: usize, meta: Meta, text: &str, paint: &[Paint]) {
        self.shuffles += u32::from(index < self.metas.len());
        self.reserve(text.len() + 1);
        self.text.push_str(text);
        self.text.push('\n');
        if !paint.is_empty() {
            self.painted.push((meta.start, self.paints.len() as u32));
            self.paints.extend_from_slice(paint);
        }
        if index == self.metas.len() {
            self.metas.push(meta);
        } else {
            self.metas.insert(index, meta);
        }
    }

    /// Makes room by doubling, and not beyond what a chunk may grow to.
    fn reserve(&mut self, more: usize) {
        let (len, capacity) = (self.text.len(), self.text.capacity());
        if len + more > capacity {
            let wanted = (2 * capacity).clamp(512, ROOM).max(len + more);
            self.text.reserve_exact(wanted - len);
        }
    }

    /// Takes no more memory than it needs, as no more lines are expected, and gives away the room in which it grew. To be
    /// cut to size, that would leave a hole behind it, too small for the next one to grow in.
    pub(super) fn seal(&mut self) -> Room {
        self.painted.shrink_to_fit();
        self.paints.shrink_to_fit();
        let (text, metas) = (self.text.as_str().into(), self.metas.as_slice().into());
        Room {
            text: std::mem::replace(&mut self.text, text),
            metas: std::mem::replace(&mut self.metas, metas),
        }
    }

    /// Those of its lines, with their text in order.
    pub(super) fn copy(&self, range: Range<usize>, id: u64) -> Self {
        let mut copy = Self::new(id, Room::default());
        for meta in &self.metas[range] {
            let start = copy.text.len() as u32;
            copy.write(copy.metas.len(), Meta { start, ..*meta }, &self.text[meta.range()], self.paint(meta));
        }
        copy.seal();
        copy
    }
}
