//! What is opened beside the lines: all of one line.

use super::details::Details;

/// What is opened beside the lines.
#[derive(Default)]
pub(super) enum Pane {
    /// Nothing.
    #[default]
    None,
    /// All of one line.
    Details(Details),
}

impl Pane {
    /// Whether something is opened.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// The row that is chosen.
    pub(super) fn chosen(&mut self) -> Option<&mut usize> {
        match self {
            Self::None => None,
            Self::Details(details) => Some(&mut details.row),
        }
    }
}
