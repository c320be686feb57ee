//! Resolved profiles: the facts that people need about a service, merged from all origins.

use crate::model::{ProfileFact, ProfileField, Text, Timestamp};

/// The facts that people need about a service, such as its owner and runbook, merged from all origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvedProfile {
    /// The fields with at least one fact, in the order of `PROFILE_FIELDS`.
    pub rows: Vec<ProfileRow>,
    /// Instructions for running the service on a developer's machine, from a README.
    pub run_guide: Option<RunGuide>,
    /// Path of the catalogue file that lists the service.
    pub catalogue_file: Option<Text>,
    /// Folder of the service's code on this machine.
    pub folder: Option<Text>,
}

/// One field of a profile, with its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// The field.
    pub field: ProfileField,
    /// The facts, the most trusted first. If several facts agree, only the first of them is kept.
    pub facts: Vec<ProfileFact>,
    /// True if different origins state different values.
    pub disagrees: bool,
}

/// The section of a README about running or developing the program. Portolan shows it, but never executes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunGuide {
    /// Lines of the section.
    pub lines: Vec<Text>,
    /// Path of the README.
    pub file: Text,
    /// Time of the file's last change.
    pub changed: Option<Timestamp>,
}

impl ResolvedProfile {
    /// Returns the facts of `field`, the most trusted first.
    #[must_use]
    pub fn facts(&self, field: ProfileField) -> &[ProfileFact] {
        self.rows.iter().find(|row| row.field == field).map_or(&[], |row| &row.facts)
    }

    /// Returns the most trusted value of `field`, or `None` if the profile has none.
    #[must_use]
    pub fn value(&self, field: ProfileField) -> Option<&Text> {
        self.facts(field).first().map(|fact| &fact.value)
    }

    /// Returns all facts.
    pub fn all_facts(&self) -> impl Iterator<Item = &ProfileFact> {
        self.rows.iter().flat_map(|row| &row.facts)
    }
}
