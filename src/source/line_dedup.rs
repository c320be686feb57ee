//! Deduplication of log lines. A line arrives more than once if Portolan reads a log again, or through two
//! APIs at once. No source gives a line the same id in all its APIs, so time and text identify a line. Equal
//! lines are counted: if a program writes three equal lines in one millisecond, exactly three of them count
//! as new.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

/// Maximum number of remembered lines, which take 1 MiB of memory. Under heavy load, these lines cover less
/// time than [`LineDedup::window`].
const MAX_REMEMBERED_LINES: usize = 1 << 16;

/// Number of remembered lines, on each side, with which Portolan compares a line that may be a repetition:
/// this many older lines, and this many newer ones.
const REPEAT_SEARCH_LINES: usize = 256;

/// Identity of a line: its time in the source's unit, and a hash of its text.
type LineKey = (i64, u64);

/// Memory of the recently read lines of one log. It distinguishes new lines from repeated ones.
#[derive(Clone, Debug)]
pub(crate) struct LineDedup {
    /// Time for which lines are remembered, in the source's unit.
    window: i64,
    /// Remembered lines, oldest first.
    recent: VecDeque<LineKey>,
    /// Time of the newest line; `None` before the first line.
    newest: Option<i64>,
    /// Start of the period in which all lines are remembered. Older lines may be forgotten.
    remembered_from: i64,
    /// Start of the requested period. Older lines are ignored.
    requested_from: i64,
    /// True if two lines of the source hardly ever have the same time. Then two lines with equal time and
    /// text in one pass are one line that arrived twice.
    unique_timestamps: bool,
    /// True if the last checked line repeated a line of its own pass.
    is_repeating: bool,
    /// Passes in progress, each with the lines that were known when it began. The count of a line is the
    /// number of times that the pass may still deliver the line before it counts as new.
    passes: Vec<(ReadPass, HashMap<LineKey, u32>)>,
    passes_begun: u32,
}

/// Handle of one pass over a log, in which the source normally delivers each line once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReadPass {
    number: u32,
    /// True if the pass delivers every line of its period, old ones too. Then a line that is too old to be
    /// remembered counts as known.
    includes_history: bool,
}

