//! Cost of topology inference for estates of growing size: complete, and after one service has changed. Also
//! the cost of the findings when one service in twenty fails.
//!
//! Each service has 40 variables, eight of which hold an address: six of services in its group, two of
//! external hosts. Groups have 50 services.

mod program_allocator;

use divan::{Bencher, black_box};
use portolan::{
    diagnosis,
    extract::references_in_environment,
    model::{
        EndpointOrigin, EndpointScope, Event, EventKind, Exit, HealthCheckStatus, Host, Instance, InstanceId,
        InstanceState, Inventory, NetworkId, Service, ServiceEndpoint, ServiceId, ServiceKind,
        ServiceProfile, Snapshot, SnapshotDiff, SourceId, Timestamp,
    },
    topology::{IncrementalTopology, ProfileIndex, Resolver, counterparts, infer},
};
use std::{collections::BTreeSet, sync::Arc};

fn main() {
    divan::main();
}

const SERVICE_COUNTS: [usize; 3] = [100, 1_000, 5_000];
const GROUP_SIZE: usize = 50;

fn service(number: usize, changed: bool) -> Service {
    let (source, group) = (SourceId::new("docker"), format!("group-{:03}", number / GROUP_SIZE));
    let first = number / GROUP_SIZE * GROUP_SIZE;
    let peer = |step: usize| format!("service-{:05}", first + (number * 7 + step * 11) % GROUP_SIZE);
    let mut variables: Vec<(String, String)> =
        (0..32).map(|n| (format!("SETTING_{n}"), format!("value {n}"))).collect();
    for step in 0..4 {
        variables.push((format!("PEER_{step}_URL"), format!("http://{}:8080/v1", peer(step))));
    }
    variables.push(("DATABASE_URL".to_owned(), format!("postgres://app:x@service-{first:05}:5432/app")));
    variables.push(("REDIS_HOST".to_owned(), format!("service-{:05}", first + 1)));
    variables.push(("PAYMENTS_URL".to_owned(), format!("https://api-{}.example.com", number % 20)));
    variables
        .push(("QUEUE".to_owned(), format!("https://sqs.eu-west-1.amazonaws.com/1/queue-{}", number % 100)));
    if changed {
        variables[32].1 = format!("http://{}:9090", peer(9));
    }
    let network = NetworkId::of(&source, &group);
    let name = format!("service-{number:05}");
    let host = |name: &str| Host::parse(name).unwrap_or_else(|| Host::Ip([0, 0, 0, 0].into()));
    let answer = |host: Host, by| ServiceEndpoint {
        host,
        port: None,
        scope: EndpointScope::Network(network.clone()),
        origin: by,
    };
    Service {
        id: ServiceId::of(&source, Some(&group), &name),
        kind: ServiceKind::Compose,
        desired: None,
        reported_running: None,
        instances: Vec::new(),
        unlisted_failures: 0,
        failing_since: None,
        deployments: Vec::new(),
        endpoints: vec![
            answer(host(&name), EndpointOrigin::ServiceName),
            answer(host(&format!("{group}-{name}-1")), EndpointOrigin::ContainerName),
            answer(
                Host::Ip([10, (number >> 16) as u8, (number >> 8) as u8, number as u8].into()),
                EndpointOrigin::InstanceAddress,
            ),
        ],
        references: references_in_environment(None, variables.iter().map(|(k, v)| (k.as_str(), v.as_str()))),
        networks: BTreeSet::from([network.clone()]),
        facts: Vec::new(),
        profile: ServiceProfile::default(),
        group: Some(group.into()),
        name: name.into(),
    }
}

fn snapshot(count: usize, changed: Option<usize>) -> Arc<Snapshot> {
    Arc::new(Snapshot {
        source: SourceId::new("docker"),
        taken_at: Timestamp::UNIX_EPOCH,
        services: (0..count).map(|number| Arc::new(service(number, changed == Some(number)))).collect(),
        load_balancers: Vec::new(),
        events: Vec::new(),
        unread_parts: Vec::new(),
        connections: Vec::new(),
        monitored: Vec::new(),
        progress: Vec::new(),
    })
}

