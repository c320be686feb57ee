//! Summary of a task definition: references, log destinations and health checks of its containers.
//!
//! Of the values of variables, the summary keeps only references to addresses and services, URLs of load
//! balancers, and the name of the service in telemetry. It also keeps hashes of the values, in memory and
//! never on disk.

use super::{
    definition_limit::limit_lists,
    log_destination::{self, LogDestination},
    revision_diff::{self, RevisionAttributes},
};
use crate::{
    extract,
    model::{Fact, FactKind, Reference, ServiceProfile, Text},
    source::ecs::decode::{
        load_balancing::alb_routing::{self, LoadBalancerUrl},
        service_mesh::{
            app_mesh::{self, MeshMember},
            consul,
        },
        text::{clean_text, last_segment, non_empty_text},
    },
};
use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// Summary of a task definition revision: references for the map, facts for the service card, log
/// destinations, health checks, and attributes to compare revisions. Portolan keeps it forever, because a
/// revision never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaskDefinitionSummary {
    /// Name of the revision, as `family:revision`.
    pub version: String,
    /// References in environment variables and arguments.
    #[serde(rename = "mentions")]
    pub references: Vec<Reference>,
    /// Load balancer URLs in environment variables, with their paths.
    #[serde(rename = "urls")]
    pub load_balancer_urls: Vec<LoadBalancerUrl>,
    /// Facts for the service card.
    pub facts: Vec<Fact>,
    /// Facts such as owner and repository, from the labels of the containers, and the names of variables.
    pub profile: ServiceProfile,
    /// Attributes to compare with other revisions.
    #[serde(rename = "aspects")]
    pub attributes: RevisionAttributes,
    /// Containers by name.
    pub containers: LiteMap<String, ContainerSummary>,
    /// Container ports of named port mappings, by name.
    #[serde(rename = "ports")]
    pub named_ports: LiteMap<Text, u16>,
    /// Container ports of all port mappings.
    #[serde(rename = "listens")]
    pub listening_ports: BTreeSet<u16>,
    /// App Mesh node or gateway of the tasks; `None` if no container is an App Mesh proxy.
    #[serde(rename = "node")]
    pub mesh_member: Option<MeshMember>,
    /// Name under which Consul registers the tasks; `None` if they are not in a Consul mesh.
    #[serde(rename = "consul")]
    pub consul_service: Option<String>,
}

/// Task definitions read so far, by ARN.
pub(crate) type TaskDefinitions = BTreeMap<String, Arc<TaskDefinitionSummary>>;

/// Summary of one container of a task definition, with its log destination and health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContainerSummary {
    /// Position among the containers of the task. The container that serves requests has position 0, and
    /// sidecars come last.
    pub place: usize,
    /// True if the task stops when this container stops.
    pub essential: bool,
    /// Time after the start within which the health check should have reported; `None` without a health
    /// check.
    #[serde(rename = "check")]
    pub health_check_grace: Option<Duration>,
    /// Log destination of the container.
    pub log: LogDestination,
}

/// Creates the summary of a task definition.
pub(crate) fn summarize_definition(raw: &TaskDefinition) -> TaskDefinitionSummary {
    let raw = &*limit_lists(raw);
    let all = raw.container_definitions();
    let (mut mentions, mut urls) = (BTreeSet::new(), BTreeSet::new());
    for container in all {
        let name = clean_text(container.name());
        let place = (all.len() > 1).then_some(name.as_str());
        let found = container_references(place, container);
        for pair in container.environment() {
            let (key, value) = (pair.name().unwrap_or_default(), pair.value().unwrap_or_default());
            urls.extend(alb_routing::load_balancer_urls(&found, key, value));
        }
        mentions.extend(found);
    }
    let consul = consul::registered_service(raw).map(|(service, upstreams)| {
        mentions.extend(upstreams);
        service
    });
    TaskDefinitionSummary {
        version: version_label(raw),
        references: mentions.into_iter().collect(),
        load_balancer_urls: urls.into_iter().collect(),
        facts: definition_facts(raw),
        profile: definition_profile(all),
        attributes: revision_diff::revision_attributes(raw),
        containers: serving_first(raw)
            .into_iter()
            .enumerate()
            .map(|(place, container)| {
                (clean_text(container.name()), planned_container(container, all, place))
            })
            .collect(),
        named_ports: named_ports(all),
        listening_ports: listening_ports(all),
        mesh_member: all.iter().find_map(app_mesh::proxy_member),
        consul_service: consul,
    }
}

fn version_label(raw: &TaskDefinition) -> String {
    match raw.family() {
        Some(family) => format!("{}:{}", Text::new(family), raw.revision()),
        None => last_segment(raw.task_definition_arn().unwrap_or_default()),
    }
}

