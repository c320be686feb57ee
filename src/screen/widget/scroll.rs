//! Scrolling of content that is taller than its area, by the same commands on every screen.

use crate::command::Command;
use serde::{Deserialize, Serialize};

/// Row number that is greater than the last row of any content.
const BEYOND_LAST_ROW: usize = 1_000_000;

/// Scroll position within content of a known height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scroll {
    /// Index of the first visible row.
    first_row: usize,
    /// Height of the area, in rows.
    #[serde(skip)]
    visible_rows: usize,
    /// Greatest value of `first_row` at which the content still fills the area.
    #[serde(skip)]
    max_first_row: usize,
}

impl Scroll {
    /// Returns the index of the first visible row.
    #[must_use]
    pub fn first_row(&self) -> usize {
        self.first_row
    }

    /// Returns true if the content is taller than its area.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.max_first_row > 0
    }

    /// Scrolls to the first row.
    pub fn reset(&mut self) {
        self.first_row = 0;
    }

    /// Sets the height of the content and of the area, in rows. Scrolls back if the position is beyond the
    /// end.
    pub fn set_size(&mut self, rows: usize, height: usize) {
        (self.visible_rows, self.max_first_row) = (height, rows.saturating_sub(height));
        self.first_row = self.first_row.min(self.max_first_row);
    }

    /// Returns true if `command` is a scroll command and the content is taller than its area.
    #[must_use]
    pub fn applies(&self, command: Command) -> bool {
        self.is_needed() && self.row_after(command).is_some()
    }

    /// Scrolls if `command` is a scroll command, and does nothing otherwise.
    ///
    /// The position may be beyond the end until the next `set_size`, because the content may have grown.
    pub fn apply(&mut self, command: Command) {
        if let Some(row) = self.row_after(command) {
            self.first_row = row;
        }
    }

    /// Returns the first visible row after `command`, or `None` if the command does not scroll. Scrolling by
    /// a page keeps one row visible.
    fn row_after(&self, command: Command) -> Option<usize> {
        let page = self.visible_rows.saturating_sub(1).max(1);
        Some(match command {
            Command::Up | Command::ScrollUp => self.first_row.saturating_sub(1),
            Command::Down | Command::ScrollDown => self.first_row + 1,
            Command::HalfUp => self.first_row.saturating_sub(page / 2),
            Command::HalfDown => self.first_row + page / 2,
            Command::PageUp => self.first_row.saturating_sub(page),
            Command::PageDown => self.first_row + page,
            Command::Top => 0,
            Command::Bottom => BEYOND_LAST_ROW,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Scroll;
    use crate::command::Command::{Bottom, Down, HalfDown, Open, PageDown, PageUp, ScrollUp, Top};

    #[test]
    fn offset_stays_within_the_content() {
        let mut scroll = Scroll::default();
        scroll.apply(Bottom);
        scroll.set_size(30, 11);
        assert_eq!(
            (scroll.first_row(), scroll.is_needed()),
            (19, true),
            "though its size was not known by then"
        );
        let mut went = |command| {
            scroll.apply(command);
            scroll.set_size(30, 11);
            scroll.first_row()
        };
        let all = [Top, Down, HalfDown, PageDown, PageDown, ScrollUp, PageUp, Open, Bottom].map(&mut went);
        assert_eq!(all, [0, 1, 6, 16, 19, 18, 8, 8, 19]);
        scroll.set_size(15, 11);
        assert_eq!(scroll.first_row(), 4, "there is less now");
        scroll.set_size(5, 11);
        assert_eq!((scroll.first_row(), scroll.is_needed()), (0, false));
    }
}
