//! The holes of a stream: made between two readings and where lines were dropped, filled by older pages.

use super::{
    key::{Place, nanos},
    reading::{Gap, Reading},
    stream::Stream,
};
use crate::model::LogStart;

impl Stream {
    /// A reading brings a line of that time, `again` where it was held. Where the reading begins, there may be a hole.
    pub(super) fn reach(&mut self, index: usize, at: i64, again: bool) {
        let Some(reading) = &mut self.readings[index] else { return };
        reading.brought += 1;
        if reading.first.is_some_and(|first| first <= at) {
            return;
        }
        reading.first = Some(at);
        let reading = reading.clone();
        self.gaps.retain(|gap| gap.high.seq != reading.mark);
        if !again {
            self.leave(&reading, at);
        }
    }

    /// Notes the hole below the first line of a reading: above the newest line before it, unless it reads all from there.
    fn leave(&mut self, reading: &Reading, at: i64) {
        let high = Place { at, seq: reading.mark };
        let chunk = self.chunks.partition_point(|chunk| chunk.first() < Some(high));
        let Some(chunk) = chunk.checked_sub(1).and_then(|before| self.chunks.get(before)) else { return };
        let Some(low) = chunk.before(high).checked_sub(1).map(|last| chunk.metas()[last].place().at) else {
            return;
        };
        let known = self.gaps.iter().any(|gap| gap.low >= low && gap.high <= high);
        if !known && !reading.is_whole_from(low) {
            self.put(Gap { low, high, count: None });
        }
    }

    /// A line is taken that may have been dropped before the reading began that brings it now.
    pub(super) fn regain(&mut self, index: usize, at: i64) {
        if self.gaps.last().is_none_or(|gap| gap.high.at < at) {
            return;
        }
        let mark = self.readings[index].as_ref().map_or(0, |reading| reading.mark);
        for gap in
            self.gaps.iter_mut().filter(|gap| gap.high.seq < mark && gap.low <= at && at <= gap.high.at)
        {
            gap.count = gap.count.map(|count| count.saturating_sub(1));
        }
        self.gaps.retain(|gap| gap.count != Some(0));
    }

    /// A reading has come to its end: what it reached is whole.
    pub(super) fn close(&mut self, start: LogStart) {
        let slot = usize::from(start.until.is_none());
        let Some(reading) = self.readings[slot].take_if(|reading| reading.start == start) else { return };
        let exhausted = reading.is_exhausted();
        self.begins |= exhausted && start.since.is_none();
        let since = start.since.map_or(i64::MIN, nanos);
        let floor = if exhausted { Some(since) } else { reading.first };
        let Some(floor) = floor else { return };
        let ceiling = start.until.map_or(i64::MAX, nanos);
        let filled = |gap: &Gap| floor <= gap.high.at && gap.high.at <= ceiling;
        let own = |gap: &Gap| gap.high.seq == reading.mark;
        let (gone, kept): (Vec<Gap>, Vec<Gap>) =
            self.gaps.iter().partition(|gap| filled(gap) && (exhausted || !own(gap)));
        self.gaps = kept;
        // What a hole has below what was read stays a hole, with those of its lines that are still missing.
        for gap in gone.into_iter().filter(|gap| gap.low < floor) {
            self.put(Gap { high: Place { at: floor, seq: reading.mark }, ..gap });
        }
    }

    /// Lines were dropped: one hole, also with what was missing right before them or right behind.
    pub(super) fn lose(&mut self, index: usize, first: Place, last: Place, count: u64) {
        let before = index.checked_sub(1).and_then(|before| self.chunks.get(before)?.last());
        let behind = self.chunks.get(index).and_then(|chunk| chunk.first());
        let joins = |gap: &Gap| {
            before.is_none_or(|before| before < gap.high) && behind.is_none_or(|behind| gap.high < behind)
        };
        let (joined, kept): (Vec<Gap>, Vec<Gap>) = self.gaps.iter().partition(|gap| joins(gap));
        self.gaps = kept;
        let low = joined.iter().map(|gap| gap.low).fold(first.at, i64::min);
        let high = joined.iter().map(|gap| gap.high).fold(last, Place::max);
        let counted: u64 = joined.iter().filter_map(|gap| gap.count).sum();
        self.put(Gap { low, high, count: Some(counted + count) });
    }

    /// Notes a hole, one with another that ends there.
    fn put(&mut self, mut gap: Gap) {
        let place = self.gaps.partition_point(|other| other.high < gap.high);
        if let Some(other) = self.gaps.get(place).copied().filter(|other| other.high == gap.high) {
            self.gaps.remove(place);
            gap.low = gap.low.min(other.low);
            gap.count = [gap.count, other.count].into_iter().flatten().reduce(|a, b| a + b);
        }
        self.gaps.insert(place, gap);
    }
}
