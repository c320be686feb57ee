//! References in the options of a container: legacy links, extra hosts (`--add-host`), and the start order
//! that compose stores in a label.

use crate::source::docker::api_types::{ContainerInspectResponse, EndpointSettings, HostConfig};
use crate::{
    extract,
    model::{Reference, Text},
};
use std::collections::HashMap;

/// Legacy link to another container, under an alias.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Link {
    /// Name of the linked container.
    pub(in super::super) container: String,
    /// Name by which only the linking container reaches the linked one.
    pub(in super::super) alias: String,
}

impl Link {
    /// Returns the reference to the linked container. Returns `None` if the container's name is not a valid
    /// host name.
    pub(in super::super) fn reference(&self) -> Option<Reference> {
        extract::link_reference(&self.container)
    }
}

/// Decodes the links of a container: `/db:/web/database` on the default bridge, `db:database` on other
/// networks.
pub(super) fn decode_links(
    host: &HostConfig,
    networks: Option<&HashMap<String, EndpointSettings>>,
) -> Vec<Link> {
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

/// Returns references to the addresses of extra hosts (`--add-host NAME:ADDRESS`) and of name servers
/// (`--dns`). Skips names of the Docker host itself.
pub(super) fn extra_host_references(answer: &ContainerInspectResponse) -> Vec<Reference> {
    let Some(config) = &answer.host_config else { return Vec::new() };
    let entries = config.extra_hosts.iter().flatten();
    entries
        .filter_map(|entry| entry.split_once('=').or_else(|| entry.split_once(':')))
        .filter_map(|(name, address)| extract::extra_host_reference(name, address))
        .chain(config.dns.iter().flatten().filter_map(|address| extract::name_server_reference(address)))
        .collect()
}

/// Returns references to the services that compose starts before this one. `label` lists them as
/// `db:service_healthy:true,queue:service_started:false`.
pub(super) fn start_order_references(label: &str) -> Vec<Reference> {
    extract::start_order_references(label.split(',').map(|entry| {
        let (name, rest) = entry.split_once(':').unwrap_or((entry, ""));
        (name, rest.split(':').next().unwrap_or_default())
    }))
}

#[cfg(test)]
mod tests {
    use super::{Link, decode_links, start_order_references};
    use crate::{model::ReferenceKind, source::docker::api_types::HostConfig};

    #[test]
    fn a_link_has_a_container_and_an_alias() {
        let config = HostConfig { links: Some(vec!["/db:/web/database".into()]), ..HostConfig::default() };
        assert_eq!(decode_links(&config, None), [Link { container: "db".into(), alias: "database".into() }]);
    }

    #[test]
    fn start_order_is_a_list_of_services() {
        let peers: Vec<_> = start_order_references("db:service_healthy:true,queue:service_started:false")
            .into_iter()
            .map(|m| format!("{:?}", m.target))
            .collect();
        assert_eq!(peers, ["ServiceName(\"db\")", "ServiceName(\"queue\")"]);
        assert!(start_order_references("").is_empty());
        let vias = |label| start_order_references(label).into_iter().map(|m| m.kind).collect::<Vec<_>>();
        assert_eq!(
            vias("init:service_completed_successfully:false,db"),
            [ReferenceKind::Completion, ReferenceKind::StartOrder],
            "older versions of compose write the name alone"
        );
    }
}
