//! Small estates for unit tests: a service that runs well, to be changed into what a test is about.

use super::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The second that tests call now.
pub(crate) const NOW: i64 = 1_000_000;

/// So many seconds before now.
pub(crate) fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW - seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A running instance of that name.
pub(crate) fn instance(name: &str) -> Instance {
    Instance {
        id: InstanceId::new(format!("docker/{name}")),
        name: name.into(),
        state: State::Running,
        check: Check::None,
        made: None,
        started: Some(ago(3_600)),
        exit: None,
        restarts: 0,
        version: None,
        containers: Vec::new(),
    }
}

/// An instance that failed with that exit code.
pub(crate) fn failed(name: &str, code: i64) -> Instance {
    let exit = Exit { code: Some(code), ending: Ending::Itself, reason: None, at: Some(ago(60)) };
    Instance { state: State::Failed, exit: Some(exit), ..instance(name) }
}

impl Host {
    /// The host that a test names.
    pub(crate) fn named(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|| panic!("{text} is no host"))
    }
}

impl Address {
    /// The address of the host that a test names.
    pub(crate) fn name(text: &str) -> Self {
        Self::of(Host::named(text))
    }
}

/// The service `shop/name` on one network, answering to its name at any port.
pub(crate) fn service(name: &str) -> Service {
    let network = NetworkId::new("docker/shop");
    let answer = Answer {
        host: Host::named(name),
        port: None,
        scope: Scope::Network(network.clone()),
        by: AnsweredBy::ServiceName,
    };
    Service {
        id: ServiceId::new(format!("docker/shop/{name}")),
        group: Some("shop".into()),
        name: name.into(),
        kind: ServiceKind::Compose,
        desired: None,
        reported_running: None,
        instances: vec![instance(name)],
        failing_since: None,
        deployments: Vec::new(),
        answers: vec![answer],
        mentions: Vec::new(),
        networks: BTreeSet::from([network]),
        facts: Vec::new(),
    }
}

/// That `address` stands in the variable `key`.
pub(crate) fn mention(key: &str, address: Address) -> Mention {
    Mention { via: Via::Environment, place: Place::at(key), target: Target::Address(address) }
}

/// What a source with those services shows.
pub(crate) fn snapshot(source: &str, services: Vec<Service>) -> Snapshot {
    Snapshot {
        source: SourceId::new(source),
        taken: ago(0),
        services: services.into_iter().map(Arc::new).collect(),
        gateways: Vec::new(),
        events: Vec::new(),
        gaps: Vec::new(),
        flows: Vec::new(),
        watched: Vec::new(),
        progress: Vec::new(),
    }
}

/// An estate of one source with those services.
pub(crate) fn inventory(services: Vec<Service>) -> Inventory {
    let mut inventory = Inventory::default();
    inventory.replace(Arc::new(snapshot("docker", services)));
    inventory
}

/// The id of the service `shop/name`.
pub(crate) fn id(name: &str) -> ServiceId {
    ServiceId::new(format!("docker/shop/{name}"))
}

/// A connection of `from` to `to`, last seen that many seconds ago.
pub(crate) fn flow(from: &str, to: &str, verdict: Verdict, seconds: i64) -> Flow {
    let sighting = Sighting {
        from: End::Service(id(from)),
        to: End::Service(id(to)),
        port: Some(5432),
        by: SeenBy::Socket,
        verdict,
        place: format!("{from}-1").into(),
    };
    Flow { sighting, first: ago(seconds + 60), last: ago(seconds) }
}

/// The same estate, where those connections were seen and those services are watched since so many seconds ago.
pub(crate) fn seeing(services: Vec<Service>, flows: Vec<Flow>, watched: &[(&str, i64)]) -> Inventory {
    let mut inventory = inventory(services);
    let Some(mut snapshot) = inventory.snapshots().next().cloned() else { return inventory };
    // It was looked at before, for long enough to know what is never seen.
    inventory.replace(Arc::new(Snapshot { taken: ago(3_600), ..snapshot.clone() }));
    snapshot.flows = flows;
    let watch = |(name, since): &(&str, i64)| Watched { service: id(name), since: ago(*since) };
    snapshot.watched = watched.iter().map(watch).collect();
    inventory.replace(Arc::new(snapshot));
    inventory
}
