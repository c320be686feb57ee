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
    LINK_WORDS.iter().find(|(_, words)| has(words)).map(|(field, _)| *field)
}

/// Words in the kinds and titles of links, with the field that they mean. Of several that match, the first counts.
const LINK_WORDS: &[(ProfileField, &[&str])] = &[
    (ProfileField::Runbook, &["runbook", "playbook", "run book"]),
    (ProfileField::Dashboard, &["dashboard", "grafana", "metrics", "monitor"]),
    (ProfileField::Chat, &["slack", "chat", "teams", "discord", "mattermost"]),
    (ProfileField::OnCall, &["on-call", "oncall", "on call", "pagerduty", "opsgenie"]),
    (ProfileField::Repository, &["repo", "source", "github", "gitlab", "code"]),
    (
        ProfileField::Documentation,
        &["doc", "wiki", "guide", "confluence", "notion", "handbook", "manual", "readme"],
    ),
    (ProfileField::Documentation, &["architecture", "design", "adr", "reference", "spec", "api"]),
];
