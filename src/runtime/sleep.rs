//! A laptop that slept, and a clock that was set: the time of day went on by more than the program did, and everything
//! that is shown is older than it seems.

use crate::model::Timestamp;
use std::time::Instant;

/// By how much both may differ from one tick to the next, in seconds.
const SLACK: i64 = 5;

/// The two clocks at the last tick.
#[derive(Debug, Default)]
pub(super) struct Sleep {
    last: Option<(Timestamp, Instant)>,
}

impl Sleep {
    /// Nothing was noticed yet.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Whether the time of day jumped since the last tick, so that everything is to be looked at again.
    pub(super) fn tick(&mut self, now: Timestamp, instant: Instant) -> bool {
        let last = self.last.replace((now, instant));
        last.is_some_and(|(before, then)| {
            let of_day = now.as_second() - before.as_second();
            let own = i64::try_from(instant.duration_since(then).as_secs()).unwrap_or(i64::MAX);
            (of_day - own).abs() > SLACK
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Sleep;
    use crate::model::Timestamp;
    use std::time::{Duration, Instant};

    #[test]
    fn a_jump_of_the_clock_is_noticed_once_and_a_slow_tick_is_none() {
        let (mut sleep, start) = (Sleep::new(), Instant::now());
        let mut tick = |day: i64, own: u64| {
            sleep.tick(Timestamp::from_second(day).unwrap(), start + Duration::from_secs(own))
        };
        assert!(!tick(1_000, 0));
        assert!(!tick(1_001, 1));
        assert!(tick(4_601, 2), "an hour asleep");
        assert!(!tick(4_602, 3));
        assert!(!tick(4_632, 33), "a busy machine");
        assert!(tick(1_032, 34), "set back");
    }
}
