//! Who can reach which container by what name: the answers of each container, and the networks in which it asks.

use super::decode::{Endpoint, Seen};
use crate::{
    model::{Answer, AnsweredBy, Host, NetworkId, Scope, SourceId, State},
    source::netns::{self, LOOPBACK, Listeners, Member},
    topology::Product,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The name by which containers reach the ports of their host.
const HOST_NAME: &str = "host.docker.internal";

/// The most containers in a row of which each uses the network of the next.
const MAX_LENDERS: usize = 4;

/// The ports on which containers were seen listening, by the container's id, where several share a namespace.
pub(super) type Listening = BTreeMap<String, BTreeSet<u16>>;

/// What each container, by id, answers to, and where it is a member.
#[derive(Debug, Default)]
pub(super) struct Reach {
    answers: BTreeMap<String, BTreeSet<Answer>>,
    networks: BTreeMap<String, BTreeSet<NetworkId>>,
    /// The containers that share a loopback address with others.
    neighbours: BTreeSet<String>,
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

    /// Whether the container's loopback address leads to other containers too.
    pub(super) fn has_neighbours(&self, id: &str) -> bool {
        self.neighbours.contains(id)
    }

    fn answer(&mut self, container: &Seen, answers: impl IntoIterator<Item = Answer>) {
        self.answers.entry(container.id.clone()).or_default().extend(answers);
    }

    fn join(&mut self, container: &Seen, networks: impl IntoIterator<Item = NetworkId>) {
        self.networks.entry(container.id.clone()).or_default().extend(networks);
    }
}

/// The reach of every container.
pub(super) fn of(source: &SourceId, seen: &[Arc<Seen>], listening: &Listening) -> Reach {
    let mut reach = Reach::default();
    let mut spaces: BTreeMap<Option<&str>, Vec<&Seen>> = BTreeMap::new();
    for container in seen {
        let lender = lender(container, seen);
        reach.join(container, member(source, lender));
        let space = (!lender.network.host).then_some(lender.id.as_str());
        spaces.entry(space).or_default().push(container);
    }
    let on_host = spaces.remove(&None).unwrap_or_default();
    for (space, mut members) in spaces {
        members.sort_by_key(|container| (Some(container.id.as_str()) != space, &container.id));
        share(source, &members, &on_host, listening, &mut reach);
    }
    host(source, &on_host, listening, &mut reach);
    links(source, seen, &mut reach);
    reach
}

/// The container whose network `container` uses: its own mostly.
fn lender<'a>(container: &'a Seen, seen: &'a [Arc<Seen>]) -> &'a Seen {
    let mut lender = container;
    for _ in 0..MAX_LENDERS {
        let Some(name) = &lender.network.shares else { break };
        let Some(next) = seen.iter().find(|s| s.id == *name || s.name == *name) else { break };
        lender = next;
    }
    lender
}

/// The answers of the members of one namespace, the first of which lends it.
fn share(source: &SourceId, members: &[&Seen], on_host: &[&Seen], listening: &Listening, reach: &mut Reach) {
    let Some(lender) = members.first() else { return };
    let listeners = netns::listeners(&claims(members, listening));
    let ports = NetworkId::host_ports(source);
    for (place, container) in members.iter().enumerate() {
        for port in listeners.of(place) {
            reach.answer(container, lender.network.endpoints.iter().flat_map(|e| on(source, e, port)));
        }
        let published =
            lender.network.published.iter().filter(|(_, inside)| listeners.behind(**inside) == place);
        let published: Vec<u16> = published.map(|(outside, _)| *outside).collect();
        reach.answer(container, published.iter().filter_map(|port| at_host(*port, &ports)));
        if !on_host.is_empty() {
            let scope = NetworkId::of(source, "host:loopback");
            reach.answer(container, published.iter().flat_map(|port| loopback(*port, &scope)));
        }
    }
    if members.len() > 1 {
        let scope = NetworkId::of(source, &format!("loopback:{}", lender.id));
        neighbours(members, 0, &listeners, &scope, reach);
    }
}

/// The answers of the containers in the host's network. The host itself is the one that lends it.
fn host(source: &SourceId, members: &[&Seen], listening: &Listening, reach: &mut Reach) {
    let mut all = vec![Member::default()];
    all.extend(claims(members, listening));
    let listeners = netns::listeners(&all);
    let ports = NetworkId::host_ports(source);
    for (place, container) in members.iter().enumerate() {
        reach.answer(container, listeners.known(place + 1).filter_map(|port| at_host(port, &ports)));
    }
    neighbours(members, 1, &listeners, &NetworkId::of(source, "host:loopback"), reach);
}

/// Lets `members`, whose places in the list of listeners begin at `first`, reach each other at the loopback address.
fn neighbours(members: &[&Seen], first: usize, listeners: &Listeners, scope: &NetworkId, reach: &mut Reach) {
    for (place, container) in members.iter().enumerate() {
        reach.answer(container, listeners.known(place + first).flat_map(|port| loopback(port, scope)));
        reach.join(container, [scope.clone()]);
        reach.neighbours.insert(container.id.clone());
    }
}

/// What is known of the ports of the members of one namespace. Where some run, those that don't listen on nothing.
fn claims(members: &[&Seen], listening: &Listening) -> Vec<Member> {
    let runs = |c: &Seen| matches!(c.instance.state, State::Running | State::Starting | State::Restarting);
    let any = members.iter().any(|container| runs(container));
    let claim = |container: &&Seen| {
        if any && !runs(container) {
            return Member::default();
        }
        let image = container.instance.containers.first().map(|c| c.image.as_str());
        Member {
            listening: listening.get(&container.id).cloned().unwrap_or_default(),
            exposed: container.network.exposed.clone(),
            published: container.network.published.values().copied().collect(),
            product: image.and_then(Product::of_image),
        }
    };
    members.iter().map(claim).collect()
}

/// Lets each container reach those that it has links to by the links' names.
fn links(source: &SourceId, seen: &[Arc<Seen>], reach: &mut Reach) {
    for container in seen {
        for (rank, link) in container.network.links.iter().enumerate() {
            // A link's names are for the linking container alone: as if the two had a network to themselves.
            let scope = NetworkId::of(source, &format!("link:{}:{rank}", container.id));
            let Some(target) = seen.iter().find(|s| s.name == link.container) else { continue };
            let named = |name: &str, by| Some(answer(Host::parse(name)?, None, &scope, by));
            reach.answer(target, named(&link.container, AnsweredBy::ContainerName));
            if link.alias != link.container {
                reach.answer(target, named(&link.alias, AnsweredBy::Alias));
            }
            reach.join(container, [scope]);
        }
    }
}

/// What an endpoint answers to, at that port or at all.
fn on(source: &SourceId, endpoint: &Endpoint, port: Option<u16>) -> Vec<Answer> {
    let network = NetworkId::of(source, &endpoint.network);
    let hosts = endpoint.names.iter().filter_map(|(name, by)| Some((Host::parse(name)?, *by)));
    let names = hosts.map(|(host, by)| answer(host, port, &network, by));
    let ips =
        endpoint.ips.iter().map(|ip| answer(Host::Ip(*ip), port, &network, AnsweredBy::InstanceAddress));
    names.chain(ips).collect()
}

/// The networks of a container that has its own: those, and the host's ports, which all but isolated ones can reach.
fn member(source: &SourceId, container: &Seen) -> BTreeSet<NetworkId> {
    let network = &container.network;
    let own = network.endpoints.iter().map(|e| NetworkId::of(source, &e.network));
    let mut member: BTreeSet<_> = own.collect();
    if network.host {
        member.insert(NetworkId::host(source));
    }
    if !member.is_empty() {
        member.insert(NetworkId::host_ports(source));
    }
    member
}

/// The host's port, as containers reach it.
fn at_host(port: u16, scope: &NetworkId) -> Option<Answer> {
    Some(answer(Host::parse(HOST_NAME)?, Some(port), scope, AnsweredBy::PublishedPort))
}

/// The port at the loopback address, by all its names.
fn loopback(port: u16, scope: &NetworkId) -> impl Iterator<Item = Answer> {
    let hosts = LOOPBACK.iter().filter_map(|name| Host::parse(name));
    hosts.map(move |host| answer(host, Some(port), scope, AnsweredBy::Loopback))
}

fn answer(host: Host, port: Option<u16>, scope: &NetworkId, by: AnsweredBy) -> Answer {
    Answer { host, port, scope: Scope::Network(scope.clone()), by }
}

#[cfg(test)]
mod tests;
