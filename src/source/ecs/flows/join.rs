//! From records to connections between services: each is seen from both ends and in both directions, and told once,
//! from who opened it to who listens. Pure.

use super::{
    record::{Line, Record, Socket},
    tenants::{Tenants, Who},
};
use crate::model::{
    Address, End, Flow, Host, SeenBy, ServiceId, Sighting, Text, Timestamp, Verdict, Watched,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Of how many addresses that are no service's a service's calls are kept: those with the most connections.
const OUTSIDE: usize = 20;

/// The first port of those that Linux gives to connections that are opened.
const EPHEMERAL: u16 = 32_768;

/// Ports above 1023 at which well-known products listen: such an end is called, if the other is none of them.
const WELL_KNOWN: [u16; 22] = [
    1433, 1521, 2181, 2379, 3000, 3306, 4317, 4318, 5432, 5671, 5672, 6379, 8000, 8080, 8443, 9042, 9090,
    9092, 9200, 11_211, 27_017, 50_051,
];

/// One end of a connection, and whose it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Party {
    socket: Socket,
    service: Option<ServiceId>,
}

/// A connection as its records tell of it together. Its ends have an order that says nothing.
#[derive(Clone, Debug)]
struct Connection {
    rejected: bool,
    /// How many records say that the first end opened it, and the second.
    opened: (usize, usize),
    span: (Timestamp, Timestamp),
}

/// What the lines of one log group tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The connections.
    pub flows: Vec<Flow>,
    /// Whose interfaces were recorded.
    pub watched: Vec<Watched>,
}

/// Joins the lines of the log group `place` to who had the addresses.
pub(super) fn join(lines: &[Line], mut tenants: Tenants, place: &str) -> Told {
    let mut watched: BTreeMap<ServiceId, Timestamp> = BTreeMap::new();
    for line in lines {
        let Some((service, from)) = recorder(line, &mut tenants) else { continue };
        let since = watched.entry(service).or_insert(from);
        *since = (*since).min(from);
    }
    let mut connections: BTreeMap<(u8, Party, Party), Connection> = BTreeMap::new();
    for line in lines {
        if let Line::Traffic(record) = line
            && record.connects()
        {
            note(record, &tenants, &mut connections);
        }
    }
    let flows = sightings(&connections, &tenants, &Text::new(place));
    let watched = watched.into_iter().map(|(service, since)| Watched { service, since }).collect();
    Told { flows, watched }
}

/// The service whose interface recorded the line, and since when. What the line tells of its address is noted.
fn recorder(line: &Line, tenants: &mut Tenants) -> Option<(ServiceId, Timestamp)> {
    let (interface, owner) = match line {
        Line::Traffic(record) => (&record.interface, &record.owner),
        Line::Quiet { interface, owner, .. } => (interface, owner),
    };
    let told = owner.as_ref().and_then(|owner| tenants.named(owner));
    let service =
        told.or_else(|| interface.as_ref().and_then(|interface| tenants.interfaces.get(interface).cloned()));
    match line {
        Line::Quiet { from, .. } => Some((service?, *from)),
        Line::Traffic(record) => {
            let own = record.outward.map(|outward| if outward { record.source.0 } else { record.target.0 });
            if let (Some(service), Some(own)) = (&service, own) {
                tenants.told(own, service, record.span);
            }
            let by_address = |own| match tenants.at(own, record.span, None) {
                Who::Service(service) => Some(service.clone()),
                Who::Unsure | Who::Nobody => None,
            };
            Some((service.or_else(|| by_address(own?))?, record.span.0))
        }
    }
}

/// Adds a record to its connection.
fn note(record: &Record, tenants: &Tenants, connections: &mut BTreeMap<(u8, Party, Party), Connection>) {
    let hint = record
        .owner
        .as_ref()
        .and_then(|owner| tenants.named(owner))
        .or_else(|| tenants.interfaces.get(record.interface.as_ref()?).cloned());
    let party = |socket: Socket| {
        let service = match tenants.at(socket.0, record.span, hint.as_ref()) {
            Who::Service(service) => Some(service.clone()),
            Who::Nobody => None,
            // Told as an address it would be taken for whoever has it now.
            Who::Unsure => return None,
        };
        Some(Party { socket, service })
    };
    let (Some(source), Some(target)) = (party(record.source), party(record.target)) else { return };
    let forward = source <= target;
    let (first, second) = if forward { (source, target) } else { (target, source) };
    let connection = connections.entry((record.protocol, first, second)).or_insert_with(|| Connection {
        rejected: false,
        opened: (0, 0),
        span: record.span,
    });
    connection.rejected |= record.rejected;
    connection.span = (connection.span.0.min(record.span.0), connection.span.1.max(record.span.1));
    if let Some(opens) = record.opens() {
        let votes = if opens == forward { &mut connection.opened.0 } else { &mut connection.opened.1 };
        *votes += 1;
    }
}

