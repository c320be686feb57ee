//! Network addresses of containers: the endpoints at which each container is reachable, and the networks in
//! which it can reach others.

use crate::{
    model::{EndpointOrigin, EndpointScope, Host, InstanceState, NetworkId, ServiceEndpoint, SourceId},
    source::{
        docker::{
            decode::{ContainerRecord, NetworkAttachment, container_positions, namespace_owner},
            sockets::SharedNamespacePorts,
        },
        netns::{self, LOOPBACK_NAMES, Listeners, MemberPorts},
    },
    topology::Product,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Host name under which containers reach the ports of their host.
const HOST_NAME: &str = "host.docker.internal";

/// Endpoints of each container, and the networks in which it can reach others, by container id.
#[derive(Debug, Default)]
pub(in crate::source::docker) struct NetworkAddresses {
    endpoints: BTreeMap<String, BTreeSet<ServiceEndpoint>>,
    networks: BTreeMap<String, BTreeSet<NetworkId>>,
    /// Containers that share a loopback address with others.
    loopback_sharers: BTreeSet<String>,
}

impl NetworkAddresses {
    /// Returns the endpoints of the containers `ids`.
    pub(in crate::source::docker) fn endpoints_of<'a>(
        &self,
        ids: impl Iterator<Item = &'a str>,
    ) -> Vec<ServiceEndpoint> {
        let all: BTreeSet<_> = ids.filter_map(|id| self.endpoints.get(id)).flatten().cloned().collect();
        all.into_iter().collect()
    }

    /// Returns the networks of the containers `ids`.
    pub(in crate::source::docker) fn networks_of<'a>(
        &self,
        ids: impl Iterator<Item = &'a str>,
    ) -> BTreeSet<NetworkId> {
        ids.filter_map(|id| self.networks.get(id)).flatten().cloned().collect()
    }

    /// Returns true if the container's loopback address reaches other containers too.
    pub(in crate::source::docker) fn shares_loopback(&self, id: &str) -> bool {
        self.loopback_sharers.contains(id)
    }

    fn add_endpoints(
        &mut self,
        container: &ContainerRecord,
        answers: impl IntoIterator<Item = ServiceEndpoint>,
    ) {
        self.endpoints.entry(container.id.clone()).or_default().extend(answers);
    }

    fn add_networks(&mut self, container: &ContainerRecord, networks: impl IntoIterator<Item = NetworkId>) {
        self.networks.entry(container.id.clone()).or_default().extend(networks);
    }
}

/// Finds the endpoints and networks of every container.
pub(in crate::source::docker) fn find_addresses(
    source: &SourceId,
    records: &[Arc<ContainerRecord>],
    listening: &SharedNamespacePorts,
) -> NetworkAddresses {
    let mut reach = NetworkAddresses::default();
    let mut spaces: BTreeMap<Option<&str>, Vec<&ContainerRecord>> = BTreeMap::new();
    let positions = container_positions(records);
    for container in records {
        let owner =
            namespace_owner(container, records, &positions).map_or(container, |place| &records[place]);
        reach.add_networks(container, own_networks(source, owner));
        let space = (!owner.network.uses_host_network).then_some(owner.id.as_str());
        spaces.entry(space).or_default().push(container);
    }
    let on_host = spaces.remove(&None).unwrap_or_default();
    for (space, mut members) in spaces {
        members.sort_by_key(|container| (Some(container.id.as_str()) != space, &container.id));
        add_namespace(source, &members, &on_host, listening, &mut reach);
    }
    add_host_network(source, &on_host, listening, &mut reach);
    add_links(source, records, &mut reach);
    reach
}

/// Adds the endpoints of all members of one network namespace. The first member owns the namespace.
///
/// The containers `on_host` use the host's network. They reach published ports at loopback addresses, so the
/// members get these endpoints too.
fn add_namespace(
    source: &SourceId,
    members: &[&ContainerRecord],
    on_host: &[&ContainerRecord],
    listening: &SharedNamespacePorts,
    addresses: &mut NetworkAddresses,
) {
    let Some(owner) = members.first() else { return };
    let listeners = netns::find_listeners(&namespace_members(members, listening));
    let ports = NetworkId::host_ports(source);
    for (place, container) in members.iter().enumerate() {
        for port in listeners.ports_of(place) {
            addresses.add_endpoints(
                container,
                owner.network.attachments.iter().flat_map(|e| network_endpoints(source, e, port)),
            );
        }
        let published =
            owner.network.published_ports.iter().filter(|(_, inside)| listeners.member_at(**inside) == place);
        let published: Vec<u16> = published.map(|(outside, _)| *outside).collect();
        addresses
            .add_endpoints(container, published.iter().filter_map(|port| host_port_endpoint(*port, &ports)));
        if !on_host.is_empty() {
            let scope = NetworkId::of(source, "host:loopback");
            addresses.add_endpoints(
                container,
                published.iter().flat_map(|port| loopback_endpoints(*port, &scope)),
            );
        }
    }
    if members.len() > 1 {
        let scope = NetworkId::of(source, &format!("loopback:{}", owner.id));
        add_loopback(members, 0, &listeners, &scope, addresses);
    }
}

