//! How a container can be reached: its endpoints with their names and addresses, and the ports it opens.

use super::{Link, link, short};
use crate::model::{AnsweredBy, Text};
use crate::source::docker::answer::{
    ContainerConfig, ContainerInspectResponse, EndpointSettings, HostConfig,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// A container's place among the networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Network {
    /// Its endpoints on networks of its own.
    pub(in super::super) endpoints: Vec<Endpoint>,
    /// The container, by id or name, whose network it shares.
    pub(in super::super) shares: Option<String>,
    /// Whether it uses the host's network.
    pub(in super::super) host: bool,
    /// The ports that its image or options declare.
    pub(in super::super) exposed: BTreeSet<u16>,
    /// The host's ports that lead to it, each with its own port behind.
    pub(in super::super) published: BTreeMap<u16, u16>,
    /// The containers that it has names of its own for.
    pub(in super::super) links: Vec<Link>,
}

/// A container on one network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Endpoint {
    /// The network's id.
    pub(in super::super) network: String,
    /// What others on the network may call it, and how it came by the name.
    pub(in super::super) names: BTreeMap<Text, AnsweredBy>,
    /// Its addresses there.
    pub(in super::super) ips: BTreeSet<IpAddr>,
}

/// The container's place among the networks.
pub(super) fn of(answer: &ContainerInspectResponse) -> Network {
    let host_config = answer.host_config.as_ref();
    let mode = host_config.and_then(|h| h.network_mode.as_deref()).unwrap_or_default();
    let settings = answer.network_settings.as_ref();
    let networks = settings.and_then(|s| s.networks.as_ref());
    let mut endpoints: Vec<_> = networks
        .into_iter()
        .flatten()
        .filter(|(name, _)| !matches!(name.as_str(), "host" | "none" | "ingress"))
        .map(|(name, at)| endpoint(answer, name, at))
        .collect();
    endpoints.sort_by(|a, b| a.network.cmp(&b.network));
    let bound = settings.and_then(|s| s.ports.as_ref()).into_iter().flatten();
    let published = bound
        .flat_map(|(port, bindings)| bindings.iter().flatten().map(move |binding| (port, binding)))
        .filter_map(|(port, binding)| {
            let inside = port.split('/').next()?.parse().ok()?;
            Some((binding.host_port.as_deref()?.parse().ok()?, inside))
        })
        .filter(|(outside, _)| *outside != 0)
        .collect();
    Network {
        shares: mode.strip_prefix("container:").map(Text::new).map(Into::into),
        host: mode == "host" || networks.is_some_and(|n| n.contains_key("host")),
        exposed: exposed(answer.config.as_ref()),
        published,
        links: link::links(host_config.unwrap_or(&HostConfig::default()), networks),
        endpoints,
    }
}

/// The endpoint on the network `name`, which stands for the id until the engine has given one.
fn endpoint(answer: &ContainerInspectResponse, name: &str, at: &EndpointSettings) -> Endpoint {
    let network = at.network_id.as_deref().filter(|id| !id.is_empty()).unwrap_or(name);
    let ips = [at.ip_address.as_deref(), at.global_ipv6_address.as_deref()];
    // The default network has no name service: only addresses count there, and links.
    let names = if matches!(name, "bridge" | "podman") { BTreeMap::new() } else { names(answer, at) };
    Endpoint {
        network: Text::new(network).to_string(),
        names,
        ips: ips.into_iter().flatten().filter_map(|ip| ip.parse().ok()).collect(),
    }
}

/// The names that the engine's name service answers for this endpoint, each with the strongest reason for it.
fn names(answer: &ContainerInspectResponse, at: &EndpointSettings) -> BTreeMap<Text, AnsweredBy> {
    let mut names = BTreeMap::new();
    let mut add = |name: &str, by: AnsweredBy| {
        let name = Text::new(name.trim_start_matches('/'));
        if !name.is_empty() {
            names.entry(name).or_insert(by);
        }
    };
    let config = answer.config.as_ref();
    let label = |key: &str| config.and_then(|c| c.labels.as_ref()?.get(key)).map(String::as_str);
    let once = label("com.docker.compose.oneoff").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    if let Some(service) = label("com.docker.compose.service").filter(|_| !once) {
        add(service, AnsweredBy::ServiceName);
    }
    if let Some(service) = label("com.docker.swarm.service.name") {
        add(service, AnsweredBy::ServiceName);
        let stack = label("com.docker.stack.namespace").unwrap_or_default();
        add(
            service.strip_prefix(stack).and_then(|s| s.strip_prefix('_')).unwrap_or(service),
            AnsweredBy::ServiceName,
        );
    }
    add(answer.name.as_deref().unwrap_or_default(), AnsweredBy::ContainerName);
    let id = short(answer.id.as_deref().unwrap_or_default());
    add(id, AnsweredBy::Hostname);
    for alias in at.aliases.iter().chain(&at.dns_names).flatten() {
        add(alias, AnsweredBy::Alias);
    }
    let hostname = config.and_then(|c| c.hostname.as_deref()).unwrap_or_default();
    add(hostname, AnsweredBy::Hostname);
    if let Some(domain) = config.and_then(|c| c.domainname.as_deref()).filter(|d| !d.is_empty()) {
        add(&format!("{hostname}.{domain}"), AnsweredBy::Hostname);
    }
    names
}

/// The ports that image and options declare, whatever the protocol.
fn exposed(config: Option<&ContainerConfig>) -> BTreeSet<u16> {
    let ports = config.and_then(|c| c.exposed_ports.as_ref()).into_iter().flatten();
    ports.filter_map(|port| port.split('/').next()?.parse().ok()).collect()
}
