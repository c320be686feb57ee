//! Connections of containers, seen in the kernel's socket tables. On this machine they are read from `/proc`: nothing is
//! asked of the engine for it, and nothing is run in a container. On others `cat` is run inside, where that is allowed.

mod cache;
mod inside;
mod join;
mod read;
mod table;

pub(super) use cache::Cache;

use super::{connect::Engine, decode::Seen, reach::Listening};
use crate::model::{
    Address, End, Flow, Host, SeenBy, ServiceId, Sighting, SourceId, State, Timestamp, Verdict, Watched,
};
use join::{Call, Callee, Namespace, Published};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
};

/// What was seen of the connections at one look.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic {
    /// The connections.
    pub(super) flows: Vec<Flow>,
    /// The services all of whose running containers could be read.
    pub(super) watched: Vec<Watched>,
    /// The ports on which containers listen that share their namespace with others.
    pub(super) listening: Listening,
}

/// The connections of those containers now. Reads files, so it belongs on a thread that may wait.
pub(super) fn here(source: &SourceId, seen: &[Arc<Seen>], cache: &mut Cache, now: Timestamp) -> Traffic {
    traffic(source, seen, &read::namespaces(seen, cache), &read::host_ips(), now)
}

/// The same for containers of an engine elsewhere, by running `cat` in each.
pub(super) async fn elsewhere(engine: &Engine, source: &SourceId, seen: &[Arc<Seen>]) -> Traffic {
    let namespaces = inside::namespaces(engine, seen).await;
    traffic(source, seen, &namespaces, &BTreeSet::new(), Timestamp::now())
}

fn traffic(
    source: &SourceId,
    seen: &[Arc<Seen>],
    namespaces: &[Namespace],
    host_ips: &BTreeSet<IpAddr>,
    now: Timestamp,
) -> Traffic {
    let published: BTreeMap<u16, Published> = seen
        .iter()
        .enumerate()
        .flat_map(|(place, s)| {
            let ports = s.network.published.iter();
            ports.map(move |(outside, inside)| (*outside, Published { container: place, port: *inside }))
        })
        .collect();
    let calls = join::calls(namespaces, &published, host_ips);
    let mut flows: Vec<_> = calls.into_iter().map(|call| flow(source, seen, &call, now)).collect();
    flows.sort_by(|a, b| a.sighting.cmp(&b.sighting));
    flows.dedup();
    let readable: BTreeSet<usize> =
        namespaces.iter().flat_map(|n| n.members.iter().map(|member| member.container)).collect();
    Traffic { flows, watched: watched(source, seen, &readable, now), listening: listening(seen, namespaces) }
}

/// The ports on which the members of shared namespaces listen, by the containers' ids.
fn listening(seen: &[Arc<Seen>], namespaces: &[Namespace]) -> Listening {
    let shared = namespaces.iter().filter(|namespace| namespace.host || namespace.members.len() > 1);
    let mut all = Listening::new();
    for ((_, port), container) in shared.flat_map(join::listening) {
        if let Some(container) = container {
            all.entry(seen[container].id.clone()).or_default().insert(port);
        }
    }
    all
}

fn flow(source: &SourceId, seen: &[Arc<Seen>], call: &Call, now: Timestamp) -> Flow {
    let to = match &call.to {
        Callee::Container(place) => End::Service(seen[*place].owner.id(source)),
        Callee::Address(ip) => {
            End::Address(Address { scheme: None, host: Host::Ip(*ip), port: Some(call.port) })
        }
    };
    let from = &seen[call.from];
    let sighting = Sighting {
        from: End::Service(from.owner.id(source)),
        to,
        port: Some(call.port),
        by: SeenBy::Socket,
        verdict: Verdict::Accepted,
        place: from.name.clone().into(),
    };
    Flow { sighting, first: now, last: now }
}

/// The services of which every running container could be read.
fn watched(
    source: &SourceId,
    seen: &[Arc<Seen>],
    readable: &BTreeSet<usize>,
    now: Timestamp,
) -> Vec<Watched> {
    let mut services: BTreeMap<ServiceId, bool> = BTreeMap::new();
    for (place, container) in seen.iter().enumerate() {
        if container.instance.state == State::Running && !container.owner.hidden {
            *services.entry(container.owner.id(source)).or_insert(true) &= readable.contains(&place);
        }
    }
    let all = services.into_iter().filter(|(_, all)| *all);
    all.map(|(service, _)| Watched { service, since: now }).collect()
}
