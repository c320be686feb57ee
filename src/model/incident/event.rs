//! Events: deployments, starts, stops, health changes and other incidents of a service, with their times.

use crate::model::{InstanceId, ServiceId, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// A dated event of a service, such as a deployment, a restart or a change of health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Time of the event, UTC.
    pub at: Timestamp,
    /// The service that the event concerns.
    pub service: ServiceId,
    /// The affected instance; `None` if the event concerns the whole service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceId>,
    /// The kind of event.
    pub kind: EventKind,
    /// Description of the event, in the source's words if the source reported it.
    pub text: Text,
}

/// The kind of an event, such as a deployment or a restart; `history::EVENT_KIND_TABLE` has the titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A deployment started, completed, failed or was rolled back, or a service appeared or was removed.
    Deployment,
    /// An instance started.
    Start,
    /// An instance stopped or exited.
    Stop,
    /// The result of a health check, or the health of the service, changed.
    Health,
    /// The desired number of instances changed.
    Scaling,
    /// The engine restarted an instance.
    Restart,
    /// The kernel killed a process because memory ran out.
    OutOfMemory,
    /// The configuration of a service changed.
    Configuration,
    /// A source became unreadable, or readable again.
    Source,
    /// A finding was opened or resolved.
    Finding,
    /// The engine paused an instance.
    Pause,
    /// The engine resumed a paused instance.
    Unpause,
    /// The user or a colleague acted on the service through Portolan, or the action had a result.
    Action,
    /// A person left a note on a service, a call or a finding.
    Note,
    /// ECS could not place a task.
    Placement,
    /// Any other message of the source.
    Message,
}

impl EventKind {
    /// Returns true if events of the two kinds can report the same incident, so that one of them is
    /// redundant. A restart counts as a start, and an out-of-memory kill as a stop.
    #[must_use]
    pub fn same_category(self, other: Self) -> bool {
        let sort = |kind| match kind {
            Self::Restart => Self::Start,
            Self::OutOfMemory => Self::Stop,
            other => other,
        };
        sort(self) == sort(other)
    }
}
