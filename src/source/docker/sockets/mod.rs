//! Connections of containers, observed in the kernel's socket tables. On this machine Portolan reads them
//! from `/proc`, without a call to the engine or a process in the container. On other machines it runs `cat`
//! in one container of each network namespace, if the configuration allows it.

mod cache;
mod exec;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
mod connections;
mod procfs;
mod table;

pub(super) use cache::SocketCache;

use super::{decode::ContainerRecord, engine::client::Engine};
use crate::model::{
    Address, ConnectionEnd, ConnectionKey, ConnectionOutcome, Host, InstanceState, MonitoredService,
    ObservationMethod, ObservedConnection, ServiceId, SourceId, Timestamp,
};
use connections::{ConnectionTarget, PublishedPort, SocketConnection, SocketNamespace};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
};

/// Ports on which containers listen, by container id. Contains only containers that share a network namespace
/// with other containers or with the host.
pub(super) type SharedNamespacePorts = BTreeMap<String, BTreeSet<u16>>;

/// Connections observed in one poll.
#[derive(Clone, Debug, Default)]
pub(super) struct SocketObservations {
    /// Observed connections of containers, without duplicates.
    pub(super) connections: Vec<ObservedConnection>,
    /// Services for which the sockets of all running containers were readable.
    pub(super) monitored: Vec<MonitoredService>,
    /// Listening ports of the containers in shared namespaces.
    pub(super) listening_ports: SharedNamespacePorts,
}

/// Observes the connections of containers on this machine. Blocks while it reads files. `is_only_poll` is
/// true if no later poll reads what this one leaves out.
pub(super) fn observe_local(
    source: &SourceId,
    records: &[Arc<ContainerRecord>],
    (cache, is_only_poll): (&mut SocketCache, bool),
    now: Timestamp,
) -> SocketObservations {
    build_observations(
        source,
        records,
        &procfs::local_namespaces(records, cache, is_only_poll),
        &procfs::host_addresses(),
        now,
    )
}

/// Observes the connections of containers on another machine by running `cat` in one container of each
/// network namespace.
pub(super) async fn observe_by_exec(
    engine: &Engine,
    source: &SourceId,
    records: &[Arc<ContainerRecord>],
) -> SocketObservations {
    let namespaces = exec::exec_namespaces(engine, records).await;
    build_observations(source, records, &namespaces, &BTreeSet::new(), Timestamp::now())
}

fn build_observations(
    source: &SourceId,
    records: &[Arc<ContainerRecord>],
    namespaces: &[SocketNamespace],
    host_addresses: &BTreeSet<IpAddr>,
    now: Timestamp,
) -> SocketObservations {
    let published: BTreeMap<u16, PublishedPort> = records
        .iter()
        .enumerate()
        .flat_map(|(place, s)| {
            let ports = s.network.published_ports.iter();
            ports.map(move |(outside, inside)| (*outside, PublishedPort { container: place, port: *inside }))
        })
        .collect();
    let calls = connections::find_connections(namespaces, &published, host_addresses);
    let mut flows: Vec<_> =
        calls.into_iter().map(|call| observed_connection(source, records, &call, now)).collect();
    flows.sort_by(|a, b| a.key.cmp(&b.key));
    flows.dedup();
    let readable: BTreeSet<usize> =
        namespaces.iter().flat_map(|n| n.members.iter().map(|member| member.container)).collect();
    SocketObservations {
        connections: flows,
        monitored: monitored_services(source, records, &readable, now),
        listening_ports: listening_ports(records, namespaces),
    }
}

/// Returns the listening ports of containers that share a namespace, by container id.
fn listening_ports(records: &[Arc<ContainerRecord>], namespaces: &[SocketNamespace]) -> SharedNamespacePorts {
    let shared = namespaces.iter().filter(|namespace| namespace.is_host || namespace.members.len() > 1);
    let mut all = SharedNamespacePorts::new();
    for ((_, port), container) in shared.flat_map(connections::namespace_listeners) {
        if let Some(container) = container {
            all.entry(records[container].id.clone()).or_default().insert(port);
        }
    }
    all
}

fn observed_connection(
    source: &SourceId,
    records: &[Arc<ContainerRecord>],
    call: &SocketConnection,
    now: Timestamp,
) -> ObservedConnection {
    let to = match &call.to {
        ConnectionTarget::Container(place) => ConnectionEnd::Service(records[*place].owner.id(source)),
        ConnectionTarget::Address(ip) => {
            ConnectionEnd::Address(Address { scheme: None, host: Host::Ip(*ip), port: Some(call.port) })
        }
    };
    let from = &records[call.from];
    let sighting = ConnectionKey {
        from: ConnectionEnd::Service(from.owner.id(source)),
        to,
        port: Some(call.port),
        observed_by: ObservationMethod::Socket,
        outcome: ConnectionOutcome::Accepted,
        location: from.name.clone().into(),
    };
    ObservedConnection { key: sighting, first_seen: now, last_seen: now }
}

/// Returns the services for which the sockets of all running containers were readable.
fn monitored_services(
    source: &SourceId,
    records: &[Arc<ContainerRecord>],
    readable: &BTreeSet<usize>,
    now: Timestamp,
) -> Vec<MonitoredService> {
    let mut services: BTreeMap<ServiceId, bool> = BTreeMap::new();
    for (place, container) in records.iter().enumerate() {
        if container.instance.state == InstanceState::Running && !container.owner.is_pause_container {
            *services.entry(container.owner.id(source)).or_insert(true) &= readable.contains(&place);
        }
    }
    let all = services.into_iter().filter(|(_, all)| *all);
    all.map(|(service, _)| MonitoredService { service, since: now }).collect()
}