/// Hashes the text of a line.
pub(crate) fn line_hash(text: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl LineDedup {
    /// Creates an empty memory. The memory forgets a line once it gets a line that is newer by more than
    /// `window`.
    pub(crate) fn new(window: i64) -> Self {
        let (recent, passes) = (VecDeque::new(), Vec::new());
        let (remembered_from, requested_from) = (i64::MIN, i64::MIN);
        Self {
            window,
            recent,
            newest: None,
            remembered_from,
            requested_from,
            unique_timestamps: false,
            is_repeating: false,
            passes,
            passes_begun: 0,
        }
    }

    /// Creates a memory for a source that gives nearly every line its own time, but may repeat lines within a
    /// pass. `span` is the time for which lines are remembered, in the source's unit.
    pub(crate) fn with_unique_timestamps(span: i64) -> Self {
        Self { unique_timestamps: true, ..Self::new(span) }
    }

    /// Begins a pass. A pass with history delivers old lines again. A pass without history delivers only
    /// lines that the source receives from now on, although these may carry an older time.
    pub(crate) fn begin_pass(&mut self, includes_history: bool) -> ReadPass {
        self.passes_begun += 1;
        let reading = ReadPass { number: self.passes_begun, includes_history };
        let mut known = HashMap::new();
        for key in &self.recent {
            *known.entry(*key).or_default() += 1;
        }
        self.passes.push((reading, known));
        reading
    }

    /// Ends a pass.
    pub(crate) fn end_pass(&mut self, reading: ReadPass) {
        self.passes.retain(|(other, _)| *other != reading);
    }

    /// Returns the time from which the next pass with history must read in order to miss no line. Returns
    /// `None` if no line was read yet.
    pub(crate) fn resume_time(&self) -> Option<i64> {
        self.newest.map(|newest| newest.saturating_sub(self.window / 2).max(self.remembered_from))
    }

    /// Returns the time of the newest line, or `None` if no line was read yet.
    pub(crate) fn newest_time(&self) -> Option<i64> {
        self.newest
    }

    /// Ignores lines older than `at` from now on.
    pub(crate) fn ignore_before(&mut self, at: i64) {
        self.requested_from = at;
    }

    /// Returns true if the line at time `at`, which the pass `reading` delivered, is new. Remembers a new
    /// line.
    pub(crate) fn is_new(&mut self, reading: ReadPass, at: i64, text_hash: u64) -> bool {
        if at < self.requested_from || (reading.includes_history && at < self.remembered_from) {
            return false;
        }
        let key = (at, text_hash);
        for (other, known) in &mut self.passes {
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
        self.is_repeating = self.unique_timestamps && self.is_repeated(key);
        if self.is_repeating {
            return false;
        }
        self.remember(reading, key);
        true
    }

    /// Returns true if a line of a source with unique timestamps repeats a remembered line. A line that is
    /// newer than all others is no repetition, because lines arrive nearly in time order.
    fn is_repeated(&self, key: LineKey) -> bool {
        // A line with the newest time and a known text is a repetition only if the line before it was a
        // repetition too. Otherwise the source wrote two equal lines at the same time.
        let is_past = |newest: i64| key.0 < newest || (key.0 == newest && self.is_repeating);
        if !self.newest.is_some_and(is_past) {
            return false;
        }
        let place = self.recent.partition_point(|(at, _)| *at < key.0);
        let near =
            place.saturating_sub(REPEAT_SEARCH_LINES)..self.recent.len().min(place + REPEAT_SEARCH_LINES);
        self.recent.range(near).any(|held| *held == key)
    }

    fn remember(&mut self, reading: ReadPass, key: LineKey) {
        for (other, known) in &mut self.passes {
            if *other != reading {
                *known.entry(key).or_default() += 1;
            }
        }
        let newest = self.newest.map_or(key.0, |newest| newest.max(key.0));
        self.newest = Some(newest);
        while let Some((at, _)) = self.recent.front().copied()
            && (at < newest.saturating_sub(self.window) || self.recent.len() >= MAX_REMEMBERED_LINES)
        {
            self.recent.pop_front();
            self.remembered_from = self.remembered_from.max(at + 1);
        }
        // Pushed last: one element beyond the limit would double the allocation.
        self.recent.push_back(key);
        for (_, known) in self.passes.iter_mut().filter(|(_, known)| known.len() > MAX_REMEMBERED_LINES) {
            known.retain(|(at, _), _| *at >= self.remembered_from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LineDedup, MAX_REMEMBERED_LINES};

    #[test]
    fn a_line_is_new_once_for_all_readings() {
        let mut once = LineDedup::new(100);
        let (a, b) = (once.begin_pass(true), once.begin_pass(false));
        assert!(once.is_new(a, 1_000, 7));
        assert!(!once.is_new(b, 1_000, 7));
        assert!(once.is_new(b, 1_000, 8));
        assert!(!once.is_new(a, 1_000, 8));
        assert!(once.is_new(a, 1_001, 7));
        assert_eq!(once.resume_time(), Some(951));
    }

    #[test]
    fn equal_lines_are_counted() {
        let mut once = LineDedup::new(100);
        let first = once.begin_pass(true);
        assert!(once.is_new(first, 5, 1));
        assert!(once.is_new(first, 5, 1));
        once.end_pass(first);
        let second = once.begin_pass(true);
        assert_eq!([(); 3].map(|()| once.is_new(second, 5, 1)), [false, false, true]);
    }

    #[test]
    fn a_line_repeated_by_the_source_is_not_new() {
        let mut once = LineDedup::with_unique_timestamps(1_000);
        let reading = once.begin_pass(true);
        let mut new = |at| once.is_new(reading, at, 1);
        assert!([1, 2, 3, 3, 4, 6, 5, 6, 7].map(&mut new).iter().all(|new| *new));
        assert!(![2, 3, 4, 5, 6, 6, 7].map(&mut new).iter().any(|new| *new));
        assert!([8, 8].map(&mut new).iter().all(|new| *new));
    }

    #[test]
    fn lines_before_the_requested_time_are_ignored() {
        let mut once = LineDedup::new(100);
        once.ignore_before(1_000);
        let reading = once.begin_pass(true);
        assert!(!once.is_new(reading, 999, 1));
        assert!(once.is_new(reading, 1_000, 1));
    }

    #[test]
    fn forgotten_lines_are_new_only_in_a_live_pass() {
        let mut once = LineDedup::new(100);
        let first = once.begin_pass(true);
        for at in 0..1_000 {
            assert!(once.is_new(first, at, 1));
        }
        assert!(once.recent.len() <= 102);
        let (again, live) = (once.begin_pass(true), once.begin_pass(false));
        assert!(!once.is_new(again, 10, 1));
        assert!(!once.is_new(again, 10, 2));
        assert!(once.is_new(live, 10, 3), "a late line");
    }

    #[test]
    fn memory_is_limited_and_resuming_needs_no_forgotten_line() {
        let mut once = LineDedup::new(i64::MAX / 4);
        let first = once.begin_pass(true);
        let many = MAX_REMEMBERED_LINES as i64 + 50;
        for at in 0..many {
            assert!(once.is_new(first, at, 1));
        }
        assert_eq!(once.resume_time(), Some(50));
        once.end_pass(first);
        let again = once.begin_pass(true);
        assert!((0..many).all(|at| !once.is_new(again, at, 1)));
        assert!(once.is_new(again, many, 1));
    }
}
