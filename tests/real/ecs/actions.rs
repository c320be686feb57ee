//! Actions on ECS services in the emulator: each has the effect that its plan describes, and none if the
//! service changed after the plan.

use super::{emulator_endpoint, poll_until, service};
use crate::{
    acting::{act, carry_out, make_plan, try_plan},
    fault_proxy::{Fault, FaultProxy},
};
use portolan::{
    model::{ActionPermission, Instance, InstanceState, Service, ServiceId, Snapshot, Timestamp},
    operation::{OperationGoal, OperationKind, OperationRequest, RunStop, Watch, WatchState},
    source::ecs::{Config, Ecs},
};

/// Cluster whose services only these tests change. Each test has a separate service.
const CLUSTER: &str = "slipway";

fn acting_source(proxy: &FaultProxy) -> Ecs {
    let clusters = vec![CLUSTER.to_owned()];
    proxy.source_with(Config { clusters, actions: ActionPermission::Ask, ..Config::default() })
}

fn request(kind: OperationKind, name: &str) -> OperationRequest {
    let id = ServiceId::new(format!("ecs:us-east-1/{CLUSTER}/{name}"));
    OperationRequest::new(kind, [id]).unwrap()
}

fn scale(name: &str, count: u32) -> OperationRequest {
    request(OperationKind::Scale, name).with_goal(Some(OperationGoal::Count(count)))
}

/// Waits until the service runs as many tasks as desired, and returns it.
async fn settled(source: &Ecs, name: &str) -> Service {
    let is_settled = |service: &Service| {
        service.desired == u32::try_from(service.running()).ok() && !service.is_deploying()
    };
    let snapshot = poll_until(source, |snapshot| is_settled(service(snapshot, CLUSTER, name))).await;
    service(&snapshot, CLUSTER, name).clone()
}

fn running(service: &Service) -> Vec<&Instance> {
    service.instances.iter().filter(|task| task.state == InstanceState::Running).collect()
}

#[tokio::test]
async fn a_restart_replaces_the_tasks() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = acting_source(&proxy);
    let before = settled(&source, "refit").await;
    let plan = make_plan(&source, request(OperationKind::Restart, "refit")).await;
    assert!(plan.place.caller.is_some() && plan.place.account.is_some(), "{:?}", plan.place);
    let verdict = act(&source, plan).await;
    assert!(verdict.is_as_planned && verdict.text.contains("1 of 1 healthy"), "{verdict:?}");
    let old = running(&before)[0].id.clone();
    // The poll after the watch may still be one that began before.
    let is_replaced = |service: &Service| {
        let ids: Vec<_> = running(service).iter().map(|task| task.id.clone()).collect();
        ids.len() == 1 && ids[0] != old
    };
    poll_until(&source, |snapshot| is_replaced(service(snapshot, CLUSTER, "refit"))).await;
    assert_eq!(proxy.count("UpdateService"), 1);
}

#[tokio::test]
async fn a_service_is_scaled_and_scaled_back() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = acting_source(&proxy);
    let before = settled(&source, "fleet").await.desired.unwrap();
    let plan = make_plan(&source, scale("fleet", before + 1)).await;
    let undo = plan.undo().unwrap().request;
    let verdict = act(&source, plan).await;
    assert!(verdict.is_as_planned, "{verdict:?}");
    assert_eq!(settled(&source, "fleet").await.desired, Some(before + 1));
    let verdict = act(&source, make_plan(&source, undo).await).await;
    assert!(verdict.is_as_planned, "{verdict:?}");
    assert_eq!(settled(&source, "fleet").await.desired, Some(before));
}

#[tokio::test]
async fn a_stopped_task_keeps_the_reason_and_is_watched_until_it_is_replaced() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = acting_source(&proxy);
    let before = settled(&source, "crew").await;
    let task = running(&before)[0].id.clone();
    let stop = request(OperationKind::StopTask, "crew")
        .with_instances([task.clone()])
        .with_reason(Some("stuck on a lock".into()));
    let plan = make_plan(&source, stop.clone()).await;
    assert_eq!(carry_out(&source, &plan).await.stopped_by, None);
    let mut watch = Watch::new(plan, Timestamp::now());
    let find = |snapshot: &Snapshot| {
        let crew = service(snapshot, CLUSTER, "crew");
        crew.instances.iter().find(|one| one.id == task).cloned()
    };
    let is_over = |one: Instance| matches!(one.state, InstanceState::Stopped | InstanceState::Failed);
    let snapshot = poll_until(&source, |snapshot| find(snapshot).is_some_and(is_over)).await;
    let reason = find(&snapshot).and_then(|one| one.exit?.reason).unwrap();
    assert!(reason.contains("stuck on a lock"), "{reason}");
    let state = watch.assess(&snapshot, Timestamp::now());
    assert!(matches!(state, WatchState::Waiting(_)), "nothing serves yet: {state:?}");
    let again = try_plan(&source, stop).await.unwrap_err();
    assert!(again.reason.contains("stop-task has nothing to do"), "{again:?}");
    // Unlike AWS, the emulator starts no other task by itself.
    assert!(
        act(&source, make_plan(&source, request(OperationKind::Restart, "crew")).await).await.is_as_planned
    );
    let snapshot = poll_until(&source, |snapshot| service(snapshot, CLUSTER, "crew").running() == 1).await;
    let WatchState::Ended(verdict) = watch.assess(&snapshot, Timestamp::now()) else {
        panic!("not replaced")
    };
    assert!(verdict.is_as_planned, "{verdict:?}");
}

