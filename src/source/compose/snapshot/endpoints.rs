//! Endpoints of the services of a compose project: the names and ports under which they would be reachable on
//! an engine.

use crate::{
    model::{EndpointOrigin, EndpointScope, Host, NetworkId, ServiceEndpoint, SourceId, Text},
    source::{
        compose::declaration::service::{ComposeService, MAX_NAMED_REPLICAS},
        netns::{self, LOOPBACK_NAMES, Listeners, MemberPorts},
    },
    topology::Product,
};
use std::collections::{BTreeMap, BTreeSet};

/// Name under which containers reach the published ports of their host.
const HOST_GATEWAY_NAME: &str = "host.docker.internal";
/// Maximum length of a chain of `network_mode` settings (`service:…`, `container:…`).
const MAX_NETWORK_MODE_HOPS: usize = 4;

/// Parts of a compose project that are needed for its snapshot: source, project name, services and network
/// names.
pub(in crate::source::compose) struct ProjectRef<'a> {
    pub(in crate::source::compose) source: &'a SourceId,
    pub(in crate::source::compose) name: &'a str,
    pub(in crate::source::compose) services: &'a BTreeMap<String, ComposeService>,
    /// Explicit names of networks on the engine, by the key of the network in the compose file. For any other
    /// network, compose builds the name from the project's name and the key.
    pub(in crate::source::compose) networks: &'a BTreeMap<String, String>,
}

/// Endpoints of one service, and the networks on which the service itself resolves names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source::compose) struct ServiceEndpoints {
    pub(in crate::source::compose) endpoints: BTreeSet<ServiceEndpoint>,
    pub(in crate::source::compose) networks: BTreeSet<NetworkId>,
    /// True if other services can reach this one at the loopback address, because they share its network
    /// namespace.
    pub(in crate::source::compose) shares_loopback: bool,
}

/// Returns the endpoints of every service, by the service's name.
pub(in crate::source::compose) fn service_endpoints<'a>(
    project: &ProjectRef<'a>,
) -> BTreeMap<&'a str, ServiceEndpoints> {
    let mut all: BTreeMap<&str, ServiceEndpoints> = BTreeMap::new();
    let mut spaces: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for name in project.services.keys() {
        let owner = project.network_owner(name);
        let space = (!project.is_on_host(owner)).then_some(owner);
        spaces.entry(space).or_default().push(name);
        all.insert(
            name,
            ServiceEndpoints { networks: project.reachable_networks(owner), ..ServiceEndpoints::default() },
        );
    }
    let on_host = spaces.remove(&None).unwrap_or_default();
    for (owner, mut members) in spaces {
        members.sort_by_key(|name| Some(*name) != owner);
        project.add_namespace_endpoints(&members, !on_host.is_empty(), &mut all);
    }
    project.add_host_endpoints(&on_host, &mut all);
    project.add_link_endpoints(&mut all);
    all
}