/// Adds the endpoints of the containers that use the host's network.
fn add_host_network(
    source: &SourceId,
    members: &[&ContainerRecord],
    listening: &SharedNamespacePorts,
    addresses: &mut NetworkAddresses,
) {
    let mut all = vec![MemberPorts::default()];
    all.extend(namespace_members(members, listening));
    let listeners = netns::find_listeners(&all);
    let ports = NetworkId::host_ports(source);
    for (place, container) in members.iter().enumerate() {
        addresses.add_endpoints(
            container,
            listeners.known_ports_of(place + 1).filter_map(|port| host_port_endpoint(port, &ports)),
        );
    }
    add_loopback(members, 1, &listeners, &NetworkId::of(source, "host:loopback"), addresses);
}

/// Adds the loopback endpoints at which `members` reach each other. `first` is the index of the first member
/// in `listeners`.
fn add_loopback(
    members: &[&ContainerRecord],
    first: usize,
    listeners: &Listeners,
    scope: &NetworkId,
    addresses: &mut NetworkAddresses,
) {
    for (place, container) in members.iter().enumerate() {
        addresses.add_endpoints(
            container,
            listeners.known_ports_of(place + first).flat_map(|port| loopback_endpoints(port, scope)),
        );
        addresses.add_networks(container, [scope.clone()]);
        addresses.loopback_sharers.insert(container.id.clone());
    }
}

/// Returns the ports of each member of a namespace. While at least one member runs, members that don't run
/// have no ports.
fn namespace_members(members: &[&ContainerRecord], listening: &SharedNamespacePorts) -> Vec<MemberPorts> {
    let runs = |c: &ContainerRecord| {
        matches!(
            c.instance.state,
            InstanceState::Running | InstanceState::Starting | InstanceState::Restarting
        )
    };
    let any = members.iter().any(|container| runs(container));
    let claim = |container: &&ContainerRecord| {
        if any && !runs(container) {
            return MemberPorts::default();
        }
        let image = container.instance.containers.first().map(|c| c.image.as_str());
        MemberPorts {
            listening: listening.get(&container.id).cloned().unwrap_or_default(),
            exposed: container.network.exposed_ports.clone(),
            published: container.network.published_ports.values().copied().collect(),
            product: image.and_then(Product::of_image),
        }
    };
    members.iter().map(claim).collect()
}

/// Adds the names in legacy links as endpoints of the linked containers, for the linking container only.
fn add_links(source: &SourceId, records: &[Arc<ContainerRecord>], addresses: &mut NetworkAddresses) {
    for container in records {
        for (rank, link) in container.network.links.iter().enumerate() {
            // Only the linking container can use the names of a link, so each link gets a network of its own.
            let scope = NetworkId::of(source, &format!("link:{}:{rank}", container.id));
            let Some(target) = records.iter().find(|s| s.name == link.container) else { continue };
            let named = |name: &str, by| Some(new_endpoint(Host::parse(name)?, None, &scope, by));
            addresses.add_endpoints(target, named(&link.container, EndpointOrigin::ContainerName));
            if link.alias != link.container {
                addresses.add_endpoints(target, named(&link.alias, EndpointOrigin::Alias));
            }
            addresses.add_networks(container, [scope]);
        }
    }
}

/// Returns the endpoints of a container on one network. A `port` of `None` stands for all ports.
fn network_endpoints(
    source: &SourceId,
    endpoint: &NetworkAttachment,
    port: Option<u16>,
) -> Vec<ServiceEndpoint> {
    let network = NetworkId::of(source, &endpoint.network_id);
    let hosts = endpoint.names.iter().filter_map(|(name, by)| Some((Host::parse(name)?, *by)));
    let names = hosts.map(|(host, by)| new_endpoint(host, port, &network, by));
    let ips = endpoint
        .ips
        .iter()
        .map(|ip| new_endpoint(Host::Ip(*ip), port, &network, EndpointOrigin::InstanceAddress));
    names.chain(ips).collect()
}

/// Returns the networks in which a container with its own namespace can reach others: its own networks, and
/// the network that stands for the host's published ports. Returns an empty set if the container has no
/// networks.
fn own_networks(source: &SourceId, container: &ContainerRecord) -> BTreeSet<NetworkId> {
    let network = &container.network;
    let own = network.attachments.iter().map(|e| NetworkId::of(source, &e.network_id));
    let mut member: BTreeSet<_> = own.collect();
    if network.uses_host_network {
        member.insert(NetworkId::host_network(source));
    }
    if !member.is_empty() {
        member.insert(NetworkId::host_ports(source));
    }
    member
}

/// Returns the endpoint at which containers reach a port of their host, by the name `host.docker.internal`.
fn host_port_endpoint(port: u16, scope: &NetworkId) -> Option<ServiceEndpoint> {
    Some(new_endpoint(Host::parse(HOST_NAME)?, Some(port), scope, EndpointOrigin::PublishedPort))
}

/// Returns the endpoints of a port at every name of the loopback address.
fn loopback_endpoints(port: u16, scope: &NetworkId) -> impl Iterator<Item = ServiceEndpoint> {
    let hosts = LOOPBACK_NAMES.iter().filter_map(|name| Host::parse(name));
    hosts.map(move |host| new_endpoint(host, Some(port), scope, EndpointOrigin::Loopback))
}

fn new_endpoint(host: Host, port: Option<u16>, scope: &NetworkId, by: EndpointOrigin) -> ServiceEndpoint {
    ServiceEndpoint { host, port, scope: EndpointScope::Network(scope.clone()), origin: by }
}

#[cfg(test)]
mod tests;
