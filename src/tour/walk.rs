//! The reader's walk through a tour: the stop that is shown, and the commands already tried.

use super::TourStop;
use crate::command::Command;
use std::collections::BTreeSet;

/// A tour with the reader's place on it. Leaving the tour keeps the place.
#[derive(Clone, Debug, Default)]
pub struct TourWalk {
    stops: Vec<TourStop>,
    place: usize,
    /// Places of the stops whose command the reader has tried.
    tried: BTreeSet<usize>,
    is_open: bool,
}

impl TourWalk {
    /// Replaces the stops, unless the reader has gone past the first one: stops under way must not change.
    pub fn set_stops(&mut self, stops: Vec<TourStop>) {
        if !self.has_begun() {
            self.stops = stops;
        }
    }

    /// Returns true if the reader has gone past the first stop or tried a command.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.place > 0 || !self.tried.is_empty()
    }

    /// Shows or leaves the tour. A tour that was finished starts again.
    pub fn set_open(&mut self, open: bool) {
        if open && self.is_last() && self.has_tried() {
            (self.place, self.tried) = (0, BTreeSet::new());
        }
        self.is_open = open;
    }

    /// Returns true while the tour is shown.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Returns the shown stop, or `None` if the tour is not shown or has no stops.
    #[must_use]
    pub fn stop(&self) -> Option<&TourStop> {
        self.stops.get(self.place).filter(|_| self.is_open)
    }

    /// Returns the number of the shown stop, from 1, and the number of stops.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.place + 1, self.stops.len())
    }

    /// Returns true if no stop follows.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.place + 1 >= self.stops.len()
    }

    /// Returns true if the reader has tried the command of the shown stop.
    #[must_use]
    pub fn has_tried(&self) -> bool {
        self.tried.contains(&self.place)
    }

    /// Records that the reader ran `command`.
    pub fn note_command(&mut self, command: Command) {
        if self.stop().is_some_and(|stop| stop.command == command) {
            self.tried.insert(self.place);
        }
    }

    /// Goes to the next stop, or leaves the tour after the last one.
    pub fn go_forward(&mut self) {
        if self.is_last() {
            self.tried.insert(self.place);
            self.is_open = false;
        } else {
            self.place += 1;
        }
    }

    /// Goes to the previous stop. Returns false at the first one.
    pub fn go_back(&mut self) -> bool {
        let moves = self.place > 0;
        self.place = self.place.saturating_sub(1);
        moves
    }
}

#[cfg(test)]
mod tests {
    use super::{TourStop, TourWalk};
    use crate::command::Command;

    fn stop(title: &str, command: Command) -> TourStop {
        TourStop { node: None, title: title.to_owned(), text: String::new(), command }
    }

    fn walk() -> TourWalk {
        let mut walk = TourWalk::default();
        walk.set_stops(vec![stop("one", Command::Card), stop("two", Command::Logs)]);
        walk.set_open(true);
        walk
    }

    fn title(walk: &TourWalk) -> Option<&str> {
        walk.stop().map(|stop| stop.title.as_str())
    }

    #[test]
    fn leaving_keeps_the_place_and_finishing_starts_again() {
        let mut walk = walk();
        walk.go_forward();
        walk.set_open(false);
        assert_eq!(title(&walk), None);
        walk.set_open(true);
        assert_eq!((title(&walk), walk.progress()), (Some("two"), (2, 2)));
        walk.go_forward();
        assert!(!walk.is_open());
        walk.set_open(true);
        assert_eq!(title(&walk), Some("one"));
    }

    #[test]
    fn only_the_command_of_the_stop_counts_as_tried() {
        let mut walk = walk();
        walk.note_command(Command::Logs);
        assert!(!walk.has_tried());
        walk.note_command(Command::Card);
        assert!(walk.has_tried());
        walk.go_forward();
        assert!(!walk.has_tried());
        assert!(walk.go_back() && walk.has_tried() && !walk.go_back());
    }

    #[test]
    fn stops_change_only_before_the_tour_has_begun() {
        let mut walk = walk();
        walk.set_stops(vec![stop("new", Command::Card), stop("two", Command::Logs)]);
        assert_eq!(title(&walk), Some("new"));
        walk.note_command(Command::Card);
        walk.set_stops(Vec::new());
        assert_eq!(title(&walk), Some("new"));
    }
}
