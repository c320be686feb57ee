//! Calls to a Docker or Podman engine that change one container.

use super::calls::{
    ChangeCall, KILL_CONTAINER, PAUSE_CONTAINER, RESTART_CONTAINER, START_CONTAINER, STOP_CONTAINER,
    UNPAUSE_CONTAINER,
};

/// Call to a Docker or Podman engine that changes one container, such as restart or stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "`CHANGE_CALLS` describes each")]
pub enum ContainerCall {
    Start,
    Stop,
    Restart,
    Kill,
    Pause,
    Unpause,
}

impl ContainerCall {
    /// Returns the last part of the call's path, such as `restart`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Kill => "kill",
            Self::Pause => "pause",
            Self::Unpause => "unpause",
        }
    }

    /// Returns the call's row in [`CHANGE_CALLS`](super::CHANGE_CALLS).
    pub(super) fn row(self) -> &'static ChangeCall {
        match self {
            Self::Start => &START_CONTAINER,
            Self::Stop => &STOP_CONTAINER,
            Self::Restart => &RESTART_CONTAINER,
            Self::Kill => &KILL_CONTAINER,
            Self::Pause => &PAUSE_CONTAINER,
            Self::Unpause => &UNPAUSE_CONTAINER,
        }
    }
}