fn container_references(place: Option<&str>, container: &ContainerDefinition) -> Vec<Reference> {
    let pairs = container.environment().iter().filter_map(|pair| Some((pair.name()?, pair.value()?)));
    // These variables of a proxy name its own mesh node, so they refer to no other service.
    let pairs = pairs.filter(|(name, _)| !app_mesh::NODE_VARIABLES.contains(name));
    let mut found = extract::references_in_environment(place, pairs);
    let arguments = container.entry_point().iter().chain(container.command()).map(String::as_str);
    found.extend(extract::references_in_arguments(place, arguments));
    // A loopback address leads to a container of the same task, so it is no reference to another service.
    found.retain(|mention| !mention.targets_own_container());
    found
}

fn planned_container(
    container: &ContainerDefinition,
    all: &[ContainerDefinition],
    place: usize,
) -> ContainerSummary {
    let check = container.health_check().map(|check| {
        let seconds = |value: Option<i32>, default: i32| u64::try_from(value.unwrap_or(default)).unwrap_or(0);
        // The default values are those of ECS. One more round of checks and one more minute give the ECS
        // agent time to report.
        let round = seconds(check.interval(), 30) + seconds(check.timeout(), 5);
        let rounds = seconds(check.retries(), 3) + 1;
        Duration::from_secs(seconds(check.start_period(), 0) + rounds * round + 60)
    });
    ContainerSummary {
        place,
        essential: container.essential().unwrap_or(true),
        health_check_grace: check,
        log: log_destination::log_destination(container, all),
    }
}

fn named_ports(all: &[ContainerDefinition]) -> LiteMap<Text, u16> {
    all.iter()
        .flat_map(ContainerDefinition::port_mappings)
        .filter_map(|m| Some((Text::new(m.name()?), u16::try_from(m.container_port()?).ok()?)))
        .collect()
}

/// Returns the container ports of all port mappings, including port ranges.
fn listening_ports(all: &[ContainerDefinition]) -> BTreeSet<u16> {
    let mappings = all.iter().flat_map(ContainerDefinition::port_mappings);
    mappings
        .flat_map(|mapping| {
            let range = mapping.container_port_range().and_then(|text| {
                let (first, last) = text.split_once('-')?;
                Some(first.parse::<u16>().ok()?..=last.parse::<u16>().ok()?)
            });
            let single = mapping.container_port().and_then(|port| u16::try_from(port).ok());
            single.into_iter().chain(range.into_iter().flatten().take(MAX_PORTS_PER_RANGE))
        })
        .filter(|port| *port != 0)
        .collect()
}

/// Maximum number of ports that Portolan keeps of one range.
const MAX_PORTS_PER_RANGE: usize = 1_000;

fn definition_facts(raw: &TaskDefinition) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let (Some(cpu), Some(memory)) = (non_empty_text(raw.cpu()), non_empty_text(raw.memory())) {
        facts.push(Fact::new(FactKind::CpuAndMemory, format!("{cpu} CPU units, {memory} MiB")));
    }
    if let Some(mode) = raw.network_mode() {
        facts.push(Fact::new(FactKind::NetworkMode, Text::new(mode.as_str())));
    }
    if let Some(platform) = raw.runtime_platform() {
        let parts = [
            platform.operating_system_family().map(aws_sdk_ecs::types::OsFamily::as_str),
            platform.cpu_architecture().map(aws_sdk_ecs::types::CpuArchitecture::as_str),
        ];
        let words: Vec<&str> = parts.into_iter().flatten().collect();
        if !words.is_empty() {
            facts.push(Fact::new(FactKind::Runtime, words.join(" ")));
        }
    }
    let roles =
        [(FactKind::TaskRole, raw.task_role_arn()), (FactKind::ExecutionRole, raw.execution_role_arn())];
    for (kind, role) in roles {
        if let Some(arn) = non_empty_text(role) {
            facts.push(Fact::new(kind, last_segment(&arn)));
        }
    }
    let containers = serving_first(raw);
    let all = raw.container_definitions();
    facts.extend(containers.into_iter().flat_map(|container| container_facts(container, all)));
    facts
}

/// Returns the containers of a task, starting with the container that serves requests. If Portolan shows one
/// image for a service, it is the image of this container.
fn serving_first(raw: &TaskDefinition) -> Vec<&ContainerDefinition> {
    let mut containers: Vec<&ContainerDefinition> = raw.container_definitions().iter().collect();
    containers.sort_by_key(|container| helper_rank(container, raw.family()));
    containers
}

/// Returns a sort key that puts the container that serves requests first. Helpers come last: non-essential
/// containers, log routers and mesh proxies. Of the other containers, a container with the name of the family
/// comes first, then containers with ports.
fn helper_rank(container: &ContainerDefinition, family: Option<&str>) -> (bool, bool, bool) {
    let is_helper = container.essential() == Some(false)
        || container.firelens_configuration().is_some()
        || app_mesh::proxy_member(container).is_some();
    (is_helper, container.name() != family, container.port_mappings().is_empty())
}

