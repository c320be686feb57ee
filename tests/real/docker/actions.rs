//! Actions on containers of the real engine: each has the effect that its plan describes, and none if the
//! container changed after the plan.

use super::{
    IDLE_SCRIPT,
    lab::{Lab, run_docker},
};
use crate::acting;
use portolan::{
    model::{ActionPermission, Instance, InstanceState, ServiceId},
    operation::{OperationKind, OperationRequest, Plan, PlanRun, RunStop, Verdict},
    source::{Source, docker::Config},
};

/// Returns a lab whose source permits actions.
fn open_lab() -> Option<Lab> {
    Lab::open_with(&Config { actions: ActionPermission::Ask, ..Config::default() })
}

/// Returns the ids of services, in the order of `names`.
async fn ids(lab: &Lab, names: &[&str]) -> Vec<ServiceId> {
    let snapshot = lab.snapshot().await;
    names.iter().map(|name| lab.service(&snapshot, name).id.clone()).collect()
}

/// Plans an operation on services from a fresh reading.
async fn make_plan(lab: &Lab, kind: OperationKind, names: &[&str]) -> Plan {
    let request = OperationRequest::new(kind, ids(lab, names).await).unwrap();
    acting::make_plan(&lab.source, request).await
}

async fn carry_out(lab: &Lab, plan: &Plan) -> PlanRun {
    acting::carry_out(&lab.source, plan).await
}

/// Carries out an operation and watches it until its verdict.
async fn act(lab: &Lab, kind: OperationKind, names: &[&str]) -> Verdict {
    acting::act(&lab.source, make_plan(lab, kind, names).await).await
}

async fn state(lab: &Lab, name: &str) -> InstanceState {
    lab.service(&lab.snapshot().await, name).instances[0].state
}

#[tokio::test]
async fn each_action_does_what_its_plan_says() {
    let Some(lab) = open_lab() else { return };
    let id = lab.run("web", &[], IDLE_SCRIPT);
    let began = lab.wait_for_instance("web", |i| i.state == InstanceState::Running).await.started;
    let verdict = act(&lab, OperationKind::Restart, &["web"]).await;
    assert!(verdict.is_as_planned && verdict.text.starts_with("restarted: 1 of 1 healthy"), "{verdict:?}");
    assert!(lab.wait_for_instance("web", |_| true).await.started > began);
    for (kind, state_after) in [
        (OperationKind::Pause, InstanceState::Paused),
        (OperationKind::Unpause, InstanceState::Running),
        (OperationKind::Stop, InstanceState::Stopped),
        (OperationKind::Start, InstanceState::Running),
        (OperationKind::Kill, InstanceState::Stopped),
    ] {
        let plan = make_plan(&lab, kind, &["web"]).await;
        let command = plan.steps[0].change.equivalent_command(&plan.place);
        let engine = &plan.place.location;
        assert_eq!(command, format!("docker -H {engine} {} {}", kind.spec().id, lab.full_name("web")));
        let verdict = act(&lab, kind, &["web"]).await;
        assert!(verdict.is_as_planned, "{kind:?}: {verdict:?}");
        assert_eq!(state(&lab, "web").await, state_after, "{kind:?}");
    }
    let code = run_docker(&["inspect", &id, "--format", "{{.State.ExitCode}}"]);
    assert_eq!(code, "137", "killed by SIGKILL");
}

#[tokio::test]
async fn a_service_that_crashes_after_its_restart_is_reported() {
    let Some(lab) = open_lab() else { return };
    lab.run("bad", &[], "exit 3");
    lab.wait_for_instance("bad", |i| i.state == InstanceState::Failed).await;
    let verdict = act(&lab, OperationKind::Start, &["bad"]).await;
    assert!(!verdict.is_as_planned && verdict.text.contains("exited with code 3"), "{verdict:?}");
}

