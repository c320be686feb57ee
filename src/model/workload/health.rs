//! The health of a service, by the same rules for every source.

use crate::model::{InstanceState, Service};
use serde::{Deserialize, Serialize};

/// The health of a service; the variants are sorted from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// All desired instances run, and no health check fails.
    Healthy,
    /// Instances are starting, and none has failed yet.
    Starting,
    /// No instance runs, and none is desired.
    Stopped,
    /// The source does not report the state, or only declares the service.
    Unknown,
    /// Some instances serve, others do not.
    Degraded,
    /// No instance serves.
    Failing,
}

impl Health {
    /// Returns the name of the state in JSON and on the screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Starting => "starting",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Failing => "failing",
        }
    }

    /// Returns the health of `service`, from the numbers of its serving, starting, faulty and desired
    /// instances.
    #[must_use]
    pub fn of_service(service: &Service) -> Self {
        if service.is_declared() {
            return Self::Unknown;
        }
        let live = || service.instances.iter().filter(|i| i.counts_toward_health());
        let serving = match service.reported_running {
            // Some sources state the number of running instances even if they can't list the instances.
            Some(reported) if service.instances.is_empty() => reported as usize,
            _ => live().filter(|i| i.is_serving()).count(),
        };
        let starting = live().filter(|i| i.is_starting()).count();
        let faulty = live().filter(|i| i.is_faulty()).count();
        let wanted = service.desired.map_or_else(|| live().count(), |d| d as usize);
        if wanted == 0 && serving == 0 && faulty == 0 {
            return if service.instances.iter().any(|i| i.state == InstanceState::Unknown) {
                Self::Unknown
            } else {
                Self::Stopped
            };
        }
        if faulty > 0 || service.has_failed_deployment() {
            return if serving > 0 { Self::Degraded } else { Self::Failing };
        }
        if serving >= wanted {
            return Self::Healthy;
        }
        let coming = starting > 0 || service.is_deploying();
        match (serving, coming) {
            (_, true) if !service.has_recent_failures() => Self::Starting,
            (0, _) => Self::Failing,
            _ => Self::Degraded,
        }
    }
}
