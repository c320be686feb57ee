//! Pane below the log lines, with the details of one line or the patterns of all lines.

use super::{details::LineDetails, patterns::PatternList};

/// Pane that is open below the lines.
#[derive(Default)]
pub(in crate::screen::logs) enum Pane {
    /// No pane is open.
    #[default]
    None,
    /// Details of one line.
    Details(LineDetails),
    /// Patterns of the lines.
    Patterns(Box<PatternList>),
}

impl Pane {
    /// Returns true if a pane is open.
    pub(in crate::screen::logs) fn is_open(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Returns the index of the selected row.
    pub(in crate::screen::logs) fn chosen_row(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Details(details) => details.row,
            Self::Patterns(patterns) => patterns.chosen_row(),
        }
    }

    /// Selects a row.
    pub(in crate::screen::logs) fn choose_row(&mut self, row: usize) {
        match self {
            Self::None => {}
            Self::Details(details) => details.row = row,
            Self::Patterns(patterns) => patterns.choose_row(row),
        }
    }
}
