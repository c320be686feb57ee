//! Routing through a load balancer: finds the service behind a load balancer URL by the listener rules. This
//! module does no I/O.

use super::{
    load_balancer::LoadBalancerData,
    responses::{Listener, ListenerRule, RuleCondition},
};
use crate::{
    model::{
        Address, Host, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget, ServiceId, Setting,
    },
    source::ecs::decode::text::clean_text,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Load balancer URL in an environment variable of a task definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct LoadBalancerUrl {
    /// Location of the variable.
    #[serde(rename = "place")]
    pub location: ReferenceLocation,
    /// Address of the load balancer.
    pub address: Address,
    /// Path without a slash at its end; empty if the URL has no path.
    pub path: String,
}

/// Label in the DNS names of all load balancers.
const LOAD_BALANCER_LABEL: &str = ".elb.";

/// Returns the load balancer URLs in the environment variable `key` with the value `value`. `mentions` are
/// the references that Portolan found in the variables of the container.
///
/// Skips a URL whose path contains anything but plain words, because such a path could contain a secret.
pub(crate) fn load_balancer_urls(mentions: &[Reference], key: &str, value: &str) -> Vec<LoadBalancerUrl> {
    let lower = value.to_ascii_lowercase();
    // Most variables name no load balancer, and a definition may have thousands.
    if !lower.contains(LOAD_BALANCER_LABEL) {
        return Vec::new();
    }
    let setting = Setting::environment(key);
    let url = |mention: &Reference| {
        let ReferenceTarget::Address(address) = &mention.target else { return None };
        let Host::Name(host) = &address.host else { return None };
        if mention.location.setting != setting || !is_load_balancer_host(host) {
            return None;
        }
        let start = lower.find(host.as_str())? + host.len();
        let rest = value.get(start..)?;
        let rest =
            rest.strip_prefix(':').map_or(rest, |port| port.trim_start_matches(|c: char| c.is_ascii_digit()));
        Some(LoadBalancerUrl {
            location: mention.location.clone(),
            address: address.clone(),
            path: plain_path(rest)?,
        })
    };
    mentions.iter().filter_map(url).collect()
}

/// Returns true if `host` is a DNS name of an Elastic Load Balancing load balancer.
fn is_load_balancer_host(host: &str) -> bool {
    host.contains(LOAD_BALANCER_LABEL)
        && [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"]
            .iter()
            .any(|domain| host.ends_with(domain))
}

/// Returns the path at the start of `text`. Returns `None` unless each segment of the path is a plain word.
/// Such a word has at most 24 characters, at most two of them digits, and consists of letters, digits, `-`,
/// `_` and `.`.
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

/// Services behind each target group, by the ARN of the group.
pub(crate) type TargetGroupServices = BTreeMap<String, BTreeSet<ServiceId>>;

/// Returns a reference to the service behind `url`, which is the value of a variable of the service `own`.
///
/// Returns `None` if the service is unknown or ambiguous, or if `own` itself is behind the URL.
pub(crate) fn resolve_load_balancer_url(
    url: &LoadBalancerUrl,
    own: &ServiceId,
    known: &LoadBalancerData,
    behind: &TargetGroupServices,
) -> Option<Reference> {
    let host = url.address.host.to_string();
    let bare = host.strip_prefix("dualstack.").unwrap_or(&host);
    let balancer = known
        .load_balancers
        .iter()
        .find(|b| b.dns_name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(bare)))?;
    let port = url.address.port.or(match url.address.scheme.as_deref() {
        Some("https" | "wss") => Some(443),
        Some("http" | "ws") => Some(80),
        _ => None,
    });
    let mut listeners = known.listeners.iter().filter(|(listener, _)| {
        listener.load_balancer_arn == balancer.arn && port.is_none_or(|port| listener.port == Some(port))
    });
    let ((listener, rules), None) = (listeners.next()?, listeners.next()) else { return None };
    let groups = matching_target_groups(listener, rules, bare, &url.path)?;
    let services: BTreeSet<&ServiceId> = groups.iter().filter_map(|g| behind.get(*g)).flatten().collect();
    let (Some(one), 1) = (services.first(), services.len()) else { return None };
    if *one == own {
        return None;
    }
    let Setting::Environment(variable) = &url.location.setting else { return None };
    let setting = Setting::load_balancer_url(variable, &clean_text(balancer.name.as_deref()));
    let place = ReferenceLocation { setting, ..url.location.clone() };
    Some(Reference {
        kind: ReferenceKind::Environment,
        location: place,
        target: ReferenceTarget::ServiceName(one.as_str().into()),
    })
}

/// Returns the target groups that receive a request to `host` for `path`. If `path` is empty, returns all
/// target groups of the listener, because the request may have any path.
///
/// Returns `None` if a rule tests more than host and path, such as a header, so that the target groups are
/// unknown.
fn matching_target_groups<'a>(
    listener: &'a Listener,
    rules: &'a [ListenerRule],
    host: &str,
    path: &str,
) -> Option<BTreeSet<&'a str>> {
    let mut special: Vec<&ListenerRule> = rules.iter().filter(|rule| !rule.is_default).collect();
    special.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
    let rest = listener.default_target_groups.iter().map(String::as_str);
    if path.is_empty() {
        let forwarded = special.into_iter().flat_map(|rule| &rule.target_groups);
        return Some(forwarded.map(String::as_str).chain(rest).collect());
    }
    for rule in special {
        let mut all = true;
        for condition in &rule.conditions {
            all &= condition_matches(condition, host, path)?;
        }
        if all {
            return Some(rule.target_groups.iter().map(String::as_str).collect());
        }
    }
    Some(rest.collect())
}

