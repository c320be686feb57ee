//! Fault injection for the ECS source: a proxy breaks calls to the emulator. The source must name each
//! failure, keep the rest working, and recover when the faults stop.

use super::{
    ecs::{emulator_endpoint, service},
    fault_proxy::{Fault, FaultProxy},
};
use portolan::{
    model::{FailureKind, InstanceState, Snapshot},
    source::{Source, ecs::Ecs},
};
use std::time::Duration;

/// Polls until the initial load is complete.
async fn poll_until_complete(source: &Ecs) -> Result<Snapshot, portolan::model::Failure> {
    loop {
        let snapshot = source.snapshot().await?;
        if snapshot.progress.is_empty() {
            return Ok(snapshot);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Returns the kinds of failures: those of a snapshot's unread parts, or that of the failed poll.
fn failure_kinds(looked: &Result<Snapshot, portolan::model::Failure>) -> Vec<FailureKind> {
    match looked {
        Ok(snapshot) => snapshot.unread_parts.iter().map(|gap| gap.failure.kind).collect(),
        Err(failure) => vec![failure.kind],
    }
}

/// Polls at most `looks` times until a snapshot has no unread parts. Panics if none has.
async fn poll_until_recovered(source: &Ecs, looks: usize) -> Snapshot {
    let mut last = None;
    for _ in 0..looks {
        // The source neither repeats a recent call nor retries a failed one at once.
        tokio::time::sleep(Duration::from_secs(4)).await;
        match source.snapshot().await {
            Ok(snapshot) if snapshot.unread_parts.is_empty() => return snapshot,
            other => last = Some(failure_kinds(&other)),
        }
    }
    panic!("still amiss: {last:?}");
}

#[tokio::test]
async fn every_fault_is_named_and_followed_by_recovery() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = proxy.source();
    poll_until_complete(&source).await.unwrap();
    let all = ["*", "DescribeServices"];
    for (fault, kinds, operations) in [
        (Fault::Error(400, "ThrottlingException"), &[FailureKind::Throttled][..], &all[..]),
        (Fault::Error(400, "ExpiredTokenException"), &[FailureKind::Credentials], &all[..1]),
        (Fault::Error(400, "AccessDeniedException"), &[FailureKind::Denied], &all[1..]),
        (Fault::Error(500, "ServerException"), &[FailureKind::Unreachable], &all[..1]),
        (Fault::Error(503, "ServiceUnavailable"), &[FailureKind::Unreachable], &all[1..]),
        (Fault::Reset, &[FailureKind::Unreachable, FailureKind::Timeout], &all[..1]),
        (Fault::Truncated, &[FailureKind::Invalid, FailureKind::Unreachable], &all[1..]),
        (Fault::Delayed(Duration::from_secs(20)), &[FailureKind::Timeout], &all[1..]),
    ] {
        for operation in operations.iter().copied() {
            tokio::time::sleep(Duration::from_secs(4)).await;
            proxy.set_rules(&[(operation, fault.clone())]);
            let looked = source.snapshot().await;
            let told = failure_kinds(&looked);
            let right = told.iter().any(|kind| kinds.contains(kind));
            assert!(right, "{operation} {fault:?}: {told:?} {:?}", looked.as_ref().err());
            if let (Ok(snapshot), "DescribeServices") = (&looked, operation) {
                assert!(snapshot.services.len() >= 4, "what was known stays");
            } else if operation == "*" {
                assert!(looked.is_err(), "{fault:?}: nothing was read, and it says it was");
            }
            proxy.set_rules(&[]);
            let snapshot = poll_until_recovered(&source, 6).await;
            let web = service(&snapshot, "harbour", "web");
            assert!(web.instances.iter().any(|i| i.state == InstanceState::Running), "{operation} {fault:?}");
        }
    }
}

#[tokio::test]
async fn each_permission_may_be_missing_alone() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    for operation in [
        "DescribeClusters",
        "ListServices",
        "DescribeServices",
        "ListTasks",
        "DescribeTasks",
        "DescribeTaskDefinition",
        "DescribeTargetGroups",
        "DescribeLoadBalancers",
        "DescribeListeners",
        "DescribeRules",
        "DescribeFlowLogs",
    ] {
        proxy.set_rules(&[(operation, Fault::Error(400, "AccessDeniedException"))]);
        let source = proxy.source();
        let snapshot =
            poll_until_complete(&source).await.unwrap_or_else(|failure| panic!("{operation}: {failure:?}"));
        let named = |gap: &portolan::model::UnreadPart| gap.failure.remedy.contains(operation);
        assert!(snapshot.unread_parts.iter().any(named), "{operation}: {:?}", snapshot.unread_parts);
        assert!(!snapshot.services.is_empty(), "{operation}");
    }
}

#[tokio::test]
async fn the_source_recovers_from_any_mix_of_faults() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = proxy.source();
    let calm = poll_until_complete(&source).await.unwrap();
    let operations = ["*", "ListServices", "DescribeServices", "ListTasks", "DescribeTasks", "ListClusters"];
    let faults = [
        Fault::Error(400, "ThrottlingException"),
        Fault::Error(400, "ExpiredTokenException"),
        Fault::Error(400, "AccessDeniedException"),
        Fault::Error(500, "ServerException"),
        Fault::Reset,
        Fault::Truncated,
        Fault::Delayed(Duration::from_millis(700)),
    ];
    let seconds = std::env::var("PORTOLAN_FAULT_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(20);
    let until = tokio::time::Instant::now() + Duration::from_secs(seconds);
    // Deterministic pseudo-random order from a linear congruential generator with Knuth's MMIX constants.
    let mut seed: usize = 1;
    let mut next = |of: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % of
    };
    while tokio::time::Instant::now() < until {
        let rules: Vec<_> = (0..next(3))
            .map(|_| (operations[next(operations.len())], faults[next(faults.len())].clone()))
            .collect();
        proxy.set_rules(&rules);
        if let Ok(snapshot) = source.snapshot().await {
            assert!(snapshot.services.len() >= calm.services.len(), "something is gone under {rules:?}");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    proxy.set_rules(&[]);
    let names = |s: &Snapshot| s.services.iter().map(|s| s.id.clone()).collect::<Vec<_>>();
    assert_eq!(names(&poll_until_recovered(&source, 6).await), names(&calm));
}
