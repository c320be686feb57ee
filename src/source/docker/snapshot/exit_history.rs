//! Exit history of a container, from the engine's events: exit codes, requested stops, and series of exits in
//! a restart loop.
//!
//! An inspect response holds only the last exit, and not even the code of that exit after a restart.

use crate::model::{Exit, ExitCause, Instance, InstanceState, Onset, Timestamp};
use jiff::SignedDuration;

/// Maximum time between a signal and an exit that the signal may have caused. By default, `docker stop` waits
/// ten seconds before it kills the container.
const MAX_SIGNAL_TO_EXIT: SignedDuration = SignedDuration::from_mins(1);

/// Maximum difference between the times of the same exit in an event and in an inspect response.
const SAME_EXIT_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// Minimum time between two exits of one container. The engine waits at least 100 ms before it restarts a
/// container (moby, `restartmanager`).
const MIN_EXIT_INTERVAL: SignedDuration = SignedDuration::from_millis(100);

/// Maximum time between two consecutive exits of one series.
const MAX_SERIES_GAP: SignedDuration = SignedDuration::from_mins(15);

/// Minimum number of exits in a series that counts as a restart loop.
const MIN_LOOP_EXITS: u32 = 2;

/// Lower limit of the time that a restarted container must run to count as recovered. The engine itself
/// trusts a start after ten seconds (moby, `restartmanager`), but loops with slower starts exist.
const MIN_RECOVERY_TIME: SignedDuration = SignedDuration::from_secs(30);
/// Upper limit of the time that a restarted container must run to count as recovered.
const MAX_RECOVERY_TIME: SignedDuration = SignedDuration::from_mins(15);

/// Event in the life of a container that helps explain its exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source::docker) enum LifecycleEvent {
    /// The container started.
    Start,
    /// The container exited, with this code.
    Die(Option<i64>),
    /// The kernel killed a process in the container for lack of memory.
    OutOfMemory,
    /// A user or program sent a signal that ends processes.
    Kill,
    /// The container has exited after a stop request.
    Stop,
}

/// History of one container's starts, signals and exits, as events report them. The same event may arrive
/// twice.
#[derive(Clone, Debug, Default)]
pub(in crate::source::docker) struct ExitHistory {
    last_start: Option<Timestamp>,
    last_exit: Option<(Timestamp, Option<i64>)>,
    last_out_of_memory: Option<Timestamp>,
    last_kill: Option<Timestamp>,
    last_stop: Option<Timestamp>,
    series: Option<ExitSeries>,
}

/// Series of exits that no user or program requested, each soon after the previous one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ExitSeries {
    first: Timestamp,
    last: Timestamp,
    exits: u32,
    /// Longest time that the container ran between two of the exits.
    longest_run: SignedDuration,
    /// True if Portolan knows the start of the run before the first exit. Then no earlier exit is missing.
    is_complete: bool,
}

impl ExitHistory {
    /// Records an event that happened at `at`.
    pub(in crate::source::docker) fn record(&mut self, event: LifecycleEvent, at: Timestamp) {
        match event {
            LifecycleEvent::Start => self.last_start = self.last_start.max(Some(at)),
            LifecycleEvent::OutOfMemory => self.last_out_of_memory = self.last_out_of_memory.max(Some(at)),
            LifecycleEvent::Kill => self.last_kill = self.last_kill.max(Some(at)),
            LifecycleEvent::Stop => {
                self.last_stop = self.last_stop.max(Some(at));
                self.series = self.series.filter(|row| row.last > at);
            }
            LifecycleEvent::Die(code) if self.last_exit.is_none_or(|(known, _)| known < at) => {
                self.last_exit = Some((at, code));
                self.series = if self.was_requested(self.last_start, at) {
                    None
                } else {
                    Some(self.extended_series(at))
                };
            }
            LifecycleEvent::Die(_) => {}
        }
    }

