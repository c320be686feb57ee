//! Changes: single API calls that change something. All of them stand in one table, beside the table of reading
//! calls in `source::ecs::AWS_CALLS`.

use super::OperationPlace;
use crate::model::{Text, shell_quote};

/// Row of [`CHANGE_CALLS`]: an API call that changes something.
#[derive(Debug, PartialEq, Eq)]
pub struct ChangeCall {
    /// Name of the call in its API.
    pub name: &'static str,
    /// IAM actions that the call needs; empty for calls to a Docker or Podman engine.
    pub iam_actions: &'static [&'static str],
    /// Command of `docker` or `aws` that makes the same call. `{}` stands for the resource.
    pub command: &'static str,
    /// Effect of the call, for the documentation.
    pub description: &'static str,
}

/// Length of a container's id in texts, in digits, as the docker command shows it.
const SHORT_ID_LENGTH: usize = 12;

/// Call to an engine about one container.
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

/// All calls that change something. `POST` calls go to an engine.
pub const CHANGE_CALLS: &[ChangeCall] = &[
    container_row("POST /containers/{id}/start", "docker start {}", "starts a container"),
    container_row("POST /containers/{id}/stop", "docker stop {}", "stops a container"),
    container_row("POST /containers/{id}/restart", "docker restart {}", "stops and starts a container"),
    container_row("POST /containers/{id}/kill", "docker kill {}", "kills a container by SIGKILL"),
    container_row("POST /containers/{id}/pause", "docker pause {}", "freezes the processes of a container"),
    container_row(
        "POST /containers/{id}/unpause",
        "docker unpause {}",
        "resumes the processes of a container",
    ),
];

const fn container_row(name: &'static str, command: &'static str, description: &'static str) -> ChangeCall {
    ChangeCall { name, iam_actions: &[], command, description }
}

/// API call that changes something, with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Call to an engine about one container.
    Container {
        /// The call.
        call: ContainerCall,
        /// Id of the container.
        id: Text,
        /// Name of the container, for display.
        name: Text,
    },
}

impl ContainerCall {
    /// Returns the last part of the call's path.
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
}

impl Change {
    /// Returns the call's row in [`CHANGE_CALLS`].
    #[must_use]
    pub fn call(&self) -> &'static ChangeCall {
        let Self::Container { call, .. } = self;
        let ending = format!("/{}", call.verb());
        CHANGE_CALLS.iter().find(|row| row.name.ends_with(&ending)).unwrap_or(&CHANGE_CALLS[0])
    }

    /// Returns the API call in words, such as `POST /containers/4f2a…/restart`.
    #[must_use]
    pub fn api_call(&self) -> String {
        let Self::Container { id, .. } = self;
        self.call().name.replace("{id}", id.get(..SHORT_ID_LENGTH).unwrap_or(id))
    }

    /// Returns the command that makes the same call by hand.
    #[must_use]
    pub fn equivalent_command(&self, place: &OperationPlace) -> String {
        let Self::Container { name, .. } = self;
        let (_, arguments) = self.call().command.split_once(' ').unwrap_or_default();
        format!("{} {}", place.command_prefix, arguments.replace("{}", &shell_quote(name)))
    }
}
