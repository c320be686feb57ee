//! Watches: when an operation is done, when it has failed, and when the watch waits.

use super::plan;
use crate::{
    model::{HealthCheckStatus, Instance, InstanceState, Service, Snapshot, Timestamp, fixtures},
    operation::{OperationKind, Verdict, Watch, WatchState},
};
use jiff::SignedDuration;

/// Time of the last call in these tests.
fn sent_at() -> Timestamp {
    fixtures::ago(20)
}

/// Returns the state of a watch over an operation on `web` when a snapshot of now shows it changed by `change`.
fn state_after(kind: OperationKind, change: impl Fn(&mut Instance)) -> WatchState {
    let before = if kind == OperationKind::Start {
        let stopped = Instance { state: InstanceState::Stopped, ..fixtures::instance("web") };
        Service { instances: vec![stopped], ..fixtures::service("web") }
    } else {
        fixtures::service("web")
    };
    let watch = Watch::new(plan(kind, &[before]), sent_at());
    watch.assess(&snapshot(change), fixtures::ago(0))
}

fn snapshot(change: impl Fn(&mut Instance)) -> Snapshot {
    let mut after = fixtures::service("web");
    change(&mut after.instances[0]);
    fixtures::snapshot("docker", vec![after])
}

fn verdict(state: WatchState) -> Verdict {
    match state {
        WatchState::Ended(verdict) => verdict,
        WatchState::Waiting(words) => panic!("still waiting: {words}"),
    }
}

#[test]
fn a_restart_is_done_when_the_container_has_run_for_a_while() {
    let restarted =
        |seconds| state_after(OperationKind::Restart, move |one| one.started = Some(fixtures::ago(seconds)));
    assert_eq!(verdict(restarted(10)).text, "restarted: 1 of 1 healthy after 20 s");
    assert!(matches!(restarted(1), WatchState::Waiting(_)), "it may still crash");
    let old = state_after(OperationKind::Restart, |_| ());
    assert_eq!(old, WatchState::Waiting("restarting: 0 of 1 healthy".to_owned()));
}

#[test]
fn a_container_that_crashes_or_fails_its_check_is_a_failure() {
    let crashed = verdict(state_after(OperationKind::Restart, |one| {
        *one = Instance { started: Some(fixtures::ago(10)), ..fixtures::failed_instance("web", 3) };
    }));
    assert!(!crashed.is_as_planned);
    assert_eq!(crashed.text, "restarted, and not healthy: web exited with code 3");
    let looping = verdict(state_after(OperationKind::Restart, |one| {
        (one.started, one.restarts) = (Some(fixtures::ago(1)), 2);
    }));
    assert!(!looping.is_as_planned, "the engine restarts it");
    let ill = verdict(state_after(OperationKind::Start, |one| {
        one.started = Some(fixtures::ago(10));
        one.health_check = HealthCheckStatus::Unhealthy { output: None, since: None };
    }));
    assert!(ill.text.contains("fails its health check"), "{ill:?}");
}

#[test]
fn stopping_and_pausing_end_in_their_state() {
    let stopped = |one: &mut Instance| one.state = InstanceState::Stopped;
    assert_eq!(verdict(state_after(OperationKind::Stop, stopped)).text, "stopped: 1 of 1 stopped after 20 s");
    assert!(verdict(state_after(OperationKind::Kill, stopped)).is_as_planned);
    let paused = |one: &mut Instance| one.state = InstanceState::Paused;
    assert!(verdict(state_after(OperationKind::Pause, paused)).is_as_planned);
    assert!(matches!(state_after(OperationKind::Stop, |_| ()), WatchState::Waiting(_)));
}

#[test]
fn an_older_snapshot_says_nothing_and_a_watch_gives_up() {
    let watch = Watch::new(plan(OperationKind::Stop, &[fixtures::service("web")]), fixtures::ago(0));
    let stopped = snapshot(|one| one.state = InstanceState::Stopped);
    assert!(matches!(watch.assess(&stopped, fixtures::ago(0)), WatchState::Waiting(_)));
    let later = fixtures::ago(0) + SignedDuration::from_mins(6);
    let late = verdict(watch.assess(&stopped, later));
    assert!(!late.is_as_planned && late.text.contains("not as planned after 360 s"), "{late:?}");
    let removed = Snapshot { taken_at: later, ..fixtures::snapshot("docker", Vec::new()) };
    assert!(verdict(watch.assess(&removed, later)).is_as_planned, "a removed container does not run");
    assert!(matches!(watch.assess_unread("engine gone", fixtures::ago(0)), WatchState::Waiting(_)));
    assert!(!verdict(watch.assess_unread("engine gone", later)).is_as_planned);
}
