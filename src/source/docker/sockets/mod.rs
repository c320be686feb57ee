//! Connections of local containers, seen in the kernel's socket tables: nothing is asked of the engine for it, and
//! nothing is run in a container.

mod join;
mod read;
mod table;

use super::decode::Seen;
use crate::model::{
    Address, End, Flow, Host, SeenBy, ServiceId, Sighting, SourceId, State, Timestamp, Verdict, Watched,
};
use join::{Call, Callee};
use std::{collections::BTreeMap, sync::Arc};

/// What was seen of the connections at one look.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic {
    /// The connections.
    pub(super) flows: Vec<Flow>,
    /// The services all of whose running containers could be read.
    pub(super) watched: Vec<Watched>,
}

/// The connections of those containers now. Reads files, so it belongs on a thread that may wait.
pub(super) fn traffic(source: &SourceId, seen: &[Arc<Seen>], now: Timestamp) -> Traffic {
    let namespaces = read::namespaces(seen);
    let published: BTreeMap<u16, usize> = seen
        .iter()
        .enumerate()
        .flat_map(|(place, s)| s.network.published.iter().map(move |port| (*port, place)))
        .collect();
    let calls = join::calls(&namespaces, &published, &read::host_ips());
    let mut flows: Vec<_> = calls.into_iter().map(|call| flow(source, seen, &call, now)).collect();
    flows.sort_by(|a, b| a.sighting.cmp(&b.sighting));
    flows.dedup();
    let readable: Vec<usize> =
        namespaces.iter().flat_map(|n| n.members.iter().map(|member| member.container)).collect();
    Traffic { flows, watched: watched(source, seen, &readable, now) }
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
        place: from.name.clone(),
    };
    Flow { sighting, first: now, last: now }
}

/// The services of which every running container could be read.
fn watched(source: &SourceId, seen: &[Arc<Seen>], readable: &[usize], now: Timestamp) -> Vec<Watched> {
    let mut services: BTreeMap<ServiceId, bool> = BTreeMap::new();
    for (place, container) in seen.iter().enumerate() {
        if container.instance.state == State::Running {
            *services.entry(container.owner.id(source)).or_insert(true) &= readable.contains(&place);
        }
    }
    let all = services.into_iter().filter(|(_, all)| *all);
    all.map(|(service, _)| Watched { service, since: now }).collect()
}
