//! Relayout policy: decides when a map that many changes have tangled gets a fresh layout.
//!
//! The map is compared with a fresh layout from time to time, and the user can request that layout. Portolan
//! applies it unasked in two cases: the map has been hidden for a while, or it got tangled during initial
//! loading and the user has selected nothing.

use crate::model::Timestamp;

/// Minimum seconds between two comparisons, because each costs as much as a fresh layout.
const MIN_COMPARISON_INTERVAL_SECS: i64 = 10;

/// Seconds without the map on the screen after which a relayout disturbs no reader.
const HIDDEN_RELAYOUT_SECS: i64 = 30;

/// State of the comparisons.
#[derive(Default)]
pub(in crate::screen::map) struct RelayoutPolicy {
    /// True if the layout follows an earlier one and was not compared since.
    needs_comparison: bool,
    /// Time of the last comparison.
    last_comparison: Option<Timestamp>,
    /// True while the last comparison is the first one, which judges the map drawn during initial loading.
    is_first_comparison: bool,
    /// True if a fresh layout would be much better.
    pub is_tangled: bool,
    /// Time since which the map is hidden; `None` while it is on the screen.
    hidden_since: Option<Timestamp>,
}

impl RelayoutPolicy {
    /// Notes a new layout: a fresh one, or one that follows an earlier layout.
    pub(in crate::screen::map) fn layout_drawn(&mut self, fresh: bool) {
        self.needs_comparison = !fresh;
        self.is_tangled &= !fresh;
        self.is_first_comparison &= !fresh;
    }

    /// Returns true if a comparison is due, and starts its interval. Must not be called before the initial
    /// loading has finished.
    pub(in crate::screen::map) fn start_comparison_if_due(&mut self, now: Timestamp) -> bool {
        let first = self.last_comparison.is_none();
        let due = self.needs_comparison
            && self
                .last_comparison
                .is_none_or(|asked| seconds_between(asked, now) >= MIN_COMPARISON_INTERVAL_SECS);
        if due || first {
            (self.needs_comparison, self.last_comparison, self.is_first_comparison) =
                (false, Some(now), first);
        }
        due
    }

    /// Notes if the map is shown and if the user has selected anything. Returns true if a relayout should
    /// happen unasked.
    pub(in crate::screen::map) fn should_relayout(
        &mut self,
        shown: bool,
        chosen: bool,
        now: Timestamp,
    ) -> bool {
        if self.is_tangled && self.is_first_comparison && !chosen {
            return true;
        }
        if shown {
            self.hidden_since = None;
            return false;
        }
        let since = *self.hidden_since.get_or_insert(now);
        self.is_tangled && seconds_between(since, now) >= HIDDEN_RELAYOUT_SECS
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second() - from.as_second()
}
