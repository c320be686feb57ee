//! Resolver of addresses and names: it finds the nodes that have an address as an endpoint, and the services
//! with a name.

use crate::model::{
    Address, EndpointOrigin, EndpointScope, Host, Inventory, NetworkId, NodeId, Service, ServiceEndpoint,
    SourceId, Text,
};
use std::{collections::BTreeMap, net::IpAddr};

/// Index from hosts to the nodes that have them as endpoints, and from names to services. The index owns its
/// data, so it may outlive the snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolver {
    /// Nodes by the hosts of their endpoints.
    by_host: BTreeMap<Host, Vec<HostEntry>>,
    /// Services by name, by `group/name` and by id.
    by_name: BTreeMap<Text, Vec<NameEntry>>,
}

/// An endpoint of a node, with its port and scope. Its host is the key in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HostEntry {
    node: NodeId,
    source: SourceId,
    group: Option<Text>,
    /// The endpoint's port; `None` if the endpoint covers every port.
    port: Option<u16>,
    /// The network whose members can use the endpoint; `None` if every caller can use it.
    scope: Option<NetworkId>,
    /// Origin of the host: the mechanism by which the node got it.
    origin: HostOrigin,
}

/// Origin of a host name or address: the mechanism by which a node got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostOrigin {
    /// The host belongs to an endpoint of a service, which got it by this mechanism.
    Endpoint(EndpointOrigin),
    /// The host is the DNS name of a load balancer.
    LoadBalancer,
}

impl HostOrigin {
    /// Returns the origin in words, as `portolan why` prints it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Endpoint(origin) => origin.label(),
            Self::LoadBalancer => "load balancer's DNS name",
        }
    }
}

/// A service with its source and group. Its name is the key in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NameEntry {
    node: NodeId,
    source: SourceId,
    group: Option<Text>,
}

/// The result of resolving an address: the nodes at the address, a host outside, or an address without a
/// node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The nodes that have the address as an endpoint, each with the endpoint's origin.
    Nodes(Vec<(NodeId, HostOrigin)>),
    /// No node has the address, and it looks like a host outside the estate (all services of all sources).
    Outside,
    /// No node has the address, although it looks like an address of the estate (all services of all
    /// sources).
    Dangling,
}

impl Resolver {
    /// Builds the index of all endpoints and names in `inventory`.
    #[must_use]
    pub fn new(inventory: &Inventory) -> Self {
        let mut resolver = Self::default();
        for snapshot in inventory.snapshots() {
            for service in &snapshot.services {
                resolver.add_service(service, &snapshot.source);
            }
            for gateway in &snapshot.load_balancers {
                let candidate = HostEntry {
                    node: NodeId::load_balancer(&snapshot.source, &gateway.name),
                    source: snapshot.source.clone(),
                    group: None,
                    port: None,
                    scope: None,
                    origin: HostOrigin::LoadBalancer,
                };
                if let Some(host) = &gateway.host {
                    resolver.by_host.entry(host.clone()).or_default().push(candidate);
                }
            }
        }
        resolver
    }

    /// Adds the endpoints and names of `service` to the index.
    fn add_service(&mut self, service: &Service, source: &SourceId) {
        for answer in &service.endpoints {
            let candidate = HostEntry::from_endpoint(service, answer, source);
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
            let named =
                NameEntry { node: node.clone(), source: source.clone(), group: service.group.clone() };
            match self.by_name.get_mut(&name) {
                Some(known) => known.push(named),
                // Nearly every name has only one service. `vec!` allocates room for one element, a push for
                // four.
                None => drop(self.by_name.insert(name, vec![named])),
            }
        }
    }

