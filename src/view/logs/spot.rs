//! Where in the lines one is: the line of the cursor, and the line at the bottom of the screen; or at the end, following.

use super::tape::Tape;
use crate::logs::{Key, Line, LogStore};

/// Where in the lines one is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// The line of the cursor; none while it follows.
    pub cursor: Option<Key>,
    /// The last line on the screen; none while it follows.
    pub bottom: Option<Key>,
    /// The last line there was when it stopped following: those that came since do not fill the screen by themselves.
    pub end: Option<Key>,
    /// Whether somebody stopped it: then the last line is no place from which it follows again.
    pub held: bool,
}

/// What of the lines fits the screen.
pub(super) struct Sheet<'a> {
    /// What is held.
    pub held: &'a LogStore,
    /// The lines among it.
    pub tape: &'a Tape,
    /// How many rows there are.
    pub rows: usize,
    /// How many of them a line takes.
    pub takes: Box<dyn Fn(&Line<'_>) -> usize + 'a>,
}

impl Spot {
    /// Whether new lines move what is shown.
    pub(super) fn follows(&self) -> bool {
        self.cursor.is_none()
    }

    /// Follows again.
    pub(super) fn follow(&mut self) {
        *self = Self::default();
    }

    /// Stops at the last line, or goes on.
    pub(super) fn pause(&mut self, sheet: &Sheet<'_>) {
        let last = sheet.last();
        if self.cursor.is_some() || last.is_none() {
            self.follow();
        } else {
            self.stop(sheet);
            (self.cursor, self.held) = (last, true);
        }
    }

    /// Follows no more: what is shown stays.
    fn stop(&mut self, sheet: &Sheet<'_>) {
        if self.bottom.is_none() {
            (self.bottom, self.end) = (sheet.last(), sheet.last());
        }
    }

    /// Goes so many lines up or down; behind the last one it follows.
    pub(super) fn step(&mut self, by: isize, sheet: &Sheet<'_>) {
        let Some(last) = sheet.last() else { return };
        let here = self.cursor.unwrap_or(last);
        let lines = sheet.tape.lines();
        let walk =
            if by < 0 { lines.back(sheet.held, Some(here)) } else { lines.forward(sheet.held, Some(here)) };
        let here = walk.take(by.unsigned_abs()).last().map_or(here, |line| line.key);
        if by > 0 && here >= last && !self.held {
            self.follow();
        } else {
            self.stop(sheet);
            self.cursor = Some(here);
            self.keep_in_sight(sheet);
        }
    }

    /// Goes to the first line.
    pub(super) fn head(&mut self, sheet: &Sheet<'_>) {
        self.stop(sheet);
        self.cursor = sheet.tape.first(sheet.held);
        self.bottom = self.cursor;
        self.keep_in_sight(sheet);
    }

    /// Goes to a line, with what stands around it.
    pub(super) fn go(&mut self, line: Key, sheet: &Sheet<'_>) {
        let shown = self.bottom.or(sheet.last()).map(|bottom| sheet.lines(bottom)).unwrap_or_default();
        self.stop(sheet);
        self.cursor = Some(line);
        if !shown.contains(&line) {
            self.bottom = Some(sheet.below(line, sheet.rows / 2));
        }
        self.keep_in_sight(sheet);
    }

    /// Moves what is shown, by as little as it takes, so that the cursor's line is on the screen.
    pub(super) fn keep_in_sight(&mut self, sheet: &Sheet<'_>) {
        let (Some(cursor), Some(bottom)) = (self.cursor, self.bottom) else { return };
        if cursor >= bottom {
            self.bottom = Some(cursor);
        }
        let shown = sheet.lines(self.bottom.unwrap_or(cursor));
        if shown.first().is_some_and(|first| cursor < *first) {
            self.bottom = Some(sheet.below(cursor, sheet.rows));
        } else if let Some(first) =
            shown.first().filter(|first| sheet.tape.first(sheet.held) == Some(**first))
        {
            // Nothing stands before what is shown: no row stays empty for that.
            self.bottom = Some(sheet.below(*first, sheet.rows)).min(self.end).max(self.bottom);
        }
    }
}

impl<'a> Sheet<'a> {
    fn last(&self) -> Option<Key> {
        self.tape.last(self.held)
    }

    /// The lines on a screen whose last one is `bottom`, the oldest first; that of the newest line where there is none.
    /// Of the first one there may be room for its end alone.
    pub(super) fn shown(&self, bottom: Option<Key>) -> Vec<Line<'a>> {
        let mut used = 0;
        let mut lines = self.tape.lines().lines_up_to(self.held, bottom, self.rows);
        let begin = lines.iter().rev().take_while(|line| {
            let room = used < self.rows;
            used += (self.takes)(line);
            room
        });
        let shown = begin.count();
        lines.split_off(lines.len() - shown)
    }

    /// The places of those of these lines that have room as a whole; of the last one in any case.
    fn lines(&self, bottom: Key) -> Vec<Key> {
        let shown = self.shown(Some(bottom));
        let used: usize = shown.iter().map(|line| (self.takes)(line)).sum();
        let cut = usize::from(used > self.rows && shown.len() > 1);
        shown.iter().skip(cut).map(|line| line.key).collect()
    }

    /// The last line on a screen of so many rows whose first one is `top`.
    fn below(&self, top: Key, rows: usize) -> Key {
        let mut used = self.tape.line(self.held, top).map_or(1, |line| (self.takes)(&line));
        let more = self.tape.lines().forward(self.held, Some(top)).take_while(|line| {
            used += (self.takes)(line);
            used <= rows
        });
        more.last().map_or(top, |line| line.key)
    }
}
