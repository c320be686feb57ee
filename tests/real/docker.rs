//! Tests of the Docker source against a real engine.

mod actions;
mod broken;
mod faulty;
mod lab;
mod logs;
mod places;
mod shell_ends;
mod shells;
mod traffic;
mod usage;

use futures::StreamExt;
use lab::{EXPORTER_IMAGE, Lab, docker, run_docker};
use portolan::{
    model::{
        EndpointScope, ExitCause, Health, HealthCheckStatus, Host, Instance, InstanceState, ReferenceKind,
        ReferenceTarget, Service, ServiceEndpoint,
    },
    source::Source,
};
use std::time::Duration;

/// Script of a container that runs until it receives SIGTERM.
const IDLE_SCRIPT: &str = "trap 'exit 0' TERM; while :; do busybox sleep 0.2; done";

#[tokio::test]
async fn states_and_health_checks_are_reported() {
    let Some(lab) = Lab::open() else { return };
    let check = |test: &'static str| {
        ["--health-cmd", test, "--health-interval", "1s", "--health-retries", "1", "--memory", "16m"]
    };
    lab.run("well", &check("/bin/busybox true"), IDLE_SCRIPT);
    lab.run("ill", &check("/bin/busybox echo no answer from db; /bin/busybox false"), IDLE_SCRIPT);
    lab.run("three", &[], "exit 3");
    lab.run("done", &[], "exit 0");
    lab.run("loop", &["--restart", "always"], "busybox sleep 0.3; exit 1");
    lab.run("held", &[], IDLE_SCRIPT);
    lab.create("never", &[], IDLE_SCRIPT);
    run_docker(&["pause", &lab.full_name("held")]);

    let well = lab.wait_for_instance("well", |i| i.health_check == HealthCheckStatus::Healthy).await;
    assert_eq!((well.state, well.exit.clone(), well.restarts), (InstanceState::Running, None, 0));
    assert_eq!(well.version.as_deref(), Some("1.35"));
    assert!(well.started.is_some() && well.containers[0].digest.as_ref().unwrap().starts_with("sha256:"));
    let ill = lab.wait_for_instance("ill", |i| i.health_check.is_failing()).await;
    let HealthCheckStatus::Unhealthy { output, since } = ill.health_check else {
        panic!("{:?}", ill.health_check)
    };
    assert_eq!(output.as_deref(), Some("no answer from db"));
    assert!(since >= ill.started, "it fails since after it started");
    let three = lab.wait_for_instance("three", |i| i.state == InstanceState::Failed).await;
    assert_eq!(three.exit.as_ref().and_then(|e| e.code), Some(3));
    lab.wait_for_instance("done", |i| i.state == InstanceState::Stopped).await;
    lab.wait_for_instance("never", |i| i.state == InstanceState::Starting).await;
    lab.wait_for_instance("held", |i| i.state == InstanceState::Paused).await;
    lab.wait_for_instance("loop", |i| i.state == InstanceState::Restarting && i.restarts >= 2).await;
    run_docker(&["stop", &lab.full_name("well")]);
    lab.wait_for_instance("well", |i| i.state == InstanceState::Stopped).await;

    let snapshot = lab.snapshot().await;
    let health = |name| Health::of_service(lab.service(&snapshot, name));
    assert_eq!(health("ill"), Health::Failing);
    assert_eq!(health("done"), Health::Stopped);
    assert_eq!(health("three"), Health::Failing);
    let three = lab.full_name("three");
    assert!(
        snapshot.events.iter().any(|e| e.text == format!("{three} exited with code 3")),
        "{:?}",
        snapshot.events
    );
}

