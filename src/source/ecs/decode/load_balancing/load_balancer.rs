//! Decoder of load balancers, with the routes from their listeners and rules to services.

use super::target_health::{TargetHealthByGroup, failure_reason};
use crate::{
    model::{Host, LoadBalancer, LoadBalancerRoute, ServiceId, TargetHealth, Text},
    source::ecs::decode::text::{clean_text, non_empty_text},
};
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ForwardActionConfig, Listener, LoadBalancer as AwsLoadBalancer, LoadBalancerSchemeEnum,
    QueryStringConditionConfig, Rule, RuleCondition, TargetGroup, TargetHealthStateEnum,
};
use std::collections::{BTreeMap, BTreeSet};

/// Load balancers, listeners and target groups, as Elastic Load Balancing reports them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LoadBalancerData {
    /// Target groups in use.
    pub target_groups: Vec<TargetGroup>,
    /// Load balancers that forward to these target groups.
    pub load_balancers: Vec<AwsLoadBalancer>,
    /// Listeners of the load balancers, each with its rules. A listener that has only a default action has no
    /// rules here.
    pub listeners: Vec<(Listener, Vec<Rule>)>,
    /// Health of the targets, by the ARN of the target group.
    pub target_health: TargetHealthByGroup,
}

/// Decodes the load balancers that have routes to services. `behind` holds the services behind each target
/// group, by its ARN.
pub(crate) fn decode_load_balancers(
    known: &LoadBalancerData,
    behind: &BTreeMap<String, BTreeSet<ServiceId>>,
) -> Vec<LoadBalancer> {
    let mut found: Vec<LoadBalancer> =
        known.load_balancers.iter().map(|b| decode_load_balancer(b, known, behind)).collect();
    found.retain(|gateway| !gateway.routes.is_empty());
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn decode_load_balancer(
    balancer: &AwsLoadBalancer,
    known: &LoadBalancerData,
    behind: &BTreeMap<String, BTreeSet<ServiceId>>,
) -> LoadBalancer {
    let arn = balancer.load_balancer_arn().unwrap_or_default();
    let mut routes = BTreeSet::new();
    let mut reached = BTreeSet::new();
    let mut add = |group: &str, port: Option<u16>, rule: String| {
        reached.insert(group.to_owned());
        let services = behind.get(group).into_iter().flatten();
        routes.extend(services.map(|s| LoadBalancerRoute {
            service: s.clone(),
            port,
            rule: rule.clone().into(),
        }));
    };
    for (listener, rules) in known.listeners.iter().filter(|(l, _)| l.load_balancer_arn() == Some(arn)) {
        let port = listener.port().and_then(|p| u16::try_from(p).ok());
        let special = rules.iter().filter(|r| r.is_default() != Some(true));
        for rule in special.clone() {
            forward_target_groups(rule.actions())
                .for_each(|group| add(group, port, describe_conditions(rule.conditions())));
        }
        for group in forward_target_groups(listener.default_actions()) {
            let rest = special.clone().next().is_some();
            add(group, port, if rest { "default rule".to_owned() } else { target_group_name(group) });
        }
    }
    for group in &known.target_groups {
        let leads = group.load_balancer_arns().iter().any(|a| a == arn);
        let group = group.target_group_arn().unwrap_or_default();
        if leads && !reached.contains(group) {
            let services = behind.get(group).into_iter().flatten();
            routes.extend(services.map(|s| LoadBalancerRoute {
                service: s.clone(),
                port: None,
                rule: target_group_name(group).into(),
            }));
        }
    }
    LoadBalancer {
        name: clean_text(balancer.load_balancer_name()).into(),
        host: balancer.dns_name().and_then(Host::parse),
        internet_facing: balancer.scheme() == Some(&LoadBalancerSchemeEnum::InternetFacing),
        kind: balancer
            .r#type()
            .map_or_else(|| "application".to_owned(), |t| Text::new(t.as_str()).to_string())
            .into(),
        routes: routes.into_iter().collect(),
        targets: checked_targets(arn, known, behind),
    }
}

/// Returns the healthy and the unhealthy targets of a load balancer. Skips targets in other states, such as
/// registering or draining.
fn checked_targets(
    balancer: &str,
    known: &LoadBalancerData,
    behind: &BTreeMap<String, BTreeSet<ServiceId>>,
) -> Vec<TargetHealth> {
    let own = known
        .target_groups
        .iter()
        .filter(|group| group.load_balancer_arns().iter().any(|arn| arn == balancer));
    let mut all = Vec::new();
    for group in own.filter_map(TargetGroup::target_group_arn) {
        for one in known.target_health.get(group).into_iter().flatten() {
            let passes = one
                .target_health()
                .is_some_and(|health| health.state() == Some(&TargetHealthStateEnum::Healthy));
            let reason = failure_reason(one).map(|reason| Text::new(&reason));
            let (Some(target), true) = (one.target(), passes || reason.is_some()) else { continue };
            let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
            let address = format!("{}{port}", clean_text(target.id()));
            let services = behind.get(group).into_iter().flatten().cloned();
            all.extend(services.map(|service| TargetHealth {
                service,
                address: address.clone().into(),
                reason: reason.clone(),
            }));
        }
    }
    all.sort();
    all
}

/// Returns the target groups that `actions` forward to.
pub(crate) fn forward_target_groups(actions: &[Action]) -> impl Iterator<Item = &str> {
    actions.iter().flat_map(|action| {
        let weighted = action.forward_config().map(ForwardActionConfig::target_groups).unwrap_or_default();
        let weighted = weighted.iter().filter_map(|t| t.target_group_arn());
        // If an action has a forward configuration, its single target group is part of that configuration
        // too.
        let single = action.target_group_arn().filter(|_| action.forward_config().is_none());
        weighted.chain(single)
    })
}

/// Returns the name in a target group's ARN, `…:targetgroup/NAME/ID`.
fn target_group_name(arn: &str) -> String {
    Text::new(arn.split('/').nth(1).unwrap_or(arn)).to_string()
}

fn describe_conditions(all: &[RuleCondition]) -> String {
    let words: Vec<String> = all.iter().filter_map(describe_condition).collect();
    if words.is_empty() { "every request".to_owned() } else { words.join(", ") }
}

fn describe_condition(condition: &RuleCondition) -> Option<String> {
    let field = non_empty_text(condition.field())?;
    let plain = condition.values();
    let values = |special: &[String]| -> String {
        let values = if special.is_empty() { plain } else { special };
        values.iter().map(|v| Text::new(v)).collect::<Vec<_>>().join(" or ")
    };
    let none: &[String] = &[];
    Some(match field.as_str() {
        "host-header" => {
            format!("host {}", values(condition.host_header_config().map_or(none, |c| c.values())))
        }
        "path-pattern" => {
            format!("path {}", values(condition.path_pattern_config().map_or(none, |c| c.values())))
        }
        "http-request-method" => {
            format!("method {}", values(condition.http_request_method_config().map_or(none, |c| c.values())))
        }
        "source-ip" => format!("from {}", values(condition.source_ip_config().map_or(none, |c| c.values()))),
        "http-header" => {
            let config = condition.http_header_config()?;
            format!("header {}: {}", clean_text(config.http_header_name()), values(config.values()))
        }
        "query-string" => {
            let pairs =
                condition.query_string_config().map(QueryStringConditionConfig::values).unwrap_or_default();
            let pairs = pairs.iter().map(|p| format!("{}={}", clean_text(p.key()), clean_text(p.value())));
            format!("query {}", pairs.collect::<Vec<_>>().join(" or "))
        }
        other => format!("{other} {}", values(none)),
    })
}
