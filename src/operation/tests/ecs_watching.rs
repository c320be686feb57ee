//! Watches over ECS services: when a deployment, a rollback or a new count has succeeded, and when it has failed.

use super::{
    ecs::{deployment, ongoing, orders, plan, reading, request, scale_to, state, task},
    topology, verdict,
};
use crate::{
    model::{
        ActionPermission, Deployment, Exit, Instance, InstanceId, InstanceState, RolloutState, Service,
        Snapshot, fixtures,
    },
    operation::{EcsDetails, OperationKind, Plan, PlanContext, Watch, WatchState},
};
use jiff::SignedDuration;

/// Returns the state of a watch that has run for 20 seconds, with the service `after` in the snapshot.
fn watched(plan: Plan, after: Service) -> WatchState {
    Watch::new(plan, fixtures::ago(20)).assess(&snapshot(after), fixtures::ago(0))
}

fn snapshot(after: Service) -> Snapshot {
    fixtures::snapshot("ecs:eu", vec![after])
}

#[test]
fn a_restart_is_watched_to_the_end_of_its_deployment() {
    use RolloutState::{Completed, Failed, InProgress};
    let restart = || plan(request(OperationKind::Restart), state()).unwrap();
    let with = |deployments: &[(&str, &str, RolloutState, u32)]| Service {
        deployments: deployments
            .iter()
            .map(|(id, version, rollout, failed)| Deployment {
                failed: *failed,
                ..deployment(id, version, *rollout)
            })
            .collect(),
        ..orders()
    };
    let old = ("ecs-svc/7", "orders:7", Completed, 0);
    let waiting = |deployments: &[_]| matches!(watched(restart(), with(deployments)), WatchState::Waiting(_));
    assert!(waiting(&[old]), "the deployment has not begun");
    assert!(waiting(&[("ecs-svc/8", "orders:7", InProgress, 1), old]));
    let done = verdict(watched(restart(), with(&[("ecs-svc/8", "orders:7", Completed, 0)])));
    assert_eq!((done.is_as_planned, done.text.as_str()), (true, "restarted: 2 of 2 healthy after 20 s"));
    let failing = verdict(watched(restart(), with(&[("ecs-svc/8", "orders:7", InProgress, 3), old])));
    assert!(!failing.is_as_planned && failing.text.contains("orders has 3 failed tasks"), "{failing:?}");
    let failed = verdict(watched(restart(), with(&[old, ("ecs-svc/8", "orders:7", Failed, 3)])));
    assert!(failed.text.contains("deployment of orders:7 failed"), "{failed:?}");
    let (ours, other) = (("ecs-svc/8", "orders:7", InProgress, 0), ("ecs-svc/9", "orders:9", InProgress, 3));
    let overtaken = verdict(watched(restart(), with(&[other, ours])));
    assert!(overtaken.text.contains("was overtaken by another deployment of orders:9"), "{overtaken:?}");
}

#[test]
fn a_service_in_a_crash_loop_is_watched_beyond_its_usual_life() {
    let crash = |name: &str, started, version: &str| {
        let failed = fixtures::failed_instance(name, 1);
        let exit = failed.exit.clone().map(|exit| Exit { at: Some(fixtures::ago(started - 25)), ..exit });
        let version = Some(version.into());
        Instance { id: task(name).id, started: Some(fixtures::ago(started)), exit, version, ..failed }
    };
    let restart = || {
        let mut read = reading(state());
        read.targets[0].service.instances = vec![crash("c1", 300, "orders:7"), crash("c2", 200, "orders:7")];
        let topology = topology(&[orders()]);
        let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
        Plan::new(request(OperationKind::Restart), read, context).unwrap()
    };
    let snapshot_at = |seconds, crashed: Option<Instance>| {
        let completed = deployment("ecs-svc/8", "orders:7", RolloutState::Completed);
        let after = Service {
            instances: [task("t1"), task("t2")].into_iter().chain(crashed).collect(),
            deployments: vec![Deployment { created: Some(fixtures::ago(90)), ..completed }],
            ..orders()
        };
        Snapshot { taken_at: fixtures::ago(seconds), ..snapshot(after) }
    };
    let mut watch = Watch::new(restart(), fixtures::ago(90));
    let waiting = WatchState::Waiting("restarting: 2 of 2 healthy, waiting if they crash again".to_owned());
    assert_eq!(watch.assess(&snapshot_at(80, None), fixtures::ago(80)), waiting);
    let of_older = || Some(crash("c3", 85, "orders:6"));
    assert_eq!(
        watch.assess(&snapshot_at(40, of_older()), fixtures::ago(40)),
        waiting,
        "not of this deployment"
    );
    let mut other = watch.clone();
    assert!(verdict(watch.assess(&snapshot_at(20, None), fixtures::ago(20))).is_as_planned, "twice as long");
    let crashed = snapshot_at(20, Some(crash("c3", 80, "orders:7")));
    let crashed = verdict(other.assess(&crashed, fixtures::ago(20)));
    assert!(crashed.text.contains("crashes again: exited with code 1"), "{crashed:?}");
}

