//! Properties of a kind of finding: its class, and the causes that Portolan may suspect.

/// Meaning of a kind of finding for its service: the service is down, was stopped on purpose, or is impaired,
/// or the finding is only noteworthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FindingClass {
    /// A reason why the service is down. It may also break the service's callers. If a service has several
    /// reasons, Portolan reports only the first in the order of [`FINDING_KINDS`](super::FINDING_KINDS).
    Outage,
    /// A user stopped or paused the service. This counts as a reason why the service is down.
    IntentionalStop,
    /// A fault of a service that still works. It may nevertheless break the service's callers.
    Degradation,
    /// Any other finding. It never explains a fault of a caller.
    Note,
}

impl FindingClass {
    /// Returns true if findings of this class explain why the service is down.
    pub(super) fn explains_downtime(self) -> bool {
        matches!(self, Self::Outage | Self::IntentionalStop)
    }
}

/// The causes that Portolan may suspect for a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CausePolicy {
    /// Faults of other services, deployments of the service itself, and deployments of its callees.
    AnyCause,
    /// Only deployments of the service itself.
    OwnDeployment,
    /// Only faults of the service's own instances, which often explain why a deployment does not complete.
    OwnInstances,
    /// No causes, because the finding explains itself.
    NoCause,
}

impl CausePolicy {
    /// Returns true if a deployment of the service itself may be the cause.
    pub(super) fn suspects_deployments(self) -> bool {
        matches!(self, Self::AnyCause | Self::OwnDeployment)
    }
}
