//! Everything one source sees, at one moment. The store replaces it as a whole; nothing patches it.

use super::{Event, Failure, Flow, Gateway, Service, ServiceId, SourceId, Text, Timestamp, Watched};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// Everything one source sees now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Whose it is.
    pub source: SourceId,
    /// When it was taken.
    pub taken: Timestamp,
    /// All its services, in any order. One that did not change may be shared with the snapshot before.
    pub services: Vec<Arc<Service>>,
    /// Its load balancers.
    pub gateways: Vec<Gateway>,
    /// What happened lately, in any order.
    pub events: Vec<Event>,
    /// What could not be read although the rest could.
    pub gaps: Vec<Gap>,
    /// The connections that were seen since the last look.
    #[serde(default)]
    pub flows: Vec<Flow>,
    /// The services whose connections can be seen.
    #[serde(default)]
    pub watched: Vec<Watched>,
    /// What is still being read for the first time; empty once everything was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub progress: Vec<Progress>,
}

/// How far the first reading of a part of a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Which part.
    pub part: Part,
    /// How many were read.
    pub read: usize,
    /// How many are known of; more may come to light.
    pub known: usize,
}

/// A part of a source that is read bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Services.
    Services,
    /// Tasks.
    Tasks,
    /// Task definitions.
    Definitions,
    /// What stands around services: load balancers, names, what was seen of connections.
    Surroundings,
}

impl Part {
    /// What they are called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Tasks => "tasks",
            Self::Definitions => "task definitions",
            Self::Surroundings => "surroundings",
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} {} read", self.read, self.known, self.part.words())
    }
}

impl Progress {
    /// Whether services may be missing, or their instances, and not only what is known about them.
    #[must_use]
    pub fn leaves_out_services(&self) -> bool {
        matches!(self.part, Part::Services | Part::Tasks)
    }
}

impl Snapshot {
    /// Whether services may be missing from it that were only not read yet.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.progress.iter().any(Progress::leaves_out_services)
    }

    /// The same with what was not read yet as `old` has it.
    #[must_use]
    pub fn over(mut self, old: &Self) -> Self {
        let read: BTreeSet<ServiceId> = self.services.iter().map(|service| service.id.clone()).collect();
        let is_left = |service: &ServiceId| !read.contains(service);
        self.services.extend(old.services.iter().filter(|s| is_left(&s.id)).cloned());
        self.events.extend(old.events.iter().filter(|event| is_left(&event.service)).cloned());
        if self.gateways.is_empty() {
            self.gateways.clone_from(&old.gateways);
        }
        self
    }
}

/// A part of a source that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What is missing for it, such as `load balancers`.
    pub what: Text,
    /// Why.
    pub failure: Failure,
}
