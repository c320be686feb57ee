//! Instances of a service: ECS tasks with their containers, or Docker containers.

use crate::model::{Exit, InstanceId, LogRoute, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// A running or recently stopped copy of a service: an ECS task or a Docker container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Id of the instance, unique over all sources.
    pub id: InstanceId,
    /// The container's name, or the first characters of the task's id.
    pub name: Text,
    /// The stage of the instance's life cycle.
    pub state: InstanceState,
    /// The result of the instance's health check.
    #[serde(rename = "check")]
    pub health_check: HealthCheckStatus,
    /// Creation time, which a restart does not change; `None` if the source does not report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "made")]
    pub created: Option<Timestamp>,
    /// Time of the last start.
    pub started: Option<Timestamp>,
    /// The last exit. A running instance still has the exit before its last restart.
    pub exit: Option<Exit>,
    /// Number of restarts by the engine.
    pub restarts: u32,
    /// The version: revision of the task definition or tag of the image; `None` if unknown.
    pub version: Option<Text>,
    /// The containers of the instance. A Docker container has exactly one: itself.
    pub containers: Vec<Container>,
}

/// The stage of an instance's life cycle, such as starting or running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceState {
    /// Created or placed, but not running yet.
    Starting,
    /// The process runs.
    Running,
    /// The engine has paused the instance's processes.
    Paused,
    /// Exited and about to be restarted.
    Restarting,
    /// Shutting down.
    Stopping,
    /// Stopped on request, or exited without an error.
    Stopped,
    /// Exited with an error.
    Failed,
    /// A state that Portolan does not know.
    Unknown,
}

impl InstanceState {
    /// Returns the word for the state on the screen and in texts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// The result of an instance's health check: passing, failing, pending, or no check at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthCheckStatus {
    /// No health check is configured. That is not a fault.
    None,
    /// No result yet.
    Pending,
    /// The check passes.
    Healthy,
    /// The check fails.
    Unhealthy {
        /// Output of the last failed check; `None` if the source does not report it.
        output: Option<Text>,
        /// Start of the failure; `None` if the source does not report it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
}

/// One container of an instance, with its image, log route and last exit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Name of the container in the task or on the engine.
    pub name: Text,
    /// The image reference from the configuration.
    pub image: Text,
    /// Digest of the running image; `None` if the source does not report it.
    pub digest: Option<Text>,
    /// The route by which Portolan reads the container's log.
    #[serde(rename = "log")]
    pub log_route: LogRoute,
    /// The last exit; `None` if the container has not exited.
    pub exit: Option<Exit>,
}

impl Instance {
    /// Returns true if the instance counts toward the service's health. A failed instance does; stopped and
    /// stopping ones, and those of unknown state, do not.
    #[must_use]
    pub fn counts_toward_health(&self) -> bool {
        !matches!(self.state, InstanceState::Stopped | InstanceState::Stopping | InstanceState::Unknown)
    }

    /// Returns true if the instance runs, and its health check passes or it has none.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        self.state == InstanceState::Running
            && matches!(self.health_check, HealthCheckStatus::None | HealthCheckStatus::Healthy)
    }

    /// Returns true if the instance is starting, or runs without a first result of its health check.
    #[must_use]
    pub fn is_starting(&self) -> bool {
        self.state == InstanceState::Starting
            || (self.state == InstanceState::Running && self.health_check == HealthCheckStatus::Pending)
    }

    /// Returns true if the instance has failed, is restarting or paused, or runs and fails its health check.
    #[must_use]
    pub fn is_faulty(&self) -> bool {
        matches!(self.state, InstanceState::Failed | InstanceState::Restarting | InstanceState::Paused)
            || (self.state == InstanceState::Running && self.health_check.is_failing())
    }
}

impl HealthCheckStatus {
    /// Returns true if the last check failed.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        matches!(self, Self::Unhealthy { .. })
    }
}
