//! False alarm test: a healthy estate runs for a simulated hour and must raise no finding. It goes through
//! deployments, scaling, recreated containers, finished jobs and slow health checks.

use crate::estate::{ServiceBuilder, now, service, snapshot, source_status};
use portolan::{
    model::{
        Deployment, Event, EventKind, Exit, ExitCause, HealthCheckStatus, Instance, InstanceId,
        InstanceState, Inventory, RolloutState, Service, Severity, Snapshot, Timestamp,
    },
    store::Store,
};
use std::sync::Arc;

/// Interval between two polls of a source, in seconds.
const POLL_INTERVAL_SECONDS: i64 = 10;

/// Length of the simulation, in seconds.
const SIMULATED_SECONDS: i64 = 3_600;

/// Period of the simulated changes of each service, in seconds.
const CHANGE_PERIOD_SECONDS: i64 = 1_200;

fn time_at(second: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + second).unwrap()
}

/// Returns instance `number` of `service` in `state`, started at second `began`.
fn instance_of(service: &Service, number: usize, began: i64, state: InstanceState) -> Instance {
    let mut one = service.instances[0].clone();
    one.id = InstanceId::new(format!("{}-{number}", one.id));
    (one.name, one.started, one.state) =
        (format!("{}-{number}", service.name).into(), Some(time_at(began)), state);
    if state == InstanceState::Stopped {
        let reason = Some("Scaling activity initiated by (deployment ecs-svc/1)".into());
        one.exit = Some(Exit {
            code: Some(143),
            cause: ExitCause::StopRequested,
            reason,
            at: Some(time_at(began + 30)),
        });
    }
    one
}

fn deployment(
    service: &str,
    revision: i64,
    second: i64,
    rollout: RolloutState,
    counts: (u32, u32),
) -> Deployment {
    Deployment {
        id: format!("ecs-svc/{revision}").into(),
        version: format!("{service}:{revision}").into(),
        rollout,
        reason: None,
        desired: counts.1,
        running: counts.0,
        failed: 0,
        created: Some(time_at(second)),
        updated: Some(time_at(second)),
        previous: Some(format!("{service}:{}", revision - 1).into()),
        changes: Vec::new(),
    }
}

/// Returns an ECS service at `second` of its cycle. By `number` it scales out and in, deploys by stopping a
/// task first, or stays unchanged.
fn ecs_service_at(number: i64, second: i64) -> Service {
    let name = format!("service-{number:02}");
    let turn = (second + number * 61 + 100) % CHANGE_PERIOD_SECONDS;
    let began = second - turn;
    let plain = service("ecs:eu-west-1", Some("prod"), &name).with_instances(1);
    let old = |n| instance_of(&plain, n, -86_400, InstanceState::Running);
    let (mut wanted, mut copies) = (2, vec![old(1), old(2)]);
    let mut rollout = RolloutState::Completed;
    match (number % 3, turn) {
        // ECS raises the desired count before it lists the new task.
        (0, 0..20) => wanted = 3,
        (0, 20..60) => {
            wanted = 3;
            copies.push(instance_of(&plain, 3, began, InstanceState::Starting));
        }
        (0, 60..600) => {
            wanted = 3;
            copies.push(instance_of(&plain, 3, began, InstanceState::Running));
        }
        (0, 600..660) => copies.push(instance_of(&plain, 3, began + 600, InstanceState::Stopping)),
        (0, _) => copies.push(instance_of(&plain, 3, began + 600, InstanceState::Stopped)),
        // The rollout stops the old task first, so the service runs one task too few for a while.
        (1, 0..20) => {
            (rollout, copies[0].state) = (RolloutState::InProgress, InstanceState::Stopping);
        }
        (1, 20..60) => {
            rollout = RolloutState::InProgress;
            copies[0] = instance_of(&plain, 1, began, InstanceState::Stopped);
            copies.push(instance_of(&plain, 4, began + 20, InstanceState::Starting));
        }
        (1, 60..120) => {
            rollout = RolloutState::InProgress;
            copies = vec![old(2), instance_of(&plain, 4, began + 20, InstanceState::Running)];
            copies.last_mut().unwrap().health_check = HealthCheckStatus::Pending;
        }
        _ => {}
    }
    let mut made = Service { instances: copies, ..plain }.with_desired(wanted);
    if number % 3 == 1 {
        let running = made.instances.iter().filter(|i| i.state == InstanceState::Running).count() as u32;
        made.deployments = vec![deployment(&name, 7, began, rollout, (running, wanted))];
    }
    made.calls("NEXT_URL", &format!("http://service-{:02}:80", (number + 1) % 20))
}

