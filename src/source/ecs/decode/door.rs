//! A load balancer's address with a path in a variable: the rules of the load balancer tell which service that is. Pure.

use super::{
    gateway::{Balancers, targets},
    words::said,
};
use crate::model::{Address, Host, Mention, Place, ServiceId, Target, Via};
use aws_sdk_elasticloadbalancingv2::types::{
    HostHeaderConditionConfig, Listener, PathPatternConditionConfig, Rule, RuleCondition,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// That a variable names a path behind a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Door {
    /// Where it stands.
    pub place: Place,
    /// The load balancer's address.
    pub address: Address,
    /// The path, without a slash at its end; empty where there is none, or none that is plain words.
    pub path: String,
}

/// What the mentions of a variable say of load balancers, given its value. Of the path only plain words are kept: what
/// could be a secret in it is gone after this.
pub(crate) fn doors(mentions: &[Mention], key: &str, value: &str) -> Vec<Door> {
    let door = |mention: &Mention| {
        let Target::Address(address) = &mention.target else { return None };
        let Host::Name(host) = &address.host else { return None };
        if mention.place.key != format!("environment {key}") || !is_balancer(host) {
            return None;
        }
        let start = value.to_ascii_lowercase().find(host.as_str())? + host.len();
        let rest = value.get(start..)?;
        let rest =
            rest.strip_prefix(':').map_or(rest, |port| port.trim_start_matches(|c: char| c.is_ascii_digit()));
        Some(Door { place: mention.place.clone(), address: address.clone(), path: plain_path(rest)? })
    };
    mentions.iter().filter_map(door).collect()
}

/// Whether a host is a load balancer's own name.
fn is_balancer(host: &str) -> bool {
    host.contains(".elb.") && (host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"))
}

/// The path at the start of `text`; none where it has anything but plain words in it.
fn plain_path(text: &str) -> Option<String> {
    let path = text.split(['?', '#', ' ', ',', ';', '"', '\'']).next().unwrap_or_default();
    let path = path.trim_end_matches('/');
    let plain = |segment: &str| {
        let digits = segment.chars().filter(char::is_ascii_digit).count();
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        segment.len() <= 24 && digits <= 2 && segment.chars().all(word)
    };
    (path.is_empty() || (path.starts_with('/') && path[1..].split('/').all(plain))).then(|| path.to_owned())
}

/// The services behind each target group.
pub(crate) type Behind = BTreeMap<String, BTreeSet<ServiceId>>;

/// The service that a door of `own` leads to, as a mention of it; none where that is not sure, or is `own` itself.
pub(crate) fn through(door: &Door, own: &ServiceId, known: &Balancers, behind: &Behind) -> Option<Mention> {
    let host = door.address.host.to_string();
    let bare = host.strip_prefix("dualstack.").unwrap_or(&host);
    let balancer =
        known.all.iter().find(|b| b.dns_name().is_some_and(|name| name.eq_ignore_ascii_case(bare)))?;
    let port = door.address.port.or(match door.address.scheme.as_deref() {
        Some("https" | "wss") => Some(443),
        Some("http" | "ws") => Some(80),
        _ => None,
    });
    let mut listeners = known.listeners.iter().filter(|(listener, _)| {
        listener.load_balancer_arn() == balancer.load_balancer_arn()
            && port.is_none_or(|port| listener.port() == Some(i32::from(port)))
    });
    let ((listener, rules), None) = (listeners.next()?, listeners.next()) else { return None };
    let groups = leads_to(listener, rules, bare, &door.path)?;
    let services: BTreeSet<&ServiceId> = groups.iter().filter_map(|g| behind.get(*g)).flatten().collect();
    let (Some(one), 1) = (services.first(), services.len()) else { return None };
    if *one == own {
        return None;
    }
    let key = format!("{} through load balancer {}", door.place.key, said(balancer.load_balancer_name()));
    let place = Place { key: key.into(), ..door.place.clone() };
    Some(Mention { via: Via::Environment, place, target: Target::Peer(one.as_str().into()) })
}

/// The target groups that a request for the path goes to; for an address without a path, all that there are, as any
/// path may follow. None where that depends on more than host and path.
fn leads_to<'a>(
    listener: &'a Listener,
    rules: &'a [Rule],
    host: &str,
    path: &str,
) -> Option<BTreeSet<&'a str>> {
    let mut special: Vec<&Rule> = rules.iter().filter(|rule| rule.is_default() != Some(true)).collect();
    special.sort_by_key(|rule| rule.priority().and_then(|p| p.parse::<u32>().ok()).unwrap_or(u32::MAX));
    let rest = targets(listener.default_actions());
    if path.is_empty() {
        return Some(special.into_iter().flat_map(|rule| targets(rule.actions())).chain(rest).collect());
    }
    for rule in special {
        let mut all = true;
        for condition in rule.conditions() {
            all &= holds(condition, host, path)?;
        }
        if all {
            return Some(targets(rule.actions()).collect());
        }
    }
    Some(rest.collect())
}

