//! Readings for operations: the current state of the services to act upon. The source reads these services
//! anew for each plan, because the last poll may be outdated.

use super::EcsDetails;
use crate::model::{InstanceId, Service, SourceId, Text};

/// AWS account and region, or Docker or Podman engine, in which an operation happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationPlace {
    /// Source of the services.
    pub source: SourceId,
    /// Address of the engine, or AWS region.
    pub location: Text,
    /// AWS account id; `None` for an engine.
    pub account: Option<Text>,
    /// Alias of the AWS account; `None` for an engine, and if the account has none or it could not be read.
    pub account_alias: Option<Text>,
    /// AWS region; `None` for an engine.
    pub region: Option<Text>,
    /// Identity that makes the calls: the ARN of the AWS caller; `None` for an engine, which has no users.
    pub caller: Option<Text>,
    /// Beginning of every equivalent command, such as `docker -H tcp://10.0.0.7:2375`.
    pub command_prefix: Text,
}

impl OperationPlace {
    /// Returns the AWS account and region, separated by a blank; `None` for an engine.
    #[must_use]
    pub fn account_and_region(&self) -> Option<String> {
        let words: Vec<&str> =
            [&self.account, &self.region].into_iter().flatten().map(Text::as_str).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Returns a short description of the place: account, its alias and region, or the location of an engine.
    #[must_use]
    pub fn summary(&self) -> String {
        let account = self.account.as_ref().map(|account| match &self.account_alias {
            Some(alias) => format!("{account} ({alias})"),
            None => account.to_string(),
        });
        let words: Vec<String> =
            account.into_iter().chain(self.region.as_ref().map(Text::to_string)).collect();
        if words.is_empty() { self.location.to_string() } else { words.join(" ") }
    }
}

#[cfg(test)]
impl OperationPlace {
    /// Returns the place of an engine on this machine, whose source is called `docker`.
    pub(crate) fn of_local_engine() -> Self {
        Self {
            source: SourceId::new("docker"),
            location: "unix:///var/run/docker.sock".into(),
            account: None,
            account_alias: None,
            region: None,
            caller: None,
            command_prefix: "docker".into(),
        }
    }
}

/// Current state of the services that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationReading {
    /// Place where the operation happens.
    pub place: OperationPlace,
    /// Services of the request that exist, sorted by id.
    pub targets: Vec<TargetReading>,
}

/// State of one service, with facts that matter only for operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetReading {
    /// The service with its instances.
    pub service: Service,
    /// Facts beyond the service's own data.
    pub facts: Vec<TargetFact>,
    /// State that ECS keeps beyond the service's own data; `None` for containers of an engine.
    pub ecs: Option<Box<EcsDetails>>,
}

/// Fact about a service that matters only for operations on that service, such as a container that is removed
/// when it stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetFact {
    /// The engine removes the container, with its file system, when it stops (`--rm`).
    RemovedWhenStopped(InstanceId),
    /// Time in seconds between SIGTERM and SIGKILL when the container is stopped.
    StopGrace(InstanceId, u32),
    /// Another program, such as swarm or the ECS agent, replaces containers that stop.
    ReplacedBy(Text),
}