/// A restart by hand resets the engine's count of restarts, and the list of containers says `running` before
/// and after each crash.
#[tokio::test]
async fn a_container_in_a_crash_loop_is_not_called_healthy_after_its_restart() {
    let Some(lab) = open_lab() else { return };
    lab.run("loop", &["--restart", "always"], "busybox sleep 2; exit 3");
    lab.wait_for_instance("loop", |i| i.restarts > 0).await;
    let verdict = act(&lab, OperationKind::Restart, &["loop"]).await;
    assert!(!verdict.is_as_planned && verdict.text.contains("restarted, and not healthy"), "{verdict:?}");
}

#[tokio::test]
async fn a_project_restarts_with_callers_last() {
    let Some(lab) = open_lab() else { return };
    let network = lab.network("net");
    let project = format!("com.docker.compose.project={}", lab.name);
    for (name, callee) in [("web", "API=http://api:80"), ("api", "DB=postgres://db:5432"), ("db", "NONE=1")] {
        let service = format!("com.docker.compose.service={name}");
        let options =
            ["--network", &network, "--network-alias", name, "--label", &project, "--label", &service];
        lab.run(name, &[&options[..], &["-e", callee]].concat(), IDLE_SCRIPT);
    }
    let plan = make_plan(&lab, OperationKind::Restart, &["web", "api", "db"]).await;
    let order: Vec<String> = plan.steps.iter().map(|step| step.name.clone()).collect();
    assert_eq!(order, ["db", "api", "web"].map(|name| lab.full_name(name)));
    assert!(act(&lab, OperationKind::Restart, &["web", "api", "db"]).await.is_as_planned);
    let snapshot = lab.snapshot().await;
    let started = |name: &str| lab.service(&snapshot, name).instances[0].started.unwrap();
    assert!(started("db") < started("api") && started("api") < started("web"));
}

#[tokio::test]
async fn a_change_after_the_plan_refuses_it() {
    let Some(lab) = open_lab() else { return };
    let id = lab.run("web", &[], IDLE_SCRIPT);
    lab.wait_for_instance("web", |i| i.state == InstanceState::Running).await;
    for round in 0..20 {
        let (kind, meddle): (_, [&str; 2]) = if round % 2 == 0 {
            (OperationKind::Stop, ["pause", &id])
        } else {
            (OperationKind::Unpause, ["unpause", &id])
        };
        let plan = make_plan(&lab, kind, &["web"]).await;
        run_docker(&meddle);
        let run = carry_out(&lab, &plan).await;
        assert!(matches!(run.stopped_by, Some(RunStop::Refused(_))), "{round}: {run:?}");
        assert!(run.sent.is_empty(), "{round}: {run:?}");
    }
    let restarted = make_plan(&lab, OperationKind::Restart, &["web"]).await;
    run_docker(&["restart", "-t", "1", &id]);
    let run = carry_out(&lab, &restarted).await;
    assert!(matches!(run.stopped_by, Some(RunStop::Refused(_))), "two people at once: {run:?}");
    let gone = make_plan(&lab, OperationKind::Stop, &["web"]).await;
    run_docker(&["rm", "-f", &id]);
    let run = carry_out(&lab, &gone).await;
    assert!(matches!(run.stopped_by, Some(RunStop::Refused(_))), "{run:?}");
}

#[tokio::test]
async fn a_crash_loop_blocks_no_plan_and_a_removed_container_is_announced() {
    let Some(lab) = open_lab() else { return };
    lab.run("loop", &["--restart", "always"], "busybox sleep 0.3; exit 7");
    lab.wait_for_instance("loop", |i: &Instance| i.restarts >= 2).await;
    let verdict = act(&lab, OperationKind::Stop, &["loop"]).await;
    assert!(verdict.is_as_planned, "{verdict:?}");
    lab.run("brief", &["--rm"], IDLE_SCRIPT);
    let plan = make_plan(&lab, OperationKind::Stop, &["brief"]).await;
    assert!(plan.cautions.iter().any(|caution| caution.text.contains("--rm")), "{:?}", plan.cautions);
    let run = carry_out(&lab, &plan).await;
    assert_eq!(run.stopped_by, None);
}

#[tokio::test]
async fn a_source_without_permission_has_no_operator() {
    let Some(lab) = Lab::open() else { return };
    assert!(lab.source.operator().is_none());
    assert_eq!(lab.source.permission(), ActionPermission::Off);
}
