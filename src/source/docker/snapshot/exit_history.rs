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

/// Maximum time between a container's creation and its first start by `docker run`. A second start within this
/// time would move the beginning of a series by no more than that.
const MAX_CREATE_TO_START: SignedDuration = SignedDuration::from_secs(1);

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
    /// A user or program sent this signal, which ends processes.
    Kill(i64),
    /// The container has exited after a stop request.
    Stop,
    /// A user changed the container's restart policy or limits.
    Update,
}

/// Signals that ask a process to end: SIGINT, SIGQUIT, SIGKILL and SIGTERM. Programs use the others, such as
/// SIGHUP and SIGUSR1, for other requests too, so these explain only an exit with their own code.
const STOP_SIGNALS: [i64; 4] = [2, 3, 9, 15];

/// History of one container's starts, signals and exits, as events report them. The same event may arrive
/// twice.
#[derive(Clone, Debug, Default)]
pub(in crate::source::docker) struct ExitHistory {
    last_start: Option<Timestamp>,
    last_exit: Option<(Timestamp, Option<i64>)>,
    last_out_of_memory: Option<Timestamp>,
    /// The last signal of [`STOP_SIGNALS`].
    last_kill: Option<Timestamp>,
    /// The last other signal, with its number.
    last_signal: Option<(Timestamp, i64)>,
    /// The last change of the restart policy or limits.
    last_update: Option<Timestamp>,
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
    /// Start of the run before the first exit; `None` if Portolan does not know it.
    first_start: Option<Timestamp>,
}

impl ExitSeries {
    /// Returns true if no exit before the first one belongs to the series: the known exits explain the engine's
    /// count of restarts, or the first run was the container's first one, or longer than the gap of a series.
    fn is_complete(&self, instance: &Instance) -> bool {
        let is_first_start = |start: Timestamp| {
            instance.created.is_some_and(|created| start.duration_since(created) <= MAX_CREATE_TO_START)
        };
        let is_far = |start: Timestamp| self.first.duration_since(start) > MAX_SERIES_GAP;
        instance.restarts <= self.exits
            || self.first_start.is_some_and(|start| is_first_start(start) || is_far(start))
    }
}

impl ExitHistory {
    /// Records an event that happened at `at`.
    pub(in crate::source::docker) fn record(&mut self, event: LifecycleEvent, at: Timestamp) {
        match event {
            LifecycleEvent::Start => self.last_start = self.last_start.max(Some(at)),
            LifecycleEvent::OutOfMemory => self.last_out_of_memory = self.last_out_of_memory.max(Some(at)),
            LifecycleEvent::Kill(signal) if STOP_SIGNALS.contains(&signal) => {
                self.last_kill = self.last_kill.max(Some(at));
            }
            LifecycleEvent::Kill(signal) => self.last_signal = self.last_signal.max(Some((at, signal))),
            LifecycleEvent::Update => self.last_update = self.last_update.max(Some(at)),
            LifecycleEvent::Stop => {
                self.last_stop = self.last_stop.max(Some(at));
                self.series = self.series.filter(|row| row.last > at);
            }
            LifecycleEvent::Die(code) if self.last_exit.is_none_or(|(known, _)| known < at) => {
                self.last_exit = Some((at, code));
                self.series = if self.was_requested(self.last_start, at, code) {
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
        let first_start = self.last_start.filter(|started| *started < at);
        let lived = first_start.map(|started| at.duration_since(started));
        match self.series.filter(|row| at.duration_since(row.last) <= MAX_SERIES_GAP) {
            Some(row) => ExitSeries {
                last: at,
                exits: row.exits + 1,
                longest_run: row.longest_run.max(lived.unwrap_or_default()),
                ..row
            },
            None => {
                ExitSeries { first: at, last: at, exits: 1, longest_run: SignedDuration::ZERO, first_start }
            }
        }
    }

    /// Returns true if a signal or stop request explains the exit at `ended` with `code`. The container's run
    /// began at `started`.
    fn was_requested(&self, started: Option<Timestamp>, ended: Timestamp, code: Option<i64>) -> bool {
        let in_this_run = |at: &Timestamp| started.is_none_or(|started| *at >= started);
        let by_signal = |at: &Timestamp| {
            let before = ended.duration_since(*at);
            before <= MAX_SIGNAL_TO_EXIT && before >= -SAME_EXIT_TOLERANCE
        };
        let by_own_signal = |(at, signal): (Timestamp, i64)| code == Some(128 + signal) && by_signal(&at);
        self.last_kill.filter(in_this_run).is_some_and(|at| by_signal(&at))
            || self.last_signal.filter(|(at, _)| in_this_run(at)).is_some_and(by_own_signal)
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
            let asked = exit.at.is_some_and(|at| self.was_requested(started, at, exit.code));
            // The restart policy shows a stop only if it was the policy at the time of the exit.
            let is_guess = exit.cause == ExitCause::StopRequested && self.last_update > exit.at;
            if ended && asked && !exit.cause.is_start_failure() {
                exit.cause = ExitCause::StopRequested;
                instance.state = InstanceState::Stopped;
            } else if ended && is_guess {
                exit.cause = ExitCause::from_exit_code(exit.code);
                let failed = exit.cause == ExitCause::ProcessExited && exit.code != Some(0);
                instance.state = if failed { InstanceState::Failed } else { InstanceState::Stopped };
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
        let Some((exit, at)) = instance.exit.as_ref().and_then(|exit| Some((exit, exit.at?))) else {
            return Some(row);
        };
        let started_since = self.last_start.is_some_and(|start| row.last < start && start < at);
        // The engine stamps the event of an exit after the exit itself, so a later time means another exit.
        let is_newer = started_since || at.duration_since(row.last) >= MIN_EXIT_INTERVAL;
        let counts = is_newer && !self.was_requested(self.last_start, at, exit.code);
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
            Some(row) => Some(Onset { at: row.first.min(last), at_least: !row.is_complete(instance) }),
            None => Some(Onset { at: last, at_least: instance.restarts > 0 }),
        }
    }
}

/// Returns true if the engine keeps restarting the container.
fn is_restart_loop(series: Option<ExitSeries>, instance: &Instance) -> bool {
    match series {
        Some(row) if row.first_start.is_some() || row.exits >= MIN_LOOP_EXITS => {
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
mod tests;
