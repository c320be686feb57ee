//! Service profiles: facts about a running service that its own labels, tags and settings state.

use crate::model::{ProfileFact, Text};
use serde::{Deserialize, Serialize};

/// Facts about a running service from its own labels and tags, and the names by which Portolan finds files
/// about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceProfile {
    /// The facts, sorted by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<ProfileFact>,
    /// Names of the service in telemetry, such as the value of `DD_SERVICE`. Catalogues may list the service
    /// under these names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub telemetry_names: Vec<Text>,
    /// Names of the service's environment variables, without their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Text>,
    /// Compose files that started the service, as absolute paths on the machine of the user who started it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compose_files: Vec<Text>,
}

impl ServiceProfile {
    /// Returns true if the profile has no facts, names, variables or compose files.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds everything from `other` that this profile lacks.
    pub fn merge(&mut self, other: &Self) {
        add_missing(&mut self.facts, &other.facts);
        self.facts.sort();
        add_missing(&mut self.telemetry_names, &other.telemetry_names);
        add_missing(&mut self.variables, &other.variables);
        self.variables.sort();
        add_missing(&mut self.compose_files, &other.compose_files);
    }
}

fn add_missing<T: Clone + PartialEq>(known: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !known.contains(item) {
            known.push(item.clone());
        }
    }
}