/// Returns the profile of a task definition: the facts in the labels of its containers, and the names of
/// their variables and secrets.
fn definition_profile(containers: &[ContainerDefinition]) -> ServiceProfile {
    let mut profile = ServiceProfile::default();
    for container in containers {
        let none = HashMap::new();
        let labels = container.docker_labels().unwrap_or(&none);
        let labels = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let pairs = container.environment().iter().filter_map(|pair| Some((pair.name()?, pair.value()?)));
        let secrets = container.secrets().iter().map(aws_sdk_ecs::types::Secret::name);
        profile.merge(&extract::label_profile(&labels));
        profile.merge(&ServiceProfile {
            telemetry_names: extract::telemetry_names(pairs.clone()),
            variables: extract::variable_names(pairs.map(|(name, _)| name).chain(secrets)),
            ..ServiceProfile::default()
        });
    }
    profile
}

fn container_facts(container: &ContainerDefinition, all: &[ContainerDefinition]) -> Vec<Fact> {
    let several = all.len() > 1;
    let name = several.then(|| Text::from(clean_text(container.name())));
    let mut facts = vec![Fact::new(FactKind::Image, clean_text(container.image()))];
    let ports: Vec<String> = container
        .port_mappings()
        .iter()
        .filter_map(|m| {
            let port = m
                .container_port()
                .map(|p| p.to_string())
                .or_else(|| non_empty_text(m.container_port_range()))?;
            let protocol = m.protocol().map_or("tcp", |p| p.as_str());
            let name = m.name().map(|n| format!(" ({})", Text::new(n))).unwrap_or_default();
            Some(format!("{port}/{}{name}", Text::new(protocol)))
        })
        .collect();
    if !ports.is_empty() {
        facts.push(Fact::new(FactKind::Ports, ports.join(", ")));
    }
    if let Some(memory) = container.memory() {
        facts.push(Fact::new(FactKind::MemoryLimit, format!("{memory} MiB")));
    }
    if !container.environment().is_empty() {
        facts.push(Fact::new(FactKind::Environment, format!("{} variables", container.environment().len())));
    }
    let secrets: Vec<Text> = container.secrets().iter().map(|s| Text::new(s.name())).collect();
    if !secrets.is_empty() {
        facts.push(Fact::new(FactKind::Secrets, secrets.join(", ")));
    }
    facts.push(Fact::new(FactKind::Log, log_destination::log_summary(container, all)));
    if let Some(check) = container.health_check() {
        let every = check.interval().unwrap_or(30);
        facts.push(Fact::new(FactKind::HealthCheck, format!("every {every} s")));
    }
    facts.into_iter().map(|fact| fact.of_container(name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::summarize_definition;
    use crate::model::FactKind;
    use aws_sdk_ecs::types::{
        ContainerDefinition, FirelensConfiguration, FirelensConfigurationType, KeyValuePair, PortMapping,
        TaskDefinition, builders::ContainerDefinitionBuilder,
    };

    fn container(name: &str) -> ContainerDefinitionBuilder {
        ContainerDefinition::builder().name(name).image(format!("{name}:1"))
    }

    #[test]
    fn the_first_image_is_that_of_the_container_that_serves() {
        let port = PortMapping::builder().container_port(8080).build();
        let node =
            KeyValuePair::builder().name("APPMESH_RESOURCE_ARN").value("mesh/shop/virtualNode/users").build();
        let router =
            FirelensConfiguration::builder().r#type(FirelensConfigurationType::Fluentbit).build().unwrap();
        let helpers = [
            container("migrate").essential(false),
            container("log-router").firelens_configuration(router),
            container("envoy").environment(node).port_mappings(port.clone()),
            container("agent"),
        ];
        for (family, main) in [("users", "users"), ("shop-users", "app")] {
            let mut all: Vec<_> = helpers.iter().cloned().map(ContainerDefinitionBuilder::build).collect();
            all.push(container(main).port_mappings(port.clone()).build());
            let raw = TaskDefinition::builder().family(family).set_container_definitions(Some(all)).build();
            let summary = summarize_definition(&raw);
            assert_eq!(summary.containers.get(main).map(|container| container.place), Some(0));
            let facts = summary.facts;
            let images: Vec<&str> = facts
                .iter()
                .filter(|fact| fact.kind() == Some(FactKind::Image))
                .map(|fact| &*fact.value)
                .collect();
            assert_eq!(images.len(), 5);
            assert_eq!(images[0], format!("{main}:1"), "{images:?}");
        }
    }
}
