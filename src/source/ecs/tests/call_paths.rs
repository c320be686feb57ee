//! Tests over a small made-up region. Only load balancer rules, a mesh, flow logs and metrics show which
//! services call each other.

use super::recorded_region::poll_region;
use crate::{
    model::{ConnectionEnd, ConnectionOutcome, FailureKind, Inventory, ObservationMethod, Snapshot},
    topology::{Strength, infer},
};
use std::sync::Arc;

/// Returns the recorded response to a call. `operation` is the name of the operation, or the path of a REST
/// call.
fn recorded_response(operation: &str, body: &str) -> String {
    const RECORDED_RESPONSES: &str = include_str!("../../../../tests/fixtures/ecs-harbour.json");
    let all: serde_json::Value = serde_json::from_str(RECORDED_RESPONSES).unwrap();
    let asked: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let key = match operation {
        "ListTasks" => format!("ListTasks.{}", asked["desiredStatus"].as_str().unwrap()),
        "DescribeTaskDefinition" => {
            let arn = asked["taskDefinition"].as_str().unwrap();
            format!("{operation}.{}", arn.rsplit('/').next().unwrap())
        }
        "DescribeTargetHealth" => {
            let group = body.split("targetgroup%2F").nth(1).and_then(|rest| rest.split("%2F").next());
            format!("{operation}.{}", group.unwrap())
        }
        _ => operation.to_owned(),
    };
    match &all[&key] {
        serde_json::Value::String(xml) => xml.clone(),
        serde_json::Value::Null => panic!("nothing recorded for {key}"),
        json => json.to_string(),
    }
}

async fn poll(denied: &'static str) -> Snapshot {
    poll_region(recorded_response, denied, &[]).await.unwrap()
}

/// Returns the edges between services and dependencies, with their strength.
fn calls(snapshot: Snapshot) -> Vec<String> {
    let mut inventory = Inventory::default().with_retention_seconds(10_000_000_000);
    inventory.replace_snapshot(Arc::new(snapshot));
    let topology = infer(&inventory);
    let name = |id: &crate::model::NodeId| id.as_str().trim_start_matches("ecs/harbour/").to_owned();
    let mark = |strength| match strength {
        Strength::Observed => "seen",
        Strength::Declared => "named",
        Strength::Possible => "possible",
    };
    let edges = topology.edges.iter();
    edges
        .map(|((from, to), edge)| format!("{} > {}: {}", name(from), name(to), mark(edge.strength())))
        .collect()
}

#[tokio::test]
async fn every_way_is_found_and_nothing_else() {
    let snapshot = poll("").await;
    assert_eq!(snapshot.unread_parts, []);
    let all = serde_json::to_string(&snapshot).unwrap();
    assert!(!all.contains("must-not-be-kept"));
    let expected = [
        "gate > pilot: named",
        "pilot > dependency:charts.example.com: named",
        "pilot > tide: named",
        "web > crates: seen",
        "web > load-balancer:ecs/quay: named",
        "load-balancer:ecs/quay > crates: named",
        "load-balancer:ecs/quay > web: named",
    ];
    assert_eq!(calls(snapshot), expected);
}

#[tokio::test]
async fn flow_logs_and_metrics_tell_each_call_once() {
    let snapshot = poll("").await;
    let told: Vec<String> = snapshot
        .connections
        .iter()
        .map(|flow| {
            let s = &flow.key;
            let end = |end: &ConnectionEnd| match end {
                ConnectionEnd::Service(service) => service.as_str().rsplit('/').next().unwrap().to_owned(),
                ConnectionEnd::Address(address) => address.to_string(),
            };
            let by = if s.observed_by == ObservationMethod::FlowLog { "flow log" } else { "metric" };
            let no = if s.outcome == ConnectionOutcome::Rejected { ", rejected" } else { "" };
            format!("{} > {}:{} {by}{no}", end(&s.from), end(&s.to), s.port.unwrap_or(0))
        })
        .collect();
    let expected = [
        "web > crates:8080 metric",
        "pilot > crates:8080 flow log, rejected",
        "web > crates:8080 flow log",
        "web > 10.20.0.100:5432 flow log",
    ];
    assert_eq!(told, expected);
    let seconds =
        |flow: &crate::model::ObservedConnection| (flow.first_seen.as_second(), flow.last_seen.as_second());
    assert_eq!(seconds(&snapshot.connections[0]), (1_795_450_100, 1_795_450_160));
    let watched: Vec<&str> = snapshot.monitored.iter().map(|w| w.service.as_str()).collect();
    assert_eq!(watched, ["ecs/harbour/crates", "ecs/harbour/pilot", "ecs/harbour/tide", "ecs/harbour/web"]);
}

#[tokio::test]
async fn a_load_balancers_checks_are_told_of_each_target() {
    let snapshot = poll("").await;
    let told: Vec<_> = snapshot.load_balancers[0]
        .targets
        .iter()
        .map(|t| (t.service.as_str(), t.address.as_str(), t.reason.as_deref()))
        .collect();
    let why = "Target.ResponseCodeMismatch, Health checks failed with these codes: [502]";
    assert_eq!(
        told,
        [
            ("ecs/harbour/crates", "10.20.0.8:8080", None),
            ("ecs/harbour/crates", "10.20.0.9:8080", Some(why)),
            ("ecs/harbour/web", "10.20.0.7:8080", None),
        ],
        "what is being drained is told of by nobody"
    );
}

#[tokio::test]
async fn each_way_may_be_denied_alone() {
    for (denied, what) in [
        ("DescribeFlowLogs", "VPC flow logs"),
        ("FilterLogEvents", "VPC flow logs"),
        ("ListMetrics", "Service Connect metrics"),
        ("GetMetricData", "Service Connect metrics"),
        ("/v20190125/meshes/strait/virtualNodes/pilot-node", "App Mesh"),
        ("DescribeRules", "load balancers"),
        ("DescribeTargetHealth", "load balancer health checks"),
    ] {
        let snapshot = poll(denied).await;
        let [gap] = &snapshot.unread_parts[..] else { panic!("{denied}: {:?}", snapshot.unread_parts) };
        assert_eq!((gap.name.as_str(), gap.failure.kind), (what, FailureKind::Denied), "{denied}");
        assert_eq!(snapshot.services.len(), 5);
    }
}
