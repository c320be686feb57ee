//! Tests of the findings on small inventories, by kind.

use super::{OutageTracker, RuleContext, RuleInput, fault_roles, findings};
use crate::{
    model::{fixtures::*, *},
    topology::{Counterpart, Topology, failed_connections, infer},
};
use std::collections::BTreeMap;

/// An empty map of counterparts.
static NO_COUNTERPARTS: BTreeMap<NodeId, Vec<Counterpart>> = BTreeMap::new();

/// Returns the input of the rules with services and calls, and nothing else.
pub(super) fn rule_input<'a>(inventory: &'a Inventory, topology: &'a Topology) -> RuleInput<'a> {
    RuleInput {
        inventory,
        topology,
        failed_connections: &[],
        counterparts: &NO_COUNTERPARTS,
        sources: &[],
        log_signals: &[],
    }
}

/// Returns the findings on `services` as `kind severity reason`.
fn finding_lines(services: Vec<Service>) -> Vec<String> {
    findings_of_services(services)
        .into_iter()
        .map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason))
        .collect()
}

fn findings_of_services(services: Vec<Service>) -> Vec<Finding> {
    findings_of(&inventory(services))
}

/// Returns the findings on `services` after `events`, as `kind severity reason`.
pub(super) fn finding_lines_with_events(services: Vec<Service>, events: Vec<Event>) -> Vec<String> {
    let mut snapshot = snapshot("docker", services);
    snapshot.events = events;
    let mut inventory = Inventory::default();
    inventory.replace(std::sync::Arc::new(snapshot));
    findings_of(&inventory)
        .into_iter()
        .map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason))
        .collect()
}

pub(super) fn findings_of(inventory: &Inventory) -> Vec<Finding> {
    let topology = infer(inventory);
    let rejected = failed_connections(inventory, &topology);
    let estate = RuleInput { failed_connections: &rejected, ..rule_input(inventory, &topology) };
    findings(&RuleContext::new(estate, OutageTracker::default(), ago(0)))
}

/// Returns the service `name` with `instances`.
fn service_with(name: &str, instances: Vec<Instance>) -> Service {
    Service { instances, ..service(name) }
}

#[test]
fn a_healthy_estate_has_none() {
    let stopped = Instance { state: InstanceState::Stopped, ..instance("job") };
    assert_eq!(finding_lines(vec![service("web"), service_with("job", vec![stopped])]), Vec::<String>::new());
}

#[test]
fn an_end_with_an_error_is_told_with_its_signal() {
    assert_eq!(
        finding_lines(vec![service_with("web", vec![failed_instance("web-1", 139)])]),
        ["stopped-with-error critical web-1 stopped: exit code 139 (SIGSEGV)"]
    );
}

#[test]
fn a_restarting_container_is_a_crash_loop() {
    let looping = Instance {
        state: InstanceState::Restarting,
        restarts: 7,
        started: Some(ago(62)),
        ..failed_instance("web-1", 1)
    };
    assert_eq!(
        finding_lines(vec![service_with("web", vec![looping.clone()])]),
        ["crash-loop critical crash loop: exit code 1; 7 restarts"]
    );
    let long = Instance { started: Some(ago(30 * 86_400)), ..looping };
    assert_eq!(
        finding_lines(vec![service_with("web", vec![long])]),
        Vec::<String>::new(),
        "one end after a month"
    );
}

#[test]
fn out_of_memory_speaks_for_the_crash_loop_it_makes() {
    let mut killed = failed_instance("web-1", 137);
    killed.state = InstanceState::Restarting;
    killed.exit = killed.exit.map(|exit| Exit { cause: ExitCause::OutOfMemory, ..exit });
    assert_eq!(
        finding_lines(vec![service_with("web", vec![killed])]),
        ["out-of-memory critical out of memory: killed, exit code 137"]
    );
}

#[test]
fn a_failing_check_is_told_with_its_output() {
    let check = HealthCheckStatus::Unhealthy { output: Some("connection refused\n".into()), since: None };
    let sick = Instance { health_check: check.clone(), ..instance("web-1") };
    let replaced = Instance { health_check: check, ..failed_instance("web-0", 143) };
    assert_eq!(
        finding_lines(vec![service_with("web", vec![sick.clone()])]),
        ["unhealthy critical health check failing, 0 of 1 serving: connection refused"]
    );
    assert_eq!(
        finding_lines(vec![service_with("web", vec![sick, replaced, instance("web-2")])]),
        ["unhealthy warning health check failing, 1 of 3 serving: connection refused"]
    );
}

#[test]
fn too_few_running_counts_what_is_wanted() {
    let service = Service { desired: Some(3), ..service("web") };
    assert_eq!(finding_lines(vec![service]), ["too-few-running warning 1 of 3 running"]);
}