    /// Returns the series extended by an exit at `at`, or a new series.
    fn extended_series(&self, at: Timestamp) -> ExitSeries {
        let lived = self.last_start.filter(|started| *started < at).map(|started| at.duration_since(started));
        match self.series.filter(|row| at.duration_since(row.last) <= MAX_SERIES_GAP) {
            Some(row) => ExitSeries {
                last: at,
                exits: row.exits + 1,
                longest_run: row.longest_run.max(lived.unwrap_or_default()),
                ..row
            },
            None => ExitSeries {
                first: at,
                last: at,
                exits: 1,
                longest_run: SignedDuration::ZERO,
                is_complete: lived.is_some(),
            },
        }
    }

    /// Returns true if a signal or stop request explains the exit at `ended`. The container's run began at
    /// `started`.
    fn was_requested(&self, started: Option<Timestamp>, ended: Timestamp) -> bool {
        let in_this_run = |at: &Timestamp| started.is_none_or(|started| *at >= started);
        let by_signal = |at: &Timestamp| {
            let before = ended.duration_since(*at);
            before <= MAX_SIGNAL_TO_EXIT && before >= -SAME_EXIT_TOLERANCE
        };
        self.last_kill.filter(in_this_run).is_some_and(|at| by_signal(&at))
            || self
                .last_stop
                .filter(in_this_run)
                .is_some_and(|at| ended.duration_since(at) <= SAME_EXIT_TOLERANCE)
    }

    /// Completes `instance` with the code and cause of its last exit. Sets the state to stopped if the exit
    /// was requested, and to restarting while the container is in a restart loop.
    pub(in crate::source::docker) fn apply_to(&self, instance: &mut Instance, now: Timestamp) {
        let ended = matches!(instance.state, InstanceState::Stopped | InstanceState::Failed);
        let started = instance.started;
        if let Some(exit) = &mut instance.exit {
            self.restore_exit_code(exit);
            let asked = exit.at.is_some_and(|at| self.was_requested(started, at));
            if ended && asked && !exit.cause.is_start_failure() {
                exit.cause = ExitCause::StopRequested;
                instance.state = InstanceState::Stopped;
            }
            instance.containers.iter_mut().for_each(|container| container.exit = Some(exit.clone()));
        }
        let held = started.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
        let series = self.series_until(instance);
        if instance.state == InstanceState::Running
            && is_restart_loop(series, instance)
            && held < recovery_time(series)
        {
            instance.state = InstanceState::Restarting;
        }
    }

    /// Returns the series, extended by the last exit of `instance` if the event of that exit has not arrived
    /// yet.
    fn series_until(&self, instance: &Instance) -> Option<ExitSeries> {
        let row = self.series?;
        let Some(at) = instance.exit.as_ref().and_then(|exit| exit.at) else { return Some(row) };
        let started_since = self.last_start.is_some_and(|start| row.last < start && start < at);
        // The engine stamps the event of an exit after the exit itself, so a later time means another exit.
        let is_newer = started_since || at.duration_since(row.last) >= MIN_EXIT_INTERVAL;
        let counts = is_newer && !self.was_requested(self.last_start, at);
        Some(if counts { self.extended_series(at) } else { row })
    }

    /// Restores an exit code that the engine no longer reports, from the event of the same exit.
    fn restore_exit_code(&self, exit: &mut Exit) {
        let near =
            |at: Timestamp| exit.at.is_some_and(|end| end.duration_since(at).abs() <= SAME_EXIT_TOLERANCE);
        if let (None, Some((at, code))) = (exit.code, self.last_exit)
            && near(at)
        {
            exit.code = code;
            exit.cause = if self.last_out_of_memory.is_some_and(near) && code != Some(0) {
                ExitCause::OutOfMemory
            } else {
                ExitCause::from_exit_code(code)
            };
        }
    }

    /// Returns the time since which the instance keeps exiting. Returns `None` if it has never exited.
    pub(in crate::source::docker) fn failing_since(&self, instance: &Instance) -> Option<Onset> {
        let last = instance.exit.as_ref().and_then(|exit| exit.at)?;
        let series = self.series_until(instance);
        match series.filter(|row| row.last.duration_since(last).abs() <= SAME_EXIT_TOLERANCE) {
            Some(row) => {
                let missed = instance.restarts >= row.exits && !row.is_complete;
                Some(Onset { at: row.first.min(last), at_least: missed })
            }
            None => Some(Onset { at: last, at_least: instance.restarts > 0 }),
        }
    }
}

