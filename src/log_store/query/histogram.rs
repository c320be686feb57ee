//! Histogram of the matching lines over time, with counts of warnings and errors. It reads only the metadata
//! of the lines.

use super::{match_bitmap::count_by_level, query_results::QueryResults};
use crate::{
    log_store::{
        entry_key::{LinePosition, to_nanos},
        store::LogStore,
    },
    model::Timestamp,
};

/// The numbers of lines, warnings and errors in one time interval of a log histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistogramBucket {
    /// The number of all lines, whatever their level.
    pub lines: usize,
    /// The number of lines whose level is warning.
    pub warnings: usize,
    /// The number of lines whose level is error or above.
    pub errors: usize,
}

impl QueryResults {
    /// Returns the counts of the matching lines from `from` (inclusive) to `to` (exclusive), in `buckets`
    /// intervals of equal length.
    #[must_use]
    pub fn histogram(
        &self,
        store: &LogStore,
        from: Timestamp,
        to: Timestamp,
        buckets: usize,
    ) -> Vec<HistogramBucket> {
        let (from, to) = (to_nanos(from), to_nanos(to));
        let mut sums = vec![HistogramBucket::default(); buckets];
        let length = i128::from(to) - i128::from(from);
        if length <= 0 || buckets == 0 {
            return sums;
        }
        let bucket = |at: i64| ((i128::from(at) - i128::from(from)) * buckets as i128 / length) as usize;
        for (.., chunk, sieve) in self.chunks_with_bitmaps(store) {
            let (Some(first), Some(last)) = (chunk.first_position(), chunk.last_position()) else { continue };
            if last.at < from || to <= first.at || sieve.level_counts[0] == 0 {
                continue;
            }
            // Most chunks lie completely in one interval.
            if from <= first.at && last.at < to && bucket(first.at) == bucket(last.at) {
                sums[bucket(first.at)].add(sieve.level_counts);
                continue;
            }
            let mut line = sieve.next_match(chunk.lines_before(LinePosition { at: from, seq: 0 }));
            while let Some(index) = line {
                let meta = &chunk.lines()[index];
                if meta.position().at >= to {
                    break;
                }
                sums[bucket(meta.position().at)].add(count_by_level(meta.level));
                line = sieve.next_match(index + 1);
            }
        }
        sums
    }
}

impl HistogramBucket {
    fn add(&mut self, [lines, warnings, errors]: [usize; 3]) {
        self.lines += lines;
        self.warnings += warnings;
        self.errors += errors;
    }
}
