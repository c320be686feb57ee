//! Load balancers as gateways: which listener and rule lead to which service.

use super::{
    target::{Health, failing},
    words::{said, some},
};
use crate::model::{Checked, Gateway, Host, Route, ServiceId, Text};
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ForwardActionConfig, Listener, LoadBalancer, LoadBalancerSchemeEnum, QueryStringConditionConfig,
    Rule, RuleCondition, TargetGroup, TargetHealthStateEnum,
};
use std::collections::{BTreeMap, BTreeSet};

/// What Elastic Load Balancing says of the target groups in use.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Balancers {
    /// The target groups in use.
    pub groups: Vec<TargetGroup>,
    /// The load balancers before them.
    pub all: Vec<LoadBalancer>,
    /// Their listeners, each with its rules, where it has any but the default.
    pub listeners: Vec<(Listener, Vec<Rule>)>,
    /// What their checks say, by target group.
    pub health: Health,
}

/// The gateways, given which services stand behind which target group.
pub(crate) fn gateways(known: &Balancers, behind: &BTreeMap<String, BTreeSet<ServiceId>>) -> Vec<Gateway> {
    let mut found: Vec<Gateway> = known.all.iter().map(|b| gateway(b, known, behind)).collect();
    found.retain(|gateway| !gateway.routes.is_empty());
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn gateway(
    balancer: &LoadBalancer,
    known: &Balancers,
    behind: &BTreeMap<String, BTreeSet<ServiceId>>,
) -> Gateway {
    let arn = balancer.load_balancer_arn().unwrap_or_default();
    let mut routes = BTreeSet::new();
    let mut reached = BTreeSet::new();
    let mut add = |group: &str, port: Option<u16>, rule: String| {
        reached.insert(group.to_owned());
        let services = behind.get(group).into_iter().flatten();
        routes.extend(services.map(|s| Route { service: s.clone(), port, rule: rule.clone().into() }));
    };
    for (listener, rules) in known.listeners.iter().filter(|(l, _)| l.load_balancer_arn() == Some(arn)) {
        let port = listener.port().and_then(|p| u16::try_from(p).ok());
        let special = rules.iter().filter(|r| r.is_default() != Some(true));
        for rule in special.clone() {
            targets(rule.actions()).for_each(|group| add(group, port, conditions(rule.conditions())));
        }
        for group in targets(listener.default_actions()) {
            let rest = special.clone().next().is_some();
            add(group, port, if rest { "everything else".to_owned() } else { group_name(group) });
        }
    }
    for group in &known.groups {
        let leads = group.load_balancer_arns().iter().any(|a| a == arn);
        let group = group.target_group_arn().unwrap_or_default();
        if leads && !reached.contains(group) {
            let services = behind.get(group).into_iter().flatten();
            routes.extend(services.map(|s| Route {
                service: s.clone(),
                port: None,
                rule: group_name(group).into(),
            }));
        }
    }
    Gateway {
        name: said(balancer.load_balancer_name()).into(),
        host: balancer.dns_name().and_then(Host::parse),
        public: balancer.scheme() == Some(&LoadBalancerSchemeEnum::InternetFacing),
        kind: balancer
            .r#type()
            .map_or_else(|| "application".to_owned(), |t| Text::new(t.as_str()).to_string())
            .into(),
        routes: routes.into_iter().collect(),
        targets: checked(arn, known, behind),
    }
}

/// The copies of services that a load balancer checks. While one is being brought in or out, nothing is said of it.
fn checked(
    balancer: &str,
    known: &Balancers,
    behind: &BTreeMap<String, BTreeSet<ServiceId>>,
) -> Vec<Checked> {
    let own =
        known.groups.iter().filter(|group| group.load_balancer_arns().iter().any(|arn| arn == balancer));
    let mut all = Vec::new();
    for group in own.filter_map(TargetGroup::target_group_arn) {
        for one in known.health.get(group).into_iter().flatten() {
            let passes = one
                .target_health()
                .is_some_and(|health| health.state() == Some(&TargetHealthStateEnum::Healthy));
            let reason = failing(one).map(|reason| Text::new(&reason));
            let (Some(target), true) = (one.target(), passes || reason.is_some()) else { continue };
            let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
            let address = format!("{}{port}", said(target.id()));
            let services = behind.get(group).into_iter().flatten().cloned();
            all.extend(services.map(|service| Checked {
                service,
                address: address.clone().into(),
                reason: reason.clone(),
            }));
        }
    }
    all.sort();
    all
}

/// The target groups an action forwards to.
pub(crate) fn targets(actions: &[Action]) -> impl Iterator<Item = &str> {
    actions.iter().flat_map(|action| {
        let weighted = action.forward_config().map(ForwardActionConfig::target_groups).unwrap_or_default();
        let weighted = weighted.iter().filter_map(|t| t.target_group_arn());
        // The single target group of an action stands in its forward configuration too.
        let single = action.target_group_arn().filter(|_| action.forward_config().is_none());
        weighted.chain(single)
    })
}

/// The name in a target group's ARN: `…:targetgroup/NAME/ID`.
fn group_name(arn: &str) -> String {
    Text::new(arn.split('/').nth(1).unwrap_or(arn)).to_string()
}

fn conditions(all: &[RuleCondition]) -> String {
    let words: Vec<String> = all.iter().filter_map(condition).collect();
    if words.is_empty() { "every request".to_owned() } else { words.join(", ") }
}

fn condition(condition: &RuleCondition) -> Option<String> {
    let field = some(condition.field())?;
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
            format!("header {}: {}", said(config.http_header_name()), values(config.values()))
        }
        "query-string" => {
            let pairs =
                condition.query_string_config().map(QueryStringConditionConfig::values).unwrap_or_default();
            let pairs = pairs.iter().map(|p| format!("{}={}", said(p.key()), said(p.value())));
            format!("query {}", pairs.collect::<Vec<_>>().join(" or "))
        }
        other => format!("{other} {}", values(none)),
    })
}
