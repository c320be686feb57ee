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

/// Decides when to compare the drawn layout with a fresh one, and when to apply the fresh one unasked.
#[derive(Default)]
pub(in crate::screen::map) struct RelayoutPolicy {
    /// True if the drawn layout was built on an earlier one and has not been compared yet.
    needs_comparison: bool,
    /// Time of the last comparison.
    last_comparison: Option<Timestamp>,
    /// True if the last comparison was the first one, which judges the layout drawn during initial loading.
    is_first_comparison: bool,
    /// True if, by the last comparison, a fresh layout would be much better.
    pub is_tangled: bool,
    /// Time since which the map is hidden; `None` while it is on the screen.
    hidden_since: Option<Timestamp>,
}

impl RelayoutPolicy {
    /// Notes that a new layout was drawn. `fresh` is false if the layout was built on an earlier one.
    pub(in crate::screen::map) fn layout_drawn(&mut self, fresh: bool) {
        self.needs_comparison = !fresh;
        self.is_tangled &= !fresh;
        self.is_first_comparison &= !fresh;
    }

    /// Returns true if a comparison is due, and notes `now` as its time. Call it only after the initial
    /// loading.
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

    /// Returns true if Portolan should apply a fresh layout unasked, and notes since when the map is hidden.
    /// `shown` is true if the map is on the screen, `chosen` if the user has selected anything.
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
