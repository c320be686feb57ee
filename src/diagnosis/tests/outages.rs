//! Tests of the findings about instances that stopped, fail or are missing.

use super::*;

#[test]
fn a_healthy_estate_has_none() {
    let stopped = Instance { state: InstanceState::Stopped, ..instance("job") };
    assert_eq!(finding_lines(vec![service("web"), service_with("job", vec![stopped])]), Vec::<String>::new());
}

#[test]
fn an_end_with_an_error_is_told_with_its_signal() {
    assert_eq!(
        finding_lines(vec![service_with("web", vec![failed_instance("web-1", 139)])]),
        ["stopped-with-error critical container web-1 stopped: exit code 139 (SIGSEGV)"]
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
        ["unhealthy critical health check failing on 1 container; 0 of 1 serving: connection refused"]
    );
    assert_eq!(
        finding_lines(vec![service_with("web", vec![sick, replaced, instance("web-2")])]),
        ["unhealthy warning health check failing on 1 container; 1 of 3 serving: connection refused"]
    );
}

#[test]
fn too_few_running_counts_what_is_wanted() {
    let service = Service { desired: Some(3), ..service("web") };
    assert_eq!(finding_lines(vec![service]), ["too-few-running warning 1 of 3 running"]);
}

#[test]
fn what_ended_them_has_a_name() {
    let kinds = [
        (InstanceState::Failed, ExitCause::ImagePullFailed, "image-missing critical image pull failed"),
        (InstanceState::Failed, ExitCause::PortInUse, "cannot-start critical published port already in use"),
        (InstanceState::Failed, ExitCause::NetworkMissing, "cannot-start critical network missing"),
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
        all.replace_snapshot(std::sync::Arc::new(snapshot));
        findings_of(&all).into_iter().map(|f| format!("{} {}", f.kind, f.reason)).collect::<Vec<_>>()
    };
    let why = "cannot-place task placement failed: no container instance met all of its requirements.";
    let unplaced = event(ago(3_600), EventKind::Placement);
    assert_eq!(told(vec![unplaced.clone()]), [why], "ECS repeats it seldom");
    let started = event(ago(60), EventKind::Start);
    assert_eq!(told(vec![unplaced, started]), ["too-few-running 1 of 2 running"]);
}
