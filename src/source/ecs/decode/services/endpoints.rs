//! Endpoints of a service: Service Connect aliases, Cloud Map names, and the addresses of its tasks.

use crate::{
    model::{EndpointOrigin, EndpointScope, Host, NetworkId, ServiceEndpoint, Text},
    source::ecs::decode::{
        definitions::task_definition::TaskDefinitionSummary, snapshot_context::SnapshotContext,
        tasks::task_record::TaskRecord, text::clean_text,
    },
};
use aws_sdk_ecs::types as sdk;
use std::collections::{BTreeMap, BTreeSet};

/// Names in Cloud Map of the namespaces and registries that ECS identifies only by id or ARN.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CloudMapNames {
    /// Names of namespaces by their ids (`ns-…`).
    pub namespaces: BTreeMap<String, String>,
    /// DNS names of service registries by their ARNs.
    pub registries: BTreeMap<String, String>,
}

impl CloudMapNames {
    /// Returns the name of the namespace `given`, which is a name or an ARN. If the name for an ARN was not
    /// read, returns the id in the ARN.
    #[must_use]
    pub(crate) fn namespace_name(&self, given: &str) -> String {
        match namespace_id(given) {
            Some(id) => Text::new(self.namespaces.get(id).map_or(id, String::as_str)).to_string(),
            None => Text::new(given).to_string(),
        }
    }
}

/// Returns the id in a namespace's ARN, or `None` if `given` is a name.
pub(crate) fn namespace_id(given: &str) -> Option<&str> {
    given.starts_with("arn:").then(|| given.rsplit('/').next()).flatten()
}

/// Returns the Service Connect configuration of a service, or `None` if Service Connect is not enabled.
/// Prefers the configuration of the primary deployment.
pub(crate) fn service_connect_config(service: &sdk::Service) -> Option<&sdk::ServiceConnectConfiguration> {
    let all = service.deployments();
    let primary = all.iter().filter(|d| d.status() == Some("PRIMARY"));
    primary
        .chain(all)
        .filter_map(sdk::Deployment::service_connect_configuration)
        .find(|config| config.enabled())
}

/// Returns the name or ARN of a service's Service Connect namespace, or `None` without Service Connect.
/// `default` is the namespace of the cluster.
pub(crate) fn service_namespace<'a>(service: &'a sdk::Service, default: Option<&'a str>) -> Option<&'a str> {
    service_connect_config(service).and_then(|config| config.namespace().or(default))
}

/// Returns the network that stands for a Service Connect namespace, in which its names resolve.
pub(crate) fn namespace_network(context: &SnapshotContext, namespace: &str) -> NetworkId {
    NetworkId::of(&context.source, &format!("namespace/{namespace}"))
}

/// Returns the network that stands for the VPC, in which every task with its own address is reachable.
pub(crate) fn vpc_network(context: &SnapshotContext) -> NetworkId {
    NetworkId::of(&context.source, "vpc")
}

/// Returns the endpoints of a service within its Service Connect namespace.
pub(crate) fn service_connect_endpoints(
    service: &sdk::Service,
    default: Option<&str>,
    definition: Option<&TaskDefinitionSummary>,
    names: &CloudMapNames,
    context: &SnapshotContext,
) -> Vec<ServiceEndpoint> {
    let (Some(config), Some(given)) = (service_connect_config(service), service_namespace(service, default))
    else {
        return Vec::new();
    };
    let space = names.namespace_name(given);
    let scope = EndpointScope::Network(namespace_network(context, &space));
    let answer = |host: &str, port: Option<u16>| {
        let host = Host::parse(host)?;
        Some(ServiceEndpoint { host, port, scope: scope.clone(), origin: EndpointOrigin::ServiceConnect })
    };
    let mut answers = Vec::new();
    for offered in config.services() {
        let discovery = offered.discovery_name().unwrap_or(offered.port_name());
        let full = format!("{discovery}.{space}");
        for alias in offered.client_aliases() {
            answers.extend(answer(alias.dns_name().unwrap_or(&full), u16::try_from(alias.port()).ok()));
        }
        if offered.client_aliases().is_empty() {
            let port = definition.and_then(|d| d.named_ports.get(offered.port_name()).copied());
            answers.extend(answer(&full, port));
        }
    }
    answers
}

/// Returns the endpoints of a service at its names in Cloud Map, which resolve in the whole VPC.
pub(crate) fn cloud_map_endpoints(service: &sdk::Service, names: &CloudMapNames) -> Vec<ServiceEndpoint> {
    let registries = service.service_registries().iter().filter_map(sdk::ServiceRegistry::registry_arn);
    registries
        .filter_map(|arn| names.registries.get(arn))
        .filter_map(|name| Host::parse(name))
        .map(|host| ServiceEndpoint {
            host,
            port: None,
            scope: EndpointScope::Everywhere,
            origin: EndpointOrigin::CloudMap,
        })
        .collect()
}

/// Returns the endpoints of tasks at their own addresses. Leaves out stopped tasks.
pub(crate) fn address_endpoints<'a>(
    runs: impl IntoIterator<Item = &'a TaskRecord>,
    context: &SnapshotContext,
) -> Vec<ServiceEndpoint> {
    let live = runs.into_iter().filter(|run| !run.has_stopped());
    let found: BTreeSet<_> = live.flat_map(|run| run.network.addresses.iter().copied()).collect();
    let answer = |ip| ServiceEndpoint {
        host: Host::Ip(ip),
        port: None,
        scope: EndpointScope::Network(vpc_network(context)),
        origin: EndpointOrigin::InstanceAddress,
    };
    found.into_iter().map(answer).collect()
}

/// Returns the name of the service's namespace for the service card, or `None` without Service Connect.
pub(crate) fn namespace_label(
    service: &sdk::Service,
    default: Option<&str>,
    names: &CloudMapNames,
) -> Option<String> {
    service_namespace(service, default).map(|given| clean_text(Some(&names.namespace_name(given))))
}
