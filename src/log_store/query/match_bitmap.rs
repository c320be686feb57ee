//! Match bitmaps: one bit for each line of a chunk, set if the line passes the filters.

use super::{
    filter::{FilterLine, LogFilter, Predicate},
    text_matcher::TextMatcher,
};
use crate::{
    log_store::{
        chunk::{Chunk, LineMeta},
        entry_key::LinePosition,
        stream::StoredStream,
    },
    model::LogLevel,
};

/// Bit set of the lines of one chunk that match a query, for the lines that the query has scanned so far.
#[derive(Clone, Debug)]
pub(in crate::log_store) struct MatchBitmap {
    /// The id of the chunk.
    pub(in crate::log_store) chunk_id: u64,
    /// The `insert_generation` of the chunk when it was scanned.
    insert_generation: u32,
    /// The number of lines scanned so far.
    scanned: usize,
    /// One bit for each scanned line, 64 bits per word. The lowest bit of the first word stands for the first
    /// line.
    bits: Vec<u64>,
    /// The numbers of matching lines: of all levels, with the level warning, and with the level error or
    /// above.
    pub(in crate::log_store) level_counts: [usize; 3],
}

/// Returns the counts of a single line, to add to [`MatchBitmap::level_counts`].
pub(in crate::log_store) fn count_by_level(level: Option<LogLevel>) -> [usize; 3] {
    [1, usize::from(level == Some(LogLevel::Warn)), usize::from(level >= Some(LogLevel::Error))]
}

impl MatchBitmap {
    /// Creates the bitmap of a chunk, with no line scanned.
    pub(in crate::log_store) fn new(chunk: &Chunk) -> Self {
        Self {
            chunk_id: chunk.id,
            insert_generation: chunk.insert_generation,
            scanned: 0,
            bits: Vec::new(),
            level_counts: [0; 3],
        }
    }

    /// Returns true if the bitmap still describes the lines of `chunk`. A valid bitmap may lack the lines at
    /// the end of the chunk.
    pub(in crate::log_store) fn is_valid_for(&self, chunk: &Chunk) -> bool {
        (self.chunk_id, self.insert_generation) == (chunk.id, chunk.insert_generation)
    }

    /// Returns the number of lines of `chunk` that have not been scanned.
    pub(in crate::log_store) fn unscanned(&self, chunk: &Chunk) -> usize {
        chunk.lines().len() - self.scanned
    }

    /// Returns the number of scanned lines.
    pub(in crate::log_store) fn scanned(&self) -> usize {
        self.scanned
    }

    /// Scans the lines of a chunk that have not been scanned. A line matches if it is not older than `since`
    /// and passes all `filters`. Returns the work done, in lines; a long line counts as several.
    pub(in crate::log_store) fn scan(
        &mut self,
        stream: &StoredStream,
        chunk: &Chunk,
        filters: &[LogFilter],
        since: Option<i64>,
    ) -> usize {
        let metas = &chunk.lines()[self.scanned..];
        let mut passing: Vec<bool> =
            metas.iter().map(|meta| since.is_none_or(|since| since <= meta.position().at)).collect();
        for filter in filters {
            if let Predicate::Text(needle) = &filter.predicate
                && needle.is_literal
                && chunk.insert_generation == 0
            {
                search_all_lines(needle, chunk.text(), metas, filter.keep_matching, &mut passing);
                continue;
            }
            for (passing, meta) in passing.iter_mut().zip(metas).filter(|(passing, _)| **passing) {
                *passing = filter.passes(&FilterLine::of_stored(stream, chunk, meta));
            }
        }
        self.bits.resize(chunk.lines().len().div_ceil(64), 0);
        let bytes: usize = metas.iter().map(|meta| meta.text_range().len()).sum();
        for (index, meta) in (self.scanned..).zip(metas).filter(|(index, _)| passing[index - self.scanned]) {
            self.bits[index / 64] |= 1 << (index % 64);
            for (sum, one) in self.level_counts.iter_mut().zip(count_by_level(meta.level)) {
                *sum += one;
            }
        }
        self.scanned = chunk.lines().len();
        let each: usize = filters.iter().map(|filter| filter.predicate.extra_cost()).sum();
        metas.len() * (1 + each) + bytes / 512
    }

    /// Returns the index of the first matching line at or after `from`.
    pub(in crate::log_store) fn next_match(&self, from: usize) -> Option<usize> {
        let mut word = from / 64;
        let mut bits = self.bits.get(word)? & (u64::MAX << (from % 64));
        while bits == 0 {
            word += 1;
            bits = *self.bits.get(word)?;
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }

    /// Returns the index of the last matching line before `before`.
    pub(in crate::log_store) fn previous_match(&self, before: usize) -> Option<usize> {
        let last = before.checked_sub(1)?.min((self.bits.len() * 64).checked_sub(1)?);
        let mut word = last / 64;
        let mut bits = self.bits[word] & (u64::MAX >> (63 - last % 64));
        while bits == 0 {
            word = word.checked_sub(1)?;
            bits = self.bits[word];
        }
        Some(word * 64 + 63 - bits.leading_zeros() as usize)
    }

    /// Returns the number of matching lines of `chunk` before the position `place`.
    pub(in crate::log_store) fn matches_before(&self, chunk: &Chunk, place: LinePosition) -> usize {
        let end = chunk.lines_before(place);
        let whole: u32 = self.bits.iter().take(end / 64).map(|bits| bits.count_ones()).sum();
        let rest = self.bits.get(end / 64).map_or(0, |bits| (bits & !(u64::MAX << (end % 64))).count_ones());
        (whole + rest) as usize
    }
}

/// Clears the element of `passing` for each line that does not pass a text filter. Searches the text of all
/// lines at once, which is much faster than line by line.
fn search_all_lines(matcher: &TextMatcher, text: &str, metas: &[LineMeta], keep: bool, passing: &mut [bool]) {
    let (Some(first), Some(last)) = (metas.first(), metas.last()) else { return };
    let base = first.text_range().start;
    let text = matcher.normalized(&text[base..last.text_range().end]);
    let end = |meta: &LineMeta| meta.text_range().end - base;
    let (mut from, mut line) = (0, 0);
    let mut none = |lines: std::ops::Range<usize>| {
        for passing in &mut passing[lines] {
            *passing &= !keep;
        }
    };
    let mut hits = Vec::new();
    while let Some(hit) = matcher.find_from(&text, from) {
        let first = line;
        line += metas[line..].iter().take_while(|meta| end(meta) < hit).count();
        none(first..line);
        let Some(meta) = metas.get(line) else { break };
        hits.push(line);
        (from, line) = (end(meta) + 1, line + 1);
        if from > text.len() || line == metas.len() {
            break;
        }
    }
    none(line..metas.len());
    for hit in hits {
        passing[hit] &= keep;
    }
}
