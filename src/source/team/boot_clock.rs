//! Monotonic clock of a team member. It also counts the time for which the machine sleeps, so that after a
//! sleep an old reading does not seem fresh.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Clock of the system that also counts the time for which the machine sleeps.
#[cfg(target_os = "linux")]
const SLEEPLESS_CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const SLEEPLESS_CLOCK: ClockId = ClockId::Monotonic;

/// Returns the time since the machine was started, including the time for which it slept.
pub(super) fn time_since_boot() -> Duration {
    let time = clock_gettime(SLEEPLESS_CLOCK);
    Duration::new(time.tv_sec.max(0).cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::time_since_boot;
    use std::{fs, time::Duration};

    #[test]
    fn the_clock_is_the_one_that_counts_sleep() {
        // proc_uptime(5) counts sleep, in steps of 10 ms.
        let before = time_since_boot();
        let text = fs::read_to_string("/proc/uptime").unwrap();
        let after = time_since_boot();
        let uptime = Duration::from_secs_f64(text.split(' ').next().unwrap().parse().unwrap());
        let step = Duration::from_millis(11);
        assert!(before <= uptime + step && uptime <= after + step, "{before:?} {uptime:?} {after:?}");
    }
}
