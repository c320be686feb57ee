//! Consul's service mesh on ECS: the service that a task registers, and the upstreams that its proxy forwards to.
//!
//! The configuration is that of the `consul-ecs` binary, which its containers have in a variable (Consul documentation,
//! "Consul on AWS Elastic Container Service (ECS) configuration reference"). Pure.

use super::words::some;
use crate::model::{
    Address, Answer, AnsweredBy, Host, Mention, NetworkId, Place, Scope, SourceId, Target, Via,
};
use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition};
use serde::Deserialize;

/// The variable that holds the configuration.
const CONFIGURATION: &str = "CONSUL_ECS_CONFIG_JSON";

/// The most upstreams of one task that are read.
const MAX_UPSTREAMS: usize = 200;

/// The domains below which Consul's DNS answers for a service (Consul documentation, "Discover services with DNS").
const DOMAINS: [&str; 2] = [".service.consul", ".virtual.consul"];

/// What a task registers, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Configuration {
    service: Registered,
    proxy: Proxy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Registered {
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Proxy {
    upstreams: Vec<Upstream>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Upstream {
    destination_name: Option<String>,
}

/// The service that a task definition registers in Consul, and the upstreams that it names; `None` outside of a mesh.
pub(super) fn member(raw: &TaskDefinition) -> Option<(String, Vec<Mention>)> {
    let configuration = raw.container_definitions().iter().find_map(configuration)?;
    // Without a name of its own the service goes by the task's family, in lower case.
    let name = some(configuration.service.name.as_deref())
        .or_else(|| some(raw.family()).map(|family| family.to_lowercase()))?;
    let upstreams = configuration.proxy.upstreams.into_iter().take(MAX_UPSTREAMS);
    let named = upstreams.filter_map(|upstream| some(upstream.destination_name.as_deref()));
    let mention = |upstream: String| {
        let target = Target::Address(Address::parse_host(&upstream)?);
        Some(Mention { via: Via::Mesh, place: Place::at(&format!("Consul upstream of {name}")), target })
    };
    Some((name.clone(), named.filter_map(mention).collect()))
}

fn configuration(container: &ContainerDefinition) -> Option<Configuration> {
    let pair = container.environment().iter().find(|pair| pair.name() == Some(CONFIGURATION))?;
    serde_json::from_str(pair.value()?).ok()
}

/// The network in which the names of Consul's services count.
pub(super) fn network(source: &SourceId) -> NetworkId {
    NetworkId::of(source, "consul")
}

/// The names that a service of Consul answers to.
pub(super) fn answers(service: &str, source: &SourceId) -> Vec<Answer> {
    let scope = Scope::Network(network(source));
    let names = DOMAINS.iter().map(|domain| format!("{service}{domain}")).chain([service.to_owned()]);
    let hosts = names.filter_map(|name| Host::parse(&name));
    hosts.map(|host| Answer { host, port: None, scope: scope.clone(), by: AnsweredBy::Consul }).collect()
}

#[cfg(test)]
mod tests {
    use super::member;
    use crate::model::Target;
    use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair, TaskDefinition};

    fn read(configuration: &str) -> Option<(String, Vec<String>)> {
        let pair = KeyValuePair::builder().name("CONSUL_ECS_CONFIG_JSON").value(configuration).build();
        let init = ContainerDefinition::builder().name("consul-ecs-mesh-init").environment(pair).build();
        let app = ContainerDefinition::builder().name("app").build();
        let task = TaskDefinition::builder().family("Ledger").container_definitions(app);
        let (name, mentions) = member(&task.container_definitions(init).build())?;
        let upstream = |target: &Target| match target {
            Target::Address(address) => address.to_string(),
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