#[test]
fn a_deployment_is_stuck_when_it_goes_on_too_long() {
    let deployment = |created| Deployment {
        id: "d".into(),
        version: "web:2".into(),
        rollout: Rollout::InProgress,
        reason: None,
        desired: 2,
        running: 1,
        failed: 0,
        created: Some(ago(created)),
        updated: None,
        previous: None,
        changes: Vec::new(),
    };
    let service = |created| Service { deployments: vec![deployment(created)], ..service("web") };
    assert_eq!(finding_lines(vec![service(60)]), Vec::<String>::new());
    assert_eq!(
        finding_lines(vec![service(1_200)]),
        ["deployment-stuck warning deployment of web:2 is still in progress: 1 of 2 running"]
    );
}

#[test]
fn a_cause_is_the_deepest_failing_thing_below() {
    let calls = |name: &str, target: &str, instances| Service {
        references: vec![reference("TARGET_URL", Address::from_host_name(target).with_port(80))],
        ..service_with(name, instances)
    };
    let estate = vec![
        calls("web", "api", vec![failed_instance("web-1", 1)]),
        calls("api", "db", vec![failed_instance("api-1", 1)]),
        service_with("db", vec![failed_instance("db-1", 1)]),
    ];
    let cause = |name: &str| -> Option<String> {
        let all = findings_of_services(estate.clone());
        all.into_iter()
            .find(|f| f.subject == format!("shop/{name}"))
            .and_then(|f| f.suspects.into_iter().next())
            .map(|suspect| suspect.description)
            .map(Into::into)
    };
    assert!(cause("web").is_some_and(|c| c.contains("shop/db")));
    assert!(cause("api").is_some_and(|c| c.contains("shop/db")));
    assert_eq!(cause("db"), None);
}

/// Returns services in a chain: each calls the next.
fn service_chain(names: &[&str]) -> Vec<Service> {
    let calling = |(name, next): (&&str, &&str)| Service {
        references: vec![reference("TARGET_URL", Address::from_host_name(next).with_port(80))],
        ..service(name)
    };
    let mut row: Vec<Service> = names.iter().zip(&names[1..]).map(calling).collect();
    row.extend(names.last().map(|name| service(name)));
    row
}

fn exited_instance(name: &str, state: InstanceState, ending: ExitCause, code: i64) -> Instance {
    let exit = Exit { code: Some(code), cause: ending, reason: None, at: Some(ago(60)) };
    Instance { state, exit: Some(exit), ..instance(name) }
}

#[test]
fn of_a_row_of_five_the_stopped_last_is_the_cause_and_four_are_affected() {
    let mut estate = service_chain(&["a", "b", "c", "d", "e"]);
    estate[4].instances = vec![exited_instance("e-1", InstanceState::Stopped, ExitCause::StopRequested, 143)];
    let inventory = inventory(estate);
    let topology = infer(&inventory);
    let context = RuleContext::new(rule_input(&inventory, &topology), OutageTracker::default(), ago(0));
    let all = findings(&context);
    let told: Vec<_> = all.iter().map(|f| format!("{} {} {}", f.subject, f.kind, f.reason)).collect();
    assert_eq!(told, ["shop/e stopped stopped on request, exit code 143, but shop/d calls it"]);
    assert_eq!(all[0].impact.summary().as_deref(), Some("shop/d and 3 more, entry point shop/a"));
    let roles: Vec<_> =
        fault_roles(&context, &all).into_iter().map(|(id, r)| format!("{id} {}", r.role.as_str())).collect();
    let expected = ["a affected", "b affected", "c affected", "d affected", "e cause"];
    assert_eq!(roles, expected.map(|end| format!("docker/shop/{end}")));
}

#[test]
fn who_breaks_behind_a_broken_one_is_a_victim() {
    let mut estate = service_chain(&["a", "b", "c"]);
    estate[1].instances = vec![failed_instance("b-1", 1)];
    estate[2].instances = vec![exited_instance("c-1", InstanceState::Failed, ExitCause::OutOfMemory, 137)];
    let inventory = inventory(estate);
    let topology = infer(&inventory);
    let context = RuleContext::new(rule_input(&inventory, &topology), OutageTracker::default(), ago(0));
    let all = findings(&context);
    assert_eq!(all[0].subject, "shop/c", "what explains itself comes first");
    let words = &all[1].suspects[0].description;
    let expected = "possibly shop/c, which it calls: out of memory: killed, exit code 137";
    assert_eq!((all[1].subject.as_str(), words.as_str()), ("shop/b", expected));
    let roles: Vec<_> = fault_roles(&context, &all).values().map(|involved| involved.role.as_str()).collect();
    assert_eq!(roles, ["affected", "victim", "cause"]);
}

