//! What is opened beside the lines: all of one line, or the kinds of lines there are.

use super::{details::Details, patterns::Patterns};

/// What is opened beside the lines.
#[derive(Default)]
pub(super) enum Pane {
    /// Nothing.
    #[default]
    None,
    /// All of one line.
    Details(Details),
    /// The kinds of lines.
    Patterns(Box<Patterns>),
}

impl Pane {
    /// Whether something is opened.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// The row that is chosen.
    pub(super) fn row(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Details(details) => details.row,
            Self::Patterns(patterns) => patterns.row(),
        }
    }

    /// Chooses a row.
    pub(super) fn choose(&mut self, row: usize) {
        match self {
            Self::None => {}
            Self::Details(details) => details.row = row,
            Self::Patterns(patterns) => patterns.choose(row),
        }
    }
}
