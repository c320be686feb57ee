//! What else is worth showing of a service, in reading order.

use super::words::{some, tail, time};
use crate::model::{Fact, Text};
use aws_sdk_ecs::types::{self as sdk, Service};

/// The facts that the service itself has; those of its task definition follow them.
pub(crate) fn facts(service: &Service, namespace: Option<String>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label: &str, value: Option<String>| {
        facts.extend(value.filter(|v| !v.is_empty()).map(|v| Fact::new(label, v)));
    };
    add("task definition", service.task_definition().map(tail));
    add("launch type", launch(service));
    add("platform", platform(service));
    add("deployment controller", controller(service));
    add("scheduling", scheduling(service));
    add("Service Connect namespace", namespace);
    add("target groups", list(service.load_balancers().iter().filter_map(target_group)));
    let vpc = service.network_configuration().and_then(sdk::NetworkConfiguration::awsvpc_configuration);
    add("subnets", vpc.and_then(|v| list(v.subnets().iter().map(Text::from))));
    add("security groups", vpc.and_then(|v| list(v.security_groups().iter().map(Text::from))));
    add("execute command", service.enable_execute_command().then(|| "enabled".to_owned()));
    add("created", time(service.created_at()).map(|at| at.to_string()));
    add("created by", some(service.created_by()).map(|arn| tail(&arn)));
    add("status", some(service.status()).filter(|s| s != "ACTIVE"));
    facts
}

fn launch(service: &Service) -> Option<String> {
    let strategy = service.capacity_provider_strategy();
    let providers =
        strategy.iter().map(|p| format!("{} (weight {})", Text::new(p.capacity_provider()), p.weight()));
    list(providers).or_else(|| service.launch_type().map(|t| Text::new(t.as_str())).map(String::from))
}

fn platform(service: &Service) -> Option<String> {
    let family = some(service.platform_family());
    let version = some(service.platform_version());
    match (family, version) {
        (Some(family), Some(version)) => Some(format!("{family} {version}")),
        (family, version) => family.or(version),
    }
}

fn controller(service: &Service) -> Option<String> {
    let kind = service.deployment_controller()?.r#type().as_str();
    (kind != "ECS").then(|| Text::new(kind)).map(String::from)
}

fn scheduling(service: &Service) -> Option<String> {
    let strategy = service.scheduling_strategy()?.as_str();
    (strategy != "REPLICA").then(|| Text::new(strategy)).map(String::from)
}

/// The name in a target group's ARN (`…:targetgroup/NAME/ID`), with the port it sends to.
fn target_group(balancer: &sdk::LoadBalancer) -> Option<String> {
    let name = match balancer.target_group_arn() {
        Some(arn) => arn.split('/').nth(1).unwrap_or(arn),
        None => balancer.load_balancer_name()?,
    };
    let port = balancer.container_port().map(|p| format!(" to port {p}")).unwrap_or_default();
    Some(format!("{}{port}", Text::new(name)))
}

fn list(items: impl Iterator<Item = impl AsRef<str>>) -> Option<String> {
    let all: Vec<_> = items.map(|item| item.as_ref().to_owned()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}