/// Returns the responses of AWS for a service whose last successful deployment had another task definition.
/// The emulator does not implement service deployments.
fn deployment_history(current: &str, earlier: &str) -> [(&'static str, Fault); 2] {
    let family = "arn:aws:ecs:us-east-1:000000000000:task-definition/";
    let deployment = |number: u32| {
        serde_json::json!({ "serviceDeploymentArn": format!("arn:d/{number}"), "status": "SUCCESSFUL",
            "targetServiceRevisionArn": format!("arn:r/{number}"), "createdAt": f64::from(number), "finishedAt": 9.0 })
    };
    let revision = |number: u32, definition: &str| {
        serde_json::json!({ "serviceRevisionArn": format!("arn:r/{number}"),
            "taskDefinition": format!("{family}{definition}") })
    };
    let listed = serde_json::json!({ "serviceDeployments": [deployment(1), deployment(2)] });
    let revisions = serde_json::json!({ "serviceRevisions": [revision(1, earlier), revision(2, current)] });
    [
        ("ListServiceDeployments", Fault::Response(listed.to_string())),
        ("DescribeServiceRevisions", Fault::Response(revisions.to_string())),
    ]
}

#[tokio::test]
async fn a_rollback_deploys_the_last_successful_version_and_can_be_undone() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = acting_source(&proxy);
    let version = |service: &Service| service.deployments[0].version.to_string();
    let current = version(&settled(&source, "keel").await);
    let earlier = if current == "keel:3" { "keel:1" } else { "keel:3" };
    proxy.set_rules(&deployment_history(&current, earlier));
    let plan = make_plan(&source, request(OperationKind::Rollback, "keel")).await;
    assert_eq!((plan.steps[0].from.as_str(), plan.steps[0].to.as_str()), (current.as_str(), earlier));
    let undo = plan.undo().unwrap().request;
    let verdict = act(&source, plan).await;
    assert!(verdict.is_as_planned, "{verdict:?}");
    assert_eq!(version(&settled(&source, "keel").await), earlier);
    let verdict = act(&source, make_plan(&source, undo).await).await;
    assert!(verdict.is_as_planned, "{verdict:?}");
    assert_eq!(version(&settled(&source, "keel").await), current);
}

#[tokio::test]
async fn a_count_that_changed_since_the_plan_refuses_it() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let (proxy, colleague) = (FaultProxy::start(&endpoint).await, FaultProxy::start(&endpoint).await);
    let (source, other) = (acting_source(&proxy), acting_source(&colleague));
    settled(&source, "ferry").await;
    let set_count = async |count| {
        let run = carry_out(&other, &make_plan(&other, scale("ferry", count)).await).await;
        assert_eq!(run.stopped_by, None);
    };
    for round in 0..6 {
        let asked = if round % 2 == 0 { scale("ferry", 7) } else { request(OperationKind::Restart, "ferry") };
        let plan = make_plan(&source, asked).await;
        set_count(0).await;
        let run = carry_out(&source, &plan).await;
        let Some(RunStop::Refused(refusal)) = &run.stopped_by else { panic!("{round}: {run:?}") };
        assert!(refusal.reason.contains("the desired count of slipway/ferry is 0, not 1"), "{refusal:?}");
        assert!(run.sent.is_empty(), "{round}: {run:?}");
        set_count(1).await;
    }
    assert_eq!(proxy.count("UpdateService"), 0);
}

#[tokio::test]
async fn a_denied_call_names_the_permission_and_no_call_is_repeated() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = acting_source(&proxy);
    settled(&source, "raft").await;
    let plan = make_plan(&source, request(OperationKind::Restart, "raft")).await;
    for (fault, remedy) in [
        (Fault::Error(400, "AccessDeniedException"), "allow ecs:UpdateService to this user or role"),
        (Fault::Error(500, "ServerException"), "AWS may have carried it out all the same"),
        (Fault::Reset, "AWS may have carried it out all the same"),
    ] {
        let before = proxy.count("UpdateService");
        proxy.set_rules(&[("UpdateService", fault.clone())]);
        let run = carry_out(&source, &plan).await;
        let Some(RunStop::Failed(failure)) = &run.stopped_by else { panic!("{fault:?}: {run:?}") };
        assert!(failure.remedy.contains(remedy), "{fault:?}: {failure:?}");
        assert_eq!(proxy.count("UpdateService") - before, 1, "{fault:?}");
    }
}
