//! The fields of a service's profile, such as owner and runbook.

use serde::{Deserialize, Serialize};

/// A field of a service's profile, such as its owner or its runbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileField {
    /// Team or person responsible for the service.
    Owner,
    /// Purpose of the service.
    Description,
    /// URL at which people open the service.
    Url,
    /// Repository of the service's source code.
    Repository,
    /// Commit from which the running version was built.
    Commit,
    /// Instructions for failures of the service.
    Runbook,
    /// Documentation other than the runbook.
    Documentation,
    /// Dashboard with metrics of the service.
    Dashboard,
    /// Chat channel of the service's owner.
    Chat,
    /// The place where people reach the engineer on call.
    OnCall,
    /// Importance of the service.
    Tier,
    /// Stage of the service's life, such as production or deprecated.
    Lifecycle,
    /// The system or application that the service is a part of.
    System,
    /// The tool and the code that deploy the service, such as a stack of AWS `CloudFormation`.
    DeployedBy,
}

/// A row of [`PROFILE_FIELDS`]: a field with its id and label.
#[derive(Debug)]
pub struct ProfileFieldSpec {
    /// The field.
    pub field: ProfileField,
    /// Id in JSON.
    pub id: &'static str,
    /// Label on the screen.
    pub label: &'static str,
    /// True if a service can have several values of the field, such as several dashboards. Different values
    /// of any other field contradict each other.
    pub is_list: bool,
}

/// All fields, in the order in which screens and documents list them.
pub const PROFILE_FIELDS: &[ProfileFieldSpec] = &[
    single(ProfileField::Owner, "owner", "owner"),
    single(ProfileField::Description, "description", "description"),
    list(ProfileField::Url, "url", "url"),
    single(ProfileField::Repository, "repository", "repository"),
    single(ProfileField::Commit, "commit", "commit"),
    list(ProfileField::Runbook, "runbook", "runbook"),
    list(ProfileField::Documentation, "documentation", "documentation"),
    list(ProfileField::Dashboard, "dashboard", "dashboard"),
    list(ProfileField::Chat, "chat", "chat"),
    list(ProfileField::OnCall, "on-call", "on call"),
    single(ProfileField::Tier, "tier", "tier"),
    single(ProfileField::Lifecycle, "lifecycle", "lifecycle"),
    single(ProfileField::System, "system", "system"),
    list(ProfileField::DeployedBy, "deployed-by", "deployed by"),
];

const fn single(field: ProfileField, id: &'static str, label: &'static str) -> ProfileFieldSpec {
    ProfileFieldSpec { field, id, label, is_list: false }
}

const fn list(field: ProfileField, id: &'static str, label: &'static str) -> ProfileFieldSpec {
    ProfileFieldSpec { field, id, label, is_list: true }
}

impl ProfileField {
    /// Returns the field's row in [`PROFILE_FIELDS`].
    #[must_use]
    pub fn spec(self) -> &'static ProfileFieldSpec {
        let known = PROFILE_FIELDS.iter().find(|spec| spec.field == self);
        known.unwrap_or(&PROFILE_FIELDS[0])
    }
}

#[cfg(test)]
mod tests {
    use super::{PROFILE_FIELDS, ProfileField};

    #[test]
    fn each_field_has_its_row_and_the_id_of_recordings() {
        for spec in PROFILE_FIELDS {
            assert_eq!(spec.field.spec().id, spec.id);
            assert_eq!(serde_json::to_string(&spec.field).unwrap(), format!("\"{}\"", spec.id));
        }
        assert!(ProfileField::DeployedBy.spec().is_list);
    }
}
