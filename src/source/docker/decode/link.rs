//! What a container names through the engine's own options: links, extra hosts, and compose's start order.

use crate::source::docker::answer::{ContainerInspectResponse, EndpointSettings, HostConfig};
use crate::{
    decode,
    model::{Mention, Text},
};
use std::collections::HashMap;

/// A link: a container, and what the linking one calls it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Link {
    /// The container's name.
    pub(in super::super) container: String,
    /// The name it has for the linking container alone.
    pub(in super::super) alias: String,
}

impl Link {
    /// The mention that a link is; `None` where the container's name can't be asked for.
    pub(in super::super) fn mention(&self) -> Option<Mention> {
        decode::link(&self.container)
    }
}

/// The links of a container: `/db:/web/database` on the default bridge, `db:database` on the others.
pub(super) fn links(host: &HostConfig, networks: Option<&HashMap<String, EndpointSettings>>) -> Vec<Link> {
    let on_networks = networks.into_iter().flatten().flat_map(|(_, at)| at.links.iter().flatten());
    let mut links: Vec<_> = host
        .links
        .iter()
        .flatten()
        .chain(on_networks)
        .filter_map(|raw| {
            let (target, alias) = raw.split_once(':').unwrap_or((raw, raw));
            let last = |path: &str| Text::new(path.rsplit('/').next().unwrap_or_default());
            let link = Link { container: last(target).to_string(), alias: last(alias).to_string() };
            (!link.container.is_empty()).then_some(link)
        })
        .collect();
    links.sort();
    links.dedup();
    links
}

/// The extra hosts that stand for an address. Names for the host itself make nobody a caller of it.
pub(super) fn extra_hosts(answer: &ContainerInspectResponse) -> Vec<Mention> {
    let entries = answer.host_config.iter().flat_map(|h| h.extra_hosts.iter().flatten());
    entries
        .filter_map(|entry| entry.split_once('=').or_else(|| entry.split_once(':')))
        .filter_map(|(name, address)| decode::extra_host(name, address))
        .collect()
}

/// The services that compose starts first: `db:service_healthy:true,queue:service_started:false`.
pub(super) fn start_order(label: &str) -> Vec<Mention> {
    decode::start_order(label.split(',').map(|entry| {
        let (name, rest) = entry.split_once(':').unwrap_or((entry, ""));
        (name, rest.split(':').next().unwrap_or_default())
    }))
}

#[cfg(test)]
mod tests {
    use super::{Link, links, start_order};
    use crate::{model::Via, source::docker::answer::HostConfig};

    #[test]
    fn a_link_has_a_container_and_an_alias() {
        let config = HostConfig { links: Some(vec!["/db:/web/database".into()]), ..HostConfig::default() };
        assert_eq!(links(&config, None), [Link { container: "db".into(), alias: "database".into() }]);
    }

    #[test]
    fn start_order_is_a_list_of_services() {
        let peers: Vec<_> = start_order("db:service_healthy:true,queue:service_started:false")
            .into_iter()
            .map(|m| format!("{:?}", m.target))
            .collect();
        assert_eq!(peers, ["Peer(\"db\")", "Peer(\"queue\")"]);
        assert!(start_order("").is_empty());
        let vias = |label| start_order(label).into_iter().map(|m| m.via).collect::<Vec<_>>();
        assert_eq!(
            vias("init:service_completed_successfully:false,db"),
            [Via::Completion, Via::StartOrder],
            "older versions of compose write the name alone"
        );
    }
}
