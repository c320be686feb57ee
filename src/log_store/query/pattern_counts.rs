//! Counts of matching lines by pattern. They are updated chunk by chunk, with a limit on the work of each
//! update.

use super::{match_bitmap::MatchBitmap, query_results::QueryResults};
use crate::{
    extract::log_line,
    log_store::{
        chunk::Chunk,
        entry_key::from_nanos,
        pattern::{LoggedMessage, Pattern, PatternSet},
        store::LogStore,
        stream::StoredStream,
    },
    model::{ServiceId, Timestamp},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// The patterns of the lines that match one query, with the number of stored lines for each pattern.
#[derive(Debug, Default)]
pub struct PatternCounts {
    patterns: PatternSet,
    /// The counts of each chunk, by chunk id, to subtract them once the store has dropped the chunk.
    chunks: BTreeMap<u64, ChunkCounts>,
    /// The number of stored lines by pattern id.
    line_counts: BTreeMap<u64, u64>,
}

/// The number of matching lines for each pattern in one chunk.
#[derive(Debug, Default)]
struct ChunkCounts {
    /// The `insert_generation` of the chunk when its lines were counted.
    insert_generation: u32,
    /// The number of lines, from the start of the chunk, whose matches are already in the counts.
    scanned: usize,
    /// The number of lines of the chunk by pattern id.
    line_counts: BTreeMap<u64, u64>,
}

/// One pattern of a ranked list, with its number of stored lines.
#[derive(Clone, Copy, Debug)]
pub struct RankedPattern<'a> {
    /// The pattern. Its own statistics include lines that the store has dropped.
    pub pattern: &'a Pattern,
    /// The number of stored lines of the pattern.
    pub count: u64,
    /// `Some(true)` if the pattern is new (see [`PatternSet::is_new`]); `None` if there are no earlier lines
    /// to compare with.
    pub is_new: Option<bool>,
}

impl PatternCounts {
    /// Counts matching lines that are not counted yet, newest first, until the work reaches `work` lines.
    /// Always finishes a chunk, so the work may be somewhat larger. Call [`QueryResults::advance`] first.
    /// Returns true once all lines that the query has tested are counted.
    pub fn advance(&mut self, results: &QueryResults, store: &LogStore, work: usize) -> bool {
        self.forget_stale_chunks(results, store);
        let mut new: Vec<_> = results
            .chunks_with_bitmaps(store)
            .filter(|(.., chunk, sieve)| self.uncounted(chunk, sieve) > 0)
            .collect();
        new.sort_unstable_by_key(|(number, index, chunk, _)| (chunk.last_position(), *number, *index));
        let mut done = 0;
        while done < work {
            let Some((number, _, chunk, sieve)) = new.pop() else { break };
            done += self.count_chunk(&store.streams[number as usize], chunk, sieve);
        }
        if new.is_empty() {
            self.record_read_from(results, store);
        }
        new.is_empty()
    }

    /// Records for each service the time since which all its lines have been counted.
    fn record_read_from(&mut self, results: &QueryResults, store: &LogStore) {
        let covered = (0u32..).zip(&store.streams).filter(|(number, _)| results.includes_stream(*number));
        for (_, stream) in covered {
            if let Some(oldest) = stream.oldest() {
                self.patterns.record_read_from(
                    &stream.service,
                    results.since().map_or(oldest, |since| oldest.max(since)),
                );
            }
        }
    }

    /// Returns the patterns that have stored lines. Patterns that are new since the times in `since` come
    /// first, the most severe at the top. The others follow by number of lines.
    ///
    /// Patterns with similar numbers of lines keep the order in which they were found. Otherwise every new
    /// line could swap two of them.
    #[must_use]
    pub fn ranked(&self, since: &BTreeMap<ServiceId, Timestamp>) -> Vec<RankedPattern<'_>> {
        let held = self.line_counts.iter().filter_map(|(id, count)| Some((self.patterns.get(*id)?, *count)));
        let mut kinds: Vec<_> = held
            .map(|(pattern, count)| RankedPattern {
                pattern,
                count,
                is_new: self.patterns.is_new(pattern, since),
            })
            .collect();
        // The rounded logarithm groups the counts in steps of about a fifth.
        let about = |count: u64| (4.0 * (count as f64).log2()) as u64;
        kinds.sort_by_key(|kind| {
            let new = kind.is_new == Some(true);
            let grave = kind.pattern.level.filter(|_| new);
            (!new, Reverse((grave, about(kind.count))), kind.pattern.id)
        });
        kinds
    }

    /// Returns the number of patterns that were dropped to limit memory.
    #[must_use]
    pub fn dropped_patterns(&self) -> u64 {
        self.patterns.dropped
    }

    /// Returns the number of lines of a chunk that the query has tested and that are not counted yet.
    fn uncounted(&self, chunk: &Chunk, bitmap: &MatchBitmap) -> usize {
        bitmap.scanned().saturating_sub(self.chunks.get(&chunk.id).map_or(0, |part| part.scanned))
    }

    /// Removes the counts of chunks that the store has dropped or whose line indices have changed.
    fn forget_stale_chunks(&mut self, results: &QueryResults, store: &LogStore) {
        let held: BTreeSet<(u64, u32)> = results
            .chunks_with_bitmaps(store)
            .map(|(.., chunk, _)| (chunk.id, chunk.insert_generation))
            .collect();
        let counts = &mut self.line_counts;
        self.chunks.retain(|id, part| {
            let stays = held.contains(&(*id, part.insert_generation));
            for (pattern, less) in part.line_counts.iter().filter(|_| !stays) {
                if let Some(count) = counts.get_mut(pattern) {
                    *count -= less;
                }
            }
            stays
        });
        counts.retain(|_, count| *count > 0);
    }

    /// Counts the matching lines of a chunk that are not counted yet. Returns the work done, in lines; a long
    /// line counts as several.
    fn count_chunk(&mut self, stream: &StoredStream, chunk: &Chunk, bitmap: &MatchBitmap) -> usize {
        let part = self.chunks.entry(chunk.id).or_default();
        part.insert_generation = chunk.insert_generation;
        let mut work = 1;
        let mut line = bitmap.next_match(part.scanned);
        while let Some(index) = line {
            let meta = &chunk.lines()[index];
            let text = &chunk.text()[meta.text_range()];
            let message = &log_line::message_text(text, meta.message_range(), meta.format);
            let logged = LoggedMessage {
                service: &stream.service,
                at: from_nanos(meta.position().at),
                level: meta.level,
                message,
            };
            let id = self.patterns.add(logged);
            *part.line_counts.entry(id).or_default() += 1;
            *self.line_counts.entry(id).or_default() += 1;
            work += 1 + message.len() / 512;
            line = bitmap.next_match(index + 1);
        }
        part.scanned = bitmap.scanned();
        work
    }
}
