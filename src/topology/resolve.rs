//! The one join: addresses that are mentioned, against services that answer to them.

use crate::model::{
    Address, Answer, AnsweredBy, Gateway, Host, Inventory, NetworkId, NodeId, Scope, Service, SourceId,
};
use std::{collections::BTreeMap, net::IpAddr};

/// Who answers to what, over all sources.
pub struct Resolver<'a> {
    by_host: BTreeMap<&'a Host, Vec<Candidate<'a>>>,
}

/// One node that answers to a host.
struct Candidate<'a> {
    node: NodeId,
    source: &'a SourceId,
    group: Option<&'a str>,
    port: Option<u16>,
    scope: Option<&'a NetworkId>,
    by: &'static str,
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

impl<'a> Resolver<'a> {
    /// The index of everything that answers.
    #[must_use]
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut by_host: BTreeMap<&Host, Vec<Candidate>> = BTreeMap::new();
        for snapshot in inventory.snapshots() {
            for service in &snapshot.services {
                for answer in &service.answers {
                    by_host.entry(&answer.host).or_default().push(Candidate::of(
                        service,
                        answer,
                        &snapshot.source,
                    ));
                }
            }
            for gateway in &snapshot.gateways {
                by_host.entry(&gateway.host).or_default().push(Candidate {
                    node: gateway_node(&snapshot.source, gateway),
                    source: &snapshot.source,
                    group: None,
                    port: None,
                    scope: None,
                    by: "load balancer's DNS name",
                });
            }
        }
        Self { by_host }
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

    /// Who answers when `service` asks for `address`.
    ///
    /// A name counts only where both share its network, or where it is global. The service's own name is no call. Of
    /// several candidates those at the named port win, then those that the caller's own source runs.
    #[must_use]
    pub fn resolve(&self, service: &Service, address: &Address) -> Resolution {
        let own = NodeId::from(&service.id);
        let source = service.source();
        let known = self.by_host.get(&address.host).map_or(&[][..], Vec::as_slice);
        let in_scope = |c: &&Candidate| c.scope.is_none_or(|n| service.networks.contains(n));
        let mut reachable: Vec<_> = known.iter().filter(in_scope).collect();
        if reachable.is_empty() {
            // A task that names a Service Connect alias of its own cluster means that service, even where somebody
            // forgot to let it into the namespace.
            let meant = |c: &&Candidate| {
                c.by == AnsweredBy::ServiceConnect.words()
                    && c.source == &source
                    && c.group == service.group.as_deref()
            };
            reachable = known.iter().filter(meant).collect();
        }
        let unanswered =
            if looks_outside(&address.host) { Resolution::Outside } else { Resolution::Dangling };
        if reachable.is_empty() {
            return unanswered;
        }
        let at_port =
            |c: &&Candidate| c.port.is_none_or(|port| address.port.is_none_or(|asked| asked == port));
        let mut chosen: Vec<_> = reachable.iter().copied().filter(at_port).collect();
        if chosen.is_empty() && reachable.iter().all(|c| c.by == AnsweredBy::PublishedPort.words()) {
            return unanswered;
        }
        if chosen.is_empty() {
            chosen = reachable;
        }
        if chosen.iter().any(|c| c.source == &source) {
            chosen.retain(|c| c.source == &source);
        }
        let mut nodes: Vec<_> =
            chosen.into_iter().filter(|c| c.node != own).map(|c| (c.node.clone(), c.by)).collect();
        nodes.sort();
        nodes.dedup_by(|a, b| a.0 == b.0);
        Resolution::Nodes(nodes)
    }
}

impl<'a> Candidate<'a> {
    /// The service behind one of its answers.
    fn of(service: &'a Service, answer: &'a Answer, source: &'a SourceId) -> Self {
        let scope = match &answer.scope {
            Scope::Everywhere => None,
            Scope::Network(network) => Some(network),
        };
        let (node, group) = (NodeId::from(&service.id), service.group.as_deref());
        Self { node, source, group, port: answer.port, scope, by: answer.by.words() }
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
