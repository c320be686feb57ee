//! Who answers to what among the services of a compose file, as an engine would make it.

use super::declared::Declared;
use crate::model::{Answer, AnsweredBy, Host, NetworkId, Scope, SourceId, text::clean};
use std::collections::{BTreeMap, BTreeSet};

/// The name by which containers reach the ports of their host.
const HOST_NAME: &str = "host.docker.internal";
/// The most copies whose container names are answers.
const MOST_COPIES: u32 = 20;

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
}

/// The reach of every service.
pub(super) fn of<'a>(project: &Project<'a>) -> BTreeMap<&'a str, Reach> {
    let mut all: BTreeMap<&str, Reach> = project
        .services
        .iter()
        .map(|(name, service)| (name.as_str(), project.reach(name, service)))
        .collect();
    for (name, service) in project.services {
        for (rank, link) in service.place.links.iter().enumerate() {
            // A link's names are for the linking service alone: as if the two had a network to themselves.
            let (to, alias) = link.split_once(':').unwrap_or((link, link));
            let scope = project.network(&format!("link:{name}:{rank}"));
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
    all
}

impl Project<'_> {
    fn network(&self, native: &str) -> NetworkId {
        NetworkId::of(self.source, &clean(native))
    }

    /// The network that the file calls `key`.
    pub(super) fn network_name(&self, key: &str) -> String {
        self.networks.get(key).cloned().unwrap_or_else(|| format!("{}_{key}", self.name))
    }

    fn reach(&self, name: &str, service: &Declared) -> Reach {
        let place = &service.place;
        let mode = place.network_mode.as_deref().unwrap_or_default();
        let lender = mode.strip_prefix("service:").and_then(|lender| self.services.get(lender));
        if let Some(lender) = lender {
            let lent = lender.place.joined();
            return self.on(name, service, &lent, false);
        }
        let mut reach = self.on(name, service, &place.joined(), true);
        let on_host = mode == "host";
        if on_host || !reach.networks.is_empty() {
            let host = self.network("host");
            let ports = if on_host { &place.exposed } else { &place.published };
            let at = |port: &u16| answer(HOST_NAME, Some(*port), &host, AnsweredBy::PublishedPort);
            reach.answers.extend(ports.iter().filter_map(at));
            reach.networks.insert(host);
        }
        reach
    }

    /// The reach of a service on those networks; one that is only a guest there has no names, and is asked by nobody.
    fn on(
        &self,
        name: &str,
        service: &Declared,
        networks: &BTreeMap<String, BTreeSet<String>>,
        named: bool,
    ) -> Reach {
        let mut reach = Reach::default();
        for (key, aliases) in networks {
            let scope = self.network(&self.network_name(key));
            if named {
                let mut add = |text: &str, by| {
                    let Some(answer) = answer(text, None, &scope, by) else { return };
                    if !reach.answers.iter().any(|known| known.host == answer.host && is_in(known, &scope)) {
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
            reach.networks.insert(scope);
        }
        reach
    }

    /// What its containers would be called.
    fn container_names(&self, name: &str, service: &Declared) -> Vec<String> {
        let copies = 1..=service.replicas.unwrap_or(1).min(MOST_COPIES);
        match &service.place.container_name {
            Some(own) => vec![own.clone()],
            None => copies.map(|copy| format!("{}-{name}-{copy}", self.name)).collect(),
        }
    }
}

fn is_in(answer: &Answer, network: &NetworkId) -> bool {
    answer.scope == Scope::Network(network.clone())
}

/// What a service answers to by a name; `None` where no program could ask for that name.
fn answer(name: &str, port: Option<u16>, scope: &NetworkId, by: AnsweredBy) -> Option<Answer> {
    Some(Answer { host: Host::parse(name)?, port, scope: Scope::Network(scope.clone()), by })
}
