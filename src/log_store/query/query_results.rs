//! Results of a log query over all streams. The query tests each stored line once, in several steps, the
//! newest lines first.

use super::{
    filter::{LogFilter, Predicate, StreamScope},
    match_bitmap::MatchBitmap,
};
use crate::{
    log_store::{
        chunk::Chunk,
        entry_key::{EntryKey, from_nanos, to_nanos},
        notes::ALL_STREAMS,
        store::LogStore,
    },
    model::{LogNoteKind, ServiceId, Timestamp},
};
use std::collections::BTreeMap;

/// The stored lines that match a scope, filters and a start time. After each change of the store,
/// [`QueryResults::advance`] must be called.
#[derive(Clone, Debug)]
pub struct QueryResults {
    scope: StreamScope,
    filters: Vec<LogFilter>,
    /// The start time, in nanoseconds since 1970; `None` for all times.
    since: Option<i64>,
    /// Match bitmaps by stream number and chunk index; `None` for a stream outside the scope.
    bitmaps: Vec<Option<Vec<MatchBitmap>>>,
}

impl QueryResults {
    /// Creates a query that has not tested any lines yet.
    #[must_use]
    pub fn new(scope: StreamScope, filters: Vec<LogFilter>, since: Option<Timestamp>) -> Self {
        Self { scope, filters, since: since.map(to_nanos), bitmaps: Vec::new() }
    }

    /// Creates a query for all lines of `service`, and runs it to the end.
    #[must_use]
    pub fn of_service(service: &ServiceId, store: &LogStore) -> Self {
        let mut results = Self::new(StreamScope::Services([service.clone()].into()), Vec::new(), None);
        results.advance(store, usize::MAX);
        results
    }

    /// Returns the scope of the query.
    #[must_use]
    pub fn scope(&self) -> &StreamScope {
        &self.scope
    }

    /// Returns the start time of the query; `None` for all times.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        self.since.map(from_nanos)
    }

    /// Returns the filters that every line must pass.
    #[must_use]
    pub fn filters(&self) -> &[LogFilter] {
        &self.filters
    }

    /// Tests the stored lines that are new to the query, newest chunk first, until the work reaches `work`
    /// lines. A very long line counts as several, and so does a line that costly filters test. Always
    /// finishes a chunk, so the work may be somewhat larger. Returns true once all stored lines are tested.
    pub fn advance(&mut self, store: &LogStore, work: usize) -> bool {
        self.sync_bitmaps(store);
        let mut new = Vec::new();
        for (number, stream) in store.streams.iter().enumerate() {
            let sieves = self.bitmaps[number].iter().flatten();
            let pairs = stream.chunks.iter().zip(sieves).enumerate();
            let left = pairs.filter(|(_, (chunk, sieve))| sieve.unscanned(chunk) > 0);
            new.extend(left.map(|(index, (chunk, _))| (chunk.last_position(), number, index)));
        }
        new.sort_unstable();
        let mut done = 0;
        while done < work {
            let Some((_, number, index)) = new.pop() else { return true };
            let stream = &store.streams[number];
            if let Some(sieves) = &mut self.bitmaps[number] {
                done += sieves[index].scan(stream, &stream.chunks[index], &self.filters, self.since);
            }
        }
        new.is_empty()
    }

    /// Creates the missing bitmaps of chunks in the scope, and removes outdated ones.
    fn sync_bitmaps(&mut self, store: &LogStore) {
        self.bitmaps.resize(store.streams.len(), None);
        for (stream, own) in store.streams.iter().zip(&mut self.bitmaps) {
            if !self.scope.includes(stream) {
                *own = None;
                continue;
            }
            let sieves = own.get_or_insert_default();
            let chunks = &stream.chunks;
            if chunks.len() == sieves.len()
                && chunks.iter().zip(&*sieves).all(|(chunk, s)| s.is_valid_for(chunk))
            {
                continue;
            }
            let mut old: BTreeMap<u64, MatchBitmap> =
                sieves.drain(..).map(|sieve| (sieve.chunk_id, sieve)).collect();
            sieves.extend(chunks.iter().map(|chunk| {
                old.remove(&chunk.id)
                    .filter(|sieve| sieve.is_valid_for(chunk))
                    .unwrap_or_else(|| MatchBitmap::new(chunk))
            }));
        }
    }

    /// Returns true if the stream `number` is in the scope.
    pub(in crate::log_store) fn includes_stream(&self, number: u32) -> bool {
        self.bitmaps.get(number as usize).is_some_and(Option::is_some)
    }

    /// Returns true if the note with the key `key` belongs to the results.
    pub(in crate::log_store) fn includes_note(
        &self,
        store: &LogStore,
        key: EntryKey,
        kind: LogNoteKind,
    ) -> bool {
        // In a text search, notes about ended instances would hide the few matching lines among them. Notes
        // about gaps are shown even there.
        let few = |f: &LogFilter| {
            f.keep_matching
                && matches!(f.predicate, Predicate::Text(_) | Predicate::Field(_) | Predicate::Template(_))
        };
        self.since.is_none_or(|since| since <= to_nanos(key.at))
            && !(kind == LogNoteKind::Ended && self.filters.iter().any(few))
            && store
                .streams
                .get(key.stream as usize)
                .map_or(key.stream == ALL_STREAMS, |stream| self.scope.includes(stream))
    }

    /// Returns the bitmap of `chunk`, which is at `index` of the stream `number`. Returns `None` if the
    /// bitmap is missing or outdated.
    pub(in crate::log_store) fn bitmap(
        &self,
        number: u32,
        index: usize,
        chunk: &Chunk,
    ) -> Option<&MatchBitmap> {
        self.bitmaps.get(number as usize)?.as_ref()?.get(index).filter(|sieve| sieve.is_valid_for(chunk))
    }

    /// Returns all chunks in the scope that have a valid bitmap, as (stream number, chunk index, chunk,
    /// bitmap).
    pub(in crate::log_store) fn chunks_with_bitmaps<'a>(
        &'a self,
        store: &'a LogStore,
    ) -> impl Iterator<Item = (u32, usize, &'a Chunk, &'a MatchBitmap)> {
        let streams = (0u32..).zip(&store.streams);
        streams.flat_map(move |(number, stream)| {
            let chunks = stream.chunks.iter().enumerate();
            chunks.filter_map(move |(index, chunk)| {
                let sieve = self.bitmap(number, index, chunk)?;
                Some((number, index, &**chunk, sieve))
            })
        })
    }

    /// Returns the number of matching lines, without notes.
    #[must_use]
    pub fn count(&self, store: &LogStore) -> usize {
        self.chunks_with_bitmaps(store).map(|(.., sieve)| sieve.level_counts[0]).sum()
    }

    /// Returns the number of matching lines before `key`, without notes.
    #[must_use]
    pub fn matches_before(&self, store: &LogStore, key: EntryKey) -> usize {
        let rank = |(number, _, chunk, sieve): (u32, usize, &Chunk, &MatchBitmap)| {
            let place = key.lower_bound(number, false);
            match (chunk.first_position(), chunk.last_position()) {
                (Some(first), _) if place <= first => 0,
                (_, Some(last)) if last < place => sieve.level_counts[0],
                _ => sieve.matches_before(chunk, place),
            }
        };
        self.chunks_with_bitmaps(store).map(rank).sum()
    }
}
