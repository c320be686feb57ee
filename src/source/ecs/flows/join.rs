//! Conversion of flow log records to connections between services.
//!
//! Flow logs record a connection at both ends and in both directions. The result contains each connection
//! once, from the end that opened it to the end that listens. This module does no I/O.

use super::{
    address_owners::{AddressOwner, AddressOwners},
    record::{FlowLogLine, FlowRecord, Socket},
};
use crate::model::{
    Address, ConnectionEnd, ConnectionKey, ConnectionOutcome, FIRST_EPHEMERAL_PORT, Host, MonitoredService,
    ObservationMethod, ObservedConnection, ServiceId, Text, Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Maximum number of external targets that Portolan keeps for each calling service. A target is an address
/// with port and outcome. The targets with the most connections stay.
const MAX_EXTERNAL_TARGETS: usize = 20;

/// Ports above 1023 at which well-known products listen. Portolan first looks for the called end of a
/// connection by TCP flags, by the known listening ports of services, and by ports below 1024. If none of
/// these decides, and only one end has a port in this table, it is the called end. A connection whose TCP
/// flags contradict these ports is dropped (`looks_like_reply`).
const PRODUCT_PORTS: [u16; 22] = [
    1433, 1521, 2181, 2379, 3000, 3306, 4317, 4318, 5432, 5671, 5672, 6379, 8000, 8080, 8443, 9042, 9090,
    9092, 9200, 11_211, 27_017, 50_051,
];

/// One end of a connection, with the service that had the address of this end at the time; `None` for an
/// unknown service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Peer {
    socket: Socket,
    service: Option<ServiceId>,
}

/// Merged records of one connection. In the map of connections, the key holds the two ends in sorted order,
/// so the first end is not always the opener.
#[derive(Clone, Debug)]
struct MergedConnection {
    rejected: bool,
    /// Number of records that show the first end as the opener, and number of records that show the second
    /// end.
    opened_votes: (usize, usize),
    /// Start of the first record and end of the last, UTC.
    span: (Timestamp, Timestamp),
}

/// Connections in flow log lines, and the services that the flow logs monitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedConnections {
    /// Connections, each with the times at which it was first and last seen.
    pub connections: Vec<ObservedConnection>,
    /// Services with an interface that a flow log monitors.
    pub monitored: Vec<MonitoredService>,
}

/// Converts flow log lines to connections between services. The lines are from the log group `place`.
/// `owners` finds the service that had an address.
pub(super) fn join_lines(
    lines: &[FlowLogLine],
    mut owners: AddressOwners,
    place: &str,
) -> ObservedConnections {
    let mut watched: BTreeMap<ServiceId, Timestamp> = BTreeMap::new();
    for line in lines {
        let Some((service, from)) = recording_service(line, &mut owners) else { continue };
        let since = watched.entry(service).or_insert(from);
        *since = (*since).min(from);
    }
    let mut connections: BTreeMap<(u8, Peer, Peer), MergedConnection> = BTreeMap::new();
    for line in lines {
        if let FlowLogLine::Traffic(record) = line
            && record.is_connection_protocol()
        {
            merge_record(record, &owners, &mut connections);
        }
    }
    let flows = to_connections(&connections, &owners, &Text::new(place));
    let watched = watched.into_iter().map(|(service, since)| MonitoredService { service, since }).collect();
    ObservedConnections { connections: flows, monitored: watched }
}

/// Returns the service whose interface recorded the line, and the start of the record. Returns `None` if the
/// service is unknown.
///
/// If the line shows an address of that service, adds the address to `owners`.
fn recording_service(line: &FlowLogLine, owners: &mut AddressOwners) -> Option<(ServiceId, Timestamp)> {
    let (interface, owner) = match line {
        FlowLogLine::Traffic(record) => (&record.interface, &record.recorded_by),
        FlowLogLine::NoData { interface, recorded_by: owner, .. } => (interface, owner),
    };
    let from_task = owner.as_ref().and_then(|owner| owners.service_of(owner));
    let service = from_task.or_else(|| {
        interface.as_ref().and_then(|interface| owners.services_by_interface.get(interface).cloned())
    });
    match line {
        FlowLogLine::NoData { from, .. } => Some((service?, *from)),
        FlowLogLine::Traffic(record) => {
            let own =
                record.is_outbound.map(|outward| if outward { record.source.0 } else { record.target.0 });
            if let (Some(service), Some(own)) = (&service, own) {
                owners.add_lease(own, service, record.time_span);
            }
            let by_address = |own| match owners.owner_at(own, record.time_span, None) {
                AddressOwner::Service(service) => Some(service.clone()),
                AddressOwner::Ambiguous | AddressOwner::Unknown => None,
            };
            Some((service.or_else(|| by_address(own?))?, record.time_span.0))
        }
    }
}

