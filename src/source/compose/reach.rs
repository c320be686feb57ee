//! Who answers to what among the services of a compose file, as an engine would make it.

use super::declared::{Declared, MAX_NAMED_COPIES};
use crate::{
    model::{Answer, AnsweredBy, Host, NetworkId, Scope, SourceId, Text},
    source::netns::{self, LOOPBACK, Listeners, Member},
    topology::Product,
};
use std::collections::{BTreeMap, BTreeSet};

/// The name by which containers reach the ports of their host.
const HOST_NAME: &str = "host.docker.internal";
/// The most services in a row of which each uses the network of the next.
const MAX_LENDERS: usize = 4;

/// The services of a project, and what its networks are called.
pub(super) struct Project<'a> {
    pub(super) source: &'a SourceId,
    pub(super) name: &'a str,
    pub(super) services: &'a BTreeMap<String, Declared>,
    /// The real names of networks that have one of their own.
    pub(super) networks: &'a BTreeMap<String, String>,
}

/// What a service answers to, and the networks in which it asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) answers: BTreeSet<Answer>,
    pub(super) networks: BTreeSet<NetworkId>,
    /// Whether its loopback address leads to other services too.
    pub(super) has_neighbours: bool,
}

/// The reach of every service.
pub(super) fn of<'a>(project: &Project<'a>) -> BTreeMap<&'a str, Reach> {
    let mut all: BTreeMap<&str, Reach> = BTreeMap::new();
    let mut spaces: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for name in project.services.keys() {
        let lender = project.lender(name);
        let space = (!project.is_on_host(lender)).then_some(lender);
        spaces.entry(space).or_default().push(name);
        all.insert(name, Reach { networks: project.member(lender), ..Reach::default() });
    }
    let on_host = spaces.remove(&None).unwrap_or_default();
    for (lender, mut members) in spaces {
        members.sort_by_key(|name| Some(*name) != lender);
        project.share(&members, !on_host.is_empty(), &mut all);
    }
    project.host(&on_host, &mut all);
    project.links(&mut all);
    all
}