#[test]
fn what_ended_them_has_a_name() {
    let kinds = [
        (InstanceState::Failed, ExitCause::ImagePullFailed, "image-missing critical image pull failed"),
        (InstanceState::Failed, ExitCause::PortInUse, "cannot-start critical published port already in use"),
        (InstanceState::Failed, ExitCause::VolumeMountFailed, "cannot-start critical volume mount failed"),
        (
            InstanceState::Failed,
            ExitCause::RestartsExhausted,
            "restarts-exhausted critical restart limit reached after 0 restarts: exit code 1",
        ),
        (InstanceState::Stopped, ExitCause::StopRequested, "stopped info stopped on request, exit code 1"),
        (InstanceState::Paused, ExitCause::ProcessExited, "paused critical web-1 is paused"),
    ];
    for (state, ending, told) in kinds {
        assert_eq!(
            finding_lines(vec![service_with("web", vec![exited_instance("web-1", state, ending, 1)])]),
            [told]
        );
    }
}

#[test]
fn a_job_that_is_done_is_no_finding_until_somebody_calls_it() {
    let done = || exited_instance("job-1", InstanceState::Stopped, ExitCause::ProcessExited, 0);
    assert_eq!(finding_lines(vec![service_with("job", vec![done()])]), Vec::<String>::new());
    let mut estate = service_chain(&["web", "job"]);
    estate[1].instances = vec![done()];
    assert_eq!(finding_lines(estate), ["stopped critical exited: exit code 0, but shop/web calls it"]);
    let killed = exited_instance("job-1", InstanceState::Stopped, ExitCause::KilledBySignal, 137);
    let told =
        "stopped info exited: exit code 137 (SIGKILL), stopped externally or out of memory (unknown which)";
    assert_eq!(finding_lines(vec![service_with("job", vec![killed])]), [told]);
}

#[test]
fn many_ends_at_one_moment_are_a_storm() {
    let estate = ["a", "b", "c", "d"].map(|name| service_with(name, vec![failed_instance(name, 1)]));
    let all = findings_of_services(estate.to_vec());
    let storm = all.iter().find(|f| f.kind == "restart-storm").map(|f| f.reason.as_str());
    assert_eq!(storm, Some("4 services failed within 1 s: a, b, c and d"));
    assert!(!self::findings_of_services(estate[..3].to_vec()).iter().any(|f| f.kind == "restart-storm"));
}

#[test]
fn rings_are_found_however_long() {
    let mut estate = service_chain(&["a", "b", "c"]);
    estate[2].references = vec![reference("BACK_URL", Address::from_host_name("a").with_port(80))];
    let told = finding_lines(estate);
    let expected = "dependency-ring info shop/a, shop/b and shop/c call each other in a cycle: if one hangs, \
                    all may hang";
    assert_eq!(told, [expected]);
}

#[test]
fn one_copy_on_which_many_depend_is_worth_a_word() {
    let mut estate = service_chain(&["a", "b", "c", "d", "e", "db"]);
    estate[5].desired = Some(1);
    assert_eq!(
        finding_lines(estate.clone()),
        ["single-point info single instance, and 5 services depend on it"]
    );
    estate[5].desired = Some(2);
    estate[5].instances.push(instance("db-2"));
    assert_eq!(finding_lines(estate), Vec::<String>::new());
}

#[test]
fn versions_side_by_side_are_told_once_nothing_is_deployed() {
    let on = |name: &str, version: &str| Instance { version: Some(version.into()), ..instance(name) };
    let estate = service_with("web", vec![on("web-1", "1"), on("web-2", "2"), on("web-3", "2")]);
    assert_eq!(finding_lines(vec![estate]), ["version-skew info 2 versions running: 1 on 1 and 2 on 2"]);
}

#[test]
fn a_rollback_names_both_versions() {
    let deployment = |version: &str, rollout, reason: Option<&str>| Deployment {
        id: version.into(),
        version: version.into(),
        rollout,
        reason: reason.map(Into::into),
        desired: 1,
        running: 1,
        failed: 0,
        created: Some(ago(300)),
        updated: Some(ago(200)),
        previous: None,
        changes: Vec::new(),
    };
    let deployments = vec![
        deployment("web:1", Rollout::Completed, None),
        deployment("web:2", Rollout::Failed, Some("ECS deployment circuit breaker: tasks failed to start.")),
    ];
    let web = Service { deployments, ..service("web") };
    let told = "deployment-rolled-back warning deployment of web:2 failed and was rolled back to web:1: ECS deployment \
                circuit breaker: tasks failed to start.";
    assert_eq!(finding_lines(vec![web]), [told]);
}

