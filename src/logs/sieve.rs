//! Which lines of one chunk pass the filters: a bit a line, so that it costs next to nothing beside the lines.

use super::{
    chunk::{Chunk, Meta},
    filter::{Filter, What},
    key::Place,
    needle::Needle,
    stream::Stream,
};
use crate::model::Level;

/// What passed of a chunk, as far as it was looked at.
#[derive(Clone, Debug)]
pub(super) struct Sieve {
    pub(super) chunk: u64,
    shuffles: u32,
    seen: usize,
    bits: Vec<u64>,
    /// How many lines passed: all, those with a warning, those with an error.
    pub(super) tally: [usize; 3],
}

/// Under which heads of a tally a line counts.
pub(super) fn heads(level: Option<Level>) -> [usize; 3] {
    [1, usize::from(level == Some(Level::Warn)), usize::from(level >= Some(Level::Error))]
}

impl Sieve {
    /// Nothing looked at yet.
    pub(super) fn new(chunk: &Chunk) -> Self {
        Self { chunk: chunk.id, shuffles: chunk.shuffles, seen: 0, bits: Vec::new(), tally: [0; 3] }
    }

    /// Whether what it says holds for that chunk.
    pub(super) fn is_of(&self, chunk: &Chunk) -> bool {
        (self.chunk, self.shuffles) == (chunk.id, chunk.shuffles)
    }

    /// How many lines were not looked at yet.
    pub(super) fn left(&self, chunk: &Chunk) -> usize {
        chunk.metas().len() - self.seen
    }

    /// How many lines were looked at.
    pub(super) fn seen(&self) -> usize {
        self.seen
    }

    /// Looks at what is new of a chunk. Returns how much work that was: lines, long ones as several.
    pub(super) fn look(
        &mut self,
        stream: &Stream,
        chunk: &Chunk,
        filters: &[Filter],
        since: Option<i64>,
    ) -> usize {
        let metas = &chunk.metas()[self.seen..];
        let mut passing: Vec<bool> =
            metas.iter().map(|meta| since.is_none_or(|since| since <= meta.place().at)).collect();
        for Filter { what, keep } in filters {
            if let What::Text(needle) = what
                && needle.literal
                && chunk.shuffles == 0
            {
                found_at_once(needle, chunk.text(), metas, *keep, &mut passing);
                continue;
            }
            for (passing, meta) in passing.iter_mut().zip(metas).filter(|(passing, _)| **passing) {
                *passing = what.fits(stream, chunk, meta) == *keep;
            }
        }
        self.bits.resize(chunk.metas().len().div_ceil(64), 0);
        let bytes: usize = metas.iter().map(|meta| meta.range().len()).sum();
        for (index, meta) in (self.seen..).zip(metas).filter(|(index, _)| passing[index - self.seen]) {
            self.bits[index / 64] |= 1 << (index % 64);
            for (sum, one) in self.tally.iter_mut().zip(heads(meta.level)) {
                *sum += one;
            }
        }
        self.seen = chunk.metas().len();
        let each: usize = filters.iter().map(|filter| filter.what.work()).sum();
        metas.len() * (1 + each) + bytes / 512
    }

    /// The next line that passed, at or after that one.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut word = from / 64;
        let mut bits = self.bits.get(word)? & (u64::MAX << (from % 64));
        while bits == 0 {
            word += 1;
            bits = *self.bits.get(word)?;
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }

    /// The last line that passed before that one.
    pub(super) fn previous(&self, before: usize) -> Option<usize> {
        let last = before.checked_sub(1)?.min((self.bits.len() * 64).checked_sub(1)?);
        let mut word = last / 64;
        let mut bits = self.bits[word] & (u64::MAX >> (63 - last % 64));
        while bits == 0 {
            word = word.checked_sub(1)?;
            bits = self.bits[word];
        }
        Some(word * 64 + 63 - bits.leading_zeros() as usize)
    }

    /// How many lines passed that stand before a place.
    pub(super) fn rank(&self, chunk: &Chunk, place: Place) -> usize {
        let end = chunk.before(place);
        let whole: u32 = self.bits.iter().take(end / 64).map(|bits| bits.count_ones()).sum();
        let rest = self.bits.get(end / 64).map_or(0, |bits| (bits & !(u64::MAX << (end % 64))).count_ones());
        (whole + rest) as usize
    }
}

/// Looks for a text in all lines at once, which is much faster than one by one.
fn found_at_once(needle: &Needle, text: &str, metas: &[Meta], keep: bool, passing: &mut [bool]) {
    let (Some(first), Some(last)) = (metas.first(), metas.last()) else { return };
    let base = first.range().start;
    let text = needle.searchable(&text[base..last.range().end]);
    let end = |meta: &Meta| meta.range().end - base;
    let (mut from, mut line) = (0, 0);
    let mut none = |lines: std::ops::Range<usize>| {
        for passing in &mut passing[lines] {
            *passing &= !keep;
        }
    };
    let mut hits = Vec::new();
    while let Some(hit) = needle.next(&text, from) {
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
