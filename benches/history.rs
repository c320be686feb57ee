//! Cost of the history at each poll of a large estate: no change, one changed service, the first poll, and
//! the rows of the timeline.
//!
//! Each service has five instances and twenty events, as is usual in ECS.

mod program_allocator;

use divan::{Bencher, black_box};
use portolan::{
    history::{History, coalesce},
    model::{
        Event, EventKind, HealthCheckStatus, Instance, InstanceId, InstanceState, Service, ServiceId,
        ServiceKind, ServiceProfile, Snapshot, SnapshotDiff, SourceId, Timestamp,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

fn main() {
    divan::main();
}

const SERVICE_COUNTS: [usize; 2] = [200, 2_000];
const EVENTS_PER_SERVICE: i64 = 20;

fn time_at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn instance(service: &str, number: usize) -> Instance {
    Instance {
        id: InstanceId::new(format!("ecs/{service}-{number}")),
        name: format!("{service}-{number}").into(),
        state: InstanceState::Running,
        health_check: HealthCheckStatus::None,
        created: None,
        started: Some(time_at(0)),
        exit: None,
        restarts: 0,
        version: Some("service:1".into()),
        containers: Vec::new(),
    }
}

fn service(number: usize) -> Service {
    let name = format!("service-{number:05}");
    Service {
        id: ServiceId::of(&SourceId::new("ecs"), Some("prod"), &name),
        group: Some("prod".into()),
        kind: ServiceKind::EcsService,
        desired: Some(5),
        reported_running: Some(5),
        instances: (0..5).map(|n| instance(&name, n)).collect(),
        unlisted_failures: 0,
        failing_since: None,
        deployments: Vec::new(),
        endpoints: Vec::new(),
        references: Vec::new(),
        networks: BTreeSet::new(),
        facts: Vec::new(),
        profile: ServiceProfile::default(),
        name: name.into(),
    }
}

fn event(service: &Service, number: i64) -> Event {
    let text = format!("has started 1 tasks: (task 90acc58b4206b2fc335e15b2{number:08x}).");
    Event {
        at: time_at(number * 60),
        service: service.id.clone(),
        instance: None,
        kind: EventKind::Start,
        text: text.into(),
    }
}

fn snapshot(services: usize) -> Snapshot {
    let services: Vec<Arc<Service>> = (0..services).map(service).map(Arc::new).collect();
    let events = services.iter().flat_map(|s| (0..EVENTS_PER_SERVICE).rev().map(|n| event(s, n))).collect();
    let (gateways, gaps, flows, watched) = Default::default();
    Snapshot {
        source: SourceId::new("ecs"),
        taken_at: time_at(2_000),
        services,
        load_balancers: gateways,
        events,
        unread_parts: gaps,
        connections: flows,
        monitored: watched,
        progress: Vec::new(),
    }
}

/// Returns a history that has recorded one snapshot.
fn history_after(look: &Arc<Snapshot>) -> History {
    let mut history = History::default();
    history.record_snapshot(None, look, &SnapshotDiff::Everything);
    history
}

#[divan::bench(args = SERVICE_COUNTS)]
fn unchanged_poll(bencher: Bencher<'_, '_>, services: usize) {
    let look = Arc::new(snapshot(services));
    let mut history = history_after(&look);
    bencher.bench_local(|| history.record_snapshot(Some(&look), black_box(&look), &SnapshotDiff::Unchanged));
}

#[divan::bench(args = SERVICE_COUNTS)]
fn one_changed_service(bencher: Bencher<'_, '_>, services: usize) {
    let before = snapshot(services);
    let mut after = before.clone();
    let middle = services / 2;
    Arc::make_mut(&mut after.services[middle]).desired = Some(6);
    let new = event(&after.services[middle], EVENTS_PER_SERVICE);
    let place = middle * EVENTS_PER_SERVICE as usize;
    after.events.remove(place + EVENTS_PER_SERVICE as usize - 1);
    after.events.insert(place, new);
    let was = before.services[middle].clone();
    let change = SnapshotDiff::Services(BTreeMap::from([(was.id.clone(), was)]));
    let (before, after) = (Arc::new(before), Arc::new(after));
    let mut history = history_after(&before);
    bencher.bench_local(|| history.record_snapshot(Some(&before), black_box(&after), &change));
}

#[divan::bench(args = SERVICE_COUNTS)]
fn first_poll(bencher: Bencher<'_, '_>, services: usize) {
    let look = Arc::new(snapshot(services));
    bencher.bench_local(|| history_after(black_box(&look)));
}

#[divan::bench(args = SERVICE_COUNTS)]
fn timeline_rows(bencher: Bencher<'_, '_>, services: usize) {
    let history = history_after(&Arc::new(snapshot(services)));
    bencher.bench_local(|| coalesce(black_box(&history).entries()));
}
