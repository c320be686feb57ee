//! Who can reach which container by what name: the answers of each container, and the networks in which it asks.

use super::decode::{Endpoint, Seen};
use crate::model::{Answer, AnsweredBy, Host, NetworkId, Scope, SourceId};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The name by which containers reach the ports of their host.
const HOST_NAME: &str = "host.docker.internal";

/// What each container, by id, answers to, and where it is a member.
#[derive(Debug, Default)]
pub(super) struct Reach {
    answers: BTreeMap<String, BTreeSet<Answer>>,
    networks: BTreeMap<String, BTreeSet<NetworkId>>,
}

impl Reach {
    /// What those containers answer to.
    pub(super) fn answers<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Vec<Answer> {
        let all: BTreeSet<_> = ids.filter_map(|id| self.answers.get(id)).flatten().cloned().collect();
        all.into_iter().collect()
    }

    /// The networks of which those containers are members.
    pub(super) fn networks<'a>(&self, ids: impl Iterator<Item = &'a str>) -> BTreeSet<NetworkId> {
        ids.filter_map(|id| self.networks.get(id)).flatten().cloned().collect()
    }
}

/// The reach of every container.
pub(super) fn of(source: &SourceId, seen: &[Arc<Seen>]) -> Reach {
    let mut reach = Reach::default();
    for container in seen {
        let answers = reach.answers.entry(container.id.clone()).or_default();
        answers.extend(container.network.endpoints.iter().flat_map(|e| on(source, e, None)));
        answers.extend(on_host(source, container));
        reach.networks.insert(container.id.clone(), member(source, container));
    }
    for container in seen {
        share(source, container, seen, &mut reach);
        for (rank, link) in container.network.links.iter().enumerate() {
            // A link's names are for the linking container alone: as if the two had a network to themselves.
            let scope = NetworkId::of(source, &format!("link:{}:{rank}", container.id));
            let Some(target) = seen.iter().find(|s| s.name == link.container) else { continue };
            let named = |name: &str, by| Some(answer(Host::parse(name)?, None, &scope, by));
            let answers = reach.answers.entry(target.id.clone()).or_default();
            answers.extend(named(&link.container, AnsweredBy::ContainerName));
            if link.alias != link.container {
                answers.extend(named(&link.alias, AnsweredBy::Alias));
            }
            reach.networks.entry(container.id.clone()).or_default().insert(scope);
        }
    }
    reach
}

/// What an endpoint answers to, at that port or at all.
fn on(source: &SourceId, endpoint: &Endpoint, port: Option<u16>) -> Vec<Answer> {
    let network = NetworkId::of(source, &endpoint.network);
    let named = |(name, by): (&String, &AnsweredBy)| Some(answer(Host::parse(name)?, port, &network, *by));
    let names = endpoint.names.iter().filter_map(named);
    let ips =
        endpoint.ips.iter().map(|ip| answer(Host::Ip(*ip), port, &network, AnsweredBy::InstanceAddress));
    names.chain(ips).collect()
}

/// The host's ports that lead to the container.
fn on_host(source: &SourceId, container: &Seen) -> Vec<Answer> {
    let network = &container.network;
    let scope = host(source);
    let ports = if network.host { &network.exposed } else { &network.published };
    let at = |port: &u16| {
        Some(answer(Host::parse(HOST_NAME)?, Some(*port), &scope, AnsweredBy::PublishedPort))
    };
    ports.iter().filter_map(at).collect()
}

/// Where the container is a member by itself: its networks, and the host's, which all but isolated ones can reach.
fn member(source: &SourceId, container: &Seen) -> BTreeSet<NetworkId> {
    let network = &container.network;
    let own = network.endpoints.iter().map(|e| NetworkId::of(source, &e.network));
    let mut member: BTreeSet<_> = own.collect();
    if network.host || !member.is_empty() {
        member.insert(host(source));
    }
    member
}

/// A container that uses another's network is a member where that one is, and answers there at its own ports.
fn share(source: &SourceId, container: &Seen, seen: &[Arc<Seen>], reach: &mut Reach) {
    let Some(lender) = &container.network.shares else { return };
    let Some(lender) = seen.iter().find(|s| s.id == *lender || s.name == *lender) else { return };
    let places = member(source, lender);
    reach.networks.entry(container.id.clone()).or_default().extend(places);
    let ports = container.network.exposed.difference(&lender.network.exposed);
    let lent =
        ports.flat_map(|port| lender.network.endpoints.iter().flat_map(|e| on(source, e, Some(*port))));
    let lent: Vec<_> = lent.collect();
    reach.answers.entry(container.id.clone()).or_default().extend(lent);
}

fn host(source: &SourceId) -> NetworkId {
    NetworkId::of(source, "host")
}

fn answer(host: Host, port: Option<u16>, scope: &NetworkId, by: AnsweredBy) -> Answer {
    Answer { host, port, scope: Scope::Network(scope.clone()), by }
}