/// Returns true if the engine keeps restarting the container.
fn is_restart_loop(series: Option<ExitSeries>, instance: &Instance) -> bool {
    match series {
        Some(row) if row.is_complete || row.exits >= MIN_LOOP_EXITS => {
            instance.restarts > 0 && row.exits >= MIN_LOOP_EXITS
        }
        // Events of the first exits are missing. The engine's restart count includes these exits.
        _ => instance.restarts >= MIN_LOOP_EXITS,
    }
}

/// Returns the time that the container must run to count as recovered: twice its longest run in the series,
/// within limits.
fn recovery_time(series: Option<ExitSeries>) -> SignedDuration {
    let longest = series.map_or(SignedDuration::ZERO, |row| row.longest_run);
    longest.saturating_mul(2).clamp(MIN_RECOVERY_TIME, MAX_RECOVERY_TIME)
}

#[cfg(test)]
mod tests {
    use super::{ExitHistory, LifecycleEvent};
    use crate::model::{Exit, ExitCause, Instance, InstanceState, Onset, fixtures::*};

    /// Returns the history of the events `signs`, each given with its age in seconds.
    fn history_of(signs: &[(LifecycleEvent, i64)]) -> ExitHistory {
        let mut ends = ExitHistory::default();
        signs.iter().for_each(|(sign, seconds)| ends.record(*sign, ago(*seconds)));
        ends
    }

    fn exited_instance(code: Option<i64>, at: i64, state: InstanceState, restarts: u32) -> Instance {
        let exit = Exit { code, cause: ExitCause::from_exit_code(code), reason: None, at: Some(ago(at)) };
        Instance { state, restarts, exit: Some(exit), started: Some(ago(at + 10)), ..instance("web") }
    }

    fn with_history(ends: &ExitHistory, mut instance: Instance) -> Instance {
        ends.apply_to(&mut instance, ago(0));
        instance
    }

    /// Returns the state and exit cause of a container that ran for 10 s and exited with `code` 60 s ago.
    fn state_and_cause(signs: &[(LifecycleEvent, i64)], code: i64) -> (InstanceState, ExitCause) {
        let state = if code == 137 { InstanceState::Stopped } else { InstanceState::Failed };
        let done = with_history(&history_of(signs), exited_instance(Some(code), 60, state, 0));
        (done.state, done.exit.unwrap().cause)
    }

    #[test]
    fn a_requested_stop_is_no_failure() {
        let asked = (InstanceState::Stopped, ExitCause::StopRequested);
        assert_eq!(
            state_and_cause(
                &[(LifecycleEvent::Kill, 65), (LifecycleEvent::Die(Some(1)), 60), (LifecycleEvent::Stop, 60)],
                1
            ),
            asked
        );
        assert_eq!(
            state_and_cause(&[(LifecycleEvent::Kill, 60), (LifecycleEvent::Die(Some(137)), 60)], 137),
            asked,
            "docker kill"
        );
        assert_eq!(
            state_and_cause(&[(LifecycleEvent::Die(Some(137)), 60)], 137),
            (InstanceState::Stopped, ExitCause::KilledBySignal)
        );
        assert_eq!(
            state_and_cause(&[(LifecycleEvent::Die(Some(1)), 60)], 1),
            (InstanceState::Failed, ExitCause::ProcessExited)
        );
        let before = [
            (LifecycleEvent::Kill, 90),
            (LifecycleEvent::Stop, 80),
            (LifecycleEvent::Start, 70),
            (LifecycleEvent::Die(Some(1)), 60),
        ];
        assert_eq!(
            state_and_cause(&before, 1),
            (InstanceState::Failed, ExitCause::ProcessExited),
            "it was started again since"
        );
    }

    #[test]
    fn an_old_signal_did_not_cause_the_exit() {
        let ends = history_of(&[
            (LifecycleEvent::Start, 900),
            (LifecycleEvent::Kill, 800),
            (LifecycleEvent::Die(Some(1)), 60),
        ]);
        let instance =
            Instance { started: Some(ago(900)), ..exited_instance(Some(1), 60, InstanceState::Failed, 0) };
        assert_eq!(with_history(&ends, instance).state, InstanceState::Failed);
    }

