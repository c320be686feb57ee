//! Tests of the ECS source against an emulator with real containers. `scripts/lab/ecs-up` starts and seeds
//! it.

mod actions;

use futures::StreamExt;
use portolan::{
    model::{
        ConnectionEnd, ConnectionKey, EndpointOrigin, Health, InstanceState, LogReadOptions, LogTarget,
        ObservationMethod, Service, Snapshot,
    },
    source::{
        Source,
        ecs::{Config, Ecs},
    },
};
use std::time::Duration;

/// Returns the emulator's address, or `None` if real tests are skipped.
pub(crate) fn emulator_endpoint() -> Option<String> {
    let endpoint = std::env::var("PORTOLAN_TEST_ECS").ok();
    let skip = std::env::var("PORTOLAN_SKIP_REAL").is_ok_and(|v| v == "1");
    assert!(
        endpoint.is_some() || skip,
        "no ECS emulator: run eval \"$(scripts/lab/ecs-up)\" first, or set PORTOLAN_SKIP_REAL=1"
    );
    endpoint.filter(|_| !skip)
}

fn source(endpoint: &str, clusters: &[&str]) -> Ecs {
    let clusters = clusters.iter().map(|c| (*c).to_owned()).collect();
    Ecs::new(
        Config { endpoint: endpoint.into(), region: "us-east-1".into(), clusters, ..Config::default() },
        &std::sync::Arc::default(),
        None,
    )
}

pub(crate) fn service<'a>(snapshot: &'a Snapshot, group: &str, name: &str) -> &'a Service {
    let found = snapshot.services.iter().find(|s| s.name == name && s.group.as_deref() == Some(group));
    found.unwrap_or_else(|| panic!("no {group}/{name}"))
}

/// Polls until `holds` returns true, because containers need time to start.
async fn poll_until(source: &Ecs, holds: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let mut last = None;
    for _ in 0..60 {
        let snapshot = source.snapshot().await.unwrap_or_else(|failure| panic!("{failure:?}"));
        if snapshot.progress.is_empty() && holds(&snapshot) {
            return snapshot;
        }
        last = Some(snapshot);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("it never came to hold: {last:#?}");
}

#[tokio::test]
async fn the_whole_estate_is_there_with_its_health() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let source = source(&endpoint, &[]);
    let snapshot = poll_until(&source, |s| {
        let of = |group, name| Health::of_service(service(s, group, name));
        of("harbour", "web") == Health::Healthy
            && of("harbour", "pilot") == Health::Healthy
            && matches!(of("harbour", "wreck"), Health::Failing | Health::Degraded)
            && of("quay", "survey") == Health::Stopped
    })
    .await;
    assert_eq!(snapshot.unread_parts, []);
    assert_eq!(Health::of_service(service(&snapshot, "quay", "idle")), Health::Stopped);
    assert_eq!(service(&snapshot, "harbour", "web").running(), 2);
    let wreck = service(&snapshot, "harbour", "wreck");
    let crash = wreck.instances.iter().find(|i| i.state == InstanceState::Failed).expect("a crash");
    assert_eq!(crash.exit.as_ref().and_then(|e| e.code), Some(1));
}

#[tokio::test]
async fn names_and_load_balancers_are_known_and_values_are_not() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let running = |s: &Snapshot| service(s, "harbour", "pilot").running() == 1;
    let snapshot = poll_until(&source(&endpoint, &["harbour"]), running).await;
    let pilot = service(&snapshot, "harbour", "pilot");
    // This emulator omits Service Connect from its responses; the recorded responses contain it.
    assert!(
        pilot.endpoints.iter().any(|a| a.origin == EndpointOrigin::InstanceAddress),
        "{:?}",
        pilot.endpoints
    );
    let gateway = snapshot.load_balancers.first().expect("a load balancer");
    assert_eq!(gateway.name, "lighthouse");
    assert_eq!(gateway.routes[0].service.as_str(), "ecs:us-east-1/harbour/web");
    let all = serde_json::to_string(&snapshot).expect("JSON");
    assert!(!all.contains("must-not-be-kept"));
    assert!(!all.contains("quay"), "only the cluster that was asked for");
}

#[tokio::test]
async fn calls_in_flow_logs_are_seen() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let seen = |s: &Snapshot| !s.connections.is_empty();
    let snapshot = poll_until(&source(&endpoint, &["harbour"]), seen).await;
    let [flow] = &snapshot.connections[..] else { panic!("{:?}", snapshot.connections) };
    let named = |name: &str| ConnectionEnd::Service(service(&snapshot, "harbour", name).id.clone());
    let ConnectionKey { from, to, port, observed_by: by, .. } = &flow.key;
    assert_eq!(
        (from, to, *port, *by),
        (&named("web"), &named("pilot"), Some(9000), ObservationMethod::FlowLog)
    );
}

#[tokio::test]
async fn a_cluster_that_does_not_exist_says_which_do() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let failure = source(&endpoint, &["harbor"]).snapshot().await.expect_err("no such cluster");
    assert!(failure.remedy.contains("harbour") && failure.remedy.contains("quay"), "{}", failure.remedy);
}

#[tokio::test]
async fn logs_begin_with_the_newest_and_follow() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let source = source(&endpoint, &["harbour"]);
    let healthy = |s: &Snapshot| Health::of_service(service(s, "harbour", "web")) == Health::Healthy;
    let snapshot = poll_until(&source, healthy).await;
    let web = service(&snapshot, "harbour", "web");
    let target = |i: &portolan::model::Instance| LogTarget {
        service: web.id.clone(),
        instance: i.id.clone(),
        label: i.name.as_str().into(),
        route: i.containers[0].log_route.clone(),
    };
    let running = web.instances.iter().filter(|i| i.state == InstanceState::Running);
    let targets: Vec<LogTarget> = running.map(target).collect();
    let mut stream = source.logs(targets, LogReadOptions { since: None, until: None, tail: 3, follow: true });
    let mut seen = Vec::new();
    let reading = async {
        while seen.len() < 12 {
            let batch = stream.next().await.expect("it goes on").expect("no failure");
            seen.extend(batch.lines);
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("lines in time");
    let mut keys: Vec<_> = seen.iter().map(|l| (l.at, l.label.clone(), l.text.clone())).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), seen.len(), "each line once");
    assert!(seen.iter().all(|l| l.text.starts_with("line ")));
}

#[tokio::test]
async fn an_unreachable_endpoint_is_reported_without_hanging() {
    // No process listens on the discard port of the loopback address.
    let Some(_) = emulator_endpoint() else { return };
    let look = source("http://127.0.0.1:9", &[]);
    let asked = tokio::time::timeout(Duration::from_secs(20), look.snapshot()).await.expect("no hanging");
    let failure = asked.expect_err("nobody there");
    assert!(failure.message.contains("127.0.0.1:9"), "{}", failure.message);
}
