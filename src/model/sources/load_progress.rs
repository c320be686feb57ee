//! The progress of a source's initial load.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The progress of a source's initial load in one part of the source, such as `12 of 40 tasks read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadProgress {
    /// The part of the source.
    pub part: SourcePart,
    /// Number of services, tasks, task definitions or API reads completed.
    pub read: usize,
    /// Number of services, tasks, task definitions or API reads known so far; it may still grow.
    pub known: usize,
}

/// A kind of data that a large source loads over several polls, such as ECS tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourcePart {
    /// ECS services.
    Services,
    /// ECS tasks.
    Tasks,
    /// ECS task definitions.
    #[serde(rename = "definitions")]
    TaskDefinitions,
    /// Data about services from other APIs: load balancers, service discovery, observed connections.
    #[serde(rename = "surroundings")]
    Enrichment,
}

impl SourcePart {
    /// Returns the part's name in the plural, as the screen shows it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Tasks => "tasks",
            Self::TaskDefinitions => "task definitions",
            Self::Enrichment => "other AWS APIs",
        }
    }
}

impl fmt::Display for LoadProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} {} read", self.read, self.known, self.part.label())
    }
}

impl LoadProgress {
    /// Returns true if services or instances may be missing, rather than only data about them.
    #[must_use]
    pub fn may_miss_services(&self) -> bool {
        matches!(self.part, SourcePart::Services | SourcePart::Tasks)
    }
}
