//! Which of a service's stopped tasks are still its trouble, and which are history.
//!
//! A service that crashed once and was replaced is well; one that crashes again and again is not, even in the
//! seconds in which its task runs.

use crate::model::Timestamp;
use aws_sdk_ecs::types::TaskStopCode;
use jiff::SignedDuration;

/// How a stopped task ended, as far as the verdict needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// When it ended.
    pub at: Timestamp,
    /// How long it ran, where it did.
    pub lived: Option<SignedDuration>,
    /// Whether a fault ended it.
    pub fault: bool,
}

/// How the service stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How many tasks it wants.
    pub desired: u32,
    /// When its serving tasks began, and those that served until they were told to stop.
    pub good_starts: Vec<Timestamp>,
    /// How many serve now.
    pub serving: u32,
    /// Now.
    pub now: Timestamp,
}

/// The shortest and the longest time for which a service must hold after a series of faults.
const SHORTEST: SignedDuration = SignedDuration::from_mins(2);
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// Whether the stop still counts against the service. `stops` are all its stops of the last hour.
pub(crate) fn counts(stop: &Stop, stops: &[Stop], standing: &Standing) -> bool {
    if !stop.fault || standing.desired == 0 {
        return false;
    }
    let hold = hold(stops);
    if standing.serving >= standing.desired {
        let newest = stops.iter().filter(|s| s.fault).map(|s| s.at).max().unwrap_or(stop.at);
        return standing.now.duration_since(newest) < hold;
    }
    let recovered = |start: &Timestamp| *start > stop.at && standing.now.duration_since(*start) >= hold;
    !standing.good_starts.iter().any(recovered)
}

/// How long a service must hold before its faults are history: not at all after one fault, twice the longest life of
/// a failed task after several.
fn hold(stops: &[Stop]) -> SignedDuration {
    let faults = stops.iter().filter(|s| s.fault);
    if faults.clone().count() < 2 {
        return SignedDuration::ZERO;
    }
    let life = faults.filter_map(|s| s.lived).max().unwrap_or(SignedDuration::ZERO);
    life.saturating_mul(2).clamp(SHORTEST, LONGEST)
}

/// Whether a task ended by a fault: by its stop code and the exit code of an essential container, and for the
/// scheduler's own stops by AWS's fixed words, as no code tells a failed check from a scale-in. A task of a service
/// (`endless`) must not end by itself at all.
pub(crate) fn is_fault(code: Option<&TaskStopCode>, exit: Option<i64>, reason: &str, endless: bool) -> bool {
    let bad_exit = exit.is_some_and(|code| code != 0);
    match code {
        Some(
            TaskStopCode::TaskFailedToStart
            | TaskStopCode::SpotInterruption
            | TaskStopCode::TerminationNotice
            | TaskStopCode::InfrastructureHealth,
        ) => true,
        Some(TaskStopCode::UserInitiated) => false,
        Some(TaskStopCode::ServiceSchedulerInitiated) => reason.contains("health check"),
        Some(TaskStopCode::EssentialContainerExited) => endless || bad_exit,
        _ => bad_exit,
    }
}

#[cfg(test)]
mod tests {
    use super::{SignedDuration, Standing, Stop, TaskStopCode, Timestamp, counts, is_fault};

    fn at(minute: i64, second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60 + second).unwrap()
    }

    fn crash(at: Timestamp, lived: i64) -> Stop {
        Stop { at, lived: Some(SignedDuration::from_secs(lived)), fault: true }
    }

    fn standing(desired: u32, serving: u32, starts: &[Timestamp], now: Timestamp) -> Standing {
        Standing { desired, serving, good_starts: starts.to_vec(), now }
    }

    #[test]
    fn one_crash_that_was_replaced_is_history() {
        let stop = crash(at(10, 0), 3000);
        let now = standing(1, 1, &[at(10, 20)], at(10, 30));
        assert!(!counts(&stop, &[stop], &now));
    }

    #[test]
    fn one_crash_without_a_successor_counts() {
        let stop = crash(at(10, 0), 3000);
        assert!(counts(&stop, &[stop], &standing(2, 1, &[at(1, 0)], at(10, 30))));
    }

    #[test]
    fn a_crash_loop_counts_while_its_task_runs() {
        let stops = [crash(at(10, 0), 20), crash(at(11, 0), 20)];
        let now = standing(1, 1, &[at(11, 30)], at(11, 40));
        assert!(stops.iter().all(|s| counts(s, &stops, &now)));
    }

    #[test]
    fn a_crash_loop_that_ended_is_history() {
        let stops = [crash(at(10, 0), 20), crash(at(11, 0), 20)];
        let now = standing(1, 1, &[at(11, 30)], at(14, 0));
        assert!(!stops.iter().any(|s| counts(s, &stops, &now)));
    }

    #[test]
    fn a_slow_loop_must_hold_longer() {
        let stops = [crash(at(0, 0), 300), crash(at(6, 0), 300)];
        assert!(counts(&stops[1], &stops, &standing(1, 1, &[at(6, 10)], at(12, 0))));
        assert!(!counts(&stops[1], &stops, &standing(1, 1, &[at(6, 10)], at(17, 0))));
    }

    #[test]
    fn scaling_out_long_after_a_crash_brings_no_blame() {
        let stop = crash(at(0, 0), 3000);
        assert!(!counts(&stop, &[stop], &standing(4, 2, &[at(1, 0), at(1, 0)], at(40, 0))));
    }

    #[test]
    fn a_service_scaled_to_zero_has_no_trouble() {
        let stops = [crash(at(10, 0), 20), crash(at(11, 0), 20)];
        assert!(!counts(&stops[1], &stops, &standing(0, 0, &[], at(11, 5))));
    }

    #[test]
    fn stop_codes() {
        use TaskStopCode::{
            EssentialContainerExited, ServiceSchedulerInitiated, TaskFailedToStart, UserInitiated,
        };
        let lone = |code: &TaskStopCode, exit, reason| is_fault(Some(code), exit, reason, false);
        assert!(lone(&EssentialContainerExited, Some(1), ""));
        assert!(!lone(&EssentialContainerExited, Some(0), ""));
        assert!(is_fault(Some(&EssentialContainerExited), Some(0), "", true));
        assert!(lone(&TaskFailedToStart, None, "CannotPullContainerError"));
        assert!(lone(&ServiceSchedulerInitiated, Some(0), "Task failed container health checks"));
        assert!(lone(&ServiceSchedulerInitiated, None, "Task failed ELB health checks in (target-group x)"));
        let scale_in = "Scaling activity initiated by (deployment ecs-svc/1)";
        assert!(!lone(&ServiceSchedulerInitiated, Some(143), scale_in));
        assert!(!lone(&UserInitiated, Some(137), ""));
        assert!(!lone(&TaskStopCode::from("SomethingNew"), None, ""));
    }
}
