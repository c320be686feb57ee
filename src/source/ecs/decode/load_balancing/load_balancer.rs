//! Decoder of load balancers, with the routes from their listeners and rules to services.

use super::{
    responses::{Listener, ListenerRule, LoadBalancerDescription, RuleCondition, TargetGroup},
    target_health::{TargetHealthByGroup, failure_reason},
};
use crate::{
    model::{Host, LoadBalancer, LoadBalancerRoute, ServiceId, TargetHealth, Text},
    source::ecs::decode::text::{clean_text, non_empty_text},
};
use std::collections::{BTreeMap, BTreeSet};

/// Load balancers, listeners and target groups, as Elastic Load Balancing reports them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LoadBalancerData {
    /// Target groups with which the services register their tasks.
    pub target_groups: Vec<TargetGroup>,
    /// Load balancers that forward to the groups in `target_groups`.
    pub load_balancers: Vec<LoadBalancerDescription>,
    /// Listeners of the load balancers, each with its rules. Listeners of Network Load Balancers have no
    /// rules.
    pub listeners: Vec<(Listener, Vec<ListenerRule>)>,
    /// Health of the targets, by the ARN of the target group.
    pub target_health: TargetHealthByGroup,
}

/// Decodes the load balancers that have routes to services. `behind` contains the services behind each target
/// group, by the ARN of the group.
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
    balancer: &LoadBalancerDescription,
    known: &LoadBalancerData,
    behind: &BTreeMap<String, BTreeSet<ServiceId>>,
) -> LoadBalancer {
    let arn = balancer.arn.as_deref().unwrap_or_default();
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
    for (listener, rules) in
        known.listeners.iter().filter(|(l, _)| l.load_balancer_arn.as_deref() == Some(arn))
    {
        let port = listener.port;
        let special = rules.iter().filter(|rule| !rule.is_default);
        for rule in special.clone() {
            for group in &rule.target_groups {
                add(group, port, describe_conditions(&rule.conditions));
            }
        }
        for group in &listener.default_target_groups {
            let rest = special.clone().next().is_some();
            add(group, port, if rest { "default rule".to_owned() } else { target_group_name(group) });
        }
    }
    for group in &known.target_groups {
        let leads = group.load_balancer_arns.iter().any(|a| a == arn);
        let group = group.arn.as_deref().unwrap_or_default();
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
        name: clean_text(balancer.name.as_deref()).into(),
        host: balancer.dns_name.as_deref().and_then(Host::parse),
        internet_facing: balancer.scheme.as_deref() == Some("internet-facing"),
        kind: clean_text(balancer.kind.as_deref().or(Some("application"))).into(),
        routes: routes.into_iter().collect(),
        targets: checked_targets(arn, known, behind),
    }
}

/// Returns the targets of a load balancer that are healthy or unhealthy. Skips targets in other states, such
/// as `initial` and `draining`.
fn checked_targets(
    balancer: &str,
    known: &LoadBalancerData,
    behind: &BTreeMap<String, BTreeSet<ServiceId>>,
) -> Vec<TargetHealth> {
    let own =
        known.target_groups.iter().filter(|group| group.load_balancer_arns.iter().any(|arn| arn == balancer));
    let mut all = Vec::new();
    for group in own.filter_map(|group| group.arn.as_deref()) {
        for one in known.target_health.get(group).into_iter().flatten() {
            let passes = one.state.as_deref() == Some("healthy");
            let reason = failure_reason(one).map(|reason| Text::new(&reason));
            let (Some(id), true) = (&one.id, passes || reason.is_some()) else { continue };
            let port = one.port.map(|port| format!(":{port}")).unwrap_or_default();
            let address = format!("{}{port}", Text::new(id));
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

/// Returns the name in the ARN of a target group, `…:targetgroup/NAME/ID`.
fn target_group_name(arn: &str) -> String {
    Text::new(arn.split('/').nth(1).unwrap_or(arn)).to_string()
}

fn describe_conditions(all: &[RuleCondition]) -> String {
    let words: Vec<String> = all.iter().filter_map(describe_condition).collect();
    if words.is_empty() { "every request".to_owned() } else { words.join(", ") }
}

fn describe_condition(condition: &RuleCondition) -> Option<String> {
    let field = non_empty_text(condition.field.as_deref())?;
    let values = condition.values.iter().map(|value| Text::new(value)).collect::<Vec<_>>().join(" or ");
    Some(match field.as_str() {
        "host-header" => format!("host {values}"),
        "path-pattern" => format!("path {values}"),
        "http-request-method" => format!("method {values}"),
        "source-ip" => format!("from {values}"),
        "http-header" => format!("header {}: {values}", clean_text(condition.header.as_deref())),
        "query-string" => {
            let pair = |(key, value): &(Option<String>, Option<String>)| {
                format!("{}={}", clean_text(key.as_deref()), clean_text(value.as_deref()))
            };
            let pairs: Vec<String> = condition.query_parameters.iter().map(pair).collect();
            format!("query {}", pairs.join(" or "))
        }
        other => format!("{other} {values}"),
    })
}
