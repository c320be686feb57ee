//! The lines that are shown, as one tape in time order: what of the held lines the filters let through, and among
//! those the ones that a search finds, and the errors. Made by and by, a bounded piece at a time.

use crate::{
    logs::{Filter, Key, Line, LogStore, Scope, Sift, What},
    model::Timestamp,
    store::Search,
};
use std::collections::BTreeSet;

/// What is to be on the tape.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    /// Whose lines.
    pub scope: Scope,
    /// What they must be.
    pub filters: Vec<Filter>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// What is searched for among them; an inverse search takes lines away.
    pub search: Search,
}

/// The tape.
pub(super) struct Tape {
    asked: Option<Asked>,
    lines: Sift,
    found: Option<Sift>,
    errors: Sift,
    /// Whether all that is held has been looked at.
    whole: bool,
    /// How often the lines were chosen anew.
    number: u64,
}

impl Default for Tape {
    fn default() -> Self {
        let none = || Sift::new(Scope::Services(BTreeSet::new()), Vec::new(), None);
        Self { asked: None, lines: none(), found: None, errors: none(), whole: false, number: 0 }
    }
}

/// The lines that are looked at in one go: well under a millisecond's work for each of the three.
const WORK: usize = 20_000;

impl Tape {
    /// Follows what is held and what is asked for, a piece of the way. Returns whether that is all of it.
    pub(super) fn follow(&mut self, held: &LogStore, asked: Asked) -> bool {
        let before = self.asked.as_ref();
        let same = before
            .is_some_and(|b| (&b.scope, &b.filters, b.since) == (&asked.scope, &asked.filters, asked.since));
        let (inverse, search) = (asked.search.is_inverse(), asked.search.needle().cloned());
        let same_search = before.is_some_and(|b| b.search == asked.search);
        let inverted = inverse || before.is_some_and(|b| b.search.is_inverse());
        if !same || (inverted && !same_search) {
            let mut filters = asked.filters.clone();
            filters.extend(
                search.clone().filter(|_| inverse).map(|p| Filter { what: What::Text(p), keep: false }),
            );
            let also = |what| filters.iter().cloned().chain([Filter { what, keep: true }]).collect();
            self.errors = Sift::new(asked.scope.clone(), also(What::Errors), asked.since);
            self.lines = Sift::new(asked.scope.clone(), filters, asked.since);
            self.number += 1;
        }
        if !same || !same_search {
            self.found = search.filter(|_| !inverse).map(|pattern| {
                let mut filters = asked.filters.clone();
                filters.push(Filter { what: What::Text(pattern), keep: true });
                Sift::new(asked.scope.clone(), filters, asked.since)
            });
        }
        self.asked = Some(asked);
        let mut whole = true;
        for sift in [Some(&mut self.lines), Some(&mut self.errors), self.found.as_mut()].into_iter().flatten()
        {
            whole &= sift.advance(held, WORK);
        }
        self.whole = whole;
        self.whole
    }

    /// Whether all that is held has been looked at.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Which choice of lines it is: another number, other lines.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The lines themselves.
    pub(super) fn lines(&self) -> &Sift {
        &self.lines
    }

    /// How many lines the search finds among them, with the number of the one that is `here`, if it is one of these; none
    /// where nothing is searched for.
    pub(super) fn found(&self, held: &LogStore, here: Option<Key>) -> Option<(Option<usize>, usize)> {
        let found = self.found.as_ref()?;
        let here = here.filter(|here| found.lines_up_to(held, Some(*here), 1).iter().any(|l| l.key == *here));
        Some((here.map(|here| found.rank(held, here) + 1), found.count(held)))
    }

    /// What is searched for.
    pub(super) fn search(&self) -> Option<&Search> {
        self.asked.as_ref().map(|asked| &asked.search)
    }

    /// The next line that the search finds, or the one before, round and round; the newest while it follows.
    pub(super) fn next_match(&self, held: &LogStore, here: Option<Key>, forward: bool) -> Option<Key> {
        self.found.as_ref().and_then(|found| round(found, held, here, forward))
    }

    /// The next error among the lines, or the one before, round and round; the newest while it follows.
    pub(super) fn next_error(&self, held: &LogStore, here: Option<Key>, forward: bool) -> Option<Key> {
        round(&self.errors, held, here, forward)
    }

    pub(super) fn first(&self, held: &LogStore) -> Option<Key> {
        self.lines.first(held)
    }

    pub(super) fn last(&self, held: &LogStore) -> Option<Key> {
        self.lines.last(held)
    }

    /// The first line at or after that time.
    pub(super) fn at(&self, held: &LogStore, time: Timestamp) -> Option<Key> {
        self.lines.after(held, Key { at: time, stream: 0, seq: 0 })
    }

    /// The line at that place, while it is held and the filters let it through.
    pub(super) fn line<'a>(&'a self, held: &'a LogStore, key: Key) -> Option<Line<'a>> {
        self.lines.lines_up_to(held, Some(key), 1).pop().filter(|line| line.key == key)
    }
}

/// The next of those lines, or the one before, round and round; a note is no line. Who follows stands behind the last
/// line: the next one is the newest.
fn round(sift: &Sift, held: &LogStore, here: Option<Key>, forward: bool) -> Option<Key> {
    let forward = forward && here.is_some();
    let next = |from| {
        let mut walk = if forward { sift.forward(held, from) } else { sift.back(held, from) };
        walk.find(|line| line.note.is_none()).map(|line| line.key)
    };
    next(here).or_else(|| next(None))
}