/// Returns true if the condition of a rule matches a request to `host` for `path`, with or without a slash at
/// the end of `path`. Returns `None` if the condition tests anything but host and path.
fn condition_matches(condition: &RuleCondition, host: &str, path: &str) -> Option<bool> {
    let is_path = match condition.field.as_deref()? {
        "path-pattern" => true,
        "host-header" => false,
        _ => return None,
    };
    Some(condition.values.iter().any(|pattern| {
        if is_path {
            matches_wildcard(pattern, path) || matches_wildcard(pattern, &format!("{path}/"))
        } else {
            matches_wildcard(&pattern.to_ascii_lowercase(), host)
        }
    }))
}

/// Returns true if `text` matches `pattern`, in which `*` stands for any text and `?` for one character.
fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // fitting[j] is true if the part of the pattern read so far matches the first j characters.
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
    use super::{
        LoadBalancerUrl, TargetGroupServices, load_balancer_urls, matches_wildcard, plain_path,
        resolve_load_balancer_url,
    };
    use crate::{
        extract,
        model::{ReferenceTarget, ServiceId},
        source::ecs::decode::load_balancing::{
            load_balancer::LoadBalancerData,
            responses::{Listener, ListenerRule, LoadBalancerDescription, RuleCondition},
        },
    };

    const LOAD_BALANCER_HOST: &str = "quay-1.eu-west-1.elb.amazonaws.com";

    fn urls_in(value: &str) -> Vec<LoadBalancerUrl> {
        load_balancer_urls(&extract::references_in_environment(None, [("API_URL", value)]), "API_URL", value)
    }

    /// Returns a load balancer that routes `/crates*` to `crates`, and all other paths to `gate`.
    fn sample_load_balancer() -> (LoadBalancerData, TargetGroupServices) {
        let condition = RuleCondition {
            field: Some("path-pattern".into()),
            values: vec!["/crates*".into()],
            ..RuleCondition::default()
        };
        let rule = ListenerRule {
            priority: Some(1),
            conditions: vec![condition],
            target_groups: vec!["crates".into()],
            ..ListenerRule::default()
        };
        let listener = Listener {
            load_balancer_arn: Some("lb".into()),
            port: Some(80),
            default_target_groups: vec!["gate".into()],
            ..Listener::default()
        };
        let balancer = LoadBalancerDescription {
            arn: Some("lb".into()),
            name: Some("quay".into()),
            dns_name: Some(LOAD_BALANCER_HOST.into()),
            ..LoadBalancerDescription::default()
        };
        let known = LoadBalancerData {
            load_balancers: vec![balancer],
            listeners: vec![(listener, vec![rule])],
            ..LoadBalancerData::default()
        };
        let behind = |group: &str| (group.to_owned(), [ServiceId::new(group)].into());
        (known, ["crates", "gate"].map(behind).into())
    }

    #[test]
    fn listener_rules_resolve_a_path_to_a_service() {
        let (known, behind) = sample_load_balancer();
        let leads = |value: &str, own: &str| {
            let url = urls_in(value).pop()?;
            resolve_load_balancer_url(&url, &ServiceId::new(own), &known, &behind)
                .map(|mention| mention.target)
        };
        let peer = |name: &str| Some(ReferenceTarget::ServiceName(name.into()));
        assert_eq!(leads(&format!("http://{LOAD_BALANCER_HOST}/crates"), "gate"), peer("crates"));
        assert_eq!(leads(&format!("http://{LOAD_BALANCER_HOST}/crates/"), "crates"), None, "that is itself");
        assert_eq!(leads(&format!("http://{LOAD_BALANCER_HOST}/else"), "crates"), peer("gate"));
        assert_eq!(leads(&format!("http://{LOAD_BALANCER_HOST}"), "gate"), None, "any path may follow");
        assert_eq!(
            leads(&format!("http://{LOAD_BALANCER_HOST}:81/crates"), "gate"),
            None,
            "no listener there"
        );
        assert_eq!(leads("http://elsewhere.example.com/crates", "gate"), None);
    }

    #[test]
    fn a_path_is_kept_only_if_all_its_segments_are_plain_words() {
        assert_eq!(urls_in(&format!("http://{LOAD_BALANCER_HOST}:80/api/v1/?key=s3cret"))[0].path, "/api/v1");
        assert_eq!(plain_path("/hooks/T0123456789abcdef"), None);
        assert_eq!(plain_path(""), Some(String::new()));
    }

    #[test]
    fn patterns() {
        assert!(
            matches_wildcard("/a*", "/a")
                && matches_wildcard("/a/*", "/a/")
                && matches_wildcard("/?", "/x")
                && matches_wildcard("*", "")
        );
        assert!(
            !matches_wildcard("/a/*", "/a") && !matches_wildcard("/", "/a") && !matches_wildcard("/A", "/a")
        );
    }
}
