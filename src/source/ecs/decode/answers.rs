//! What a service answers to: Service Connect aliases, Cloud Map names, the addresses of its tasks.

use super::{definition::Definition, run::Run, task::Context, words::said};
use crate::model::{Answer, AnsweredBy, Host, NetworkId, Scope, Text};
use aws_sdk_ecs::types as sdk;
use std::collections::{BTreeMap, BTreeSet};

/// Names that only Cloud Map knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// The namespaces' names by their ids (`ns-…`).
    pub namespaces: BTreeMap<String, String>,
    /// The DNS names of registries by their ARNs.
    pub registries: BTreeMap<String, String>,
}

impl Names {
    /// The name of a namespace that is given by name or by ARN; its id where the name is not known.
    #[must_use]
    pub(crate) fn namespace(&self, given: &str) -> String {
        match namespace_id(given) {
            Some(id) => Text::new(self.namespaces.get(id).map_or(id, String::as_str)).to_string(),
            None => Text::new(given).to_string(),
        }
    }
}

/// The id in a namespace's ARN; none if it is given by name.
pub(crate) fn namespace_id(given: &str) -> Option<&str> {
    given.starts_with("arn:").then(|| given.rsplit('/').next()).flatten()
}

/// The Service Connect configurations of a service: of the primary deployment, or of any that has one.
pub(crate) fn connect(service: &sdk::Service) -> Option<&sdk::ServiceConnectConfiguration> {
    let all = service.deployments();
    let primary = all.iter().filter(|d| d.status() == Some("PRIMARY"));
    primary
        .chain(all)
        .filter_map(sdk::Deployment::service_connect_configuration)
        .find(|config| config.enabled())
}

/// The namespace a service is a member of, as it is given; `default` is the cluster's.
pub(crate) fn namespace<'a>(service: &'a sdk::Service, default: Option<&'a str>) -> Option<&'a str> {
    connect(service).and_then(|config| config.namespace().or(default))
}

/// The network of a namespace.
pub(crate) fn network(context: &Context, namespace: &str) -> NetworkId {
    NetworkId::of(&context.source, &format!("namespace/{namespace}"))
}

/// The network of everything that has an address of its own.
pub(crate) fn vpc(context: &Context) -> NetworkId {
    NetworkId::of(&context.source, "vpc")
}

/// What Service Connect calls the service, within its namespace.
pub(crate) fn aliases(
    service: &sdk::Service,
    default: Option<&str>,
    definition: Option<&Definition>,
    names: &Names,
    context: &Context,
) -> Vec<Answer> {
    let (Some(config), Some(given)) = (connect(service), namespace(service, default)) else {
        return Vec::new();
    };
    let space = names.namespace(given);
    let scope = Scope::Network(network(context, &space));
    let answer = |host: &str, port: Option<u16>| {
        let host = Host::parse(host)?;
        Some(Answer { host, port, scope: scope.clone(), by: AnsweredBy::ServiceConnect })
    };
    let mut answers = Vec::new();
    for offered in config.services() {
        let discovery = offered.discovery_name().unwrap_or(offered.port_name());
        let full = format!("{discovery}.{space}");
        for alias in offered.client_aliases() {
            answers.extend(answer(alias.dns_name().unwrap_or(&full), u16::try_from(alias.port()).ok()));
        }
        if offered.client_aliases().is_empty() {
            let port = definition.and_then(|d| d.ports.get(offered.port_name()).copied());
            answers.extend(answer(&full, port));
        }
    }
    answers
}

/// What Cloud Map calls the service, for the whole VPC.
pub(crate) fn registered(service: &sdk::Service, names: &Names) -> Vec<Answer> {
    let registries = service.service_registries().iter().filter_map(sdk::ServiceRegistry::registry_arn);
    registries
        .filter_map(|arn| names.registries.get(arn))
        .filter_map(|name| Host::parse(name))
        .map(|host| Answer { host, port: None, scope: Scope::Everywhere, by: AnsweredBy::CloudMap })
        .collect()
}

/// The addresses of the tasks that have not ended.
pub(crate) fn addresses<'a>(runs: impl IntoIterator<Item = &'a Run>, context: &Context) -> Vec<Answer> {
    let live = runs.into_iter().filter(|run| !run.has_stopped());
    let found: BTreeSet<_> = live.flat_map(|run| run.reach.addresses.iter().copied()).collect();
    let answer = |ip| Answer {
        host: Host::Ip(ip),
        port: None,
        scope: Scope::Network(vpc(context)),
        by: AnsweredBy::InstanceAddress,
    };
    found.into_iter().map(answer).collect()
}

/// The namespace's name for the service card.
pub(crate) fn namespace_words(
    service: &sdk::Service,
    default: Option<&str>,
    names: &Names,
) -> Option<String> {
    namespace(service, default).map(|given| said(Some(&names.namespace(given))))
}
