//! Facts of an ECS service for the service card, in the order in which the card shows them.

use crate::{
    extract,
    model::{Fact, FactKind, ServiceProfile, Text},
    source::ecs::decode::{
        definitions::task_definition::TaskDefinitionSummary,
        text::{last_segment, non_empty_text, to_timestamp},
    },
};
use aws_sdk_ecs::types::{self as sdk, Service};

/// Returns the facts of the service itself. The caller appends the facts of its task definition.
pub(crate) fn service_facts(service: &Service, namespace: Option<String>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |kind: FactKind, value: Option<String>| {
        facts.extend(value.filter(|v| !v.is_empty()).map(|v| Fact::new(kind, v)));
    };
    add(FactKind::TaskDefinition, service.task_definition().map(last_segment));
    add(FactKind::LaunchType, launch_type(service));
    add(FactKind::Platform, platform_label(service));
    add(FactKind::DeploymentController, deployment_controller(service));
    add(FactKind::Scheduling, scheduling_strategy(service));
    add(FactKind::ServiceConnectNamespace, namespace);
    add(FactKind::TargetGroups, join_list(service.load_balancers().iter().filter_map(target_group_label)));
    let vpc = service.network_configuration().and_then(sdk::NetworkConfiguration::awsvpc_configuration);
    add(FactKind::Subnets, vpc.and_then(|v| join_list(v.subnets().iter().map(Text::from))));
    add(FactKind::SecurityGroups, vpc.and_then(|v| join_list(v.security_groups().iter().map(Text::from))));
    add(FactKind::ExecuteCommand, service.enable_execute_command().then(|| "enabled".to_owned()));
    add(FactKind::Created, to_timestamp(service.created_at()).map(|at| format!("{at:.0}")));
    add(FactKind::CreatedBy, non_empty_text(service.created_by()).map(|arn| last_segment(&arn)));
    add(FactKind::Arn, non_empty_text(service.service_arn()));
    add(FactKind::Status, non_empty_text(service.status()).filter(|s| s != "ACTIVE"));
    facts
}

/// Returns the profile of a service (facts for people, such as owner and repository), from its tags and from
/// its task definition.
pub(crate) fn service_profile(
    service: &Service,
    definition: Option<&TaskDefinitionSummary>,
) -> ServiceProfile {
    let tags = service.tags().iter().filter_map(|tag| Some((tag.key()?, tag.value()?)));
    let mut profile = ServiceProfile { facts: extract::tag_facts(tags), ..ServiceProfile::default() };
    if let Some(definition) = definition {
        profile.merge(&definition.profile);
    }
    profile
}

fn launch_type(service: &Service) -> Option<String> {
    let strategy = service.capacity_provider_strategy();
    let providers =
        strategy.iter().map(|p| format!("{} (weight {})", Text::new(p.capacity_provider()), p.weight()));
    join_list(providers).or_else(|| service.launch_type().map(|t| Text::new(t.as_str())).map(String::from))
}

fn platform_label(service: &Service) -> Option<String> {
    let family = non_empty_text(service.platform_family());
    let version = non_empty_text(service.platform_version());
    match (family, version) {
        (Some(family), Some(version)) => Some(format!("{family} {version}")),
        (family, version) => family.or(version),
    }
}

fn deployment_controller(service: &Service) -> Option<String> {
    let kind = service.deployment_controller()?.r#type().as_str();
    (kind != "ECS").then(|| Text::new(kind)).map(String::from)
}

fn scheduling_strategy(service: &Service) -> Option<String> {
    let strategy = service.scheduling_strategy()?.as_str();
    (strategy != "REPLICA").then(|| Text::new(strategy)).map(String::from)
}

/// Returns the name in the ARN of a target group (`…:targetgroup/NAME/ID`), with the container port.
fn target_group_label(balancer: &sdk::LoadBalancer) -> Option<String> {
    let name = match balancer.target_group_arn() {
        Some(arn) => arn.split('/').nth(1).unwrap_or(arn),
        None => balancer.load_balancer_name()?,
    };
    let port = balancer.container_port().map(|p| format!(" to port {p}")).unwrap_or_default();
    Some(format!("{}{port}", Text::new(name)))
}

fn join_list(items: impl Iterator<Item = impl AsRef<str>>) -> Option<String> {
    let all: Vec<_> = items.map(|item| item.as_ref().to_owned()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}
