//! One word for how a service is, by rules that hold for every source.

use super::{Check, Service, State};
use serde::{Deserialize, Serialize};

/// How a service is. The order is from calm to alarming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// All that is wanted runs, and no check says otherwise.
    Healthy,
    /// On its way up: nothing has failed yet.
    Starting,
    /// Nothing runs, and nothing is meant to.
    Stopped,
    /// The source could not say, or only says what may run.
    Unknown,
    /// Some of it serves, some does not.
    Degraded,
    /// None of it serves.
    Failing,
}

impl Health {
    /// The word, as JSON and the screen have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Starting => "starting",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Failing => "failing",
        }
    }

    /// The health of `service`: what serves, against what is wanted.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        if service.is_declared() {
            return Self::Unknown;
        }
        let live = || service.instances.iter().filter(|i| i.is_current());
        let serving = match service.reported_running {
            // Instances that can't be listed still count as the source counts them.
            Some(reported) if service.instances.is_empty() => reported as usize,
            _ => live().filter(|i| i.serves()).count(),
        };
        let starting = live().filter(|i| i.is_starting()).count();
        let faulty = live().filter(|i| i.is_faulty()).count();
        let wanted = service.desired.map_or_else(|| live().count(), |d| d as usize);
        if wanted == 0 && serving == 0 && faulty == 0 {
            return if service.instances.iter().any(|i| i.state == State::Unknown) {
                Self::Unknown
            } else {
                Self::Stopped
            };
        }
        if faulty > 0 || service.is_rolling_back() {
            return if serving > 0 { Self::Degraded } else { Self::Failing };
        }
        if serving >= wanted {
            return Self::Healthy;
        }
        let coming = starting > 0 || service.is_deploying();
        match (serving, coming) {
            (_, true) if !service.has_failed_lately() => Self::Starting,
            (0, _) => Self::Failing,
            _ => Self::Degraded,
        }
    }
}

impl Check {
    /// Whether the check has an opinion, and it is bad.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self, Self::Unhealthy { .. })
    }
}
