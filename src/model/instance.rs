//! One running copy of a service: an ECS task with its containers, or a Docker container.

use super::{Ending, InstanceId, LogRoute, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// One running copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Unique over all sources.
    pub id: InstanceId,
    /// What people say: the container's name, or the head of the task's id.
    pub name: Text,
    /// Where it is in its life.
    pub state: State,
    /// What its health check says.
    pub check: Check,
    /// When it was made, where the source says. One that is started again stays the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Timestamp>,
    /// When it began to run.
    pub started: Option<Timestamp>,
    /// How and when it ended, or ended last before it was restarted.
    pub exit: Option<Exit>,
    /// How often the engine restarted it.
    pub restarts: u32,
    /// The task definition's revision, or the image's tag: what tells two versions apart.
    pub version: Option<Text>,
    /// Its containers; a Docker container is its own only one.
    pub containers: Vec<Container>,
}

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Made or placed, not yet running.
    Starting,
    /// Running.
    Running,
    /// Held by the engine.
    Paused,
    /// Ended, and waiting to be started again.
    Restarting,
    /// On its way down.
    Stopping,
    /// Ended as it was told to.
    Stopped,
    /// Ended by a fault.
    Failed,
    /// A state this version does not know.
    Unknown,
}

/// What a health check says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// There is no check: that is no fault.
    None,
    /// It has not made up its mind.
    Pending,
    /// It passes.
    Healthy,
    /// It fails; with the output of the last failure, where the source has it.
    Unhealthy {
        /// The check's last output.
        output: Option<Text>,
        /// Since when it fails, where the source tells that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
}

/// How an instance ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The process's exit code, where a process ran.
    pub code: Option<i64>,
    /// What ended it, or kept it from starting.
    pub ending: Ending,
    /// The source's reason, in its own words.
    pub reason: Option<Text>,
    /// When it ended.
    pub at: Option<Timestamp>,
}

/// One container of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its name in the task or on the engine.
    pub name: Text,
    /// The image as it was asked for.
    pub image: Text,
    /// The digest of what runs, where the source tells.
    pub digest: Option<Text>,
    /// Where its log can be read.
    pub log: LogRoute,
    /// How it ended, where it has.
    pub exit: Option<Exit>,
}

impl Instance {
    /// Whether it counts for the service's health: it runs or is coming, or its end is the last word on it.
    #[must_use]
    pub fn is_current(&self) -> bool {
        !matches!(self.state, State::Stopped | State::Stopping | State::Unknown)
    }

    /// Whether it does its work now.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.state == State::Running && matches!(self.check, Check::None | Check::Healthy)
    }

    /// Whether it is on its way up, and nothing has failed.
    #[must_use]
    pub fn is_starting(&self) -> bool {
        self.state == State::Starting || (self.state == State::Running && self.check == Check::Pending)
    }

    /// Whether something is wrong with it.
    #[must_use]
    pub fn is_faulty(&self) -> bool {
        matches!(self.state, State::Failed | State::Restarting | State::Paused)
            || (self.state == State::Running && self.check.failed())
    }
}
