//! Which kinds of lines passed, and how many of each are held: counted chunk by chunk, a bounded piece at a time.

use super::{
    chunk::Chunk,
    key::timestamp,
    pattern::{Pattern, Patterns, Said},
    sieve::Sieve,
    sift::Sift,
    store::LogStore,
    stream::Stream,
};
use crate::{
    decode::line,
    model::{ServiceId, Timestamp},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// The kinds of lines of one [`Sift`].
#[derive(Debug, Default)]
pub struct Kinds {
    patterns: Patterns,
    /// By the number of the chunk.
    parts: BTreeMap<u64, Part>,
    /// How many lines that are held have each pattern.
    counts: BTreeMap<u64, u64>,
}

/// What is counted of one chunk.
#[derive(Debug, Default)]
struct Part {
    shuffles: u32,
    seen: usize,
    counts: BTreeMap<u64, u64>,
}

/// A kind of line.
#[derive(Clone, Copy, Debug)]
pub struct Kind<'a> {
    /// What its lines have in common, and what was seen of them, also of those that are no longer held.
    pub pattern: &'a Pattern,
    /// How many of them are held.
    pub count: u64,
    /// Whether it is new since the times that were given, where that can be told.
    pub new: Option<bool>,
}

impl Kinds {
    /// Counts up to `work` lines that are new to it, newest first; a chunk that is begun is ended. The sift has advanced.
    /// Returns whether all were counted that passed.
    pub fn advance(&mut self, sift: &Sift, store: &LogStore, work: usize) -> bool {
        self.forget(sift, store);
        let mut new: Vec<_> =
            sift.pairs(store).filter(|(.., chunk, sieve)| self.left(chunk, sieve) > 0).collect();
        new.sort_unstable_by_key(|(number, index, chunk, _)| (chunk.last(), *number, *index));
        let mut done = 0;
        while done < work {
            let Some((number, _, chunk, sieve)) = new.pop() else { break };
            done += self.count(&store.streams[number as usize], chunk, sieve);
        }
        if new.is_empty() {
            self.saw(sift, store);
        }
        new.is_empty()
    }

    /// Notes from when on all lines were looked at.
    fn saw(&mut self, sift: &Sift, store: &LogStore) {
        let covered = (0u32..).zip(&store.streams).filter(|(number, _)| sift.covers(*number));
        for (_, stream) in covered {
            if let Some(oldest) = stream.oldest() {
                self.patterns.saw(&stream.service, sift.since().map_or(oldest, |since| oldest.max(since)));
            }
        }
    }

    /// The kinds of which a line is held: those that are new first, the gravest at the top, then by how many lines they
    /// have. Those that have about as many stand in the order in which they were met: else they would change places with
    /// every line.
    #[must_use]
    pub fn listed(&self, since: &BTreeMap<ServiceId, Timestamp>) -> Vec<Kind<'_>> {
        let held = self.counts.iter().filter_map(|(id, count)| Some((self.patterns.get(*id)?, *count)));
        let mut kinds: Vec<_> = held
            .map(|(pattern, count)| Kind { pattern, count, new: self.patterns.is_new(pattern, since) })
            .collect();
        // By steps of a fifth.
        let about = |count: u64| (4.0 * (count as f64).log2()) as u64;
        kinds.sort_by_key(|kind| {
            let new = kind.new == Some(true);
            let grave = kind.pattern.level.filter(|_| new);
            (!new, Reverse((grave, about(kind.count))), kind.pattern.id)
        });
        kinds
    }

    /// How many kinds were let go to make room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.patterns.dropped
    }

    /// How many lines of a chunk passed or did not, and are not counted yet.
    fn left(&self, chunk: &Chunk, sieve: &Sieve) -> usize {
        sieve.seen().saturating_sub(self.parts.get(&chunk.id).map_or(0, |part| part.seen))
    }

    /// Forgets what was counted of chunks that are gone, or whose lines have other numbers now.
    fn forget(&mut self, sift: &Sift, store: &LogStore) {
        let held: BTreeSet<(u64, u32)> =
            sift.pairs(store).map(|(.., chunk, _)| (chunk.id, chunk.shuffles)).collect();
        let counts = &mut self.counts;
        self.parts.retain(|id, part| {
            let stays = held.contains(&(*id, part.shuffles));
            for (pattern, less) in part.counts.iter().filter(|_| !stays) {
                if let Some(count) = counts.get_mut(pattern) {
                    *count -= less;
                }
            }
            stays
        });
        counts.retain(|_, count| *count > 0);
    }

    /// Counts what is new of a chunk. Returns how much work that was: lines, long ones as several.
    fn count(&mut self, stream: &Stream, chunk: &Chunk, sieve: &Sieve) -> usize {
        let part = self.parts.entry(chunk.id).or_default();
        part.shuffles = chunk.shuffles;
        let mut work = 1;
        let mut line = sieve.next(part.seen);
        while let Some(index) = line {
            let meta = &chunk.metas()[index];
            let text = &chunk.text()[meta.range()];
            let message = &line::message(text, meta.message(), meta.shape);
            let said =
                Said { service: &stream.service, at: timestamp(meta.place().at), level: meta.level, message };
            let id = self.patterns.add(said);
            *part.counts.entry(id).or_default() += 1;
            *self.counts.entry(id).or_default() += 1;
            work += 1 + message.len() / 512;
            line = sieve.next(index + 1);
        }
        part.seen = sieve.seen();
        work
    }
}
