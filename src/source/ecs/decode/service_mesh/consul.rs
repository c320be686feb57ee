//! Decoder of Consul's service mesh on ECS: the service that a task registers, and the upstream services that
//! it calls. This module does no I/O.
//!
//! The `consul-ecs` binary gets its configuration from an environment variable of the containers in which it
//! runs (Consul documentation, "Consul on AWS Elastic Container Service (ECS) configuration reference").

use crate::{
    model::{
        Address, EndpointOrigin, EndpointScope, Host, NetworkId, Reference, ReferenceKind, ReferenceLocation,
        ReferenceTarget, ServiceEndpoint, Setting, SourceId,
    },
    source::ecs::decode::text::non_empty_text,
};
use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition};
use serde::Deserialize;

/// Environment variable with the configuration, in JSON.
const CONFIG_VARIABLE: &str = "CONSUL_ECS_CONFIG_JSON";

/// Maximum number of upstreams that Portolan reads for one task.
const MAX_UPSTREAMS: usize = 200;

/// Domains under which Consul's DNS resolves services (Consul documentation, "Discover services with DNS").
const DNS_DOMAINS: [&str; 2] = [".service.consul", ".virtual.consul"];

/// Configuration of `consul-ecs`, reduced to the fields that Portolan needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ConsulConfig {
    service: RegisteredService,
    proxy: ProxyConfig,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RegisteredService {
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProxyConfig {
    upstreams: Vec<Upstream>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Upstream {
    destination_name: Option<String>,
}

/// Returns the name of the service that a task definition registers in Consul, and references to its
/// upstreams. Returns `None` if the tasks are not in a Consul mesh.
pub(in crate::source::ecs::decode) fn registered_service(
    raw: &TaskDefinition,
) -> Option<(String, Vec<Reference>)> {
    let configuration = raw.container_definitions().iter().find_map(parse_config)?;
    // If the configuration sets no name, Consul uses the name of the task family in lower case.
    let name = non_empty_text(configuration.service.name.as_deref())
        .or_else(|| non_empty_text(raw.family()).map(|family| family.to_lowercase()))?;
    let upstreams = configuration.proxy.upstreams.into_iter().take(MAX_UPSTREAMS);
    let named = upstreams.filter_map(|upstream| non_empty_text(upstream.destination_name.as_deref()));
    let mention = |upstream: String| {
        let target = ReferenceTarget::Address(Address::parse_host(&upstream)?);
        Some(Reference {
            kind: ReferenceKind::Mesh,
            location: ReferenceLocation::of(Setting::Other(format!("Consul upstream of {name}").into())),
            target,
        })
    };
    Some((name.clone(), named.filter_map(mention).collect()))
}

fn parse_config(container: &ContainerDefinition) -> Option<ConsulConfig> {
    let pair = container.environment().iter().find(|pair| pair.name() == Some(CONFIG_VARIABLE))?;
    serde_json::from_str(pair.value()?).ok()
}

/// Returns the network in which the names of Consul's services resolve.
pub(in crate::source::ecs::decode) fn consul_network(source: &SourceId) -> NetworkId {
    NetworkId::of(source, "consul")
}

/// Returns the endpoints of a service at its names in Consul.
pub(in crate::source::ecs::decode) fn consul_endpoints(
    service: &str,
    source: &SourceId,
) -> Vec<ServiceEndpoint> {
    let scope = EndpointScope::Network(consul_network(source));
    let names = DNS_DOMAINS.iter().map(|domain| format!("{service}{domain}")).chain([service.to_owned()]);
    let hosts = names.filter_map(|name| Host::parse(&name));
    hosts
        .map(|host| ServiceEndpoint {
            host,
            port: None,
            scope: scope.clone(),
            origin: EndpointOrigin::Consul,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::registered_service;
    use crate::model::ReferenceTarget;
    use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair, TaskDefinition};

    fn read(configuration: &str) -> Option<(String, Vec<String>)> {
        let pair = KeyValuePair::builder().name("CONSUL_ECS_CONFIG_JSON").value(configuration).build();
        let init = ContainerDefinition::builder().name("consul-ecs-mesh-init").environment(pair).build();
        let app = ContainerDefinition::builder().name("app").build();
        let task = TaskDefinition::builder().family("Ledger").container_definitions(app);
        let (name, mentions) = registered_service(&task.container_definitions(init).build())?;
        let upstream = |target: &ReferenceTarget| match target {
            ReferenceTarget::Address(address) => address.to_string(),
            other => format!("{other:?}"),
        };
        Some((name, mentions.iter().map(|m| upstream(&m.target)).collect()))
    }

    #[test]
    fn upstreams_are_named_and_the_family_stands_in_for_a_name() {
        let text = r#"{"service": {"name": "books", "port": 9090},
                       "proxy": {"upstreams": [{"destinationName": "payments", "localBindPort": 1234}, {}]}}"#;
        assert_eq!(read(text), Some(("books".into(), vec!["payments".into()])));
        assert_eq!(read(r#"{"bootstrapDir": "/consul"}"#), Some(("ledger".into(), Vec::new())));
        assert_eq!(read("not JSON"), None);
    }
}
