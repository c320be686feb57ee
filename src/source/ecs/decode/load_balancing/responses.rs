//! Parsers of Elastic Load Balancing's XML responses. Each type has only the fields that Portolan uses. Every
//! field may be missing in a response. This module does no I/O.

use crate::source::ecs::decode::xml::{child, member_texts, members, own_text, text};
use roxmltree::Node;

/// One page of a list, such as the list of load balancers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page<T> {
    /// Items of the page.
    pub items: Vec<T>,
    /// Token of the next page; `None` on the last page.
    pub next_marker: Option<String>,
}

/// Target group with the load balancers that forward to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TargetGroup {
    pub arn: Option<String>,
    pub load_balancer_arns: Vec<String>,
}

/// Load balancer, as the API describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LoadBalancerDescription {
    pub arn: Option<String>,
    pub name: Option<String>,
    pub dns_name: Option<String>,
    /// `internet-facing` or `internal`.
    pub scheme: Option<String>,
    /// `application`, `network` or `gateway`.
    pub kind: Option<String>,
}

/// Listener of a load balancer: its port, and the target groups of requests that match no rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Listener {
    pub arn: Option<String>,
    pub load_balancer_arn: Option<String>,
    pub port: Option<u16>,
    /// Target groups to which the default actions forward.
    pub default_target_groups: Vec<String>,
}

/// Rule of a listener: forwards the requests that meet all its conditions to its target groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ListenerRule {
    /// Priority among the rules, lowest number first; `None` for the default rule.
    pub priority: Option<u32>,
    pub is_default: bool,
    pub conditions: Vec<RuleCondition>,
    /// Target groups to which the actions forward.
    pub target_groups: Vec<String>,
}

/// Condition of a listener rule, which tests one part of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RuleCondition {
    /// Part of the request that the condition tests, such as `path-pattern`.
    pub field: Option<String>,
    /// Patterns or values, one of which must match.
    pub values: Vec<String>,
    /// Name of the tested header, for `http-header`.
    pub header: Option<String>,
    /// Keys and values, for `query-string`.
    pub query_parameters: Vec<(Option<String>, Option<String>)>,
}

/// Target of a target group, with the result of its health check.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CheckedTarget {
    /// IP address, or id of an EC2 instance.
    pub id: Option<String>,
    pub port: Option<u16>,
    /// `healthy`, `unhealthy`, or one of the states without a result, such as `draining`.
    pub state: Option<String>,
    /// Code of the reason, such as `Target.Timeout`.
    pub reason: Option<String>,
    pub description: Option<String>,
}

/// Parses a response to `DescribeTargetGroups`.
pub(crate) fn parse_target_groups(root: Node<'_, '_>) -> Page<TargetGroup> {
    parse_page(root, "TargetGroups", |node| TargetGroup {
        arn: text(node, "TargetGroupArn"),
        load_balancer_arns: member_texts(node, "LoadBalancerArns"),
    })
}

/// Parses a response to `DescribeLoadBalancers`.
pub(crate) fn parse_load_balancers(root: Node<'_, '_>) -> Page<LoadBalancerDescription> {
    parse_page(root, "LoadBalancers", |node| LoadBalancerDescription {
        arn: text(node, "LoadBalancerArn"),
        name: text(node, "LoadBalancerName"),
        dns_name: text(node, "DNSName"),
        scheme: text(node, "Scheme"),
        kind: text(node, "Type"),
    })
}

/// Parses a response to `DescribeListeners`.
pub(crate) fn parse_listeners(root: Node<'_, '_>) -> Page<Listener> {
    parse_page(root, "Listeners", |node| Listener {
        arn: text(node, "ListenerArn"),
        load_balancer_arn: text(node, "LoadBalancerArn"),
        port: parse_port(node),
        default_target_groups: forward_target_groups(node, "DefaultActions"),
    })
}

/// Parses a response to `DescribeRules`.
pub(crate) fn parse_rules(root: Node<'_, '_>) -> Page<ListenerRule> {
    parse_page(root, "Rules", |node| ListenerRule {
        priority: text(node, "Priority").and_then(|priority| priority.parse().ok()),
        is_default: text(node, "IsDefault").as_deref() == Some("true"),
        conditions: members(node, "Conditions").map(parse_condition).collect(),
        target_groups: forward_target_groups(node, "Actions"),
    })
}

