//! Marks on lines, and lines that are selected.

use crate::logs::Key;
use std::collections::BTreeSet;

/// Marks on lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    lines: BTreeSet<Key>,
    /// Where the selection begins; it ends at the cursor.
    pub from: Option<Key>,
}

impl Marks {
    /// Marks a line, or takes its mark away.
    pub(super) fn toggle(&mut self, line: Key) {
        if !self.lines.remove(&line) {
            self.lines.insert(line);
        }
    }

    /// Whether a line is marked.
    pub(super) fn has(&self, line: Key) -> bool {
        self.lines.contains(&line)
    }

    /// The next marked line, or the one before, round and round.
    pub(super) fn next(&self, here: Option<Key>, forward: bool) -> Option<Key> {
        let beyond = here.and_then(|here| {
            if forward {
                self.lines.iter().find(|line| **line > here)
            } else {
                self.lines.iter().rfind(|line| **line < here)
            }
        });
        beyond.or(if forward { self.lines.first() } else { self.lines.last() }).copied()
    }

    /// The first and the last selected line, when the cursor is `here`.
    pub(super) fn selected(&self, here: Option<Key>) -> Option<(Key, Key)> {
        let (from, here) = (self.from?, here?);
        Some((from.min(here), from.max(here)))
    }
}
