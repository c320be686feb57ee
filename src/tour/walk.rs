//! Walk of the user through a tour: the current stop, and the stops whose command the user has tried.

use super::TourStop;
use crate::command::Command;
use std::collections::BTreeSet;

/// Tour with the user's position in it. Closing the tour keeps the position.
#[derive(Clone, Debug, Default)]
pub struct TourWalk {
    stops: Vec<TourStop>,
    place: usize,
    /// Positions of the stops whose command the user has tried.
    tried: BTreeSet<usize>,
    is_open: bool,
}

impl TourWalk {
    /// Replaces the stops unless the tour has begun, so that it does not change while the user walks through
    /// it.
    pub fn set_stops(&mut self, stops: Vec<TourStop>) {
        if !self.has_begun() {
            self.stops = stops;
        }
    }

    /// Returns true if the user has gone past the first stop or has tried a command.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.place > 0 || !self.tried.is_empty()
    }

    /// Opens or closes the tour. Opening a finished tour starts it again from the first stop.
    pub fn set_open(&mut self, open: bool) {
        if open && self.is_last() && self.has_tried() {
            (self.place, self.tried) = (0, BTreeSet::new());
        }
        self.is_open = open;
    }

    /// Returns true while the tour is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Returns the current stop, or `None` if the tour is closed or has no stops.
    #[must_use]
    pub fn stop(&self) -> Option<&TourStop> {
        self.stops.get(self.place).filter(|_| self.is_open)
    }

    /// Returns the number of the current stop, counted from one, and the number of all stops.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.place + 1, self.stops.len())
    }

    /// Returns true if no stop follows the current one.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.place + 1 >= self.stops.len()
    }

    /// Returns true if the user has tried the command of the current stop.
    #[must_use]
    pub fn has_tried(&self) -> bool {
        self.tried.contains(&self.place)
    }

    /// Records that the user ran `command`. If it is the command of the current stop, it counts as tried.
    pub fn record_command(&mut self, command: Command) {
        if self.stop().is_some_and(|stop| stop.command == command) {
            self.tried.insert(self.place);
        }
    }

    /// Goes to the next stop. Closes the tour after the last one.
    pub fn go_forward(&mut self) {
        if self.is_last() {
            self.tried.insert(self.place);
            self.is_open = false;
        } else {
            self.place += 1;
        }
    }

    /// Goes to the previous stop. Returns false if the current stop is the first one.
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
        walk.record_command(Command::Logs);
        assert!(!walk.has_tried());
        walk.record_command(Command::Card);
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
        walk.record_command(Command::Card);
        walk.set_stops(Vec::new());
        assert_eq!(title(&walk), Some("new"));
    }
}