impl Project<'_> {
    fn network(&self, native: &str) -> NetworkId {
        NetworkId::of(self.source, &Text::new(native))
    }

    /// The network that the file calls `key`.
    pub(super) fn network_name(&self, key: &str) -> String {
        self.networks.get(key).cloned().unwrap_or_else(|| format!("{}_{key}", self.name))
    }

    /// The service whose network `name` uses: its own mostly.
    fn lender<'n>(&'n self, name: &'n str) -> &'n str {
        let mut lender = name;
        for _ in 0..MAX_LENDERS {
            let mode = self.services.get(lender).and_then(|s| s.place.network_mode.as_deref());
            let Some((kind, other)) = mode.unwrap_or_default().split_once(':') else { break };
            let called = |(_, s): &(&String, &Declared)| s.place.container_name.as_deref() == Some(other);
            let next = match kind {
                "service" => self.services.get_key_value(other),
                "container" => self.services.iter().find(called),
                _ => None,
            };
            let Some((next, _)) = next else { break };
            lender = next;
        }
        lender
    }

    fn is_on_host(&self, name: &str) -> bool {
        self.services.get(name).is_some_and(|s| s.place.network_mode.as_deref() == Some("host"))
    }

    /// The networks of a service that has its own: those, and the host's ports.
    fn member(&self, name: &str) -> BTreeSet<NetworkId> {
        let joined = self.services.get(name).map(|service| service.place.joined()).unwrap_or_default();
        let mut member: BTreeSet<_> =
            joined.keys().map(|key| self.network(&self.network_name(key))).collect();
        if self.is_on_host(name) {
            member.insert(NetworkId::host(self.source));
        }
        if !member.is_empty() {
            member.insert(NetworkId::host_ports(self.source));
        }
        member
    }

    /// Adds the answers of the members of one namespace, the first of which lends it.
    fn share(&self, members: &[&str], host_is_used: bool, all: &mut BTreeMap<&str, Reach>) {
        let Some((lender, service)) = members.first().and_then(|name| self.services.get_key_value(*name))
        else {
            return;
        };
        let listeners = netns::listeners(&self.claims(members));
        for (place, name) in members.iter().enumerate() {
            let Some(reach) = all.get_mut(*name) else { continue };
            for port in listeners.of(place) {
                self.named(lender, service, port, reach);
            }
            let published = service.place.published.iter();
            for (outside, _) in published.filter(|(_, inside)| listeners.behind(**inside) == place) {
                reach.answers.extend(self.at_host(*outside));
                if host_is_used {
                    reach.answers.extend(loopback(*outside, &self.network("host:loopback")));
                }
            }
        }
        if members.len() > 1 {
            Self::neighbours(members, 0, &listeners, &self.network(&format!("loopback:{lender}")), all);
        }
    }

    /// Adds the answers of the services in the host's network. The host itself is the one that lends it.
    fn host(&self, members: &[&str], all: &mut BTreeMap<&str, Reach>) {
        let mut claims = vec![Member::default()];
        claims.extend(self.claims(members));
        let listeners = netns::listeners(&claims);
        for (place, name) in members.iter().enumerate() {
            let Some(reach) = all.get_mut(*name) else { continue };
            reach.answers.extend(listeners.known(place + 1).filter_map(|port| self.at_host(port)));
        }
        Self::neighbours(members, 1, &listeners, &self.network("host:loopback"), all);
    }

    /// Lets `members`, whose places in the list of listeners begin at `first`, reach each other at the loopback address.
    fn neighbours(
        members: &[&str],
        first: usize,
        listeners: &Listeners,
        scope: &NetworkId,
        all: &mut BTreeMap<&str, Reach>,
    ) {
        for (place, name) in members.iter().enumerate() {
            let Some(reach) = all.get_mut(*name) else { continue };
            reach.answers.extend(listeners.known(place + first).flat_map(|port| loopback(port, scope)));
            reach.networks.insert(scope.clone());
            reach.has_neighbours = true;
        }
    }

    /// What the file says of the ports of those services.
    fn claims(&self, members: &[&str]) -> Vec<Member> {
        let claim = |name: &&str| {
            let Some(service) = self.services.get(*name) else { return Member::default() };
            Member {
                listening: BTreeSet::new(),
                exposed: service.place.exposed.clone(),
                published: service.place.published.values().copied().collect(),
                product: service.program.image.as_deref().and_then(Product::of_image),
            }
        };
        members.iter().map(claim).collect()
    }

    /// Adds the names of the service `name` on each of its networks to what `reach` answers to, at that port or at all.
    fn named(&self, name: &str, service: &Declared, port: Option<u16>, reach: &mut Reach) {
        for (key, aliases) in &service.place.joined() {
            let scope = self.network(&self.network_name(key));
            let mut add = |text: &str, by| {
                let Some(answer) = answer(text, port, &scope, by) else { return };
                let same = |a: &Answer| a.host == answer.host && a.port == port && is_in(a, &scope);
                if !reach.answers.iter().any(same) {
                    reach.answers.insert(answer);
                }
            };
            add(name, AnsweredBy::ServiceName);
            self.container_names(name, service).iter().for_each(|n| add(n, AnsweredBy::ContainerName));
            for alias in aliases {
                let is_address = matches!(Host::parse(alias), Some(Host::Ip(_)));
                add(alias, if is_address { AnsweredBy::InstanceAddress } else { AnsweredBy::Alias });
            }
            add(service.place.hostname.as_deref().unwrap_or_default(), AnsweredBy::Hostname);
        }
    }

    /// Lets each service reach those that it has links to by the links' names.
    fn links(&self, all: &mut BTreeMap<&str, Reach>) {
        for (name, service) in self.services {
            for (rank, link) in service.place.links.iter().enumerate() {
                // A link's names are for the linking service alone: as if the two had a network to themselves.
                let (to, alias) = link.split_once(':').unwrap_or((link, link));
                let scope = self.network(&format!("link:{name}:{rank}"));
                let Some(target) = all.get_mut(to) else { continue };
                target.answers.extend(answer(to, None, &scope, AnsweredBy::ServiceName));
                if alias != to {
                    target.answers.extend(answer(alias, None, &scope, AnsweredBy::Alias));
                }
                if let Some(own) = all.get_mut(name.as_str()) {
                    own.networks.insert(scope);
                }
            }
        }
    }

    /// The host's port, as containers reach it.
    fn at_host(&self, port: u16) -> Option<Answer> {
        let scope = NetworkId::host_ports(self.source);
        answer(HOST_NAME, Some(port), &scope, AnsweredBy::PublishedPort)
    }

    /// What its containers would be called.
    fn container_names(&self, name: &str, service: &Declared) -> Vec<String> {
        let copies = 1..=service.replicas.unwrap_or(1).min(MAX_NAMED_COPIES);
        match &service.place.container_name {
            Some(own) => vec![own.clone()],
            None => copies.map(|copy| format!("{}-{name}-{copy}", self.name)).collect(),
        }
    }
}

fn is_in(answer: &Answer, network: &NetworkId) -> bool {
    answer.scope == Scope::Network(network.clone())
}

/// The port at the loopback address, by all its names.
fn loopback(port: u16, scope: &NetworkId) -> impl Iterator<Item = Answer> {
    LOOPBACK.iter().filter_map(move |name| answer(name, Some(port), scope, AnsweredBy::Loopback))
}

/// What a service answers to by a name; `None` where no program could ask for that name.
fn answer(name: &str, port: Option<u16>, scope: &NetworkId, by: AnsweredBy) -> Option<Answer> {
    Some(Answer { host: Host::parse(name)?, port, scope: Scope::Network(scope.clone()), by })
}
