//! Extraction of facts for people, such as owner and runbook, from labels, tags, and files in the repository
//! of a service. Portolan reads only the keys in the tables, because the value of any other key may be a
//! secret.

mod catalogue;
mod code_owners;
mod compose_build;
mod git_config;
mod image_labels;
mod labels;
mod readme;
mod tags;
mod variables;

pub use catalogue::{CATALOGUE_FILES, CatalogueFileKind, catalogue_entities};
pub use code_owners::parse_code_owners;
pub use compose_build::compose_builds;
pub use git_config::remote_of_config;
pub use labels::{container_profile, label_profile};
pub use readme::parse_readme;
pub use tags::tag_facts;
pub use variables::{telemetry_names, variable_names};

use crate::{
    extract::redact_secrets,
    model::{FactOrigin, ProfileFact, ProfileField, Text},
};

/// Returns the fact that a label or tag of a running service states. Returns `None` if the value carries no
/// information.
fn running_fact(field: ProfileField, value: &str, place: &str) -> Option<ProfileFact> {
    stated_fact(field, value, FactOrigin::Running, place)
}

/// Returns the fact that a label, a tag or a file states. Returns `None` if the value carries no information,
/// or if it contains a secret in a known form. A description stays, without the secret in it.
fn stated_fact(
    field: ProfileField,
    value: &str,
    origin: FactOrigin,
    place: impl Into<Text>,
) -> Option<ProfileFact> {
    let fact = ProfileFact::new(field, value, origin, place)?;
    let redacted = redact_secrets(&fact.value);
    match field {
        _ if redacted == *fact.value => Some(fact),
        ProfileField::Description => Some(ProfileFact { value: redacted.into(), ..fact }),
        _ => None,
    }
}

/// Returns the profile field of a link by its kind or title, such as `runbook` or `Grafana dashboard`.
/// Returns `None` if the link belongs to no field, such as one titled `errors`.
fn link_field(kind: &str) -> Option<ProfileField> {
    let kind = kind.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    let mut words = kind.split(|c: char| !c.is_alphanumeric());
    let is_repository = words.any(|word| REPOSITORY_WORDS.contains(&word));
    let matches = |field: ProfileField, words: &[&str]| match field {
        ProfileField::Repository => is_repository,
        _ => has(words),
    };
    LINK_WORDS.iter().find(|(field, words)| matches(*field, words)).map(|(field, _)| *field)
}

/// Words for a repository. They must match whole words, because `report` and `resources` are not
/// repositories.
const REPOSITORY_WORDS: &[&str] = &["repo", "repos", "repository", "source", "github", "gitlab", "code"];

/// Words in the kinds and titles of links, with the profile field that they mean. If several rows match, the
/// first one counts.
const LINK_WORDS: &[(ProfileField, &[&str])] = &[
    (ProfileField::Runbook, &["runbook", "playbook", "run book"]),
    (ProfileField::Dashboard, &["dashboard", "grafana", "metrics", "monitor"]),
    (ProfileField::Chat, &["slack", "chat", "teams", "discord", "mattermost"]),
    (ProfileField::OnCall, &["on-call", "oncall", "on call", "pagerduty", "opsgenie"]),
    (ProfileField::Repository, REPOSITORY_WORDS),
    (
        ProfileField::Documentation,
        &["doc", "wiki", "guide", "confluence", "notion", "handbook", "manual", "readme"],
    ),
    (ProfileField::Documentation, &["architecture", "design", "adr", "reference", "spec", "api"]),
];
