//! Scrolling of what is taller than its place, by the same commands on every screen.

use crate::command::Command;

/// More rows than anything has.
const END: usize = 1_000_000;

/// How far something is scrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    at: usize,
    /// The rows of its place.
    height: usize,
    /// How far it can be.
    most: usize,
}

impl Scroll {
    /// The first row in sight.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether there is more than has room.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.most > 0
    }

    /// Goes to the first row.
    pub fn reset(&mut self) {
        self.at = 0;
    }

    /// Follows the size of what is shown, in rows, and of its place.
    pub fn fit(&mut self, rows: usize, height: usize) {
        (self.height, self.most) = (height, rows.saturating_sub(height));
        self.at = self.at.min(self.most);
    }

    /// Scrolls as a command asks, also beyond the end, until it is next fitted: what is shown may be longer by then. A page
    /// leaves one row in sight.
    pub fn go(&mut self, command: Command) {
        let page = self.height.saturating_sub(1).max(1);
        self.at = match command {
            Command::Up | Command::ScrollUp => self.at.saturating_sub(1),
            Command::Down | Command::ScrollDown => self.at + 1,
            Command::HalfUp => self.at.saturating_sub(page / 2),
            Command::HalfDown => self.at + page / 2,
            Command::PageUp => self.at.saturating_sub(page),
            Command::PageDown => self.at + page,
            Command::Top => 0,
            Command::Bottom => END,
            _ => self.at,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::Scroll;
    use crate::command::Command::{Bottom, Down, HalfDown, Open, PageDown, PageUp, ScrollUp, Top};

    #[test]
    fn it_stays_within_what_there_is() {
        let mut scroll = Scroll::default();
        scroll.go(Bottom);
        scroll.fit(30, 11);
        assert_eq!((scroll.at(), scroll.is_needed()), (19, true), "though its size was not known by then");
        let mut went = |command| {
            scroll.go(command);
            scroll.fit(30, 11);
            scroll.at()
        };
        let all = [Top, Down, HalfDown, PageDown, PageDown, ScrollUp, PageUp, Open, Bottom].map(&mut went);
        assert_eq!(all, [0, 1, 6, 16, 19, 18, 8, 8, 19]);
        scroll.fit(15, 11);
        assert_eq!(scroll.at(), 4, "there is less now");
        scroll.fit(5, 11);
        assert_eq!((scroll.at(), scroll.is_needed()), (0, false));
    }
}
