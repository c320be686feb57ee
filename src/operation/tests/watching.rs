//! Watches: when an operation has succeeded, when it has failed, and when the watch waits.

use super::{plan, verdict};
use crate::{
    model::{HealthCheckStatus, Instance, InstanceState, Service, Snapshot, Timestamp, fixtures},
    operation::{OperationKind, Watch, WatchState},
};
use jiff::SignedDuration;

/// Returns the state of a watch over an operation on `web` for a snapshot in which `change` has been applied
/// to the instance. The last call was made 20 seconds ago.
fn state_after(kind: OperationKind, change: impl Fn(&mut Instance)) -> WatchState {
    let before = match kind {
        OperationKind::Start => Instance { state: InstanceState::Stopped, ..fixtures::instance("web") },
        _ => fixtures::instance("web"),
    };
    watch_from(before, kind, fixtures::ago(20), change)
}

/// Returns the state of a watch over an operation on `web`, whose instance was `before`, for two snapshots a
/// second apart in which `change` has been applied to the fixture's instance. The last call was made at `since`.
fn watch_from(
    before: Instance,
    kind: OperationKind,
    since: Timestamp,
    change: impl Fn(&mut Instance),
) -> WatchState {
    let before = Service { instances: vec![before], ..fixtures::service("web") };
    let mut watch = Watch::new(plan(kind, &[before]), since);
    let earlier = Snapshot { taken_at: fixtures::ago(1), ..snapshot(&change) };
    match watch.assess(&earlier, fixtures::ago(1)) {
        WatchState::Waiting(_) => watch.assess(&snapshot(change), fixtures::ago(0)),
        ended @ WatchState::Ended(_) => ended,
    }
}

fn snapshot(change: impl Fn(&mut Instance)) -> Snapshot {
    let mut after = fixtures::service("web");
    change(&mut after.instances[0]);
    fixtures::snapshot("docker", vec![after])
}

#[test]
fn a_restart_is_done_when_the_container_has_run_for_a_while() {
    let restart = |since, started| {
        let change = move |one: &mut Instance| one.started = Some(started);
        watch_from(fixtures::instance("web"), OperationKind::Restart, since, change)
    };
    let healthy = restart(fixtures::ago(20), fixtures::ago(20));
    assert_eq!(verdict(healthy).text, "restarted: 1 of 1 healthy after 20 s");
    let young = restart(fixtures::ago(5), fixtures::ago(5));
    assert!(matches!(young, WatchState::Waiting(_)), "it may still crash");
    let in_the_future = fixtures::ago(0) + SignedDuration::from_mins(10);
    assert!(verdict(restart(fixtures::ago(6), in_the_future)).is_as_planned, "the engine's clock is ahead");
    let in_the_past = fixtures::ago(600);
    assert!(matches!(restart(fixtures::ago(4), in_the_past), WatchState::Waiting(_)), "it is behind");
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
    let before = Instance { restarts: 7, state: InstanceState::Restarting, ..fixtures::instance("web") };
    let restart = |restarts| {
        let change =
            move |one: &mut Instance| (one.started, one.restarts) = (Some(fixtures::ago(9)), restarts);
        verdict(watch_from(before.clone(), OperationKind::Restart, fixtures::ago(20), change))
    };
    assert!(!restart(1).is_as_planned, "the restart reset the engine's count, and it crashed since");
    assert!(restart(0).is_as_planned);
    let ill = verdict(state_after(OperationKind::Start, |one| {
        one.started = Some(fixtures::ago(10));
        one.health_check = HealthCheckStatus::Unhealthy { output: None, since: None };
    }));
    assert!(ill.text.contains("fails its health check"), "{ill:?}");
}

/// After a restart by hand, an engine counts restarts from 0 again, so the count may come back to that before.
#[test]
fn a_container_that_starts_again_under_watch_is_in_a_crash_loop() {
    let before = Instance { restarts: 2, state: InstanceState::Restarting, ..fixtures::instance("web") };
    let before = Service { instances: vec![before], ..fixtures::service("web") };
    let mut watch = Watch::new(plan(OperationKind::Restart, &[before]), fixtures::ago(20));
    let started = |seconds, restarts| {
        let change = move |one: &mut Instance| {
            (one.started, one.restarts) = (Some(fixtures::ago(seconds)), restarts);
        };
        Snapshot { taken_at: fixtures::ago(seconds - 1), ..snapshot(change) }
    };
    assert!(matches!(watch.assess(&started(18, 0), fixtures::ago(17)), WatchState::Waiting(_)));
    let again = verdict(watch.assess(&started(10, 2), fixtures::ago(9)));
    assert!(!again.is_as_planned, "{again:?}");
}

#[test]
fn stopping_and_pausing_end_in_their_state() {
    let stopped = |one: &mut Instance| one.state = InstanceState::Stopped;
    assert_eq!(verdict(state_after(OperationKind::Stop, stopped)).text, "stopped: 1 of 1 stopped after 19 s");
    assert!(verdict(state_after(OperationKind::Kill, stopped)).is_as_planned);
    let paused = |one: &mut Instance| one.state = InstanceState::Paused;
    assert!(verdict(state_after(OperationKind::Pause, paused)).is_as_planned);
    assert!(matches!(state_after(OperationKind::Stop, |_| ()), WatchState::Waiting(_)));
}

#[test]
fn an_older_snapshot_says_nothing_and_a_watch_gives_up() {
    let mut watch = Watch::new(plan(OperationKind::Stop, &[fixtures::service("web")]), fixtures::ago(0));
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

#[test]
fn a_job_that_ends_well_is_as_planned_and_a_service_that_ends_is_not() {
    let ended = |before: Instance, kind| {
        let change = |one: &mut Instance| {
            *one = Instance {
                state: InstanceState::Stopped,
                started: Some(fixtures::ago(10)),
                ..fixtures::failed_instance("web", 0)
            };
        };
        verdict(watch_from(before, kind, fixtures::ago(20), change)).is_as_planned
    };
    assert!(ended(fixtures::failed_instance("web", 1), OperationKind::Start), "it failed before");
    assert!(ended(fixtures::failed_instance("web", 1), OperationKind::Restart));
    let created = Instance { state: InstanceState::Starting, started: None, ..fixtures::instance("web") };
    assert!(ended(created, OperationKind::Start), "its first run");
    assert!(!ended(fixtures::instance("web"), OperationKind::Restart), "it ran before");
}
