//! Detects that the machine was suspended or its clock was set. In both cases the wall clock moves more than
//! the monotonic clock, and all data on the screen is older than it seems.

use crate::model::Timestamp;
use std::time::Instant;

/// Maximum difference between the two clocks from one tick to the next, in seconds.
const MAX_CLOCK_DRIFT_SECONDS: i64 = 5;

/// Detector of a suspended machine or a set clock: compares the wall clock with the monotonic clock at each
/// tick.
#[derive(Debug, Default)]
pub(super) struct SuspendDetector {
    /// Wall clock and monotonic clock at the last tick.
    last_tick: Option<(Timestamp, Instant)>,
}

impl SuspendDetector {
    /// Creates a detector that has seen no tick.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Returns true if the wall clock has jumped since the last tick, so that all sources need a poll.
    pub(super) fn has_jumped(&mut self, now: Timestamp, instant: Instant) -> bool {
        let last = self.last_tick.replace((now, instant));
        last.is_some_and(|(before, then)| {
            let of_day = now.as_second() - before.as_second();
            let own = i64::try_from(instant.duration_since(then).as_secs()).unwrap_or(i64::MAX);
            (of_day - own).abs() > MAX_CLOCK_DRIFT_SECONDS
        })
    }
}

#[cfg(test)]
mod tests {
    use super::SuspendDetector;
    use crate::model::Timestamp;
    use std::time::{Duration, Instant};

    #[test]
    fn a_jump_of_the_clock_is_noticed_once_and_a_slow_tick_is_none() {
        let (mut sleep, start) = (SuspendDetector::new(), Instant::now());
        let mut tick = |day: i64, own: u64| {
            sleep.has_jumped(Timestamp::from_second(day).unwrap(), start + Duration::from_secs(own))
        };
        assert!(!tick(1_000, 0));
        assert!(!tick(1_001, 1));
        assert!(tick(4_601, 2), "an hour asleep");
        assert!(!tick(4_602, 3));
        assert!(!tick(4_632, 33), "a busy machine");
        assert!(tick(1_032, 34), "set back");
    }
}
