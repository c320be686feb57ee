//! Tests of exit histories: requested stops, restart loops and the times since which containers fail.

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
            &[(LifecycleEvent::Kill(15), 65), (LifecycleEvent::Die(Some(1)), 60), (LifecycleEvent::Stop, 60)],
            1
        ),
        asked
    );
    assert_eq!(
        state_and_cause(&[(LifecycleEvent::Kill(15), 60), (LifecycleEvent::Die(Some(137)), 60)], 137),
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
        (LifecycleEvent::Kill(15), 90),
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
fn another_signal_explains_only_an_exit_with_its_own_code() {
    let ends = |signal, code| {
        let signs = [(LifecycleEvent::Kill(signal), 61), (LifecycleEvent::Die(Some(code)), 60)];
        state_and_cause(&signs, code)
    };
    let asked = (InstanceState::Stopped, ExitCause::StopRequested);
    assert_eq!((ends(1, 129), ends(10, 138)), (asked, asked));
    assert_eq!(ends(1, 1), (InstanceState::Failed, ExitCause::ProcessExited), "a reload that failed");
    assert_eq!(ends(1, 138), (InstanceState::Failed, ExitCause::ProcessExited));
}

#[test]
fn a_later_restart_policy_shows_no_stop() {
    let guessed = |signs: &[(LifecycleEvent, i64)], code| {
        let mut instance = exited_instance(Some(code), 60, InstanceState::Stopped, 0);
        instance.exit.as_mut().unwrap().cause = ExitCause::StopRequested;
        let done = with_history(&history_of(signs), instance);
        (done.state, done.exit.unwrap().cause)
    };
    let (die, update) = (LifecycleEvent::Die(Some(1)), LifecycleEvent::Update);
    let asked = (InstanceState::Stopped, ExitCause::StopRequested);
    assert_eq!(guessed(&[(die, 60), (update, 50)], 1), (InstanceState::Failed, ExitCause::ProcessExited));
    assert_eq!(guessed(&[(die, 60), (update, 50)], 0), (InstanceState::Stopped, ExitCause::ProcessExited));
    assert_eq!(guessed(&[(update, 70), (die, 60)], 1), asked, "the policy held already");
    assert_eq!(guessed(&[(LifecycleEvent::Stop, 60), (update, 50)], 1), asked, "a stop is known");
}

#[test]
fn an_old_signal_did_not_cause_the_exit() {
    let ends = history_of(&[
        (LifecycleEvent::Start, 900),
        (LifecycleEvent::Kill(15), 800),
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
    let signs = [(LifecycleEvent::Start, 9), (LifecycleEvent::Die(Some(7)), 8), (LifecycleEvent::Start, 7)];
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
fn a_start_after_missing_exits_does_not_make_the_time_exact() {
    let signs = [(LifecycleEvent::Start, 30), (LifecycleEvent::Die(Some(1)), 20)];
    let since = |created, restarts| {
        let instance = Instance {
            created: Some(ago(created)),
            ..exited_instance(None, 20, InstanceState::Running, restarts)
        };
        history_of(&signs).failing_since(&instance)
    };
    assert_eq!(since(900, 5), Some(Onset::at_least(ago(20))), "four exits are missing");
    assert_eq!(since(900, 1), Some(Onset::exact(ago(20))));
    assert_eq!(since(31, 5), Some(Onset::exact(ago(20))), "its first start");
    let long = [(LifecycleEvent::Start, 1_000), (LifecycleEvent::Die(Some(1)), 20)];
    let instance =
        Instance { created: Some(ago(9_000)), ..exited_instance(None, 20, InstanceState::Running, 5) };
    assert_eq!(history_of(&long).failing_since(&instance), Some(Onset::exact(ago(20))), "a long run before");
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