    #[test]
    fn a_forgotten_exit_code_is_restored() {
        let ends = history_of(&[
            (LifecycleEvent::OutOfMemory, 61),
            (LifecycleEvent::Die(Some(137)), 60),
            (LifecycleEvent::Start, 50),
        ]);
        let exit = with_history(&ends, exited_instance(None, 60, InstanceState::Running, 1)).exit.unwrap();
        assert_eq!((exit.code, exit.cause), (Some(137), ExitCause::OutOfMemory));
        let other = with_history(&ends, exited_instance(None, 20, InstanceState::Running, 1)).exit.unwrap();
        assert_eq!(other.code, None, "that is another end");
    }

    /// Returns a container in a restart loop, with its history. The container has exited `ends` times, the
    /// last time `last` seconds ago. Each run takes `run` seconds, and each restart one second. The oldest
    /// `forgotten` exits are missing from the history.
    fn looping_container(run: i64, last: i64, ends: i64, forgotten: i64) -> (ExitHistory, Instance) {
        let mut signs = Vec::new();
        for number in (0..ends - forgotten).rev() {
            let end = last + number * (run + 1);
            signs.extend([(LifecycleEvent::Start, end + run), (LifecycleEvent::Die(Some(1)), end)]);
        }
        // The start of the oldest known run is missing too.
        let known: Vec<_> = signs.into_iter().skip(usize::from(forgotten > 0)).collect();
        let restarts = u32::try_from(ends).unwrap();
        let instance = Instance {
            started: Some(ago(last - 1)),
            ..exited_instance(None, last, InstanceState::Running, restarts)
        };
        (history_of(&known), instance)
    }

    #[test]
    fn a_restart_loop_is_over_after_twice_its_longest_run() {
        for (run, last, state) in [
            (5, 20, InstanceState::Restarting),
            (5, 40, InstanceState::Running),
            (80, 100, InstanceState::Restarting),
            (80, 170, InstanceState::Running),
        ] {
            let (ends, instance) = looping_container(run, last, 4, 0);
            assert_eq!(with_history(&ends, instance).state, state, "{run} s, {last} s ago");
        }
        let (ends, instance) = looping_container(5, 10, 1, 0);
        assert_eq!(with_history(&ends, instance).state, InstanceState::Running, "once is an accident");
    }

    #[test]
    fn an_exit_counts_before_its_event_arrives() {
        let signs =
            [(LifecycleEvent::Start, 9), (LifecycleEvent::Die(Some(7)), 8), (LifecycleEvent::Start, 7)];
        let running = |exit| Instance {
            started: Some(ago(exit - 1)),
            ..exited_instance(None, exit, InstanceState::Running, 2)
        };
        let history = history_of(&signs);
        assert_eq!(with_history(&history, running(6)).state, InstanceState::Restarting);
        assert_eq!(history.failing_since(&running(6)), Some(Onset::exact(ago(8))));
        assert_eq!(with_history(&history, running(8)).state, InstanceState::Running, "the same exit");
        let late = history_of(&signs[..2]);
        assert_eq!(with_history(&late, running(7)).state, InstanceState::Restarting, "no event for a second");
    }

    #[test]
    fn it_is_failing_since_the_first_known_exit() {
        let since = |forgotten| {
            let (ends, instance) = looping_container(9, 5, 6, forgotten);
            ends.failing_since(&instance)
        };
        assert_eq!(since(0), Some(Onset::exact(ago(55))));
        assert_eq!(since(3), Some(Onset::at_least(ago(25))));
        assert_eq!(since(6), Some(Onset::at_least(ago(5))), "what it says itself");
    }

    #[test]
    fn repeated_events_change_nothing() {
        let signs = [
            (LifecycleEvent::Start, 30),
            (LifecycleEvent::Die(Some(1)), 20),
            (LifecycleEvent::Start, 19),
            (LifecycleEvent::Die(Some(1)), 10),
        ];
        let (once, twice) = (history_of(&signs), history_of(&[signs, signs].concat()));
        assert_eq!((once.series, once.last_exit), (twice.series, twice.last_exit));
        let stopped = history_of(&[&signs[..], &[(LifecycleEvent::Stop, 10)]].concat());
        assert_eq!(stopped.series, None, "it was stopped in the end");
    }
}
