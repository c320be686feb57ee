//! Facts for a service's profile, from labels, tags and files of its repository. Only keys that the tables name
//! are read, because any other value may hold a secret.

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

use crate::model::{FactOrigin, ProfileFact, ProfileField};

/// Returns the fact of a label or tag, or `None` if its value says nothing.
fn running_fact(field: ProfileField, value: &str, place: &str) -> Option<ProfileFact> {
    ProfileFact::new(field, value, FactOrigin::Running, place)
}

/// Returns the field that a link serves, by its kind or title, such as `runbook` or `Grafana dashboard`. Returns `None`
/// for a link that serves none, such as `errors`.
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

/// Words that mean a repository only as a whole: a `report` and `resources` are none.
const REPOSITORY_WORDS: &[&str] = &["repo", "repos", "repository", "source", "github", "gitlab", "code"];

/// Words in the kinds and titles of links, with the field that they mean. Of several that match, the first counts.
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