/// The sightings that the connections are, each once, from first to last.
fn sightings(
    connections: &BTreeMap<(u8, Party, Party), Connection>,
    tenants: &Tenants,
    place: &str,
) -> Vec<Flow> {
    let mut callers: BTreeMap<Socket, BTreeSet<Socket>> = BTreeMap::new();
    for (_, first, second) in connections.keys() {
        callers.entry(first.socket).or_default().insert(second.socket);
        callers.entry(second.socket).or_default().insert(first.socket);
    }
    let fans = |socket: &Socket| callers.get(socket).map_or(0, BTreeSet::len);
    let mut found: BTreeMap<Sighting, (usize, Timestamp, Timestamp)> = BTreeMap::new();
    for ((_, first, second), connection) in connections {
        let Some(first_calls) = direction(first, second, connection, tenants, fans) else { continue };
        let (from, to) = if first_calls { (first, second) } else { (second, first) };
        if !counts(from, to) {
            continue;
        }
        let verdict = if connection.rejected { Verdict::Rejected } else { Verdict::Accepted };
        let sighting = Sighting {
            from: end(from),
            to: end(to),
            port: Some(to.socket.1),
            by: SeenBy::FlowLog,
            verdict,
            place: place.into(),
        };
        let (start, last) = connection.span;
        let known = found.entry(sighting).or_insert((0, start, last));
        *known = (known.0 + 1, known.1.min(start), known.2.max(last));
    }
    leave_out_the_many(&mut found);
    let flow = |(sighting, (_, first, last))| Flow { sighting, first, last };
    found.into_iter().map(flow).collect()
}

/// Whether the first end opened the connection; none where nothing tells.
fn direction(
    first: &Party,
    second: &Party,
    connection: &Connection,
    tenants: &Tenants,
    fans: impl Fn(&Socket) -> usize,
) -> Option<bool> {
    let (a, b) = (first.socket.1, second.socket.1);
    match connection.opened {
        (1.., 0) => return (!is_reply(a, b)).then_some(true),
        (0, 1..) => return (!is_reply(b, a)).then_some(false),
        _ => {}
    }
    let listens = |party: &Party| {
        party.service.as_ref().is_some_and(|service| tenants.listens(service, party.socket.1))
    };
    let system = |port: u16| port < 1024;
    let fixed = |port: u16| port < EPHEMERAL;
    let called = one(listens(first), listens(second))
        .or_else(|| one(system(a), system(b)))
        .or_else(|| one(is_known(a), is_known(b)))
        .or_else(|| one(fixed(a), fixed(b)))
        .or_else(|| {
            // Of two ports of which nothing is known, the one with several callers is the one that listens.
            let (a, b) = (fans(&first.socket), fans(&second.socket));
            one(a > b, b > a)
        })
        .or_else(|| if fixed(a) { one(a < b, b < a) } else { None })?;
    Some(!called)
}

/// Whether a connection that is said to go between those ports looks like the replies to one the other way: from where
/// something is known to listen to a port that was given at random. Then the flags and the ports contradict each other,
/// and a wrong line is worse than none.
fn is_reply(from: u16, to: u16) -> bool {
    is_known(from) && to >= EPHEMERAL
}

/// Whether something is known to listen at ports of that number.
fn is_known(port: u16) -> bool {
    port < 1024 || WELL_KNOWN.contains(&port)
}

/// Whether the first of the two has it, where only one has.
fn one(first: bool, second: bool) -> Option<bool> {
    (first != second).then_some(first)
}

/// Whether a connection is worth telling: one of a service, to another, that nobody on the internet opened.
fn counts(from: &Party, to: &Party) -> bool {
    let is_host = |ip: IpAddr| !ip.is_multicast() && !ip.is_unspecified() && !ip.is_loopback();
    let known = from.service.is_some() || (to.service.is_some() && is_private(from.socket.0));
    known && from.service != to.service && is_host(to.socket.0) && !is_broadcast(to.socket.0)
}

fn is_broadcast(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.is_broadcast())
}

/// Whether the address is one of a private network.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            // 100.64.0.0/10 too, which VPCs may use (RFC 6598).
            let [a, b, ..] = ip.octets();
            ip.is_private() || ip.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

fn end(party: &Party) -> End {
    match &party.service {
        Some(service) => End::Service(service.clone()),
        None => End::Address(Address { scheme: None, host: Host::Ip(party.socket.0), port: None }),
    }
}

/// Leaves out all but the busiest of the addresses that are no service's, for each service that calls them: a crawler
/// calls thousands.
fn leave_out_the_many(found: &mut BTreeMap<Sighting, (usize, Timestamp, Timestamp)>) {
    let mut outside: BTreeMap<End, Vec<(usize, Sighting)>> = BTreeMap::new();
    for (sighting, (count, ..)) in &*found {
        if matches!(sighting.to, End::Address(_)) {
            outside.entry(sighting.from.clone()).or_default().push((*count, sighting.clone()));
        }
    }
    for (_, mut all) in outside {
        all.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
        for (_, sighting) in all.into_iter().skip(OUTSIDE) {
            found.remove(&sighting);
        }
    }
}