/// Returns a compose service at `second` of its cycle. By `number` it is recreated, runs as a short job, or
/// is restarted by hand.
fn compose_service_at(number: i64, second: i64) -> Service {
    let turn = (second + number * 97 + 100) % CHANGE_PERIOD_SECONDS;
    let began = second - turn;
    let plain = service("docker", Some("shop"), &format!("part-{number}")).with_instances(1);
    let mut one =
        instance_of(&plain, (began / CHANGE_PERIOD_SECONDS) as usize, began, InstanceState::Running);
    one.health_check = HealthCheckStatus::Healthy;
    match (number % 3, turn) {
        (0, 0..10) => (one.state, one.health_check) = (InstanceState::Starting, HealthCheckStatus::Pending),
        (0, 10..40) => one.health_check = HealthCheckStatus::Pending,
        (1, 0..30) => {}
        (1, _) => {
            (one.state, one.health_check) = (InstanceState::Stopped, HealthCheckStatus::None);
            one.exit = Some(Exit {
                code: Some(0),
                cause: ExitCause::ProcessExited,
                reason: None,
                at: Some(time_at(began + 30)),
            });
        }
        // A restart by hand: the engine reports the stop and starts the container in the same second.
        (2, 0..10) => {
            let asked = Exit {
                code: Some(143),
                cause: ExitCause::StopRequested,
                reason: None,
                at: Some(time_at(began)),
            };
            (one.exit, one.health_check) = (Some(asked), HealthCheckStatus::Pending);
        }
        _ => {}
    }
    Service { instances: vec![one], ..plain }
}

/// Returns the start events that the engine reports for `services` at `second`.
fn start_events(services: &[Service], second: i64) -> Vec<Event> {
    let events = services.iter().filter_map(|service| {
        let start = service.instances[0]
            .started
            .filter(|began| began.as_second() >= time_at(second - CHANGE_PERIOD_SECONDS).as_second());
        start.map(|at| Event {
            at,
            service: service.id.clone(),
            instance: Some(service.instances[0].id.clone()),
            kind: EventKind::Start,
            text: format!("{} started", service.instances[0].name).into(),
        })
    });
    events.collect()
}

fn snapshot_at(source: &str, second: i64) -> Snapshot {
    let services: Vec<Service> = match source {
        "docker" => (0..9).map(|number| compose_service_at(number, second)).collect(),
        _ => (0..20).map(|number| ecs_service_at(number, second)).collect(),
    };
    let events = if source == "docker" { start_events(&services, second) } else { Vec::new() };
    Snapshot { taken_at: time_at(second), events, ..snapshot(source, services) }
}

#[test]
fn an_hour_of_a_healthy_estate_raises_no_alarm() {
    const SOURCE_IDS: [&str; 2] = ["docker", "ecs:eu-west-1"];
    let statuses = SOURCE_IDS.map(source_status).to_vec();
    let mut store = Store::new(Inventory::new(Vec::new()), statuses, 1 << 20, time_at(0));
    let mut looks = 0;
    for second in (0..=SIMULATED_SECONDS).step_by(POLL_INTERVAL_SECONDS as usize) {
        for step in 0..POLL_INTERVAL_SECONDS {
            store.world.tick(time_at(second + step - POLL_INTERVAL_SECONDS));
        }
        store.world.now = time_at(second);
        for source in SOURCE_IDS {
            looks += usize::from(store.apply_snapshot(
                &snapshot_at(source, second).source.clone(),
                Ok(snapshot_at(source, second)),
            ));
            let alarms: Vec<_> = store
                .world
                .findings
                .iter()
                .filter(|finding| finding.severity > Severity::Info)
                .map(|finding| format!("{} {} {}", finding.subject, finding.kind, finding.reason))
                .collect();
            assert_eq!(alarms, Vec::<String>::new(), "{source}, {second} s");
        }
    }
    let happened = store.world.history.entries().filter(|entry| entry.kind != EventKind::Finding).count();
    assert!(
        looks > 150 && happened > 150,
        "it was no quiet hour: {looks} looks with news, {happened} events"
    );
}