    /// Returns the only node that has the host of `address`, in any scope and at any port. Ports don't
    /// matter, because the port of a caller is arbitrary. Returns `None` if no node or several nodes have the
    /// host.
    #[must_use]
    pub fn only_node_at(&self, address: &Address) -> Option<NodeId> {
        let mut nodes: Vec<_> = self.by_host.get(&address.host)?.iter().map(|c| &c.node).collect();
        nodes.sort();
        nodes.dedup();
        match nodes[..] {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// Returns the service that `caller` means by `name`, which is a name, `group/name` or an id. That is the
    /// service in the caller's group, or else the only service with this name. Returns `None` if there is
    /// none, or if the name is ambiguous.
    #[must_use]
    pub fn service_named(&self, caller: &Service, name: &str) -> Option<NodeId> {
        let all = self.by_name.get(name)?;
        let source = caller.source();
        let mut near = all.iter().filter(|named| named.group == caller.group && named.source == source);
        match (near.next(), near.next(), &all[..]) {
            (Some(one), None, _) | (_, _, [one]) => Some(one.node.clone()),
            _ => None,
        }
    }

    /// Resolves `address` for the caller `service`.
    ///
    /// An endpoint counts only if its scope is everywhere or a network of the caller. If no endpoint counts,
    /// Service Connect aliases in the caller's own cluster do. The caller itself is never a result. If
    /// several nodes match, nodes at the address's port have precedence, then nodes of the caller's source,
    /// then nodes of the caller's group. The result has no nodes if too many match, because then the address
    /// says little about any of them.
    #[must_use]
    pub fn resolve(&self, service: &Service, address: &Address) -> Resolution {
        let own = NodeId::from(&service.id);
        let source = service.source();
        let known = self.by_host.get(&address.host).map_or(&[][..], Vec::as_slice);
        let in_scope = |c: &&HostEntry| c.scope.as_ref().is_none_or(|n| service.networks.contains(n));
        let mut reachable: Vec<_> = known.iter().filter(in_scope).collect();
        if reachable.is_empty() {
            // A task that names a Service Connect alias of its own cluster means that service, even if the
            // task itself is not configured as a client of the namespace.
            let meant = |c: &&HostEntry| {
                c.origin == HostOrigin::Endpoint(EndpointOrigin::ServiceConnect)
                    && c.source == source
                    && c.group == service.group
            };
            reachable = known.iter().filter(meant).collect();
        }
        let unanswered =
            if is_outside_host(&address.host) { Resolution::Outside } else { Resolution::Dangling };
        if reachable.is_empty() {
            return unanswered;
        }
        let mut chosen = matching_port(&reachable, address);
        let by_port = |c: &&HostEntry| PORT_ONLY_ORIGINS.contains(&c.origin);
        if chosen.is_empty() && reachable.iter().all(by_port) {
            return unanswered;
        }
        if chosen.is_empty() {
            chosen = reachable;
        }
        if chosen.iter().any(|c| c.source == source) {
            chosen.retain(|c| c.source == source);
        }
        // If two projects share a network and both have a service of this name, each means its own.
        if chosen.iter().any(|c| c.group == service.group) {
            chosen.retain(|c| c.group == service.group);
        }
        let mut nodes: Vec<_> =
            chosen.into_iter().filter(|c| c.node != own).map(|c| (&c.node, c.origin)).collect();
        nodes.sort_by(|a, b| (a.0, a.1.label()).cmp(&(b.0, b.1.label())));
        nodes.dedup_by(|a, b| a.0 == b.0);
        if nodes.len() > MAX_NODES_AT_ADDRESS {
            nodes.clear();
        }
        Resolution::Nodes(nodes.into_iter().map(|(node, origin)| (node.clone(), origin)).collect())
    }
}

/// Maximum number of nodes that one address may mean. With more, each of many callers would get a line to each
/// of many services.
const MAX_NODES_AT_ADDRESS: usize = 20;

/// Origins of endpoints that match only at their own port, because many services share the host.
const PORT_ONLY_ORIGINS: [HostOrigin; 2] =
    [HostOrigin::Endpoint(EndpointOrigin::PublishedPort), HostOrigin::Endpoint(EndpointOrigin::Loopback)];

/// Returns the candidates that match the port of `address`. If it has a port, these are the candidates with
/// exactly that port, or else the candidates that cover every port. If it has no port, these are the
/// candidates that cover every port, or else all candidates.
fn matching_port<'a>(candidates: &[&'a HostEntry], address: &Address) -> Vec<&'a HostEntry> {
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

impl HostEntry {
    /// Creates the index entry of one endpoint of `service`.
    fn from_endpoint(service: &Service, answer: &ServiceEndpoint, source: &SourceId) -> Self {
        let scope = match &answer.scope {
            EndpointScope::Everywhere => None,
            EndpointScope::Network(network) => Some(network.clone()),
        };
        Self {
            node: NodeId::from(&service.id),
            source: source.clone(),
            group: service.group.clone(),
            port: answer.port,
            scope,
            origin: HostOrigin::Endpoint(answer.origin),
        }
    }
}

/// Returns true if `host`, which no node has as an endpoint, looks like a host outside the estate.
///
/// A name with a dot is public, except under the suffixes of private zones (RFC 6762, RFC 8375, ICANN's
/// `.internal`). A name without a dot belongs to the estate, and so does an address of a private network.
fn is_outside_host(host: &Host) -> bool {
    match host {
        Host::Resource(_) => true,
        Host::Ip(IpAddr::V4(ip)) => !ip.is_private() && !ip.is_link_local(),
        Host::Ip(IpAddr::V6(ip)) => !ip.is_unique_local() && !ip.is_unicast_link_local(),
        Host::Name(name) => {
            let private =
                [".local", ".internal", ".lan", ".home.arpa", ".svc", ".consul", ".test", ".localdomain"];
            // The machine that runs the engine is outside the estate, whatever listens on it.
            let host_machine = name == "host.docker.internal" || name == "gateway.docker.internal";
            name.contains('.')
                && (host_machine
                    || name.ends_with(".amazonaws.com")
                    || !private.iter().any(|suffix| name.ends_with(suffix)))
        }
    }
}
