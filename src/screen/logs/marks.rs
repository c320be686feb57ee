//! Log lines that the user has marked, and the selection of consecutive lines.

use crate::log_store::EntryKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Lines that the user has marked, and the first line of the selection.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct LineMarks {
    /// Marked lines.
    lines: BTreeSet<EntryKey>,
    /// Line at which the user began the selection, which reaches from there to the cursor; `None` without a
    /// selection.
    pub selection_start: Option<EntryKey>,
}

impl LineMarks {
    /// Marks a line, or removes its mark.
    pub(super) fn toggle(&mut self, line: EntryKey) {
        if !self.lines.remove(&line) {
            self.lines.insert(line);
        }
    }

    /// Returns true if the line is marked.
    pub(super) fn is_marked(&self, line: EntryKey) -> bool {
        self.lines.contains(&line)
    }

    /// Returns the next marked line after `here`, or the previous one if `forward` is false. Wraps around at
    /// the ends.
    pub(super) fn next_mark(&self, here: Option<EntryKey>, forward: bool) -> Option<EntryKey> {
        let beyond = here.and_then(|here| {
            if forward {
                self.lines.iter().find(|line| **line > here)
            } else {
                self.lines.iter().rfind(|line| **line < here)
            }
        });
        beyond.or(if forward { self.lines.first() } else { self.lines.last() }).copied()
    }

    /// Returns the first and the last line of the selection, which lies between `selection_start` and the
    /// cursor at `here`. Returns `None` if there is no selection or no cursor.
    pub(super) fn selection(&self, here: Option<EntryKey>) -> Option<(EntryKey, EntryKey)> {
        let (from, here) = (self.selection_start?, here?);
        Some((from.min(here), from.max(here)))
    }
}