/// Parses a response to `DescribeTargetHealth`.
pub(crate) fn parse_target_health(root: Node<'_, '_>) -> Vec<CheckedTarget> {
    parse_page(root, "TargetHealthDescriptions", |node| {
        let of_target = |name| child(node, "Target").and_then(|target| text(target, name));
        let of_health = |name| child(node, "TargetHealth").and_then(|health| text(health, name));
        CheckedTarget {
            id: of_target("Id"),
            port: child(node, "Target").and_then(parse_port),
            state: of_health("State"),
            reason: of_health("Reason"),
            description: of_health("Description"),
        }
    })
    .items
}

/// Parses a page. Its items are in the element `list`, which is in the first child element of the root.
fn parse_page<'a, 'input, T>(
    root: Node<'a, 'input>,
    list: &str,
    parse: impl Fn(Node<'a, 'input>) -> T,
) -> Page<T> {
    let Some(result) = root.first_element_child() else {
        return Page { items: Vec::new(), next_marker: None };
    };
    Page { items: members(result, list).map(parse).collect(), next_marker: text(result, "NextMarker") }
}

fn parse_port(node: Node<'_, '_>) -> Option<u16> {
    text(node, "Port").and_then(|port| port.parse().ok())
}

fn parse_condition(node: Node<'_, '_>) -> RuleCondition {
    let field = text(node, "Field");
    let config = match field.as_deref() {
        Some("host-header") => child(node, "HostHeaderConfig"),
        Some("path-pattern") => child(node, "PathPatternConfig"),
        Some("http-request-method") => child(node, "HttpRequestMethodConfig"),
        Some("source-ip") => child(node, "SourceIpConfig"),
        Some("http-header") => child(node, "HttpHeaderConfig"),
        Some("query-string") => child(node, "QueryStringConfig"),
        _ => None,
    };
    let plain = member_texts(node, "Values");
    let special = config.map(|config| member_texts(config, "Values")).unwrap_or_default();
    let parameters = config.into_iter().flat_map(|config| members(config, "Values"));
    RuleCondition {
        values: if special.is_empty() { plain } else { special },
        header: config.and_then(|config| text(config, "HttpHeaderName")),
        query_parameters: parameters
            .filter(|value| own_text(*value).is_none())
            .map(|value| (text(value, "Key"), text(value, "Value")))
            .collect(),
        field,
    }
}

