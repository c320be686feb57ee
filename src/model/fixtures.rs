//! Fixtures for unit tests: healthy services, which each test adapts.

use super::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The current time in tests, in seconds since the Unix epoch.
pub(crate) const NOW_SECONDS: i64 = 1_000_000;

/// Returns the time `seconds` before the current time of tests.
pub(crate) fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW_SECONDS - seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Returns a running instance called `name`.
pub(crate) fn instance(name: &str) -> Instance {
    Instance {
        id: InstanceId::new(format!("docker/{name}")),
        name: name.into(),
        state: InstanceState::Running,
        health_check: HealthCheckStatus::None,
        created: None,
        started: Some(ago(3_600)),
        exit: None,
        restarts: 0,
        version: None,
        containers: Vec::new(),
    }
}

/// Returns an instance that failed with exit code `code`.
pub(crate) fn failed_instance(name: &str, code: i64) -> Instance {
    let exit = Exit { code: Some(code), cause: ExitCause::ProcessExited, reason: None, at: Some(ago(60)) };
    Instance { state: InstanceState::Failed, exit: Some(exit), ..instance(name) }
}

impl Host {
    /// Parses `text` as a host; panics if it is not a host.
    pub(crate) fn parse_for_test(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|| panic!("{text} is no host"))
    }
}

impl Address {
    /// Returns the address of host `text` without a port.
    pub(crate) fn from_host_name(text: &str) -> Self {
        Self::from_host(Host::parse_for_test(text))
    }
}

/// Returns the service `name` of the group `shop` on one network, with its name as an endpoint for all ports.
pub(crate) fn service(name: &str) -> Service {
    let network = NetworkId::new("docker/shop");
    let answer = ServiceEndpoint {
        host: Host::parse_for_test(name),
        port: None,
        scope: EndpointScope::Network(network.clone()),
        origin: EndpointOrigin::ServiceName,
    };
    Service {
        id: ServiceId::new(format!("docker/shop/{name}")),
        group: Some("shop".into()),
        name: name.into(),
        kind: ServiceKind::Compose,
        desired: None,
        reported_running: None,
        instances: vec![instance(name)],
        unlisted_failures: 0,
        failing_since: None,
        deployments: Vec::new(),
        endpoints: vec![answer],
        references: Vec::new(),
        networks: BTreeSet::from([network]),
        facts: Vec::new(),
        profile: ServiceProfile::default(),
    }
}

/// Returns a reference to `address` in the environment variable `key`.
pub(crate) fn reference(key: &str, address: Address) -> Reference {
    Reference {
        kind: ReferenceKind::Environment,
        location: ReferenceLocation::parse(key),
        target: ReferenceTarget::Address(address),
    }
}

/// Returns a snapshot of `source` with `services`.
pub(crate) fn snapshot(source: &str, services: Vec<Service>) -> Snapshot {
    Snapshot {
        source: SourceId::new(source),
        taken_at: ago(0),
        services: services.into_iter().map(Arc::new).collect(),
        load_balancers: Vec::new(),
        events: Vec::new(),
        unread_parts: Vec::new(),
        connections: Vec::new(),
        monitored: Vec::new(),
        progress: Vec::new(),
    }
}

/// Returns the inventory of one source, `docker`, with `services`.
pub(crate) fn inventory(services: Vec<Service>) -> Inventory {
    let mut inventory = Inventory::default();
    inventory.replace_snapshot(Arc::new(snapshot("docker", services)));
    inventory
}

/// Returns the id of the service `name` of the group `shop`.
pub(crate) fn service_id(name: &str) -> ServiceId {
    ServiceId::new(format!("docker/shop/{name}"))
}

/// Returns a connection between two services of `shop`, with the outcome `verdict`, last seen `seconds`
/// before the current time of tests.
pub(crate) fn observed_connection(
    from: &str,
    to: &str,
    verdict: ConnectionOutcome,
    seconds: i64,
) -> ObservedConnection {
    let key = ConnectionKey {
        from: ConnectionEnd::Service(service_id(from)),
        to: ConnectionEnd::Service(service_id(to)),
        port: Some(5432),
        observed_by: ObservationMethod::Socket,
        outcome: verdict,
        location: format!("{from}-1").into(),
    };
    ObservedConnection { key, first_seen: ago(seconds + 60), last_seen: ago(seconds) }
}

/// Returns an inventory with `services` and the observed connections `flows`. `watched` lists the monitored
/// services, each with the seconds since its observation began.
pub(crate) fn inventory_with_connections(
    services: Vec<Service>,
    flows: Vec<ObservedConnection>,
    watched: &[(&str, i64)],
) -> Inventory {
    let mut inventory = inventory(services);
    let Some(mut snapshot) = inventory.snapshots().next().cloned() else { return inventory };
    // An earlier snapshot, so that the observation is long enough for the rule `never-observed`.
    inventory.replace_snapshot(Arc::new(Snapshot { taken_at: ago(3_600), ..snapshot.clone() }));
    snapshot.connections = flows;
    let watch =
        |(name, since): &(&str, i64)| MonitoredService { service: service_id(name), since: ago(*since) };
    snapshot.monitored = watched.iter().map(watch).collect();
    inventory.replace_snapshot(Arc::new(snapshot));
    inventory
}
