//! What passes the filters, of all streams together: looked at piece by piece, newest first, and never twice.

use super::{
    chunk::Chunk,
    filter::{Filter, Scope, What},
    key::{Key, nanos, timestamp},
    line::Line,
    note::ALL,
    sieve::Sieve,
    store::LogStore,
    walk::Walk,
};
use crate::model::{NoteKind, ServiceId, Timestamp};
use std::collections::BTreeMap;

/// What passes. It speaks of the store as it was when it last advanced: advance after each change.
#[derive(Clone, Debug)]
pub struct Sift {
    scope: Scope,
    filters: Vec<Filter>,
    since: Option<i64>,
    /// By the number of the stream and of the chunk; none for a stream that is not looked at.
    sieves: Vec<Option<Vec<Sieve>>>,
}

impl Sift {
    /// Nothing looked at yet.
    #[must_use]
    pub fn new(scope: Scope, filters: Vec<Filter>, since: Option<Timestamp>) -> Self {
        Self { scope, filters, since: since.map(nanos), sieves: Vec::new() }
    }

    /// Everything of one service, all looked at.
    #[must_use]
    pub fn of(service: &ServiceId, store: &LogStore) -> Self {
        let mut sift = Self::new(Scope::Services([service.clone()].into()), Vec::new(), None);
        sift.advance(store, usize::MAX);
        sift
    }

    /// Whose lines are looked at.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// From when on.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        self.since.map(timestamp)
    }

    /// What they must fulfil.
    #[must_use]
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// Looks at up to `work` lines that are new to it, newest first; very long lines count as several, and a piece that
    /// is begun is ended. Returns whether all were looked at.
    pub fn advance(&mut self, store: &LogStore, work: usize) -> bool {
        self.align(store);
        let mut new = Vec::new();
        for (number, stream) in store.streams.iter().enumerate() {
            let sieves = self.sieves[number].iter().flatten();
            let pairs = stream.chunks.iter().zip(sieves).enumerate();
            let left = pairs.filter(|(_, (chunk, sieve))| sieve.left(chunk) > 0);
            new.extend(left.map(|(index, (chunk, _))| (chunk.last(), number, index)));
        }
        new.sort_unstable();
        let mut done = 0;
        while done < work {
            let Some((_, number, index)) = new.pop() else { return true };
            let stream = &store.streams[number];
            if let Some(sieves) = &mut self.sieves[number] {
                done += sieves[index].look(stream, &stream.chunks[index], &self.filters, self.since);
            }
        }
        new.is_empty()
    }

    /// Lets there be one sieve for each chunk: those that still hold stay.
    fn align(&mut self, store: &LogStore) {
        self.sieves.resize(store.streams.len(), None);
        for (stream, own) in store.streams.iter().zip(&mut self.sieves) {
            if !self.scope.has(stream) {
                *own = None;
                continue;
            }
            let sieves = own.get_or_insert_default();
            let chunks = &stream.chunks;
            if chunks.len() == sieves.len() && chunks.iter().zip(&*sieves).all(|(chunk, s)| s.is_of(chunk)) {
                continue;
            }
            let mut old: BTreeMap<u64, Sieve> = sieves.drain(..).map(|sieve| (sieve.chunk, sieve)).collect();
            sieves.extend(chunks.iter().map(|chunk| {
                old.remove(&chunk.id).filter(|sieve| sieve.is_of(chunk)).unwrap_or_else(|| Sieve::new(chunk))
            }));
        }
    }

    /// Whether a stream is looked at.
    pub(super) fn covers(&self, number: u32) -> bool {
        self.sieves.get(number as usize).is_some_and(Option::is_some)
    }

    /// Whether the note at that key is shown.
    pub(super) fn shows(&self, store: &LogStore, key: Key, kind: NoteKind) -> bool {
        // Who looks for a text wants no ends of instances between the few lines that have it; holes count there as well.
        let few =
            |f: &Filter| f.keep && matches!(f.what, What::Text(_) | What::Field { .. } | What::Template(_));
        self.since.is_none_or(|since| since <= nanos(key.at))
            && !(kind == NoteKind::Ended && self.filters.iter().any(few))
            && store
                .streams
                .get(key.stream as usize)
                .map_or(key.stream == ALL, |stream| self.scope.has(stream))
    }

    /// What is known of a chunk.
    pub(super) fn sieve(&self, number: u32, index: usize, chunk: &Chunk) -> Option<&Sieve> {
        self.sieves.get(number as usize)?.as_ref()?.get(index).filter(|sieve| sieve.is_of(chunk))
    }

    /// All that is known, with its chunk.
    pub(super) fn pairs<'a>(
        &'a self,
        store: &'a LogStore,
    ) -> impl Iterator<Item = (u32, usize, &'a Chunk, &'a Sieve)> {
        let streams = (0u32..).zip(&store.streams);
        streams.flat_map(move |(number, stream)| {
            let chunks = stream.chunks.iter().enumerate();
            chunks.filter_map(move |(index, chunk)| {
                let sieve = self.sieve(number, index, chunk)?;
                Some((number, index, &**chunk, sieve))
            })
        })
    }

    /// How many lines passed; notes are not counted.
    #[must_use]
    pub fn count(&self, store: &LogStore) -> usize {
        self.pairs(store).map(|(.., sieve)| sieve.tally[0]).sum()
    }

    /// How many of those that passed stand before a key.
    #[must_use]
    pub fn rank(&self, store: &LogStore, key: Key) -> usize {
        let rank = |(number, _, chunk, sieve): (u32, usize, &Chunk, &Sieve)| {
            let place = key.bound(number, false);
            match (chunk.first(), chunk.last()) {
                (Some(first), _) if place <= first => 0,
                (_, Some(last)) if last < place => sieve.tally[0],
                _ => sieve.rank(chunk, place),
            }
        };
        self.pairs(store).map(rank).sum()
    }

    /// What passed from the oldest on, notes with it; after a key, where one is given.
    pub fn forward<'a, 's>(&'s self, store: &'a LogStore, after: Option<Key>) -> Walk<'a, 's> {
        Walk::new(self, store, after.map(|key| (key, false)), true)
    }

    /// What passed from the newest back, notes with it; before a key, where one is given.
    pub fn back<'a, 's>(&'s self, store: &'a LogStore, before: Option<Key>) -> Walk<'a, 's> {
        Walk::new(self, store, before.map(|key| (key, false)), false)
    }

    /// The oldest line or note.
    #[must_use]
    pub fn first(&self, store: &LogStore) -> Option<Key> {
        self.forward(store, None).next().map(|line| line.key)
    }

    /// The newest line or note.
    #[must_use]
    pub fn last(&self, store: &LogStore) -> Option<Key> {
        self.back(store, None).next().map(|line| line.key)
    }

    /// The line or note before a key.
    #[must_use]
    pub fn before(&self, store: &LogStore, key: Key) -> Option<Key> {
        self.back(store, Some(key)).next().map(|line| line.key)
    }

    /// The line or note after a key.
    #[must_use]
    pub fn after(&self, store: &LogStore, key: Key) -> Option<Key> {
        self.forward(store, Some(key)).next().map(|line| line.key)
    }

    /// The last `n` lines and notes up to a key and with it, oldest first; the newest where there is none.
    #[must_use]
    pub fn lines_up_to<'a>(&self, store: &'a LogStore, key: Option<Key>, n: usize) -> Vec<Line<'a>> {
        let mut lines: Vec<_> = Walk::new(self, store, key.map(|key| (key, true)), false).take(n).collect();
        lines.reverse();
        lines
    }
}
