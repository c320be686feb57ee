//! The one join: addresses that are mentioned, against services that answer to them.

use crate::model::{
    Address, Answer, AnsweredBy, Gateway, Host, Inventory, NetworkId, NodeId, Scope, Service, SourceId, Text,
};
use std::{collections::BTreeMap, net::IpAddr};

/// Who answers to what, over all sources. It holds its own copy of that, so that it outlives a look at the sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolver {
    by_host: BTreeMap<Host, Vec<Candidate>>,
    by_name: BTreeMap<Text, Vec<Named>>,
}

/// One node that answers to a host.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    node: NodeId,
    source: SourceId,
    group: Option<Text>,
    port: Option<u16>,
    scope: Option<NetworkId>,
    by: &'static str,
}

/// A service as people may call it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    node: NodeId,
    source: SourceId,
    group: Option<Text>,
}

/// What came of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// These nodes answer to it, and how.
    Nodes(Vec<(NodeId, &'static str)>),
    /// Nobody in the estate does, and it is the name of something outside.
    Outside,
    /// Nobody does, although it looks like a service of the estate.
    Dangling,
}

impl Resolver {
    /// The index of everything that answers.
    #[must_use]
    pub fn new(inventory: &Inventory) -> Self {
        let mut resolver = Self::default();
        for snapshot in inventory.snapshots() {
            for service in &snapshot.services {
                resolver.learn(service, &snapshot.source);
            }
            for gateway in &snapshot.gateways {
                let candidate = Candidate {
                    node: gateway_node(&snapshot.source, gateway),
                    source: snapshot.source.clone(),
                    group: None,
                    port: None,
                    scope: None,
                    by: "load balancer's DNS name",
                };
                if let Some(host) = &gateway.host {
                    resolver.by_host.entry(host.clone()).or_default().push(candidate);
                }
            }
        }
        resolver
    }

    fn learn(&mut self, service: &Service, source: &SourceId) {
        for answer in &service.answers {
            let candidate = Candidate::of(service, answer, source);
            match self.by_host.get_mut(&answer.host) {
                Some(known) => known.push(candidate),
                None => drop(self.by_host.insert(answer.host.clone(), vec![candidate])),
            }
        }
        let node = NodeId::from(&service.id);
        let grouped = service.group.as_ref().map(|group| format!("{group}/{}", service.name).into());
        let mut names = vec![service.name.clone(), service.id.as_str().into()];
        names.extend(grouped);
        names.dedup();
        for name in names {
            let named = Named { node: node.clone(), source: source.clone(), group: service.group.clone() };
            match self.by_name.get_mut(&name) {
                Some(known) => known.push(named),
                // Nearly every name is that of one alone: room for four would be a waste.
                None => drop(self.by_name.insert(name, vec![named])),
            }
        }
    }

    /// The only service that has that address, wherever it counts; a port that it does not listen on is no matter, as
    /// the caller's end has none.
    #[must_use]
    pub fn anywhere(&self, address: &Address) -> Option<NodeId> {
        let mut nodes: Vec<_> = self.by_host.get(&address.host)?.iter().map(|c| &c.node).collect();
        nodes.sort();
        nodes.dedup();
        match nodes[..] {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// The service that people call `name`, as `name`, `group/name` or the whole id: in the caller's group first, else
    /// anywhere if it is the only one.
    #[must_use]
    pub fn named(&self, caller: &Service, name: &str) -> Option<NodeId> {
        let all = self.by_name.get(name)?;
        let source = caller.source();
        let mut near = all.iter().filter(|named| named.group == caller.group && named.source == source);
        match (near.next(), near.next(), &all[..]) {
            (Some(one), None, _) | (_, _, [one]) => Some(one.node.clone()),
            _ => None,
        }
    }

    /// Who answers when `service` asks for `address`.
    ///
    /// A name counts only where both share its network, or where it is global. The service's own name is no call. Of
    /// several candidates those at the named port win, then those that the caller's own source runs, then those of its
    /// own group.
    #[must_use]
    pub fn resolve(&self, service: &Service, address: &Address) -> Resolution {
        let own = NodeId::from(&service.id);
        let source = service.source();
        let known = self.by_host.get(&address.host).map_or(&[][..], Vec::as_slice);
        let in_scope = |c: &&Candidate| c.scope.as_ref().is_none_or(|n| service.networks.contains(n));
        let mut reachable: Vec<_> = known.iter().filter(in_scope).collect();
        if reachable.is_empty() {
            // A task that names a Service Connect alias of its own cluster means that service, even where somebody
            // forgot to let it into the namespace.
            let meant = |c: &&Candidate| {
                c.by == AnsweredBy::ServiceConnect.words() && c.source == source && c.group == service.group
            };
            reachable = known.iter().filter(meant).collect();
        }
        let unanswered =
            if looks_outside(&address.host) { Resolution::Outside } else { Resolution::Dangling };
        if reachable.is_empty() {
            return unanswered;
        }
        let mut chosen = at_port(&reachable, address);
        let by_port = |c: &&Candidate| ANSWER_BY_PORT.iter().any(|by| c.by == by.words());
        if chosen.is_empty() && reachable.iter().all(by_port) {
            return unanswered;
        }
        if chosen.is_empty() {
            chosen = reachable;
        }
        if chosen.iter().any(|c| c.source == source) {
            chosen.retain(|c| c.source == source);
        }
        // Where two projects meet on a network, each means its own service by a name that both have.
        if chosen.iter().any(|c| c.group == service.group) {
            chosen.retain(|c| c.group == service.group);
        }
        let mut nodes: Vec<_> =
            chosen.into_iter().filter(|c| c.node != own).map(|c| (c.node.clone(), c.by)).collect();
        nodes.sort();
        nodes.dedup_by(|a, b| a.0 == b.0);
        Resolution::Nodes(nodes)
    }
}

/// The answers that are nothing without their port: a host or namespace has many, each another service's.
const ANSWER_BY_PORT: [AnsweredBy; 2] = [AnsweredBy::PublishedPort, AnsweredBy::Loopback];

/// The candidates that fit the port of `address`: those that answer at exactly this port, else those that answer at any;
/// without a port those that answer at any, else all.
fn at_port<'a>(candidates: &[&'a Candidate], address: &Address) -> Vec<&'a Candidate> {
    let with = |port: Option<u16>| candidates.iter().copied().filter(move |c| c.port == port);
    let exact: Vec<_> = address.port.into_iter().flat_map(|port| with(Some(port))).collect();
    let any: Vec<_> = with(None).collect();
    match (exact.is_empty(), any.is_empty(), address.port) {
        (false, ..) => exact,
        (_, false, _) => any,
        (_, _, Some(_)) => Vec::new(),
        (_, _, None) => candidates.to_vec(),
    }
}

