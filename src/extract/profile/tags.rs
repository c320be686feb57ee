//! Reader of the facts in the tags of an AWS resource: tags that teams write, and tags of deployment tools.

use super::running_fact;
use crate::model::{ProfileFact, ProfileField, RepositoryUrl, Text};
use std::collections::BTreeMap;

/// Tags that teams write, with the profile field that each states. A key matches regardless of case and
/// separators.
const TEAM_TAGS: &[(&str, ProfileField)] = &[
    ("team", ProfileField::Owner),
    ("squad", ProfileField::Owner),
    ("owner", ProfileField::Owner),
    ("ownerteam", ProfileField::Owner),
    ("owningteam", ProfileField::Owner),
    ("serviceowner", ProfileField::Owner),
    ("ownedby", ProfileField::Owner),
    ("repository", ProfileField::Repository),
    ("repositoryurl", ProfileField::Repository),
    ("repo", ProfileField::Repository),
    ("repourl", ProfileField::Repository),
    ("gitrepository", ProfileField::Repository),
    ("gitrepo", ProfileField::Repository),
    ("giturl", ProfileField::Repository),
    ("sourcerepository", ProfileField::Repository),
    ("runbook", ProfileField::Runbook),
    ("runbookurl", ProfileField::Runbook),
    ("documentation", ProfileField::Documentation),
    ("docs", ProfileField::Documentation),
    ("dashboard", ProfileField::Dashboard),
    ("slack", ProfileField::Chat),
    ("slackchannel", ProfileField::Chat),
    ("oncall", ProfileField::OnCall),
    ("pagerduty", ProfileField::OnCall),
    ("tier", ProfileField::Tier),
    ("criticality", ProfileField::Tier),
    ("lifecycle", ProfileField::Lifecycle),
    ("description", ProfileField::Description),
    ("gitcommit", ProfileField::Commit),
];

/// Prefixes of keys that tools write. A key with such a prefix states no owner of the service, even if its
/// last word is `owner` or `team`.
const TOOL_PREFIXES: &[&str] = &[
    "aws:",
    "com.docker.",
    "desktop.docker.",
    "io.kubernetes.",
    "org.label-schema.",
    "org.opencontainers.",
    "traefik.",
];

/// The tag that yor, a tool that tags Terraform resources, sets on each of them (<https://yor.io>, "Tagging
/// rules").
const YOR_TRACE_TAG: &str = "yor_trace";

/// Returns the facts that the tags of a resource state, sorted and without duplicates.
#[must_use]
pub fn tag_facts<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<ProfileFact> {
    let tags: BTreeMap<&str, &str> = tags.into_iter().collect();
    let mut facts = plain_facts(&tags, "tag");
    facts.extend(deployed_by(&tags));
    facts.sort();
    facts.dedup();
    facts
}

/// Returns the facts in tags or labels that teams write. `noun` is `tag` or `label`; it precedes the key in
/// the location of a fact.
pub(super) fn plain_facts(pairs: &BTreeMap<&str, &str>, noun: &str) -> Vec<ProfileFact> {
    // The tags that yor writes describe the code that deploys the service, not the code of the service.
    let yor = pairs.contains_key(YOR_TRACE_TAG);
    let fact = |(key, value): (&&str, &&str)| {
        let field = tag_field(key)?;
        let of_yor = yor && key.starts_with("git_");
        let separators_only = key.chars().all(|c| c.is_ascii_alphanumeric() || "-_. ".contains(c));
        let is_layer = field == ProfileField::Tier && !is_importance(value);
        (!of_yor && !is_layer && separators_only)
            .then(|| running_fact(field, value, &format!("{noun} {}", Text::new(key))))?
    };
    pairs.iter().filter_map(fact).collect()
}

/// Returns the profile field that a key states. A key for an owner may have a domain before its name, as in
/// `com.acme.team`.
fn tag_field(key: &str) -> Option<ProfileField> {
    let field_of = |word: &str| {
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        TEAM_TAGS.iter().find(|(known, _)| plain.eq_ignore_ascii_case(known)).map(|(_, field)| *field)
    };
    let is_of_tool = || TOOL_PREFIXES.iter().any(|prefix| key.starts_with(prefix));
    field_of(key).or_else(|| {
        let (_, last) = key.rsplit_once('.').filter(|_| !is_of_tool())?;
        field_of(last).filter(|field| *field == ProfileField::Owner)
    })
}

/// Returns true if `value` is a degree of importance, such as `tier-1` or `high`. Other values of the tag
/// `tier` state no importance, because many teams use this tag for layers such as `frontend`.
fn is_importance(value: &str) -> bool {
    let degrees = ["critical", "high", "medium", "low", "gold", "silver", "bronze"];
    value.contains(|c: char| c.is_ascii_digit())
        || degrees.iter().any(|degree| value.eq_ignore_ascii_case(degree))
}

