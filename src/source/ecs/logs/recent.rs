//! What was seen lately, so that overlapping reads show each event once.

use std::collections::{BTreeMap, BTreeSet};

/// How far reads overlap, in milliseconds: events arrive late and out of order.
pub(super) const OVERLAP: i64 = 15_000;

/// The events of the last seconds, by stream, time and text: the ways of reading share no other identity.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    seen: BTreeSet<(i64, String, String)>,
    newest: Option<i64>,
    /// Before these times each stream's events are older than what was asked for.
    floors: BTreeMap<String, i64>,
}

impl Recent {
    /// Notes an event. Returns whether it is new.
    pub(super) fn is_new(&mut self, stream: &str, at: i64, message: &str) -> bool {
        if self.floors.get(stream).is_some_and(|floor| at < *floor) {
            return false;
        }
        let new = self.seen.insert((at, stream.to_owned(), message.to_owned()));
        if self.newest.is_none_or(|newest| at > newest) {
            self.newest = Some(at);
            let oldest = (at - 2 * OVERLAP, String::new(), String::new());
            self.seen = self.seen.split_off(&oldest);
        }
        new
    }

    /// From now on what `stream` had before `at` is too old to be shown.
    pub(super) fn begin(&mut self, stream: &str, at: i64) {
        self.floors.insert(stream.to_owned(), at);
    }

    /// Takes over what another has seen.
    pub(super) fn merge(&mut self, other: Self) {
        self.newest = self.newest.max(other.newest);
        self.seen.extend(other.seen);
        self.floors.extend(other.floors);
    }

    /// From when to read on, where anything was seen.
    pub(super) fn resume(&self) -> Option<i64> {
        self.newest.map(|newest| newest - OVERLAP)
    }
}

#[cfg(test)]
mod tests {
    use super::{OVERLAP, Recent};

    #[test]
    fn an_event_is_new_once() {
        let mut recent = Recent::default();
        assert!(recent.is_new("s", 1_000, "a"));
        assert!(!recent.is_new("s", 1_000, "a"));
        assert!(recent.is_new("t", 1_000, "a"));
        assert!(recent.is_new("s", 1_001, "a"));
        assert_eq!(recent.resume(), Some(1_001 - OVERLAP));
    }

    #[test]
    fn what_is_older_than_the_tail_stays_hidden() {
        let mut recent = Recent::default();
        recent.begin("s", 1_000);
        assert!(!recent.is_new("s", 999, "a"));
        assert!(recent.is_new("s", 1_000, "a"));
        assert!(recent.is_new("t", 999, "a"));
    }

    #[test]
    fn it_forgets_what_no_read_can_bring_again() {
        let mut recent = Recent::default();
        for n in 0..1_000 {
            recent.is_new("s", n * 1_000, "a");
        }
        assert!(recent.seen.len() <= 31);
    }
}
