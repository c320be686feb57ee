//! Each line once, though it is read several times: a reading that begins again, or that runs beside another, brings
//! lines that are known already. No source gives lines an identity in all its ways of reading, so lines are known by
//! time and text, and counted: of three equal lines in one millisecond three are new, and none of them twice.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

/// Lines that are remembered at most: 1 MiB. Under a flood the time that is covered is shorter.
const MOST: usize = 1 << 16;

/// How far from its place in the order of time a line is looked for.
const NEAR: usize = 256;

/// What tells a line from others: its time in whatever unit the source counts, and a hash of its text.
type Key = (i64, u64);

/// What was read lately, and which of it each reading is still to bring again.
#[derive(Clone, Debug)]
pub(crate) struct Once {
    span: i64,
    recent: VecDeque<Key>,
    newest: Option<i64>,
    /// What is older is not remembered.
    covered: i64,
    /// What is older was not asked for.
    floor: i64,
    /// Whether times tell lines from each other: one that comes a second time in a reading is no other line.
    exact: bool,
    /// Whether the source brings lines again just now.
    repeats: bool,
    readings: Vec<(Reading, HashMap<Key, u32>)>,
    begun: u32,
}

/// One reading, which brings each line once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    number: u32,
    /// Whether it brings all lines of a time, so that those from before what is remembered are known.
    whole: bool,
}

/// The hash of what a line says.
pub(crate) fn hash(said: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    said.hash(&mut hasher);
    hasher.finish()
}

impl Once {
    /// Nothing is known. Lines are remembered until one comes that is newer by `span`.
    pub(crate) fn new(span: i64) -> Self {
        let (recent, readings) = (VecDeque::new(), Vec::new());
        let (covered, floor) = (i64::MIN, i64::MIN);
        Self { span, recent, newest: None, covered, floor, exact: false, repeats: false, readings, begun: 0 }
    }

    /// The same for a source that stamps each line with a time of its own, and brings some again within a reading.
    pub(crate) fn exact(span: i64) -> Self {
        Self { exact: true, ..Self::new(span) }
    }

    /// A reading begins. One that is `whole` brings old lines again; one that is not brings only lines that the source
    /// has received since, however old they say they are.
    pub(crate) fn begin(&mut self, whole: bool) -> Reading {
        self.begun += 1;
        let reading = Reading { number: self.begun, whole };
        let mut known = HashMap::new();
        for key in &self.recent {
            *known.entry(*key).or_default() += 1;
        }
        self.readings.push((reading, known));
        reading
    }

    /// A reading is over.
    pub(crate) fn end(&mut self, reading: Reading) {
        self.readings.retain(|(other, _)| *other != reading);
    }

    /// From when a whole reading must bring lines, where anything was read.
    pub(crate) fn resume(&self) -> Option<i64> {
        self.newest.map(|newest| newest.saturating_sub(self.span / 2).max(self.covered))
    }

    /// The time of the newest line.
    pub(crate) fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// From now on what is older than `at` was not asked for.
    pub(crate) fn begin_at(&mut self, at: i64) {
        self.floor = at;
    }

    /// Whether a line that `reading` brings is new. It is known from then on.
    pub(crate) fn is_new(&mut self, reading: Reading, at: i64, said: u64) -> bool {
        if at < self.floor || (reading.whole && at < self.covered) {
            return false;
        }
        let key = (at, said);
        for (other, known) in &mut self.readings {
            if *other == reading
                && let Some(count) = known.get_mut(&key)
            {
                *count -= 1;
                if *count == 0 {
                    known.remove(&key);
                }
                return false;
            }
        }
        self.repeats = self.exact && self.is_repeated(key);
        if self.repeats {
            return false;
        }
        self.remember(reading, key);
        true
    }

