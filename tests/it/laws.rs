//! Laws that hold for any estate: the order of sources and services does not matter, a failing source removes
//! nothing from the map, and a recording replays what was recorded.

use portolan::{
    model::{
        Address, EndpointOrigin, EndpointScope, Failure, FailureKind, Host, Inventory, NetworkId, Reference,
        ReferenceKind, ReferenceLocation, ReferenceTarget, Service, ServiceEndpoint, ServiceId, ServiceKind,
        ServiceProfile, Snapshot, SnapshotDiff, SourceId, SourceState, SourceStatus, Timestamp,
    },
    recording::{Frame, Header, Recording},
    store::Store,
    topology::infer,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Returns a service on its source's network that is reachable by its name and references the hosts in
/// `calls`.
fn service(source: &SourceId, name: &str, calls: &[&str]) -> Service {
    let network = NetworkId::of(source, "net");
    let mention = |host: &&str| Reference {
        kind: ReferenceKind::Environment,
        location: ReferenceLocation::parse(&format!("environment {host}_HOST")),
        target: ReferenceTarget::Address(Address::parse_host(host).unwrap().with_port(80)),
    };
    Service {
        id: ServiceId::of(source, Some("shop"), name),
        group: Some("shop".into()),
        name: name.into(),
        kind: ServiceKind::Compose,
        desired: None,
        reported_running: None,
        instances: Vec::new(),
        unlisted_failures: 0,
        failing_since: None,
        deployments: Vec::new(),
        endpoints: vec![ServiceEndpoint {
            host: Host::parse(name).unwrap(),
            port: None,
            scope: EndpointScope::Network(network.clone()),
            origin: EndpointOrigin::ServiceName,
        }],
        references: calls.iter().map(mention).collect(),
        networks: BTreeSet::from([network]),
        facts: Vec::new(),
        profile: ServiceProfile::default(),
    }
}

/// Returns a small shop as seen by `source`, with its services rotated left by `turned` places.
fn shop(source: &str, turned: usize) -> Snapshot {
    let source = SourceId::new(source);
    let mut services = vec![
        service(&source, "web", &["orders", "users", "cdn.example.com"]),
        service(&source, "orders", &["db", "queue"]),
        service(&source, "users", &["db"]),
        service(&source, "db", &[]),
    ];
    services.rotate_left(turned % 4);
    let services = services.into_iter().map(Arc::new).collect();
    let taken = "2026-01-02T03:04:05Z".parse().unwrap();
    Snapshot {
        source,
        taken_at: taken,
        services,
        load_balancers: Vec::new(),
        events: Vec::new(),
        unread_parts: Vec::new(),
        connections: Vec::new(),
        monitored: Vec::new(),
        progress: Vec::new(),
    }
}

fn inventory(snapshots: impl IntoIterator<Item = Snapshot>) -> Inventory {
    let mut inventory = Inventory::new(Vec::new());
    for snapshot in snapshots {
        inventory.replace_snapshot(Arc::new(snapshot));
    }
    inventory
}

#[test]
fn the_order_of_sources_and_services_does_not_matter() {
    let first = infer(&inventory([shop("a", 0), shop("b", 0)]));
    assert_eq!(first.edges.len(), 10, "{:?}", first.edges.keys());
    for turned in 1..4 {
        assert_eq!(infer(&inventory([shop("b", turned), shop("a", turned + 1)])), first);
    }
}

#[test]
fn every_edge_has_evidence_and_both_its_ends() {
    let topology = infer(&inventory([shop("a", 0), shop("b", 0)]));
    for ((from, to), edge) in &topology.edges {
        assert!(topology.nodes.contains_key(from) && topology.nodes.contains_key(to), "{from} → {to}");
        assert!(!edge.evidence.is_empty(), "{from} → {to}");
    }
}

#[test]
fn a_source_that_fails_takes_nothing_off_the_map() {
    let id = SourceId::new("a");
    let status = SourceStatus::new(id.clone(), "docker", "a socket".to_owned());
    let mut store = Store::new(Inventory::new(Vec::new()), vec![status], 1 << 20, Timestamp::UNIX_EPOCH);
    store.apply_poll_result(&id, Ok(shop("a", 0)));
    let before = store.world.topology().clone();
    store.apply_poll_result(&id, Err(Failure::new(FailureKind::Unreachable, "nobody answers", "start it")));
    assert_eq!(store.world.topology(), &before);
    assert_eq!(store.world.sources[0].state, SourceState::Stale);
    assert!(store.world.findings.iter().any(|finding| finding.kind == "source-trouble"));
}

#[test]
fn a_recording_replays_the_recorded_snapshots() {
    let source = SourceId::new("a");
    let (before, mut after) = (shop("a", 0), shop("a", 0));
    after.services.remove(1);
    Arc::make_mut(&mut after.services[0]).references.clear();
    let minute = Duration::from_mins(1);
    let header = serde_json::to_string(&Header::new(before.taken_at, 2 * minute)).unwrap();
    let frames =
        [Frame::between(Duration::ZERO, None, &before), Frame::between(minute, Some(&before), &after)];
    let frames = frames.map(|frame| serde_json::to_string(&frame).unwrap()).join("\n");
    let recording = Recording::read(format!("{header}\n{frames}\n").as_bytes(), "a test").unwrap();
    for (at, seen) in [(Duration::ZERO, &before), (minute, &after)] {
        let mut seen = seen.clone();
        seen.services.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(
            SnapshotDiff::between(&recording.snapshot(&source, at), &seen),
            SnapshotDiff::Unchanged,
            "at {at:?}"
        );
    }
}