impl ProjectRef<'_> {
    fn network_id(&self, native: &str) -> NetworkId {
        NetworkId::of(self.source, &Text::new(native))
    }

    /// Returns the name that the engine gives to the network `key` of the file.
    pub(in crate::source::compose) fn network_name(&self, key: &str) -> String {
        self.networks.get(key).cloned().unwrap_or_else(|| format!("{}_{key}", self.name))
    }

    /// Returns the service that owns the network namespace of `name`. This is `name` itself, unless its
    /// `network_mode` names another service or container of the project.
    fn network_owner<'n>(&'n self, name: &'n str) -> &'n str {
        let mut owner = name;
        for _ in 0..MAX_NETWORK_MODE_HOPS {
            let mode = self.services.get(owner).and_then(|s| s.networking.network_mode.as_deref());
            let Some((kind, other)) = mode.unwrap_or_default().split_once(':') else { break };
            let called =
                |(_, s): &(&String, &ComposeService)| s.networking.container_name.as_deref() == Some(other);
            let next = match kind {
                "service" => self.services.get_key_value(other),
                "container" => self.services.iter().find(called),
                _ => None,
            };
            let Some((next, _)) = next else { break };
            owner = next;
        }
        owner
    }

    fn is_on_host(&self, name: &str) -> bool {
        self.services.get(name).is_some_and(|s| s.networking.network_mode.as_deref() == Some("host"))
    }

    /// Returns the networks into which the service `name` can call: the networks that it joins, or the host's
    /// network. Adds the network that stands for the host's published ports, unless the service has no
    /// network. `name` must own its network namespace.
    fn reachable_networks(&self, name: &str) -> BTreeSet<NetworkId> {
        let joined = self
            .services
            .get(name)
            .map(|service| service.networking.network_attachments())
            .unwrap_or_default();
        let mut member: BTreeSet<_> =
            joined.keys().map(|key| self.network_id(&self.network_name(key))).collect();
        if self.is_on_host(name) {
            member.insert(NetworkId::host_network(self.source));
        }
        if !member.is_empty() {
            member.insert(NetworkId::host_ports(self.source));
        }
        member
    }

    /// Adds the endpoints of the services in one network namespace. The first of `members` owns the
    /// namespace.
    fn add_namespace_endpoints(
        &self,
        members: &[&str],
        host_is_used: bool,
        all: &mut BTreeMap<&str, ServiceEndpoints>,
    ) {
        let Some((owner, service)) = members.first().and_then(|name| self.services.get_key_value(*name))
        else {
            return;
        };
        let listeners = netns::find_listeners(&self.namespace_members(members));
        for (place, name) in members.iter().enumerate() {
            let Some(reach) = all.get_mut(*name) else { continue };
            for port in listeners.ports_of(place) {
                self.add_names(owner, service, port, reach);
            }
            let published = service.networking.published.iter();
            for (outside, _) in published.filter(|(_, inside)| listeners.member_at(**inside) == place) {
                reach.endpoints.extend(self.host_port_endpoint(*outside));
                if host_is_used {
                    reach.endpoints.extend(loopback_endpoints(*outside, &self.network_id("host:loopback")));
                }
            }
        }
        if members.len() > 1 {
            Self::add_loopback_endpoints(
                members,
                0,
                &listeners,
                &self.network_id(&format!("loopback:{owner}")),
                all,
            );
        }
    }

    /// Adds the endpoints of the services with `network_mode: host`, which listen on ports of the host.
    fn add_host_endpoints(&self, members: &[&str], all: &mut BTreeMap<&str, ServiceEndpoints>) {
        let mut claims = vec![MemberPorts::default()];
        claims.extend(self.namespace_members(members));
        let listeners = netns::find_listeners(&claims);
        for (place, name) in members.iter().enumerate() {
            let Some(reach) = all.get_mut(*name) else { continue };
            reach
                .endpoints
                .extend(listeners.known_ports_of(place + 1).filter_map(|port| self.host_port_endpoint(port)));
        }
        Self::add_loopback_endpoints(members, 1, &listeners, &self.network_id("host:loopback"), all);
    }

    /// Adds endpoints at the loopback address, by which `members` reach each other. `listeners` maps ports to
    /// members by index, and `first` is the index of the first member there.
    fn add_loopback_endpoints(
        members: &[&str],
        first: usize,
        listeners: &Listeners,
        scope: &NetworkId,
        all: &mut BTreeMap<&str, ServiceEndpoints>,
    ) {
        for (place, name) in members.iter().enumerate() {
            let Some(reach) = all.get_mut(*name) else { continue };
            reach.endpoints.extend(
                listeners.known_ports_of(place + first).flat_map(|port| loopback_endpoints(port, scope)),
            );
            reach.networks.insert(scope.clone());
            reach.shares_loopback = true;
        }
    }

    /// Returns the declared ports and the known software of each of `members`. The module `netns` finds out
    /// from them which member listens on a port.
    fn namespace_members(&self, members: &[&str]) -> Vec<MemberPorts> {
        let claim = |name: &&str| {
            let Some(service) = self.services.get(*name) else { return MemberPorts::default() };
            MemberPorts {
                listening: BTreeSet::new(),
                exposed: service.networking.exposed.clone(),
                published: service.networking.published.values().copied().collect(),
                product: service.container.image.as_deref().and_then(Product::of_image),
            }
        };
        members.iter().map(claim).collect()
    }

    /// Adds endpoints to `reach`: one for each name of the service `name` on each network that it joins. A
    /// `port` of `None` stands for all ports.
    fn add_names(
        &self,
        name: &str,
        service: &ComposeService,
        port: Option<u16>,
        reach: &mut ServiceEndpoints,
    ) {
        for (key, aliases) in &service.networking.network_attachments() {
            let scope = self.network_id(&self.network_name(key));
            let mut add = |text: &str, by| {
                let Some(answer) = endpoint(text, port, &scope, by) else { return };
                let same =
                    |a: &ServiceEndpoint| a.host == answer.host && a.port == port && is_in_network(a, &scope);
                if !reach.endpoints.iter().any(same) {
                    reach.endpoints.insert(answer);
                }
            };
            add(name, EndpointOrigin::ServiceName);
            self.container_names(name, service).iter().for_each(|n| add(n, EndpointOrigin::ContainerName));
            for alias in aliases {
                let is_address = matches!(Host::parse(alias), Some(Host::Ip(_)));
                add(alias, if is_address { EndpointOrigin::InstanceAddress } else { EndpointOrigin::Alias });
            }
            add(service.networking.hostname.as_deref().unwrap_or_default(), EndpointOrigin::Hostname);
        }
    }

    /// Adds the endpoints of `links`. A link gives one service additional names for another service. Only the
    /// linking service can use these names.
    fn add_link_endpoints(&self, all: &mut BTreeMap<&str, ServiceEndpoints>) {
        for (name, service) in self.services {
            for (rank, link) in service.networking.links.iter().enumerate() {
                // Only the linking service can use the names of a link, so each link gets a network of its
                // own.
                let (to, alias) = link.split_once(':').unwrap_or((link, link));
                let scope = self.network_id(&format!("link:{name}:{rank}"));
                let Some(target) = all.get_mut(to) else { continue };
                target.endpoints.extend(endpoint(to, None, &scope, EndpointOrigin::ServiceName));
                if alias != to {
                    target.endpoints.extend(endpoint(alias, None, &scope, EndpointOrigin::Alias));
                }
                if let Some(own) = all.get_mut(name.as_str()) {
                    own.networks.insert(scope);
                }
            }
        }
    }

    /// Returns the endpoint at which containers reach a published port of their host.
    fn host_port_endpoint(&self, port: u16) -> Option<ServiceEndpoint> {
        let scope = NetworkId::host_ports(self.source);
        endpoint(HOST_GATEWAY_NAME, Some(port), &scope, EndpointOrigin::PublishedPort)
    }

    /// Returns the names that compose would give to the service's containers.
    fn container_names(&self, name: &str, service: &ComposeService) -> Vec<String> {
        let copies = 1..=service.replicas.unwrap_or(1).min(MAX_NAMED_REPLICAS);
        match &service.networking.container_name {
            Some(own) => vec![own.clone()],
            None => copies.map(|copy| format!("{}-{name}-{copy}", self.name)).collect(),
        }
    }
}

fn is_in_network(answer: &ServiceEndpoint, network: &NetworkId) -> bool {
    answer.scope == EndpointScope::Network(network.clone())
}

/// Returns the endpoints of a port at the loopback address, one for each name of that address.
fn loopback_endpoints(port: u16, scope: &NetworkId) -> impl Iterator<Item = ServiceEndpoint> {
    LOOPBACK_NAMES.iter().filter_map(move |name| endpoint(name, Some(port), scope, EndpointOrigin::Loopback))
}

/// Returns an endpoint, or `None` if `name` is not a valid host name.
fn endpoint(name: &str, port: Option<u16>, scope: &NetworkId, by: EndpointOrigin) -> Option<ServiceEndpoint> {
    Some(ServiceEndpoint {
        host: Host::parse(name)?,
        port,
        scope: EndpointScope::Network(scope.clone()),
        origin: by,
    })
}