    /// Whether a line older than the newest has come before. Lines stand in the order of time but for a few.
    fn is_repeated(&self, key: Key) -> bool {
        // The newest is only known to come again among others: else two equal lines have one time.
        let is_past = |newest: i64| key.0 < newest || (key.0 == newest && self.repeats);
        if !self.newest.is_some_and(is_past) {
            return false;
        }
        let place = self.recent.partition_point(|(at, _)| *at < key.0);
        let near = place.saturating_sub(NEAR)..self.recent.len().min(place + NEAR);
        self.recent.range(near).any(|held| *held == key)
    }

    fn remember(&mut self, reading: Reading, key: Key) {
        for (other, known) in &mut self.readings {
            if *other != reading {
                *known.entry(key).or_default() += 1;
            }
        }
        let newest = self.newest.map_or(key.0, |newest| newest.max(key.0));
        self.newest = Some(newest);
        while let Some((at, _)) = self.recent.front().copied()
            && (at < newest.saturating_sub(self.span) || self.recent.len() >= MOST)
        {
            self.recent.pop_front();
            self.covered = self.covered.max(at + 1);
        }
        // Behind the making of room: with one more it would take twice the memory.
        self.recent.push_back(key);
        for (_, known) in self.readings.iter_mut().filter(|(_, known)| known.len() > MOST) {
            known.retain(|(at, _), _| *at >= self.covered);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Once};

    #[test]
    fn a_line_is_new_once_for_all_readings() {
        let mut once = Once::new(100);
        let (a, b) = (once.begin(true), once.begin(false));
        assert!(once.is_new(a, 1_000, 7));
        assert!(!once.is_new(b, 1_000, 7));
        assert!(once.is_new(b, 1_000, 8));
        assert!(!once.is_new(a, 1_000, 8));
        assert!(once.is_new(a, 1_001, 7));
        assert_eq!(once.resume(), Some(951));
    }

    #[test]
    fn equal_lines_are_counted() {
        let mut once = Once::new(100);
        let first = once.begin(true);
        assert!(once.is_new(first, 5, 1));
        assert!(once.is_new(first, 5, 1));
        once.end(first);
        let second = once.begin(true);
        assert_eq!([(); 3].map(|()| once.is_new(second, 5, 1)), [false, false, true]);
    }

    #[test]
    fn a_line_that_the_source_repeats_is_no_other() {
        let mut once = Once::exact(1_000);
        let reading = once.begin(true);
        let mut new = |at| once.is_new(reading, at, 1);
        assert!([1, 2, 3, 3, 4, 6, 5, 6, 7].map(&mut new).iter().all(|new| *new));
        assert!(![2, 3, 4, 5, 6, 6, 7].map(&mut new).iter().any(|new| *new));
        assert!([8, 8].map(&mut new).iter().all(|new| *new));
    }

    #[test]
    fn what_was_not_asked_for_stays_hidden() {
        let mut once = Once::new(100);
        once.begin_at(1_000);
        let reading = once.begin(true);
        assert!(!once.is_new(reading, 999, 1));
        assert!(once.is_new(reading, 1_000, 1));
    }

    #[test]
    fn what_is_forgotten_is_not_new_again_unless_it_comes_late() {
        let mut once = Once::new(100);
        let first = once.begin(true);
        for at in 0..1_000 {
            assert!(once.is_new(first, at, 1));
        }
        assert!(once.recent.len() <= 102);
        let (again, live) = (once.begin(true), once.begin(false));
        assert!(!once.is_new(again, 10, 1));
        assert!(!once.is_new(again, 10, 2));
        assert!(once.is_new(live, 10, 3), "a late line");
    }

    #[test]
    fn a_flood_is_bounded_and_resumes_where_it_is_covered() {
        let mut once = Once::new(i64::MAX / 4);
        let first = once.begin(true);
        let many = MOST as i64 + 50;
        for at in 0..many {
            assert!(once.is_new(first, at, 1));
        }
        assert_eq!(once.resume(), Some(50));
        once.end(first);
        let again = once.begin(true);
        assert!((0..many).all(|at| !once.is_new(again, at, 1)));
        assert!(once.is_new(again, many, 1));
    }
}