/// Merges a record into its connection. Skips a record with an address that has no clear owner.
fn merge_record(
    record: &FlowRecord,
    owners: &AddressOwners,
    connections: &mut BTreeMap<(u8, Peer, Peer), MergedConnection>,
) {
    let hint = record
        .recorded_by
        .as_ref()
        .and_then(|owner| owners.service_of(owner))
        .or_else(|| owners.services_by_interface.get(record.interface.as_ref()?).cloned());
    let peer = |socket: Socket| {
        let service = match owners.owner_at(socket.0, record.time_span, hint.as_ref()) {
            AddressOwner::Service(service) => Some(service.clone()),
            AddressOwner::Unknown => None,
            // Skip the record. If this end became a plain address, Portolan would later mistake it for the
            // service that has this address at that later time.
            AddressOwner::Ambiguous => return None,
        };
        Some(Peer { socket, service })
    };
    let (Some(source), Some(target)) = (peer(record.source), peer(record.target)) else { return };
    let forward = source <= target;
    let (first, second) = if forward { (source, target) } else { (target, source) };
    let connection = connections.entry((record.protocol, first, second)).or_insert_with(|| {
        MergedConnection { rejected: false, opened_votes: (0, 0), span: record.time_span }
    });
    connection.rejected |= record.rejected;
    connection.span = (connection.span.0.min(record.time_span.0), connection.span.1.max(record.time_span.1));
    if let Some(opens) = record.source_opened() {
        let votes =
            if opens == forward { &mut connection.opened_votes.0 } else { &mut connection.opened_votes.1 };
        *votes += 1;
    }
}

/// Converts merged connections to the type of the model, one for each pair of ends, port and outcome.
fn to_connections(
    connections: &BTreeMap<(u8, Peer, Peer), MergedConnection>,
    owners: &AddressOwners,
    place: &str,
) -> Vec<ObservedConnection> {
    let mut callers: BTreeMap<Socket, BTreeSet<Socket>> = BTreeMap::new();
    for (_, first, second) in connections.keys() {
        callers.entry(first.socket).or_default().insert(second.socket);
        callers.entry(second.socket).or_default().insert(first.socket);
    }
    let peer_count = |socket: &Socket| callers.get(socket).map_or(0, BTreeSet::len);
    let mut found: BTreeMap<ConnectionKey, (usize, Timestamp, Timestamp)> = BTreeMap::new();
    for ((_, first, second), connection) in connections {
        let Some(first_calls) = first_peer_opened(first, second, connection, owners, peer_count) else {
            continue;
        };
        let (from, to) = if first_calls { (first, second) } else { (second, first) };
        if !is_relevant(from, to) {
            continue;
        }
        let verdict =
            if connection.rejected { ConnectionOutcome::Rejected } else { ConnectionOutcome::Accepted };
        let key = ConnectionKey {
            from: connection_end(from),
            to: connection_end(to),
            port: Some(to.socket.1),
            observed_by: ObservationMethod::FlowLog,
            outcome: verdict,
            location: place.into(),
        };
        let (start, last) = connection.span;
        let known = found.entry(key).or_insert((0, start, last));
        *known = (known.0 + 1, known.1.min(start), known.2.max(last));
    }
    keep_busiest(&mut found);
    let flow = |(key, (_, first, last))| ObservedConnection { key, first_seen: first, last_seen: last };
    found.into_iter().map(flow).collect()
}

