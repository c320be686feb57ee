//! The class of a kind of finding, and the causes that may be suspected of it.

/// The significance of a kind of finding for its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FindingClass {
    /// The reason why the service is down. Only the first one in the table is reported; it may propagate to
    /// callers.
    Outage,
    /// A user stopped or paused the service; reported like an outage.
    IntentionalStop,
    /// A fault that may propagate to callers.
    Degradation,
    /// Any other finding.
    Note,
}

impl FindingClass {
    /// Returns true if findings of this class give a reason why the service is down.
    pub(super) fn explains_downtime(self) -> bool {
        matches!(self, Self::Outage | Self::IntentionalStop)
    }
}

/// The causes that may be suspected of a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CausePolicy {
    /// Faults of other services, and deployments.
    AnyCause,
    /// Only deployments of the service itself.
    OwnChange,
    /// The faults of the service's own instances, which often explain why a deployment does not complete.
    OwnInstances,
    /// Nothing to add: the finding explains itself.
    NoCause,
}

impl CausePolicy {
    /// Returns true if a deployment or a fault of another service may be a cause.
    pub(super) fn suspects_changes(self) -> bool {
        matches!(self, Self::AnyCause | Self::OwnChange)
    }
}
