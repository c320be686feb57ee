//! Scroll position in the log lines: the screen follows the newest line, or stays at a cursor.

use super::query::queried_lines::QueriedLines;
use crate::log_store::{EntryKey, LogEntry, LogStore};
use serde::{Deserialize, Serialize};

/// Scroll position in the log lines. It refers to lines by key, because line numbers change as lines arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ScrollPosition {
    /// Line at the cursor; `None` while the screen follows the newest line.
    pub cursor: Option<EntryKey>,
    /// Last line on the screen; `None` while the screen follows the newest line.
    pub bottom: Option<EntryKey>,
    /// Newest line at the moment when following stopped. The user has to scroll down to see later lines.
    pub end_when_stopped: Option<EntryKey>,
    /// True if the user paused. Then moving beyond the last line does not resume following.
    pub paused: bool,
}

/// Visible part of the log lines: the lines, the height of the screen, and the height of each line.
pub(super) struct LogWindow<'a> {
    /// Log store with the lines.
    pub log_store: &'a LogStore,
    /// Lines in memory that the query selects.
    pub queried_lines: &'a QueriedLines,
    /// Number of rows on the screen for lines.
    pub rows: usize,
    /// Function that returns the number of rows that a line takes.
    pub rows_of: Box<dyn Fn(&LogEntry<'_>) -> usize + 'a>,
}

impl ScrollPosition {
    /// Returns true while the screen follows the newest line.
    pub(super) fn is_following(&self) -> bool {
        self.cursor.is_none()
    }

    /// Follows the newest line again.
    pub(super) fn resume_following(&mut self) {
        *self = Self::default();
    }

    /// Stops following and puts the cursor on the last line. If the screen has already stopped, follows the
    /// newest line again.
    pub(super) fn toggle_pause(&mut self, window: &LogWindow<'_>) {
        let last = window.last();
        if self.cursor.is_some() || last.is_none() {
            self.resume_following();
        } else {
            self.stop_following(window);
            (self.cursor, self.paused) = (last, true);
        }
    }

    /// Stops following. The lines on the screen stay.
    fn stop_following(&mut self, window: &LogWindow<'_>) {
        if self.bottom.is_none() {
            (self.bottom, self.end_when_stopped) = (window.last(), window.last());
        }
    }

    /// Moves the cursor by `by` lines, down if `by` is positive. At the last line the screen follows the
    /// newest line again, unless the user paused.
    pub(super) fn move_by(&mut self, by: isize, window: &LogWindow<'_>) {
        let Some(last) = window.last() else { return };
        let here = self.cursor.unwrap_or(last);
        let lines = window.queried_lines.lines();
        let walk = if by < 0 {
            lines.backward(window.log_store, Some(here))
        } else {
            lines.forward(window.log_store, Some(here))
        };
        let here = walk.take(by.unsigned_abs()).last().map_or(here, |line| line.key);
        if by > 0 && here >= last && !self.paused {
            self.resume_following();
        } else {
            self.stop_following(window);
            self.cursor = Some(here);
            self.scroll_to_cursor(window);
        }
    }

    /// Moves the cursor to the first line.
    pub(super) fn go_to_first(&mut self, window: &LogWindow<'_>) {
        self.stop_following(window);
        self.cursor = window.queried_lines.first(window.log_store);
        self.bottom = self.cursor;
        self.scroll_to_cursor(window);
    }

    /// Moves the cursor to a line. If the line is not on the screen, shows it with the lines around it.
    pub(super) fn go_to_line(&mut self, line: EntryKey, window: &LogWindow<'_>) {
        let shown =
            self.bottom.or(window.last()).map(|bottom| window.whole_line_keys(bottom)).unwrap_or_default();
        self.stop_following(window);
        self.cursor = Some(line);
        if !shown.contains(&line) {
            self.bottom = Some(window.bottom_for_top(line, window.rows / 2));
        }
        self.scroll_to_cursor(window);
    }

    /// Scrolls as little as possible to show the line at the cursor.
    pub(super) fn scroll_to_cursor(&mut self, window: &LogWindow<'_>) {
        let (Some(cursor), Some(bottom)) = (self.cursor, self.bottom) else { return };
        if cursor >= bottom {
            self.bottom = Some(cursor);
        }
        let shown = window.whole_line_keys(self.bottom.unwrap_or(cursor));
        if shown.first().is_some_and(|first| cursor < *first) {
            self.bottom = Some(window.bottom_for_top(cursor, window.rows));
        } else if let Some(first) =
            shown.first().filter(|first| window.queried_lines.first(window.log_store) == Some(**first))
        {
            // At the start of the log, the screen is filled so that no row stays empty.
            self.bottom =
                Some(window.bottom_for_top(*first, window.rows)).min(self.end_when_stopped).max(self.bottom);
        }
    }
}

impl<'a> LogWindow<'a> {
    fn last(&self) -> Option<EntryKey> {
        self.queried_lines.last(self.log_store)
    }

    /// Returns the lines that fit on the screen if `bottom` is the last of them, the oldest first. If
    /// `bottom` is `None`, the last one is the newest line. The first one may be only partly visible.
    pub(super) fn lines_ending_at(&self, bottom: Option<EntryKey>) -> Vec<LogEntry<'a>> {
        let mut used = 0;
        let mut lines = self.queried_lines.lines().entries_up_to(self.log_store, bottom, self.rows);
        let begin = lines.iter().rev().take_while(|line| {
            let room = used < self.rows;
            used += (self.rows_of)(line);
            room
        });
        let shown = begin.count();
        lines.split_off(lines.len() - shown)
    }

    /// Returns the keys of the lines that are wholly visible on a screen whose last line is `bottom`. Always
    /// includes `bottom`, even if that line is taller than the screen.
    fn whole_line_keys(&self, bottom: EntryKey) -> Vec<EntryKey> {
        let shown = self.lines_ending_at(Some(bottom));
        let used: usize = shown.iter().map(|line| (self.rows_of)(line)).sum();
        let cut = usize::from(used > self.rows && shown.len() > 1);
        shown.iter().skip(cut).map(|line| line.key).collect()
    }

    /// Returns the key of the last line on a screen of `rows` rows whose first line is `top`.
    fn bottom_for_top(&self, top: EntryKey, rows: usize) -> EntryKey {
        let mut used = self.queried_lines.line(self.log_store, top).map_or(1, |line| (self.rows_of)(&line));
        let more = self.queried_lines.lines().forward(self.log_store, Some(top)).take_while(|line| {
            used += (self.rows_of)(line);
            used <= rows
        });
        more.last().map_or(top, |line| line.key)
    }
}
