//! How many lines passed over time, with warnings and errors, from what stands beside the lines.

use super::{
    key::{Place, nanos},
    sieve::heads,
    sift::Sift,
    store::LogStore,
};
use crate::model::Timestamp;

/// A part of the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// All lines.
    pub lines: usize,
    /// Those that warn.
    pub warnings: usize,
    /// Those that tell of an error.
    pub errors: usize,
}

impl Sift {
    /// The lines that passed from a time on and before another, in so many parts of the same length.
    #[must_use]
    pub fn histogram(&self, store: &LogStore, from: Timestamp, to: Timestamp, buckets: usize) -> Vec<Bucket> {
        let (from, to) = (nanos(from), nanos(to));
        let mut sums = vec![Bucket::default(); buckets];
        let length = i128::from(to) - i128::from(from);
        if length <= 0 || buckets == 0 {
            return sums;
        }
        let bucket = |at: i64| ((i128::from(at) - i128::from(from)) * buckets as i128 / length) as usize;
        for (.., chunk, sieve) in self.pairs(store) {
            let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { continue };
            if last.at < from || to <= first.at || sieve.tally[0] == 0 {
                continue;
            }
            // Most chunks of many lie in one part as a whole.
            if from <= first.at && last.at < to && bucket(first.at) == bucket(last.at) {
                sums[bucket(first.at)].add(sieve.tally);
                continue;
            }
            let mut line = sieve.next(chunk.before(Place { at: from, seq: 0 }));
            while let Some(index) = line {
                let meta = &chunk.metas()[index];
                if meta.place().at >= to {
                    break;
                }
                sums[bucket(meta.place().at)].add(heads(meta.level));
                line = sieve.next(index + 1);
            }
        }
        sums
    }
}

impl Bucket {
    fn add(&mut self, [lines, warnings, errors]: [usize; 3]) {
        self.lines += lines;
        self.warnings += warnings;
        self.errors += errors;
    }
}
