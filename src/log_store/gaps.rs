//! Bookkeeping of the gaps in a stream: lines between two read sessions that were never read, and lines
//! dropped from memory. Reading older pages closes gaps.

use super::{
    entry_key::{LinePosition, to_nanos},
    read_session::{Gap, ReadSession},
    stream::StoredStream,
};
use crate::model::LogReadOptions;

impl StoredStream {
    /// Counts a line that the session at `index` read, and records the gap before the session's oldest line.
    /// `at` is the time of the line. `again` is true if the line was already stored; then there is no gap
    /// before it.
    pub(super) fn record_session_line(&mut self, index: usize, at: i64, again: bool) {
        let Some(reading) = &mut self.sessions[index] else { return };
        reading.received_lines += 1;
        if reading.oldest_nanos.is_some_and(|first| first <= at) {
            return;
        }
        reading.oldest_nanos = Some(at);
        let reading = reading.clone();
        self.gaps.retain(|gap| gap.high.seq != reading.start_seq);
        if !again {
            self.record_session_gap(&reading, at);
        }
    }

    /// Records the gap before the session's oldest line, which has the time `at`. The gap begins at the last
    /// stored line before that time. There is no gap if the session reads every line from there on, or if a
    /// known gap lies in between.
    fn record_session_gap(&mut self, reading: &ReadSession, at: i64) {
        let high = LinePosition { at, seq: reading.start_seq };
        let chunk = self.chunks.partition_point(|chunk| chunk.first_position() < Some(high));
        let Some(chunk) = chunk.checked_sub(1).and_then(|before| self.chunks.get(before)) else { return };
        let Some(low) = chunk.lines_before(high).checked_sub(1).map(|last| chunk.lines()[last].position().at)
        else {
            return;
        };
        let known = self.gaps.iter().any(|gap| gap.low >= low && gap.high <= high);
        if !known && !reading.is_complete_since(low) {
            self.insert_gap(Gap { low, high, count: None });
        }
    }

    /// Subtracts a line with the time `at` from the counts of the gaps that contain this time, because it may
    /// be one of the dropped lines.
    pub(super) fn reduce_gap_counts(&mut self, index: usize, at: i64) {
        if self.gaps.last().is_none_or(|gap| gap.high.at < at) {
            return;
        }
        let mark = self.sessions[index].as_ref().map_or(0, |reading| reading.start_seq);
        for gap in
            self.gaps.iter_mut().filter(|gap| gap.high.seq < mark && gap.low <= at && at <= gap.high.at)
        {
            gap.count = gap.count.map(|count| count.saturating_sub(1));
        }
        self.gaps.retain(|gap| gap.count != Some(0));
    }

    /// Ends the session that began with the options `start`. Removes the gaps in the part of the time span
    /// that the session read completely.
    pub(super) fn end_session(&mut self, start: LogReadOptions) {
        let slot = usize::from(start.until.is_none());
        let Some(reading) = self.sessions[slot].take_if(|reading| reading.start == start) else { return };
        let exhausted = reading.has_reached_start();
        self.has_first_line |= exhausted && start.since.is_none();
        let since = start.since.map_or(i64::MIN, to_nanos);
        let floor = if exhausted { Some(since) } else { reading.oldest_nanos };
        let Some(floor) = floor else { return };
        let ceiling = start.until.map_or(i64::MAX, to_nanos);
        let filled = |gap: &Gap| floor <= gap.high.at && gap.high.at <= ceiling;
        let own = |gap: &Gap| gap.high.seq == reading.start_seq;
        let (gone, kept): (Vec<Gap>, Vec<Gap>) =
            self.gaps.iter().partition(|gap| filled(gap) && (exhausted || !own(gap)));
        self.gaps = kept;
        // A gap may begin before that part. Its earlier piece remains a gap with the same count, because it
        // is unknown in which piece the missing lines are.
        for gap in gone.into_iter().filter(|gap| gap.low < floor) {
            self.insert_gap(Gap { high: LinePosition { at: floor, seq: reading.start_seq }, ..gap });
        }
    }

    /// Records a gap in place of a dropped chunk, and merges it with the gaps directly before and after. The
    /// chunk was at `index` and had `count` lines from `first` to `last`.
    pub(super) fn record_dropped_lines(
        &mut self,
        index: usize,
        first: LinePosition,
        last: LinePosition,
        count: u64,
    ) {
        let before = index.checked_sub(1).and_then(|before| self.chunks.get(before)?.last_position());
        let behind = self.chunks.get(index).and_then(|chunk| chunk.first_position());
        let joins = |gap: &Gap| {
            before.is_none_or(|before| before < gap.high) && behind.is_none_or(|behind| gap.high < behind)
        };
        let (joined, kept): (Vec<Gap>, Vec<Gap>) = self.gaps.iter().partition(|gap| joins(gap));
        self.gaps = kept;
        let low = joined.iter().map(|gap| gap.low).fold(first.at, i64::min);
        let high = joined.iter().map(|gap| gap.high).fold(last, LinePosition::max);
        let counted: u64 = joined.iter().filter_map(|gap| gap.count).sum();
        self.insert_gap(Gap { low, high, count: Some(counted + count) });
    }

    /// Inserts a gap, or merges it with the gap that ends at the same position.
    fn insert_gap(&mut self, mut gap: Gap) {
        let place = self.gaps.partition_point(|other| other.high < gap.high);
        if let Some(other) = self.gaps.get(place).copied().filter(|other| other.high == gap.high) {
            self.gaps.remove(place);
            gap.low = gap.low.min(other.low);
            gap.count = [gap.count, other.count].into_iter().flatten().reduce(|a, b| a + b);
        }
        self.gaps.insert(place, gap);
    }
}