#[test]
fn a_rollback_that_fails_for_the_same_reason_says_so() {
    let crash = |name: &str, seconds| {
        let mut crash = Instance { id: task(name).id, ..fixtures::failed_instance(name, 1) };
        crash.exit.as_mut().unwrap().at = Some(fixtures::ago(seconds));
        crash
    };
    let stop = || {
        let mut read = reading(EcsDetails { ongoing: Some(ongoing("IN_PROGRESS", None)), ..state() });
        read.targets[0].service.deployments =
            vec![deployment("ecs-svc/8", "orders:8", RolloutState::InProgress)];
        read.targets[0].service.instances.push(crash("c1", 60));
        let topology = topology(&[orders()]);
        let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
        Plan::new(request(OperationKind::Rollback), read, context).unwrap()
    };
    let back = |rollout, failed| {
        let back = Deployment { failed, ..deployment("ecs-svc/9", "orders:7", rollout) };
        let stopped = deployment("ecs-svc/8", "orders:8", RolloutState::Failed);
        Service { deployments: vec![back, stopped], ..orders() }
    };
    let done = verdict(watched(stop(), back(RolloutState::Completed, 0)));
    assert_eq!(done.text, "rolled back: 2 of 2 healthy after 20 s");
    let mut same = back(RolloutState::InProgress, 3);
    same.instances.push(crash("c2", 5));
    let failed = verdict(watched(stop(), same));
    assert!(failed.text.contains("for the same reason as before: exited with code 1"), "{failed:?}");
    assert!(matches!(watched(stop(), orders_in_deployment()), WatchState::Waiting(_)), "it has not begun");
}

/// Returns `orders` while version 8 is deployed.
fn orders_in_deployment() -> Service {
    Service { deployments: vec![deployment("ecs-svc/8", "orders:8", RolloutState::InProgress)], ..orders() }
}

#[test]
fn scaling_and_stopping_end_when_the_service_serves_as_planned() {
    let scale = |count| plan(scale_to(count), state()).unwrap();
    let three = Service { desired: Some(3), instances: ["t1", "t2", "t3"].map(task).to_vec(), ..orders() };
    assert_eq!(verdict(watched(scale(3), three)).text, "scaled: 3 of 3 running after 20 s");
    assert!(matches!(watched(scale(3), orders()), WatchState::Waiting(_)), "the snapshot may be older");
    let moved = verdict(watched(scale(3), Service { desired: Some(4), ..orders() }));
    assert!(moved.text.contains("has the desired count 4 now"), "{moved:?}");
    let set_back = Watch::new(scale(3), fixtures::ago(90)).assess(&snapshot(orders()), fixtures::ago(0));
    assert!(!verdict(set_back).is_as_planned, "another program has set it back");
    let one = request(OperationKind::StopTask).with_instances([InstanceId::new("ecs:eu/t1")]);
    let stop = || plan(one.clone(), state()).unwrap();
    let stopped = Instance { state: InstanceState::Stopped, ..task("t1") };
    let missing = Service { instances: vec![stopped.clone(), task("t2")], ..orders() };
    assert!(matches!(watched(stop(), missing), WatchState::Waiting(_)), "ECS has not replaced it");
    let replaced = Service { instances: vec![stopped, task("t2"), task("t3")], ..orders() };
    assert_eq!(verdict(watched(stop(), replaced)).text, "task stopped: 1 of 1 stopped after 20 s");
    let gone = Watch::new(scale(3), fixtures::ago(20))
        .assess(&fixtures::snapshot("ecs:eu", Vec::new()), fixtures::ago(0));
    assert!(verdict(gone).text.contains("was removed"));
    let mut long = Watch::new(scale(3), fixtures::ago(0) - SignedDuration::from_mins(6));
    let waiting = Service { desired: Some(3), ..orders() };
    assert!(
        matches!(long.assess(&snapshot(waiting), fixtures::ago(0)), WatchState::Waiting(_)),
        "ECS takes minutes"
    );
}
