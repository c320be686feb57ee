//! Something that happened, with its time.

use super::{ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

/// Something that happened to a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub service: ServiceId,
    /// What kind of thing.
    pub kind: EventKind,
    /// In the source's words.
    pub text: String,
}

/// What kind of thing happened.
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
    /// What the source says beside that.
    Message,
}