fn inventory(count: usize) -> Inventory {
    let mut inventory = Inventory::default();
    inventory.replace_snapshot(snapshot(count, None));
    inventory
}

/// Infers the complete topology.
#[divan::bench(args = SERVICE_COUNTS)]
fn infer_everything(bencher: Bencher, count: usize) {
    let inventory = inventory(count);
    bencher.bench_local(|| infer(black_box(&inventory)));
}

/// Builds only the index that maps hosts to services.
#[divan::bench(args = SERVICE_COUNTS)]
fn build_index(bencher: Bencher, count: usize) {
    let inventory = inventory(count);
    bencher.bench_local(|| Resolver::new(black_box(&inventory)));
}

/// Updates the topology after one variable of one service references another service, and then undoes the
/// change.
#[divan::bench(args = SERVICE_COUNTS)]
fn update_one_service(bencher: Bencher, count: usize) {
    let (old, new) = (inventory(count), {
        let mut inventory = inventory(count);
        inventory.replace_snapshot(snapshot(count, Some(count / 2)));
        inventory
    });
    let there = SnapshotDiff::between(&snapshot(count, None), &snapshot(count, Some(count / 2)));
    let back = SnapshotDiff::between(&snapshot(count, Some(count / 2)), &snapshot(count, None));
    let mut inference = IncrementalTopology::new(&old);
    bencher.bench_local(move || {
        inference.update(black_box(&new), &there);
        inference.update(black_box(&old), &back);
    });
}

/// Returns an estate whose services have five instances each; in one service of twenty all of them have
/// failed.
fn inventory_with_failures(count: usize) -> Inventory {
    let mut snapshot = Arc::unwrap_or_clone(snapshot(count, None));
    for (number, service) in snapshot.services.iter_mut().enumerate() {
        let service = Arc::make_mut(service);
        service.desired = Some(5);
        service.instances = (0..5).map(|copy| instance(number, copy, number % 20 == 0)).collect();
        // Two recent events of each service: a stop and a health change.
        let told = [EventKind::Stop, EventKind::Health].map(|kind| Event {
            at: Timestamp::UNIX_EPOCH,
            service: service.id.clone(),
            instance: Some(service.instances[0].id.clone()),
            kind,
            text: "is healthy".into(),
        });
        snapshot.events.extend(told);
    }
    let mut inventory = Inventory::default();
    inventory.replace_snapshot(Arc::new(snapshot));
    inventory
}

fn instance(service: usize, copy: usize, failed: bool) -> Instance {
    let exit = Exit { code: Some(1), at: Some(Timestamp::UNIX_EPOCH), ..Exit::default() };
    Instance {
        id: InstanceId::new(format!("docker/{service}-{copy}")),
        name: format!("{service}-{copy}").into(),
        state: if failed { InstanceState::Failed } else { InstanceState::Running },
        health_check: HealthCheckStatus::None,
        created: None,
        started: Some(Timestamp::UNIX_EPOCH),
        exit: failed.then_some(exit),
        restarts: if copy == 0 { 3 } else { 0 },
        version: Some("1".into()),
        containers: Vec::new(),
    }
}

/// Computes all findings with their suspected causes and their impact.
#[divan::bench(args = SERVICE_COUNTS)]
fn compute_findings(bencher: Bencher, count: usize) {
    let inventory = inventory_with_failures(count);
    let topology = infer(&inventory);
    let twins = counterparts(&inventory);
    let profiles = ProfileIndex::default();
    let now = Timestamp::UNIX_EPOCH;
    bencher.bench_local(|| {
        let estate = diagnosis::RuleInput {
            inventory: black_box(&inventory),
            topology: &topology,
            failed_connections: &[],
            counterparts: &twins,
            sources: &[],
            log_signals: &[],
            profiles: &profiles,
        };
        diagnosis::findings(&diagnosis::RuleContext::new(estate, diagnosis::OutageTracker::default(), now))
    });
}

/// Compares two snapshots.
#[divan::bench(args = SERVICE_COUNTS)]
fn snapshot_diff(bencher: Bencher, count: usize) {
    let (old, new) = (snapshot(count, None), snapshot(count, Some(count / 2)));
    bencher.bench_local(|| SnapshotDiff::between(black_box(&old), black_box(&new)));
}