/// Returns true if `first` opened the connection, and false if `second` did. Returns `None` if the records
/// don't show the opener, or if their TCP flags contradict the ports.
fn first_peer_opened(
    first: &Peer,
    second: &Peer,
    connection: &MergedConnection,
    owners: &AddressOwners,
    peer_count: impl Fn(&Socket) -> usize,
) -> Option<bool> {
    let (a, b) = (first.socket.1, second.socket.1);
    match connection.opened_votes {
        (1.., 0) => return (!looks_like_reply(a, b)).then_some(true),
        (0, 1..) => return (!looks_like_reply(b, a)).then_some(false),
        _ => {}
    }
    let listens =
        |peer: &Peer| peer.service.as_ref().is_some_and(|service| owners.listens_on(service, peer.socket.1));
    let system = |port: u16| port < 1024;
    let fixed = |port: u16| port < FIRST_EPHEMERAL_PORT;
    let called = exclusive(listens(first), listens(second))
        .or_else(|| exclusive(system(a), system(b)))
        .or_else(|| exclusive(is_known_port(a), is_known_port(b)))
        .or_else(|| exclusive(fixed(a), fixed(b)))
        .or_else(|| {
            // If both ports are unknown, the end with more peers listens.
            let (a, b) = (peer_count(&first.socket), peer_count(&second.socket));
            exclusive(a > b, b > a)
        })
        .or_else(|| if fixed(a) { exclusive(a < b, b < a) } else { None })?;
    Some(!called)
}

/// Returns true if packets from the port `from` to the port `to` look like replies, because `from` is a known
/// port and `to` an ephemeral one.
///
/// If the TCP flags name the sender of such packets as the opener, flags and ports contradict each other.
/// Portolan then drops the connection, because a wrong edge is worse than none.
fn looks_like_reply(from: u16, to: u16) -> bool {
    is_known_port(from) && to >= FIRST_EPHEMERAL_PORT
}

/// Returns true if `port` is a system port or the port of a well-known product.
fn is_known_port(port: u16) -> bool {
    port < 1024 || PRODUCT_PORTS.contains(&port)
}

/// Returns true if only `first` is true, and false if only `second` is. Returns `None` otherwise.
fn exclusive(first: bool, second: bool) -> Option<bool> {
    (first != second).then_some(first)
}

/// Returns true if a connection belongs in the result: at least one end is a service, the ends are not the
/// same service, and the target is the address of one host other than loopback. A connection that no service
/// opened must come from a private address.
fn is_relevant(from: &Peer, to: &Peer) -> bool {
    let is_host = |ip: IpAddr| !ip.is_multicast() && !ip.is_unspecified() && !ip.is_loopback();
    let known = from.service.is_some() || (to.service.is_some() && is_private(from.socket.0));
    known && from.service != to.service && is_host(to.socket.0) && !is_broadcast(to.socket.0)
}

fn is_broadcast(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.is_broadcast())
}

/// Returns true if the address is in a private network.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            // VPCs may also use 100.64.0.0/10 (RFC 6598).
            let [a, b, ..] = ip.octets();
            ip.is_private() || ip.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

fn connection_end(peer: &Peer) -> ConnectionEnd {
    match &peer.service {
        Some(service) => ConnectionEnd::Service(service.clone()),
        None => ConnectionEnd::Address(Address { scheme: None, host: Host::Ip(peer.socket.0), port: None }),
    }
}

/// Keeps only the [`MAX_EXTERNAL_TARGETS`] busiest external targets of each service, because a crawler
/// calls thousands of addresses.
fn keep_busiest(found: &mut BTreeMap<ConnectionKey, (usize, Timestamp, Timestamp)>) {
    let mut outside: BTreeMap<ConnectionEnd, Vec<(usize, ConnectionKey)>> = BTreeMap::new();
    for (key, (count, ..)) in &*found {
        if matches!(key.to, ConnectionEnd::Address(_)) {
            outside.entry(key.from.clone()).or_default().push((*count, key.clone()));
        }
    }
    for (_, mut all) in outside {
        all.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
        for (_, key) in all.into_iter().skip(MAX_EXTERNAL_TARGETS) {
            found.remove(&key);
        }
    }
}
