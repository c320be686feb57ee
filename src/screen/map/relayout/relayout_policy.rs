//! Relayout policy: decides when a map whose lines have become tangled through many changes gets a fresh
//! layout.
//!
//! From time to time Portolan compares the drawn layout with a fresh one. If the fresh layout is much better,
//! the user can request it. Portolan applies a fresh layout without a request in two cases: the tangled map
//! has been hidden for a while, or the map got tangled during the initial load and the user has selected
//! nothing.

use crate::model::Timestamp;

/// Minimum time between two comparisons of the drawn layout with a fresh one, in seconds. Each comparison
/// costs as much as a fresh layout.
const MIN_COMPARISON_INTERVAL_SECS: i64 = 10;

/// Time for which the map must have been hidden, in seconds, before Portolan applies a fresh layout. The user
/// then no longer expects the old positions.
const HIDDEN_RELAYOUT_SECS: i64 = 30;

/// Policy that decides when to compare the drawn layout with a fresh one, and when to apply the fresh one
/// without a request.
#[derive(Default)]
pub(in crate::screen::map) struct RelayoutPolicy {
    /// True if the drawn layout is based on an earlier one and has not been compared yet.
    needs_comparison: bool,
    /// Time of the last comparison.
    last_comparison: Option<Timestamp>,
    /// True if the last comparison was the first one, which covers the layouts of the initial load.
    is_first_comparison: bool,
    /// True if the last comparison found that a fresh layout would be much better.
    pub is_tangled: bool,
    /// Time since which the map has been hidden; `None` while it is shown.
    hidden_since: Option<Timestamp>,
}

impl RelayoutPolicy {
    /// Records that a new layout was drawn. `fresh` is false if it is based on an earlier layout.
    pub(in crate::screen::map) fn record_new_layout(&mut self, fresh: bool) {
        self.needs_comparison = !fresh;
        self.is_tangled &= !fresh;
        self.is_first_comparison &= !fresh;
    }

    /// Returns true if a comparison is due, and saves `now` as its time. The caller calls this only after the
    /// initial load.
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

    /// Returns true if Portolan should apply a fresh layout without a request. Also records since when the
    /// map has been hidden. `shown` is true while the map is shown, and `chosen` if the user has selected a
    /// node.
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