/// Returns the facts about the tool that deploys the resource, and about the code that it deploys from.
fn deployed_by(tags: &BTreeMap<&str, &str>) -> Vec<ProfileFact> {
    let get = |key: &str| tags.get(key).map(|value| Text::new(value)).filter(|value| !value.is_empty());
    let mut facts = Vec::new();
    let mut add = |value: String, place: &str| {
        facts.extend(running_fact(ProfileField::DeployedBy, &value, &format!("tag {place}")));
    };
    if let Some(stack) = get("aws:cloudformation:stack-name") {
        let resource = get("aws:cloudformation:logical-id").map(|id| format!(", {id}")).unwrap_or_default();
        add(format!("CloudFormation stack {stack}{resource}"), "aws:cloudformation:stack-name");
    }
    if let Some(application) = get("copilot-application") {
        let rest = ["copilot-environment", "copilot-service"].into_iter().filter_map(get);
        let parts: Vec<Text> = std::iter::once(application).chain(rest).collect();
        add(format!("AWS Copilot {}", parts.join("/")), "copilot-application");
    }
    if tags.contains_key(YOR_TRACE_TAG)
        && let Some(file) = get("git_file")
    {
        let repository = match (get("git_org"), get("git_repo")) {
            (Some(organisation), Some(name)) => RepositoryUrl::parse(&format!("{organisation}/{name}")),
            _ => None,
        };
        let repository = repository.map(|repository| format!("{repository} ")).unwrap_or_default();
        add(format!("Terraform {repository}{file}"), "git_file");
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::tag_facts;

    fn facts(tags: &[(&str, &str)]) -> Vec<String> {
        let facts = tag_facts(tags.iter().copied());
        facts
            .iter()
            .map(|fact| format!("{}: {} ({})", fact.field.spec().id, fact.value, fact.location))
            .collect()
    }

    #[test]
    fn spellings_of_teams_are_read() {
        assert_eq!(
            facts(&[
                ("Team", "checkout"),
                ("Repo_URL", "git@github.com:acme/orders.git"),
                ("cost-center", "4711")
            ]),
            ["owner: checkout (tag Team)", "repository: https://github.com/acme/orders (tag Repo_URL)"]
        );
        assert_eq!(
            facts(&[("git_repo", "https://git.shop.example/shop/payments")]),
            ["repository: https://git.shop.example/shop/payments (tag git_repo)"]
        );
        assert!(facts(&[("api_key", "s3cret"), ("Team", "\u{1b}[2J"), ("aws:team", "x")]).is_empty());
        assert_eq!(facts(&[("tier", "frontend")]), [""; 0]);
        assert_eq!(facts(&[("com.acme.team", "birds")]), ["owner: birds (tag com.acme.team)"]);
        for (key, value) in [("owner", "1000:1000"), ("com.docker.team", "x"), ("com.acme.description", "x")]
        {
            assert_eq!(facts(&[(key, value)]), [""; 0], "{key}");
        }
        assert_eq!(facts(&[("Tier", "tier-1")]), ["tier: tier-1 (tag Tier)"]);
        assert_eq!(facts(&[("Team", "password=s3cret")]), [""; 0], "no secret is a fact");
        let described = facts(&[("description", "Takes orders, with password=s3cret")]);
        assert!(described[0].contains("Takes orders") && !described[0].contains("s3cret"), "{described:?}");
    }

    #[test]
    fn the_repository_of_terraform_is_not_the_service_s() {
        let yor = [
            ("yor_trace", "1"),
            ("git_org", "acme"),
            ("git_repo", "infra"),
            ("git_file", "ecs/orders.tf"),
            ("git_commit", "0a11beefcafe"),
        ];
        assert_eq!(facts(&yor), ["deployed-by: Terraform acme/infra ecs/orders.tf (tag git_file)"]);
    }

    #[test]
    fn stacks_and_copilot_are_named() {
        let tags =
            [("aws:cloudformation:stack-name", "shop-edge"), ("aws:cloudformation:logical-id", "Gateway")];
        assert_eq!(
            facts(&tags),
            ["deployed-by: CloudFormation stack shop-edge, Gateway (tag aws:cloudformation:stack-name)"]
        );
        let copilot = [("copilot-application", "shop"), ("copilot-environment", "prod")];
        assert_eq!(facts(&copilot), ["deployed-by: AWS Copilot shop/prod (tag copilot-application)"]);
    }
}