/// Returns the target groups to which the actions in the list `name` forward.
fn forward_target_groups(node: Node<'_, '_>, name: &str) -> Vec<String> {
    members(node, name)
        .flat_map(|action| match child(action, "ForwardConfig") {
            Some(config) => {
                members(config, "TargetGroups").filter_map(|group| text(group, "TargetGroupArn")).collect()
            }
            // If an action has a `ForwardConfig`, its `TargetGroupArn` only repeats a group from there.
            None => text(action, "TargetGroupArn").into_iter().collect::<Vec<_>>(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        CheckedTarget, Listener, LoadBalancerDescription, RuleCondition, parse_listeners,
        parse_load_balancers, parse_rules, parse_target_groups, parse_target_health,
    };
    use roxmltree::{Document, Node};

    fn parse<T>(xml: &str, parse: fn(Node<'_, '_>) -> T) -> T {
        parse(Document::parse(xml).unwrap().root_element())
    }

    fn arn(rest: &str) -> String {
        format!("arn:aws:elasticloadbalancing:us-east-1:000000000000:{rest}")
    }

    #[test]
    fn recorded_responses_are_parsed() {
        let groups = parse(
            include_str!("../../../../../tests/fixtures/ecs/DescribeTargetGroups.xml"),
            parse_target_groups,
        );
        let balancer = arn("loadbalancer/app/shop-public/isqk3xplradfhd25");
        assert_eq!(groups.next_marker, None);
        assert_eq!(groups.items[0].arn, Some(arn("targetgroup/shop-web/ebet2s9hixn9ey9b")));
        assert_eq!(groups.items[0].load_balancer_arns, std::slice::from_ref(&balancer));
        assert!(groups.items[1].load_balancer_arns.is_empty());
        let balancers = parse(
            include_str!("../../../../../tests/fixtures/ecs/DescribeLoadBalancers.xml"),
            parse_load_balancers,
        );
        let expected = LoadBalancerDescription {
            arn: Some(balancer.clone()),
            name: Some("shop-public".into()),
            dns_name: Some("shop-public-isqk3xpl.us-east-1.elb.amazonaws.com".into()),
            scheme: Some("internet-facing".into()),
            kind: Some("application".into()),
        };
        assert_eq!(balancers.items, [expected]);
        let listeners =
            parse(include_str!("../../../../../tests/fixtures/ecs/DescribeListeners.xml"), parse_listeners);
        let expected = Listener {
            arn: Some(arn("listener/app/shop-public/isqk3xplradfhd25/ucgyp7e2crv6a6w7")),
            load_balancer_arn: Some(balancer),
            port: Some(80),
            default_target_groups: vec![arn("targetgroup/shop-web/ebet2s9hixn9ey9b")],
        };
        assert_eq!(listeners.items, [expected]);
        let targets = parse(
            include_str!("../../../../../tests/fixtures/ecs/DescribeTargetHealth.xml"),
            parse_target_health,
        );
        let expected = CheckedTarget {
            id: Some("10.20.0.13".into()),
            port: Some(8080),
            state: Some("healthy".into()),
            ..CheckedTarget::default()
        };
        assert_eq!(targets, [expected]);
    }

    #[test]
    fn recorded_rules_are_parsed() {
        let rules = parse(include_str!("../../../../../tests/fixtures/ecs/DescribeRules.xml"), parse_rules);
        let [default, special] = &rules.items[..] else { panic!("{rules:?}") };
        assert_eq!((default.is_default, default.priority, default.conditions.len()), (true, None, 0));
        assert_eq!((special.is_default, special.priority), (false, Some(10)));
        let condition = RuleCondition {
            field: Some("path-pattern".into()),
            values: vec!["/api/*".into()],
            ..RuleCondition::default()
        };
        assert_eq!(special.conditions, [condition]);
        assert_eq!(special.target_groups, [arn("targetgroup/shop-api/dmz38uyw9vy2ho7p")]);
    }

    #[test]
    fn headers_queries_weights_and_the_next_page_are_parsed() {
        let xml = "<R><Result><NextMarker>more</NextMarker><Rules><member><Priority>3</Priority><Conditions>
            <member><Field>http-header</Field><HttpHeaderConfig><HttpHeaderName>X-A</HttpHeaderName>
              <Values><member>1</member><member>2</member></Values></HttpHeaderConfig></member>
            <member><Field>query-string</Field><QueryStringConfig><Values><member><Key>k</Key><Value>v</Value></member>
              <member><Value>w</Value></member></Values></QueryStringConfig></member></Conditions>
            <Actions><member><Type>forward</Type><TargetGroupArn>a</TargetGroupArn><ForwardConfig><TargetGroups>
              <member><TargetGroupArn>a</TargetGroupArn><Weight>1</Weight></member>
              <member><TargetGroupArn>b</TargetGroupArn></member></TargetGroups></ForwardConfig></member></Actions>
            </member></Rules></Result></R>";
        let page = parse(xml, parse_rules);
        assert_eq!(page.next_marker.as_deref(), Some("more"));
        let [header, query] = &page.items[0].conditions[..] else { panic!("{page:?}") };
        assert_eq!(
            (header.header.as_deref(), &header.values[..]),
            (Some("X-A"), &["1".into(), "2".into()][..])
        );
        let pairs = [(Some("k".into()), Some("v".into())), (None, Some("w".into()))];
        assert_eq!((query.values.len(), &query.query_parameters[..]), (0, &pairs[..]));
        assert_eq!(page.items[0].target_groups, ["a", "b"]);
    }

    #[test]
    fn missing_elements_are_missing_values() {
        assert_eq!(parse("<R/>", parse_target_groups).items, []);
        assert_eq!(parse("<R><X/></R>", parse_rules).items, []);
        let xml = "<R><Result><Listeners><member><Port>high</Port></member></Listeners></Result></R>";
        assert_eq!(parse(xml, parse_listeners).items, [Listener::default()]);
    }
}
