//! Extraction of facts for people, such as owner and runbook, from labels, tags, and files in the repository
//! of a service. Portolan reads only the keys in the tables, because the value of any other key may be a
//! secret.

mod catalogue;
mod code_owners;
mod compose_build;
mod git_config;
mod image_labels;
mod labels;
mod links;
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
/// information. Documentation must be a URL, because a path inside an image leads nowhere outside it, and many
/// programs have a switch such as `docs`.
fn running_fact(field: ProfileField, value: &str, place: &str) -> Option<ProfileFact> {
    if field == ProfileField::Documentation && !value.contains("://") {
        return None;
    }
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