#[test]
fn the_same_hour_with_one_fault_raises_one() {
    let statuses = vec![source_status("ecs:eu-west-1")];
    let mut store = Store::new(Inventory::new(Vec::new()), statuses, 1 << 20, time_at(0));
    for second in (0..=60).step_by(POLL_INTERVAL_SECONDS as usize) {
        store.world.tick(time_at(second));
        let mut seen = snapshot_at("ecs:eu-west-1", second);
        if second >= 20 {
            let one = &mut Arc::make_mut(&mut seen.services[2]).instances[0];
            one.state = InstanceState::Failed;
            one.exit = Some(Exit { code: Some(1), at: Some(time_at(20)), ..Exit::default() });
        }
        store.apply_snapshot(&seen.source.clone(), Ok(seen));
    }
    let alarms: Vec<_> = store.world.findings.iter().filter(|f| f.severity > Severity::Info).collect();
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    assert_eq!((alarms[0].subject.as_str(), alarms[0].since), ("prod/service-02", Some(time_at(20))));
}

#[test]
fn findings_are_evaluated_every_five_seconds_and_after_each_snapshot() {
    let slow = |began: i64| {
        let mut slow = service("ecs:eu-west-1", Some("prod"), "slow").with_instances(1);
        slow.deployments = vec![deployment("slow", 7, began, RolloutState::InProgress, (1, 2))];
        snapshot("ecs:eu-west-1", vec![slow])
    };
    let mut store =
        Store::new(Inventory::new(Vec::new()), vec![source_status("ecs:eu-west-1")], 1 << 20, time_at(0));
    let stuck = |store: &Store| store.world.findings.iter().any(|finding| finding.kind == "deployment-stuck");
    store.apply_snapshot(&slow(0).source, Ok(slow(-599)));
    let seen: Vec<bool> = (1..=6)
        .map(|second| {
            store.world.tick(time_at(second));
            stuck(&store)
        })
        .collect();
    assert_eq!(seen, [false, false, false, false, true, true], "it is stuck from the second on");
    store.apply_snapshot(&slow(0).source, Ok(slow(0)));
    assert!(!stuck(&store), "it was begun anew");
    store.apply_snapshot(&slow(0).source, Ok(slow(-700)));
    assert!(stuck(&store));
}

/// Returns a container that was created a month ago and restarted five times in its first days. At each
/// second in `ends` it exits by itself and runs again one second later.
fn restarted_container_at(second: i64, ends: &[i64]) -> Snapshot {
    let mut old = service("docker", Some("shop"), "old").with_instances(1);
    let one = &mut old.instances[0];
    let before: Vec<i64> = ends.iter().copied().filter(|end| *end <= second).collect();
    one.restarts = 5 + before.len() as u32;
    let last = before.last().copied().unwrap_or(-25 * 86_400);
    (one.created, one.started) = (Some(time_at(-30 * 86_400)), Some(time_at(last + 1)));
    one.exit = Some(Exit { at: Some(time_at(last)), ..Exit::default() });
    // The Docker source reports a restarted container as restarting until it has run for 30 s.
    if second - last < 30 {
        one.state = InstanceState::Restarting;
    }
    Snapshot { taken_at: time_at(second), ..snapshot("docker", vec![old]) }
}

/// Returns the kinds of findings over all `looks`, without consecutive duplicates.
fn finding_kinds(looks: impl Iterator<Item = Snapshot>) -> Vec<String> {
    let mut store =
        Store::new(Inventory::new(Vec::new()), vec![source_status("docker")], 1 << 20, time_at(0));
    let mut said = Vec::new();
    for look in looks {
        store.world.tick(look.taken_at);
        store.apply_snapshot(&look.source.clone(), Ok(look));
        said.extend(store.world.findings.iter().map(|finding| finding.kind.to_string()));
    }
    said.dedup();
    said
}

#[test]
fn restarts_of_last_month_are_no_crash_loop() {
    let looks = |ends: &'static [i64]| {
        (0..=SIMULATED_SECONDS)
            .step_by(POLL_INTERVAL_SECONDS as usize)
            .map(|second| restarted_container_at(second, ends))
    };
    let nothing = Vec::<String>::new();
    assert_eq!(finding_kinds(looks(&[])), nothing);
    assert_eq!(finding_kinds(looks(&[600])), nothing, "one end in a month");
    assert_eq!(
        finding_kinds(std::iter::once(restarted_container_at(605, &[600]))),
        nothing,
        "and it is all that was seen"
    );
    assert_eq!(finding_kinds(looks(&[600, 1_800, 3_000])), nothing, "far apart");
    assert_eq!(finding_kinds(looks(&[600, 640, 680])), ["crash-loop", "flapping"], "until it has held");
}
