//! Something that happened, with its time.

use super::{InstanceId, ServiceId, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// Something that happened to a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub service: ServiceId,
    /// To which of its instances, where the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceId>,
    /// What kind of thing.
    pub kind: EventKind,
    /// In the source's words.
    pub text: Text,
}

/// What kind of thing happened; `history::KINDS` tells them in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A deployment began, ended or failed.
    Deployment,
    /// An instance started.
    Start,
    /// An instance ended.
    Stop,
    /// A health check changed its mind.
    Health,
    /// The wanted number changed.
    Scaling,
    /// An instance was started again.
    Restart,
    /// The kernel ended something for want of memory.
    OutOfMemory,
    /// What it is configured with changed.
    Configuration,
    /// A source could not be read, or can be read again.
    Source,
    /// Something was found to be wrong, or no longer is.
    Finding,
    /// The engine holds an instance.
    Pause,
    /// The engine lets an instance go on that it held.
    Unpause,
    /// A task finds no place.
    Placement,
    /// What the source says beside that.
    Message,
}

impl EventKind {
    /// Whether both tell the same sort of thing, so that one of them is enough: a restart is a start, too little memory
    /// an end.
    #[must_use]
    pub fn is_akin(self, other: Self) -> bool {
        let sort = |kind| match kind {
            Self::Restart => Self::Start,
            Self::OutOfMemory => Self::Stop,
            other => other,
        };
        sort(self) == sort(other)
    }
}
