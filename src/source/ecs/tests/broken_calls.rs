//! Tests that break one AWS call at a time, in six ways. The rest of the region must stay visible.

use super::recorded_region::{BrokenCall, Fault, poll_broken_region, recorded_response};
use crate::model::{FailureKind, Snapshot};
use futures::future::join_all;
use serde_json::{Value, json};

/// Services of the recorded region; the others are task families.
const SERVICES: [&str; 4] = ["payments", "redis", "users", "web-edge"];
const TASK_FAMILIES: [&str; 3] = ["db-migrate", "nightly-report", "reindex"];

/// Calls of a poll, each with the names of the services that are missing if the call fails.
const CALLS: &[(&str, &[&str])] = &[
    ("DescribeClusters", &[]),
    ("ListServices", &SERVICES),
    ("DescribeServices", &SERVICES),
    ("ListTasks", &TASK_FAMILIES),
    ("DescribeTasks", &TASK_FAMILIES),
    ("DescribeTaskDefinition", &[]),
    ("DescribeTargetGroups", &[]),
    ("DescribeLoadBalancers", &[]),
    ("DescribeListeners", &[]),
    ("DescribeRules", &[]),
    ("DescribeTargetHealth", &[]),
    ("GetService", &[]),
    ("GetNamespace", &[]),
    ("DescribeFlowLogs", &[]),
    ("ListMetrics", &[]),
];

fn names(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.services.iter().map(|service| service.name.as_str()).collect()
}

#[tokio::test]
async fn each_broken_call_costs_only_what_it_gives() {
    for fault in [
        Fault::Denied,
        Fault::NotFound,
        Fault::ServerError,
        Fault::Nonsense,
        Fault::HalfResponse,
        Fault::Hang,
    ] {
        join_all(CALLS.iter().map(|(operation, gives)| check_broken_call(operation, fault, gives))).await;
    }
}

/// Polls the region while the call `operation` fails. Panics unless the snapshot reports the failure and has
/// every name that is not in `gives`.
async fn check_broken_call(operation: &'static str, fault: Fault, gives: &[&str]) {
    let polled = poll_broken_region(recorded_response, BrokenCall { operation, fault }).await;
    let snapshot = polled.unwrap_or_else(|failure| panic!("{operation} {fault:?}: {failure:?}"));
    let named = names(&snapshot);
    for name in SERVICES.iter().chain(&TASK_FAMILIES).filter(|name| !gives.contains(name)) {
        assert!(named.contains(name), "{operation} {fault:?}: no {name} in {named:?}");
    }
    // A call that hangs is reported at its time limit, which a background task may reach after this snapshot.
    let is_reported = !snapshot.unread_parts.is_empty() || matches!(fault, Fault::Hang);
    assert!(is_reported, "{operation} {fault:?} is not reported");
}

#[tokio::test]
async fn a_broken_list_of_clusters_is_the_failure() {
    for (fault, kind) in [
        (Fault::Denied, FailureKind::Denied),
        (Fault::ServerError, FailureKind::Unreachable),
        (Fault::Nonsense, FailureKind::Invalid),
        (Fault::Hang, FailureKind::Timeout),
    ] {
        let failure = poll_broken_region(recorded_response, BrokenCall { operation: "ListClusters", fault })
            .await
            .unwrap_err();
        assert_eq!(failure.kind, kind, "{failure:?}");
    }
}

/// Returns the recorded responses, each with a few values of unexpected types.
fn odd_response(operation: &str, body: &str) -> String {
    let recorded = recorded_response(operation, body);
    let Ok(mut response) = serde_json::from_str::<Value>(&recorded) else { return recorded };
    let field = match operation {
        "DescribeServices" => &mut response["services"][0]["desiredCount"],
        "DescribeTasks" => &mut response["tasks"][0]["containers"],
        "DescribeTaskDefinition" => &mut response["taskDefinition"]["containerDefinitions"][0]["cpu"],
        "DescribeClusters" => &mut response["clusters"][0]["statistics"],
        _ => return recorded,
    };
    *field = json!({"odd": "value"});
    if let Some(tasks) = response["tasks"].as_array_mut() {
        tasks.push(json!("a task"));
    }
    response.to_string()
}

#[tokio::test]
async fn a_value_of_an_unexpected_type_costs_itself_alone() {
    let snapshot = poll_broken_region(odd_response, BrokenCall::NONE).await.unwrap();
    let whole = poll_broken_region(recorded_response, BrokenCall::NONE).await.unwrap();
    assert_eq!(names(&snapshot), names(&whole));
    let instances = |snapshot: &Snapshot| snapshot.services.iter().map(|s| s.instances.len()).sum::<usize>();
    assert_eq!(instances(&snapshot), instances(&whole));
    let messages: Vec<&str> =
        snapshot.unread_parts.iter().map(|part| part.failure.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "DescribeClusters: 1 value has an unexpected type: clusters[].statistics",
            "DescribeServices: 1 value has an unexpected type: services[].desiredCount",
            "DescribeTaskDefinition: 1 value has an unexpected type: taskDefinition.containerDefinitions[].cpu",
            "DescribeTasks: 2 values have an unexpected type: tasks[].containers",
        ]
    );
}
