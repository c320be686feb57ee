//! Through what passed, in time order: all streams merged by a heap of where each stands.

use super::{
    key::{Key, Place},
    line::Line,
    sift::Sift,
    store::LogStore,
};
use std::{cmp::Reverse, collections::BinaryHeap};

/// A way through the lines that passed and the notes between them.
pub struct Walk<'a, 's> {
    store: &'a LogStore,
    sift: &'s Sift,
    heap: BinaryHeap<(Rank, Spot)>,
    forward: bool,
}

/// What comes first on the way.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Forward(Reverse<(i64, u32, u64)>),
    Back((i64, u32, u64)),
}

/// Where a stream stands: its number, the chunk, the line; a note by its key.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Line(u32, usize, usize),
    Note(Key),
}

impl<'a, 's> Walk<'a, 's> {
    /// From a key on, which is itself left out unless `with`; from the end where there is none.
    pub(super) fn new(sift: &'s Sift, store: &'a LogStore, from: Option<(Key, bool)>, forward: bool) -> Self {
        let mut walk = Self { store, sift, heap: BinaryHeap::new(), forward };
        for (number, stream) in (0u32..).zip(&store.streams) {
            if !sift.covers(number) {
                continue;
            }
            let (chunk, line) = match from {
                None if forward => (0, 0),
                None => (stream.chunks.len(), 0),
                Some((key, with)) => {
                    let place = key.bound(number, forward != with);
                    let chunk = stream.chunks.partition_point(|chunk| chunk.last() < Some(place));
                    (chunk, stream.chunks.get(chunk).map_or(0, |chunk| chunk.before(place)))
                }
            };
            walk.step(number, chunk, line);
        }
        walk.step_note(from);
        walk
    }

    /// Puts the next line of a stream into the heap: at or after that one, or before it.
    fn step(&mut self, number: u32, mut chunk: usize, mut line: usize) {
        let stream = &self.store.streams[number as usize];
        loop {
            let sieve = stream.chunks.get(chunk).and_then(|held| self.sift.sieve(number, chunk, held));
            let next = sieve.and_then(|s| if self.forward { s.next(line) } else { s.previous(line) });
            if let Some(index) = next {
                let Place { at, seq } = stream.chunks[chunk].metas()[index].place();
                let rank = self.rank((at, number, seq));
                self.heap.push((rank, Spot::Line(number, chunk, index)));
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

    fn step_note(&mut self, from: Option<(Key, bool)>) {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let notes = self.store.notes.held();
        let bound = from.map_or(Unbounded, |(key, with)| if with { Included(key) } else { Excluded(key) });
        let scope = |note: &(&Key, &super::note::Note)| self.sift.shows(self.store, *note.0, note.1.kind);
        let next = if self.forward {
            notes.range((bound, Unbounded)).find(scope)
        } else {
            notes.range((Unbounded, bound)).rev().find(scope)
        };
        if let Some((key, _)) = next {
            let key = *key;
            let rank = self.rank((super::key::nanos(key.at), key.stream, key.seq));
            self.heap.push((rank, Spot::Note(key)));
        }
    }

    fn rank(&self, key: (i64, u32, u64)) -> Rank {
        if self.forward { Rank::Forward(Reverse(key)) } else { Rank::Back(key) }
    }
}

impl<'a> Iterator for Walk<'a, '_> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        match self.heap.pop()?.1 {
            Spot::Line(number, chunk, line) => {
                let stream = &self.store.streams[number as usize];
                let held = &stream.chunks[chunk];
                self.step(number, chunk, if self.forward { line + 1 } else { line });
                Some(Line::of(number, stream, held, &held.metas()[line]))
            }
            Spot::Note(key) => {
                self.step_note(Some((key, false)));
                Some(Line::noted(key, self.store.notes.held().get(&key)?))
            }
        }
    }
}