impl Candidate {
    /// The service behind one of its answers.
    fn of(service: &Service, answer: &Answer, source: &SourceId) -> Self {
        let scope = match &answer.scope {
            Scope::Everywhere => None,
            Scope::Network(network) => Some(network.clone()),
        };
        Self {
            node: NodeId::from(&service.id),
            source: source.clone(),
            group: service.group.clone(),
            port: answer.port,
            scope,
            by: answer.by.words(),
        }
    }
}

/// The node of a load balancer.
#[must_use]
pub(super) fn gateway_node(source: &SourceId, gateway: &Gateway) -> NodeId {
    NodeId::new(format!("load-balancer:{source}/{}", gateway.name))
}

/// Whether a host that nobody answers to is the name of something outside the estate.
///
/// A name with a dot is public, except under the suffixes that private zones use (RFC 6762, RFC 8375, ICANN's
/// `.internal`); a name without one, and an address of a private network, belong to the estate.
fn looks_outside(host: &Host) -> bool {
    match host {
        Host::Resource(_) => true,
        Host::Ip(IpAddr::V4(ip)) => !ip.is_private() && !ip.is_link_local(),
        Host::Ip(IpAddr::V6(ip)) => !ip.is_unique_local() && !ip.is_unicast_link_local(),
        Host::Name(name) => {
            let private =
                [".local", ".internal", ".lan", ".home.arpa", ".svc", ".consul", ".test", ".localdomain"];
            // The machine that the engine runs on is outside, whatever listens there.
            let host_machine = name == "host.docker.internal" || name == "gateway.docker.internal";
            name.contains('.')
                && (host_machine
                    || name.ends_with(".amazonaws.com")
                    || !private.iter().any(|suffix| name.ends_with(suffix)))
        }
    }
}
