//! Results of the log screen's query: the matching lines in memory, and the search matches and errors among
//! these lines. Portolan evaluates the query in short steps.

use crate::{
    log_store::{EntryKey, LogEntry, LogFilter, LogStore, Predicate, QueryResults, StreamScope},
    model::Timestamp,
    store::Search,
};
use std::collections::BTreeSet;

/// Query in the terms of the log store, with streams and filters in place of the user's scope and chips.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::screen::logs) struct ResolvedQuery {
    /// Streams whose lines are shown.
    pub scope: StreamScope,
    /// Filters that the lines must pass.
    pub filters: Vec<LogFilter>,
    /// Earliest time of a line; `None` for all times.
    pub since: Option<Timestamp>,
    /// Search within these lines. An inverse search hides the lines that match.
    pub search: Search,
}

/// Lines that match the query, with the search matches and errors among them.
pub(in crate::screen::logs) struct QueriedLines {
    /// Query that was last evaluated.
    query: Option<ResolvedQuery>,
    lines: QueryResults,
    /// Lines that match the search; `None` without a search or for an inverse search.
    matches: Option<QueryResults>,
    errors: QueryResults,
    /// True if all lines in memory have been evaluated.
    is_complete: bool,
    /// Counter that increases when a changed query selects other lines.
    generation: u64,
}

impl Default for QueriedLines {
    fn default() -> Self {
        let none = || QueryResults::new(StreamScope::Services(BTreeSet::new()), Vec::new(), None);
        Self { query: None, lines: none(), matches: None, errors: none(), is_complete: false, generation: 0 }
    }
}

/// Maximum number of lines in one step, counted separately for lines, matches and errors. A step takes well
/// under a millisecond.
const LINES_PER_STEP: usize = 20_000;

impl QueriedLines {
    /// Evaluates the next lines for `query`, and starts again if the query has changed. Returns true once all
    /// lines in memory have been evaluated.
    pub(in crate::screen::logs) fn advance(&mut self, held: &LogStore, query: ResolvedQuery) -> bool {
        let before = self.query.as_ref();
        let same = before
            .is_some_and(|b| (&b.scope, &b.filters, b.since) == (&query.scope, &query.filters, query.since));
        let (inverse, search) = (query.search.is_inverse(), query.search.matcher().cloned());
        let same_search = before.is_some_and(|b| b.search == query.search);
        let inverted = inverse || before.is_some_and(|b| b.search.is_inverse());
        if !same || (inverted && !same_search) {
            let mut filters = query.filters.clone();
            filters.extend(
                search
                    .clone()
                    .filter(|_| inverse)
                    .map(|p| LogFilter { predicate: Predicate::Text(p), keep_matching: false }),
            );
            let also = |what| {
                filters.iter().cloned().chain([LogFilter { predicate: what, keep_matching: true }]).collect()
            };
            self.errors = QueryResults::new(query.scope.clone(), also(Predicate::Errors), query.since);
            self.lines = QueryResults::new(query.scope.clone(), filters, query.since);
            self.generation += 1;
        }
        if !same || !same_search {
            self.matches = search.filter(|_| !inverse).map(|pattern| {
                let mut filters = query.filters.clone();
                filters.push(LogFilter { predicate: Predicate::Text(pattern), keep_matching: true });
                QueryResults::new(query.scope.clone(), filters, query.since)
            });
        }
        self.query = Some(query);
        let mut whole = true;
        for sift in
            [Some(&mut self.lines), Some(&mut self.errors), self.matches.as_mut()].into_iter().flatten()
        {
            whole &= sift.advance(held, LINES_PER_STEP);
        }
        self.is_complete = whole;
        self.is_complete
    }

    /// Returns true if all lines in memory have been evaluated.
    pub(in crate::screen::logs) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Returns a number that changes whenever a changed query selects other lines.
    pub(in crate::screen::logs) fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the lines that the query selects.
    pub(in crate::screen::logs) fn lines(&self) -> &QueryResults {
        &self.lines
    }

    /// Returns the position, counted from one, of the search match at `here`, if that line is a match, and
    /// the number of all matches. Returns `None` without a search.
    pub(in crate::screen::logs) fn match_count(
        &self,
        held: &LogStore,
        here: Option<EntryKey>,
    ) -> Option<(Option<usize>, usize)> {
        let found = self.matches.as_ref()?;
        let here =
            here.filter(|here| found.entries_up_to(held, Some(*here), 1).iter().any(|l| l.key == *here));
        Some((here.map(|here| found.matches_before(held, here) + 1), found.count(held)))
    }

    /// Returns the search of the last evaluated query.
    pub(in crate::screen::logs) fn search(&self) -> Option<&Search> {
        self.query.as_ref().map(|asked| &asked.search)
    }

    /// Returns the next search match after `here`, or the previous one if `forward` is false. Wraps around at
    /// the ends. If `here` is `None`, because the screen follows the newest line, returns the newest match.
    pub(in crate::screen::logs) fn next_match(
        &self,
        held: &LogStore,
        here: Option<EntryKey>,
        forward: bool,
    ) -> Option<EntryKey> {
        self.matches.as_ref().and_then(|found| next_wrapping(found, held, here, forward))
    }

    /// Returns the next error after `here`, or the previous one if `forward` is false. Wraps around at the
    /// ends. If `here` is `None`, because the screen follows the newest line, returns the newest error.
    pub(in crate::screen::logs) fn next_error(
        &self,
        held: &LogStore,
        here: Option<EntryKey>,
        forward: bool,
    ) -> Option<EntryKey> {
        next_wrapping(&self.errors, held, here, forward)
    }

    /// Returns the key of the first line.
    pub(in crate::screen::logs) fn first(&self, held: &LogStore) -> Option<EntryKey> {
        self.lines.first_key(held)
    }

    /// Returns the key of the last line.
    pub(in crate::screen::logs) fn last(&self, held: &LogStore) -> Option<EntryKey> {
        self.lines.last_key(held)
    }

    /// Returns the key of the first line at or after `time`.
    pub(in crate::screen::logs) fn first_at_or_after(
        &self,
        held: &LogStore,
        time: Timestamp,
    ) -> Option<EntryKey> {
        self.lines.key_after(held, EntryKey { at: time, stream: 0, seq: 0 })
    }

    /// Returns the line with this key, or `None` if it is not in memory or does not match the query.
    pub(in crate::screen::logs) fn line<'a>(
        &'a self,
        held: &'a LogStore,
        key: EntryKey,
    ) -> Option<LogEntry<'a>> {
        self.lines.entries_up_to(held, Some(key), 1).pop().filter(|line| line.key == key)
    }
}

/// Returns the next line in `results` after `here`, or the previous one if `forward` is false. Skips
/// Portolan's own notes in the log, and wraps around at the ends. If `here` is `None`, returns the newest
/// line, whatever `forward` is.
fn next_wrapping(
    results: &QueryResults,
    held: &LogStore,
    here: Option<EntryKey>,
    forward: bool,
) -> Option<EntryKey> {
    let forward = forward && here.is_some();
    let next = |from| {
        let mut walk = if forward { results.forward(held, from) } else { results.backward(held, from) };
        walk.find(|line| line.note.is_none()).map(|line| line.key)
    };
    next(here).or_else(|| next(None))
}
