//! Decoding of a container's network settings: networks, DNS names, addresses and ports.

use super::{Link, links, short_id};
use crate::model::{EndpointOrigin, Text};
use crate::source::docker::api_types::{
    ContainerConfig, ContainerInspectResponse, EndpointSettings, HostConfig,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Network settings of a container: its networks, ports and links, and the container whose network it uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct ContainerNetwork {
    /// Networks to which the container is attached, with its names and addresses on each.
    pub(in super::super) attachments: Vec<NetworkAttachment>,
    /// Id or name of another container whose network the container uses (`container:` mode).
    pub(in super::super) shares_network_of: Option<String>,
    /// True if the container uses the host's network.
    pub(in super::super) uses_host_network: bool,
    /// Ports that the container's image or options declare.
    pub(in super::super) exposed_ports: BTreeSet<u16>,
    /// Published ports: for each port of the host, the container port to which it leads.
    pub(in super::super) published_ports: BTreeMap<u16, u16>,
    /// Legacy links to other containers.
    pub(in super::super) links: Vec<Link>,
}

/// Attachment of a container to one network: its DNS names and IP addresses there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct NetworkAttachment {
    /// Id of the network.
    pub(in super::super) network_id: String,
    /// DNS names of the container on this network, with the origin of each.
    pub(in super::super) names: BTreeMap<Text, EndpointOrigin>,
    /// IP addresses on this network.
    pub(in super::super) ips: BTreeSet<IpAddr>,
}

/// Decodes the network settings of a container.
pub(super) fn decode_network(answer: &ContainerInspectResponse) -> ContainerNetwork {
    let host_config = answer.host_config.as_ref();
    let mode = host_config.and_then(|h| h.network_mode.as_deref()).unwrap_or_default();
    let settings = answer.network_settings.as_ref();
    let networks = settings.and_then(|s| s.networks.as_ref());
    let mut endpoints: Vec<_> = networks
        .into_iter()
        .flatten()
        .filter(|(name, _)| !matches!(name.as_str(), "host" | "none" | "ingress"))
        .map(|(name, at)| decode_attachment(answer, name, at))
        .collect();
    endpoints.sort_by(|a, b| a.network_id.cmp(&b.network_id));
    let bound = settings.and_then(|s| s.ports.as_ref()).into_iter().flatten();
    let published = bound
        .flat_map(|(port, bindings)| bindings.iter().flatten().map(move |binding| (port, binding)))
        .filter_map(|(port, binding)| {
            let inside = port.split('/').next()?.parse().ok()?;
            Some((binding.host_port.as_deref()?.parse().ok()?, inside))
        })
        .filter(|(outside, _)| *outside != 0)
        .collect();
    ContainerNetwork {
        shares_network_of: mode.strip_prefix("container:").map(Text::new).map(Into::into),
        uses_host_network: mode == "host" || networks.is_some_and(|n| n.contains_key("host")),
        exposed_ports: exposed_ports(answer.config.as_ref()),
        published_ports: published,
        links: links::decode_links(host_config.unwrap_or(&HostConfig::default()), networks),
        attachments: endpoints,
    }
}

/// Decodes the attachment to the network `name`. If the engine reports no network id, the name is used as the
/// id.
fn decode_attachment(
    answer: &ContainerInspectResponse,
    name: &str,
    at: &EndpointSettings,
) -> NetworkAttachment {
    let network = at.network_id.as_deref().filter(|id| !id.is_empty()).unwrap_or(name);
    let ips = [at.ip_address.as_deref(), at.global_ipv6_address.as_deref()];
    // The default network has no DNS. Other containers reach this one only by address or link.
    let names = if matches!(name, "bridge" | "podman") { BTreeMap::new() } else { dns_names_on(answer, at) };
    NetworkAttachment {
        network_id: Text::new(network).to_string(),
        names,
        ips: ips.into_iter().flatten().filter_map(|ip| ip.parse().ok()).collect(),
    }
}

/// Returns the DNS names of the container on a network, each with the most specific of its origins.
fn dns_names_on(answer: &ContainerInspectResponse, at: &EndpointSettings) -> BTreeMap<Text, EndpointOrigin> {
    let mut names = BTreeMap::new();
    let mut add = |name: &str, by: EndpointOrigin| {
        let name = Text::new(name.trim_start_matches('/'));
        if !name.is_empty() {
            names.entry(name).or_insert(by);
        }
    };
    let config = answer.config.as_ref();
    let label = |key: &str| config.and_then(|c| c.labels.as_ref()?.get(key)).map(String::as_str);
    let once = label("com.docker.compose.oneoff").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    if let Some(service) = label("com.docker.compose.service").filter(|_| !once) {
        add(service, EndpointOrigin::ServiceName);
    }
    if let Some(service) = label("com.docker.swarm.service.name") {
        add(service, EndpointOrigin::ServiceName);
        let stack = label("com.docker.stack.namespace").unwrap_or_default();
        add(
            service.strip_prefix(stack).and_then(|s| s.strip_prefix('_')).unwrap_or(service),
            EndpointOrigin::ServiceName,
        );
    }
    add(answer.name.as_deref().unwrap_or_default(), EndpointOrigin::ContainerName);
    let id = short_id(answer.id.as_deref().unwrap_or_default());
    add(id, EndpointOrigin::Hostname);
    for alias in at.aliases.iter().chain(&at.dns_names).flatten() {
        add(alias, EndpointOrigin::Alias);
    }
    let hostname = config.and_then(|c| c.hostname.as_deref()).unwrap_or_default();
    add(hostname, EndpointOrigin::Hostname);
    if let Some(domain) = config.and_then(|c| c.domainname.as_deref()).filter(|d| !d.is_empty()) {
        add(&format!("{hostname}.{domain}"), EndpointOrigin::Hostname);
    }
    names
}

/// Returns the ports that the container's image or options declare, of any protocol.
fn exposed_ports(config: Option<&ContainerConfig>) -> BTreeSet<u16> {
    let ports = config.and_then(|c| c.exposed_ports.as_ref()).into_iter().flatten();
    ports.filter_map(|port| port.split('/').next()?.parse().ok()).collect()
}