#[tokio::test]
async fn exit_and_start_failures_have_a_cause() {
    let Some(lab) = Lab::open() else { return };
    lab.run("spent", &["--restart", "on-failure:1"], "exit 3");
    lab.run("told", &["--restart", "always"], IDLE_SCRIPT);
    lab.run("holder", &["-p", "127.0.0.1::80"], IDLE_SCRIPT);
    lab.run("loop", &["--restart", "always"], "busybox sleep 0.3; exit 7");
    let held = run_docker(&["port", &lab.full_name("holder"), "80"]);
    lab.create("late", &["-p", &format!("{}:80", held.trim())], IDLE_SCRIPT);
    assert!(!docker(&["start", &lab.full_name("late")]).status.success());
    run_docker(&["stop", "-t", "1", &lab.full_name("told")]);

    let ending = |i: &Instance| i.exit.as_ref().map(|exit| exit.cause);
    lab.wait_for_instance("spent", |i| {
        ending(i) == Some(ExitCause::RestartsExhausted) && i.state == InstanceState::Failed
    })
    .await;
    lab.wait_for_instance("told", |i| {
        ending(i) == Some(ExitCause::StopRequested) && i.state == InstanceState::Stopped
    })
    .await;
    let late = lab.wait_for_instance("late", |i| i.state == InstanceState::Failed).await;
    assert_eq!(ending(&late), Some(ExitCause::PortInUse), "{late:?}");
    // While the container briefly runs, its state stays `Restarting` and its last exit code is kept. On a busy
    // machine the events of the first exits come late, so the test waits until the loop is known.
    let code = |i: &Instance| i.exit.as_ref().and_then(|exit| exit.code);
    let is_known =
        |i: &Instance| i.state == InstanceState::Restarting && i.restarts >= 3 && code(i).is_some();
    lab.wait_for_instance("loop", is_known).await;
    for _ in 0..10 {
        let now = lab.wait_for_instance("loop", |_| true).await;
        assert_eq!((now.state, code(&now)), (InstanceState::Restarting, Some(7)), "{now:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn out_of_memory_is_reported() {
    let Some(lab) = Lab::open() else { return };
    // Under load the engine sometimes misses the kernel's OOM event and records a plain kill, so the test
    // tries again.
    for round in 0..8 {
        let name = format!("hungry{round}");
        lab.run(&name, &["--memory", "8m", "--memory-swap", "8m"], "busybox tail /dev/zero");
        let ended = lab
            .wait_for_instance(&name, |i| matches!(i.state, InstanceState::Failed | InstanceState::Stopped))
            .await;
        let recorded = run_docker(&["inspect", &lab.full_name(&name), "--format", "{{.State.OOMKilled}}"]);
        assert_eq!(ended.exit.unwrap().cause == ExitCause::OutOfMemory, recorded.trim() == "true");
        if recorded.trim() == "true" {
            assert_eq!(ended.state, InstanceState::Failed);
            return;
        }
    }
    panic!("the engine never recorded that memory ran out");
}

/// Starts a compose project with two networks, and containers outside of it that reference each other.
fn start_services_in_two_networks(lab: &Lab) {
    let (front, back) = (lab.network("front"), lab.network("back"));
    let project = format!("com.docker.compose.project={}", lab.name);
    let compose = |service: &str| format!("com.docker.compose.service={service}");
    let order = "com.docker.compose.depends_on=db:service_started:false";
    let web = compose("web");
    for name in ["web-1", "web-2"] {
        let options = ["--network", &front, "--network-alias", "www", "--label", &project, "--label", &web];
        let more = ["--label", order, "-e", "SECRET=hunter2", "-p", "127.0.0.1::80"];
        lab.run(name, &[&options[..], &more].concat(), IDLE_SCRIPT);
        run_docker(&["network", "connect", &back, &lab.full_name(name)]);
    }
    let db = compose("db");
    lab.run(
        "db-1",
        &["--network", &back, "--label", &project, "--label", &db, "--hostname", "store"],
        IDLE_SCRIPT,
    );
    let once = "com.docker.compose.oneoff=True";
    lab.run("once", &["--network", &back, "--label", &project, "--label", &db, "--label", once], IDLE_SCRIPT);
    lab.run("old", &[], IDLE_SCRIPT);
    let link = format!("{}:elder", lab.full_name("old"));
    lab.run("linked", &["--link", &link, "--add-host", "far:203.0.113.9"], IDLE_SCRIPT);
    let share = format!("container:{}", lab.full_name("db-1"));
    lab.run_image(EXPORTER_IMAGE, "sidecar", &["--network", &share], IDLE_SCRIPT);
}

#[tokio::test]
async fn endpoints_and_references_are_read() {
    let Some(lab) = Lab::open() else { return };
    start_services_in_two_networks(&lab);
    let snapshot = lab.snapshot().await;
    let (web, db) = (lab.service(&snapshot, "web"), lab.service(&snapshot, "db"));
    assert_eq!(web.group.as_deref(), Some(lab.name.as_str()));
    assert_eq!((web.instances.len(), db.instances.len()), (2, 1));
    assert_eq!(lab.service(&snapshot, "once").group, None);
    assert_eq!((shared_network_count(web, "www", web), shared_network_count(web, "www", db)), (1, 0));
    for name in ["web", &lab.full_name("web-1"), &lab.full_name("web-2")] {
        assert_eq!(shared_network_count(web, name, web), 2, "{name}");
        assert_eq!(shared_network_count(web, name, db), 1, "{name}");
    }
    assert_eq!(shared_network_count(db, "store", web), 1);
    assert_eq!(shared_network_count(db, "db", lab.service(&snapshot, "old")), 0);
    assert!(web.references.iter().any(
        |m| m.kind == ReferenceKind::StartOrder && m.target == ReferenceTarget::ServiceName("db".into())
    ));
    assert!(!serde_json::to_string(&snapshot).unwrap().contains("hunter2"));
    assert!(
        web.endpoints
            .iter()
            .any(|a| Some(&a.host) == Host::parse("host.docker.internal").as_ref() && a.port.is_some())
    );

    let (old, linked) = (lab.service(&snapshot, "old"), lab.service(&snapshot, "linked"));
    assert_eq!(shared_network_count(old, "elder", linked), 1);
    assert_eq!(shared_network_count(old, "elder", lab.service(&snapshot, "sidecar")), 0);
    assert!(linked.references.iter().any(|m| m.kind == ReferenceKind::Link));
    assert!(
        linked
            .references
            .iter()
            .any(|m| m.kind == ReferenceKind::ExtraHost && m.location.to_string() == "far")
    );
    let sidecar = lab.service(&snapshot, "sidecar");
    assert!(
        sidecar.endpoints.iter().any(|a| Some(&a.host) == Host::parse("db").as_ref() && a.port == Some(9187))
    );
    assert!(db.networks.is_subset(&sidecar.networks));
}

/// Returns the number of `caller`'s networks in which `service` is reachable as `name`.
fn shared_network_count(service: &Service, name: &str, caller: &Service) -> usize {
    let counts = |a: &&ServiceEndpoint| match &a.scope {
        EndpointScope::Network(network) => {
            Some(&a.host) == Host::parse(name).as_ref() && caller.networks.contains(network)
        }
        EndpointScope::Everywhere => false,
    };
    service.endpoints.iter().filter(counts).count()
}

#[tokio::test]
async fn changes_are_notified_and_an_idle_engine_gives_equal_services() {
    let Some(lab) = Lab::open() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    let before = lab.snapshot().await;
    let mut nudges = lab.source.change_notifications();
    // The engine first replays its events of the last hour.
    let _ = tokio::time::timeout(Duration::from_secs(1), nudges.next()).await;
    let first = lab.service(&before, "web").clone();
    assert_eq!(lab.service(&lab.snapshot().await, "web"), &first);

    run_docker(&["kill", &lab.full_name("web")]);
    expect_change_notification(&mut nudges).await;
    let killed = lab.wait_for_instance("web", |i| i.state == InstanceState::Stopped).await;
    let exit = killed.exit.unwrap();
    assert_eq!(exit.code, Some(137));
    assert_eq!(exit.cause, ExitCause::StopRequested, "the engine told of the kill");
    run_docker(&["start", &lab.full_name("web")]);
    expect_change_notification(&mut nudges).await;
    let again = lab.wait_for_instance("web", |i| i.state == InstanceState::Running).await;
    assert!(again.started > first.instances[0].started);

    run_docker(&["rm", "-f", &lab.full_name("web")]);
    expect_change_notification(&mut nudges).await;
    let after = lab.snapshot().await;
    assert!(!after.services.iter().any(|s| s.id == first.id));
    assert!(after.events.iter().any(|e| e.service == first.id && e.text.ends_with("was removed")));
}

async fn expect_change_notification(nudges: &mut (impl futures::Stream<Item = ()> + Unpin)) {
    let nudge = tokio::time::timeout(Duration::from_secs(10), nudges.next()).await;
    assert_eq!(nudge.expect("no nudge came"), Some(()));
}

#[tokio::test]
async fn containers_may_come_and_go_during_a_poll() {
    let Some(lab) = Lab::open() else { return };
    let churn = async {
        for n in 0..8 {
            let name = format!("brief-{n}");
            let full = lab.full_name(&name);
            lab.run(&name, &[], IDLE_SCRIPT);
            tokio::task::spawn_blocking(move || run_docker(&["rm", "-f", &full])).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let looks = async {
        for _ in 0..60 {
            let snapshot = lab.snapshot().await;
            let own = snapshot.unread_parts.iter().filter(|g| g.name.contains(&lab.name));
            assert_eq!(own.count(), 0, "{:?}", snapshot.unread_parts);
        }
    };
    tokio::join!(churn, looks);
}

#[tokio::test]
async fn doctor_tries_every_call() {
    let Some(lab) = Lab::open() else { return };
    let examined = lab.source.diagnose().await;
    assert_eq!(examined.len(), 6);
    assert!(examined.iter().all(|e| e.outcome.is_ok()), "{examined:?}");
}