/// Whether a condition holds for requests at and below the path; none where it depends on something else.
fn holds(condition: &RuleCondition, host: &str, path: &str) -> Option<bool> {
    let special = match condition.field()? {
        "path-pattern" => condition.path_pattern_config().map(PathPatternConditionConfig::values),
        "host-header" => condition.host_header_config().map(HostHeaderConditionConfig::values),
        _ => return None,
    };
    let values = special.filter(|values| !values.is_empty()).unwrap_or(condition.values());
    let is_path = condition.field() == Some("path-pattern");
    Some(values.iter().any(|pattern| {
        if is_path {
            fits(pattern, path) || fits(pattern, &format!("{path}/"))
        } else {
            fits(&pattern.to_ascii_lowercase(), host)
        }
    }))
}

/// Whether the text fits a pattern with `*` for any text and `?` for one character.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // fitting[j]: whether what was read of the pattern fits the first j characters.
    let mut fitting = vec![false; text.len() + 1];
    fitting[0] = true;
    for wanted in pattern {
        let mut next = vec![false; text.len() + 1];
        for j in 0..=text.len() {
            next[j] = match wanted {
                '*' => fitting[j] || (j > 0 && next[j - 1]),
                '?' => j > 0 && fitting[j - 1],
                c => j > 0 && fitting[j - 1] && text[j - 1] == c,
            };
        }
        fitting = next;
    }
    fitting[text.len()]
}

#[cfg(test)]
mod tests {
    use super::{Behind, Door, doors, fits, plain_path, through};
    use crate::{
        decode,
        model::{ServiceId, Target},
        source::ecs::decode::gateway::Balancers,
    };
    use aws_sdk_elasticloadbalancingv2::types::{
        Action, ActionTypeEnum, Listener, LoadBalancer, Rule, RuleCondition,
    };

    const HOST: &str = "quay-1.eu-west-1.elb.amazonaws.com";

    fn found(value: &str) -> Vec<Door> {
        doors(&decode::environment(None, [("API_URL", value)]), "API_URL", value)
    }

    /// A load balancer with `/crates*` for `crates` and the rest for `gate`.
    fn quay() -> (Balancers, Behind) {
        let to =
            |group: &str| Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn(group).build();
        let condition = RuleCondition::builder().field("path-pattern").values("/crates*").build();
        let rule = Rule::builder().priority("1").conditions(condition).actions(to("crates")).build();
        let listener =
            Listener::builder().load_balancer_arn("lb").port(80).default_actions(to("gate")).build();
        let balancer =
            LoadBalancer::builder().load_balancer_arn("lb").load_balancer_name("quay").dns_name(HOST).build();
        let known = Balancers {
            all: vec![balancer],
            listeners: vec![(listener, vec![rule])],
            ..Balancers::default()
        };
        let behind = |group: &str| (group.to_owned(), [ServiceId::new(group)].into());
        (known, ["crates", "gate"].map(behind).into())
    }

    #[test]
    fn the_rules_tell_whom_a_path_means() {
        let (known, behind) = quay();
        let leads = |value: &str, own: &str| {
            let door = found(value).pop()?;
            through(&door, &ServiceId::new(own), &known, &behind).map(|mention| mention.target)
        };
        let peer = |name: &str| Some(Target::Peer(name.into()));
        assert_eq!(leads(&format!("http://{HOST}/crates"), "gate"), peer("crates"));
        assert_eq!(leads(&format!("http://{HOST}/crates/"), "crates"), None, "that is itself");
        assert_eq!(leads(&format!("http://{HOST}/else"), "crates"), peer("gate"));
        assert_eq!(leads(&format!("http://{HOST}"), "gate"), None, "any path may follow");
        assert_eq!(leads(&format!("http://{HOST}:81/crates"), "gate"), None, "no listener there");
        assert_eq!(leads("http://elsewhere.example.com/crates", "gate"), None);
    }

    #[test]
    fn of_a_path_only_plain_words_are_kept() {
        assert_eq!(found(&format!("http://{HOST}:80/api/v1/?key=s3cret"))[0].path, "/api/v1");
        assert_eq!(plain_path("/hooks/T0123456789abcdef"), None);
        assert_eq!(plain_path(""), Some(String::new()));
    }

    #[test]
    fn patterns() {
        assert!(fits("/a*", "/a") && fits("/a/*", "/a/") && fits("/?", "/x") && fits("*", ""));
        assert!(!fits("/a/*", "/a") && !fits("/", "/a") && !fits("/A", "/a"));
    }
}
