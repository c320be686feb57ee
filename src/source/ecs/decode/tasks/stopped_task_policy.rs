//! Policy that decides which stopped tasks still count against their service.
//!
//! A service that crashed once and got a new task is healthy. A service that crashes again and again is not,
//! even in the seconds while its task runs.

use crate::model::Timestamp;
use aws_sdk_ecs::types::TaskStopCode;
use jiff::SignedDuration;

/// Stopped task, reduced to the data from which the policy decides whether the stop still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoppedTask {
    /// Time of the stop.
    pub stopped_at: Timestamp,
    /// Time from start to stop; `None` if the task never started.
    pub ran_for: Option<SignedDuration>,
    /// True if the task stopped because of a fault.
    pub is_fault: bool,
}

/// Evidence by which the policy decides whether a service has recovered: its desired and serving tasks, and
/// their start times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecoveryState {
    /// Desired number of tasks.
    pub desired: u32,
    /// Start times of the serving tasks, of the stopping tasks, and of tasks that stopped without a fault.
    pub good_starts: Vec<Timestamp>,
    /// Number of tasks that serve now.
    pub serving: u32,
    /// Time of the poll.
    pub now: Timestamp,
}

/// Minimum time for which a service must run without a fault to recover from several faults.
const MIN_RECOVERY_WINDOW: SignedDuration = SignedDuration::from_mins(2);
/// Maximum time for which a service must run without a fault to recover from several faults.
const MAX_RECOVERY_WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Returns true if the stopped task `stop` still counts against its service. `stops` are all stopped tasks of
/// the service that ECS still lists, which it does for about an hour.
pub(crate) fn still_counts(stop: &StoppedTask, stops: &[StoppedTask], recovery: &RecoveryState) -> bool {
    if !stop.is_fault || recovery.desired == 0 {
        return false;
    }
    let hold = recovery_window(stops);
    if recovery.serving >= recovery.desired {
        let newest =
            stops.iter().filter(|s| s.is_fault).map(|s| s.stopped_at).max().unwrap_or(stop.stopped_at);
        return recovery.now.duration_since(newest) < hold;
    }
    let recovered =
        |start: &Timestamp| *start > stop.stopped_at && recovery.now.duration_since(*start) >= hold;
    !recovery.good_starts.iter().any(recovered)
}

/// Returns the time for which a service must run without a fault before its faults no longer count.
///
/// After a single fault, that time is zero. After several faults, it is twice the longest run time of a
/// failed task, but at least [`MIN_RECOVERY_WINDOW`] and at most [`MAX_RECOVERY_WINDOW`].
fn recovery_window(stops: &[StoppedTask]) -> SignedDuration {
    let faults = stops.iter().filter(|s| s.is_fault);
    if faults.clone().count() < 2 {
        return SignedDuration::ZERO;
    }
    let life = faults.filter_map(|s| s.ran_for).max().unwrap_or(SignedDuration::ZERO);
    life.saturating_mul(2).clamp(MIN_RECOVERY_WINDOW, MAX_RECOVERY_WINDOW)
}

/// Returns true if a task stopped because of a fault. `code` is the stop code of the task, `reason` its stop
/// reason, and `exit` the exit code of an essential container.
///
/// If the scheduler stopped the task, the reason decides, because a failed health check and a scale-in have
/// the same stop code. `endless` is true for a task of a service. Such a task must never stop by itself, so
/// the exit of an essential container is always a fault.
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
    use super::{
        RecoveryState, SignedDuration, StoppedTask, TaskStopCode, Timestamp, is_fault, still_counts,
    };

    fn at(minute: i64, second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60 + second).unwrap()
    }

    fn crash(at: Timestamp, lived: i64) -> StoppedTask {
        StoppedTask { stopped_at: at, ran_for: Some(SignedDuration::from_secs(lived)), is_fault: true }
    }

    fn state(desired: u32, serving: u32, starts: &[Timestamp], now: Timestamp) -> RecoveryState {
        RecoveryState { desired, serving, good_starts: starts.to_vec(), now }
    }

    #[test]
    fn a_single_crash_does_not_count_after_its_replacement() {
        let stop = crash(at(10, 0), 3000);
        let now = state(1, 1, &[at(10, 20)], at(10, 30));
        assert!(!still_counts(&stop, &[stop], &now));
    }

    #[test]
    fn a_single_crash_counts_until_its_replacement() {
        let stop = crash(at(10, 0), 3000);
        assert!(still_counts(&stop, &[stop], &state(2, 1, &[at(1, 0)], at(10, 30))));
    }

    #[test]
    fn a_crash_loop_counts_while_its_task_runs() {
        let stops = [crash(at(10, 0), 20), crash(at(11, 0), 20)];
        let now = state(1, 1, &[at(11, 30)], at(11, 40));
        assert!(stops.iter().all(|s| still_counts(s, &stops, &now)));
    }

    #[test]
    fn a_crash_loop_that_ended_is_history() {
        let stops = [crash(at(10, 0), 20), crash(at(11, 0), 20)];
        let now = state(1, 1, &[at(11, 30)], at(14, 0));
        assert!(!stops.iter().any(|s| still_counts(s, &stops, &now)));
    }

    #[test]
    fn a_slow_loop_must_hold_longer() {
        let stops = [crash(at(0, 0), 300), crash(at(6, 0), 300)];
        assert!(still_counts(&stops[1], &stops, &state(1, 1, &[at(6, 10)], at(12, 0))));
        assert!(!still_counts(&stops[1], &stops, &state(1, 1, &[at(6, 10)], at(17, 0))));
    }

    #[test]
    fn scaling_out_long_after_a_crash_brings_no_blame() {
        let stop = crash(at(0, 0), 3000);
        assert!(!still_counts(&stop, &[stop], &state(4, 2, &[at(1, 0), at(1, 0)], at(40, 0))));
    }

    #[test]
    fn a_service_scaled_to_zero_has_no_trouble() {
        let stops = [crash(at(10, 0), 20), crash(at(11, 0), 20)];
        assert!(!still_counts(&stops[1], &stops, &state(0, 0, &[], at(11, 5))));
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
