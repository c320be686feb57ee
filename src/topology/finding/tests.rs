//! Findings on small estates, by kind.

use super::{Evidence, findings};
use crate::{
    model::{sample::*, *},
    topology::{infer, rejected},
};

/// What is found, as `kind severity reason`.
fn found(services: Vec<Service>) -> Vec<String> {
    all(services).into_iter().map(|f| format!("{} {} {}", f.kind, f.severity.word(), f.reason)).collect()
}

fn all(services: Vec<Service>) -> Vec<Finding> {
    of(&inventory(services))
}

fn of(inventory: &Inventory) -> Vec<Finding> {
    let topology = infer(inventory);
    let rejected = rejected(inventory, &topology);
    findings(&Evidence { inventory, topology: &topology, rejected: &rejected, sources: &[], now: ago(0) })
}

/// The service with those instances.
fn with(name: &str, instances: Vec<Instance>) -> Service {
    Service { instances, ..service(name) }
}

#[test]
fn a_healthy_estate_has_none() {
    let stopped = Instance { state: State::Stopped, ..instance("job") };
    assert_eq!(found(vec![service("web"), with("job", vec![stopped])]), Vec::<String>::new());
}

#[test]
fn an_end_with_an_error_is_told_with_its_signal() {
    assert_eq!(
        found(vec![with("web", vec![failed("web-1", 139)])]),
        ["stopped-with-error critical web-1 stopped: exit code 139 (SIGSEGV)"]
    );
}

#[test]
fn a_restarting_container_is_a_crash_loop() {
    let looping = Instance { state: State::Restarting, restarts: 7, ..failed("web-1", 1) };
    assert_eq!(
        found(vec![with("web", vec![looping])]),
        ["crash-loop critical crash loop: exit code 1; 7 restarts"]
    );
}

#[test]
fn out_of_memory_speaks_for_the_crash_loop_it_makes() {
    let mut killed = failed("web-1", 137);
    killed.state = State::Restarting;
    killed.exit = killed.exit.map(|exit| Exit { out_of_memory: true, ..exit });
    assert_eq!(
        found(vec![with("web", vec![killed])]),
        ["out-of-memory critical killed for want of memory, exit code 137"]
    );
}

#[test]
fn a_failing_check_is_told_with_its_output() {
    let check = Check::Unhealthy { output: Some("connection refused\n".to_owned()) };
    let sick = Instance { check: check.clone(), ..instance("web-1") };
    let replaced = Instance { check, ..failed("web-0", 143) };
    assert_eq!(
        found(vec![with("web", vec![sick.clone()])]),
        ["unhealthy critical health check fails on 1 of 1 running: connection refused"]
    );
    assert_eq!(
        found(vec![with("web", vec![sick, replaced, instance("web-2")])]),
        ["unhealthy warning health check fails on 1 of 2 running, 1 replaced for that: connection refused"]
    );
}

#[test]
fn too_few_running_counts_what_is_wanted() {
    let service = Service { desired: Some(3), ..service("web") };
    assert_eq!(found(vec![service]), ["too-few-running warning 1 of 3 running"]);
}

#[test]
fn a_deployment_is_stuck_when_it_goes_on_too_long() {
    let deployment = |created| Deployment {
        id: "d".to_owned(),
        version: "web:2".to_owned(),
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
    assert_eq!(found(vec![service(60)]), Vec::<String>::new());
    assert_eq!(
        found(vec![service(1_200)]),
        ["deployment-stuck warning deployment of web:2 in progress for 20 min: 1 of 2 running"]
    );
}

#[test]
fn a_cause_is_the_deepest_failing_thing_below() {
    let calls = |name: &str, target: &str, instances| Service {
        mentions: vec![mention("TARGET_URL", Address::name(target).with_port(80))],
        ..with(name, instances)
    };
    let estate = vec![
        calls("web", "api", vec![failed("web-1", 1)]),
        calls("api", "db", vec![failed("api-1", 1)]),
        with("db", vec![failed("db-1", 1)]),
    ];
    let cause = |name: &str| {
        let all = all(estate.clone());
        all.into_iter().find(|f| f.service == format!("shop/{name}")).and_then(|f| f.cause)
    };
    assert!(cause("web").is_some_and(|c| c.contains("shop/db")));
    assert!(cause("api").is_some_and(|c| c.contains("shop/db")));
    assert_eq!(cause("db"), None);
}

#[test]
fn a_name_that_nobody_answers_to_is_dangling() {
    let mut web = service("web");
    web.mentions = vec![mention("CACHE_URL", Address::name("cache").with_port(6379))];
    assert_eq!(
        found(vec![web]),
        ["dangling-reference info CACHE_URL names cache:6379, and nothing here answers to that"]
    );
}

#[test]
fn drift_is_one_line_for_a_service_and_only_worth_knowing() {
    let mut web = service("web");
    web.mentions = ["db", "cache"].map(|name| mention(name, Address::name(name).with_port(80))).to_vec();
    let estate = vec![web, service("db"), service("cache"), service("queue"), service("mail")];
    let flows = ["queue", "mail"].map(|to| flow("web", to, Verdict::Accepted, 60)).to_vec();
    let watched = [("web", 900), ("db", 900), ("cache", 800)];
    let all = of(&seeing(estate, flows, &watched));
    let told: Vec<_> = all.iter().map(|f| format!("{} {} {}", f.kind, f.severity.word(), f.reason)).collect();
    assert_eq!(
        told,
        [
            "undeclared-call info was seen to call shop/mail and shop/queue, and nothing declares that",
            "never-observed info is configured to call shop/cache and shop/db; both ends are watched, and no call was \
             seen",
        ]
    );
    assert_eq!(all[1].since, Some(ago(900)));
}

#[test]
fn a_connection_that_is_rejected_now_is_a_warning() {
    let rejected = |seconds| {
        let flows = vec![flow("web", "db", Verdict::Rejected, seconds)];
        let all = of(&seeing(vec![service("web"), service("db")], flows, &[]));
        all.into_iter().map(|f| format!("{} {} {}", f.kind, f.severity.word(), f.reason)).collect::<Vec<_>>()
    };
    assert_eq!(rejected(60), ["rejected-flow warning its connections to shop/db:5432 are rejected"]);
    assert_eq!(rejected(3_600), Vec::<String>::new(), "nobody tries any more");
}

#[test]
fn many_names_are_cut_short() {
    let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    assert_eq!(super::listed(&names[..1]), "0");
    assert_eq!(super::listed(&names[..3]), "0, 1 and 2");
    assert_eq!(super::listed(&names), "0, 1, 2, 3, 4, 5, 6, 7 and 2 more");
}