#[test]
fn a_task_without_a_place_is_told_in_ecs_own_words() {
    let mut web = service("web");
    web.desired = Some(2);
    let text =
        "(service web) was unable to place a task because no container instance met all of its requirements.";
    let event = |at, kind| Event { at, service: web.id.clone(), instance: None, kind, text: text.into() };
    let told = |events| {
        let mut all = inventory(vec![web.clone()]);
        let mut snapshot = all.snapshots().next().unwrap().clone();
        snapshot.events = events;
        all.replace(std::sync::Arc::new(snapshot));
        findings_of(&all).into_iter().map(|f| format!("{} {}", f.kind, f.reason)).collect::<Vec<_>>()
    };
    let why = "cannot-place task placement failed: no container instance met all of its requirements.";
    let unplaced = event(ago(3_600), EventKind::Placement);
    assert_eq!(told(vec![unplaced.clone()]), [why], "ECS repeats it seldom");
    let started = event(ago(60), EventKind::Start);
    assert_eq!(told(vec![unplaced, started]), ["too-few-running 1 of 2 running"]);
}

#[test]
fn a_first_version_that_fails_is_told_as_that() {
    let deployed = |version: &str, rollout| Deployment {
        id: "d".into(),
        version: version.into(),
        rollout,
        reason: None,
        desired: 1,
        running: 0,
        failed: 0,
        created: Some(ago(240)),
        updated: None,
        previous: None,
        changes: Vec::new(),
    };
    let deployment = |version| deployed(version, Rollout::InProgress);
    let cause = |deployments| {
        let web = Service { deployments, ..service_with("web", vec![failed_instance("web-1", 1)]) };
        findings_of_services(vec![web])[0].suspects.first().map(|suspect| suspect.description.clone())
    };
    let first = "possibly never worked: web:1 is the first version";
    assert_eq!(cause(vec![deployment("web:1")]).as_deref(), Some(first));
    let changed = "possibly the deployment of web:7, 3 min earlier";
    assert_eq!(cause(vec![deployment("web:7")]).as_deref(), Some(changed), "something may have run before");
    let worked = cause(vec![deployed("web:1", Rollout::Completed)]);
    assert_eq!(worked.as_deref(), Some("possibly the deployment of web:1, 3 min earlier"), "it has worked");
}

#[test]
fn a_name_that_nobody_answers_to_is_dangling() {
    let mut web = service("web");
    web.references = vec![reference("CACHE_URL", Address::from_host_name("cache").with_port(6379))];
    assert_eq!(
        finding_lines(vec![web]),
        ["dangling-reference info CACHE_URL names cache:6379, but no known service has this address"]
    );
}

#[test]
fn drift_is_one_line_for_a_service_and_only_worth_knowing() {
    let mut web = service("web");
    web.references =
        ["db", "cache"].map(|name| reference(name, Address::from_host_name(name).with_port(80))).to_vec();
    let estate = vec![web, service("db"), service("cache"), service("queue"), service("mail")];
    let flows =
        ["queue", "mail"].map(|to| observed_connection("web", to, ConnectionOutcome::Accepted, 60)).to_vec();
    let watched = [("web", 900), ("db", 900), ("cache", 800)];
    let all = findings_of(&inventory_with_connections(estate, flows, &watched));
    let told: Vec<_> =
        all.iter().map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason)).collect();
    assert_eq!(
        told,
        [
            "undeclared-call info observed calls to shop/mail and shop/queue, but no configuration declares \
             them",
            "never-observed info configured to call shop/cache and shop/db; both ends are monitored, but no \
             call was observed",
        ]
    );
    assert_eq!(all[1].since, Some(ago(900)));
}

#[test]
fn a_connection_that_is_rejected_now_is_a_warning() {
    let rejected = |seconds| {
        let flows = vec![observed_connection("web", "db", ConnectionOutcome::Rejected, seconds)];
        let all = findings_of(&inventory_with_connections(vec![service("web"), service("db")], flows, &[]));
        all.into_iter()
            .map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason))
            .collect::<Vec<_>>()
    };
    assert_eq!(rejected(60), ["rejected-flow warning connections to shop/db:5432 are rejected"]);
    assert_eq!(rejected(3_600), Vec::<String>::new(), "nobody tries any more");
}

#[test]
fn many_names_are_cut_short() {
    let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    assert_eq!(super::join_names(&names[..1]), "0");
    assert_eq!(super::join_names(&names[..3]), "0, 1 and 2");
    assert_eq!(super::join_names(&names), "0, 1, 2, 3, 4, 5, 6, 7 and 2 more");
}
