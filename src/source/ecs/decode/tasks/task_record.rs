//! Record of a task that Portolan keeps between polls. It is small, because a large account has tens of
//! thousands of tasks.

use super::stopped_task_policy;
use crate::{
    extract,
    model::{Reference, Timestamp},
    source::ecs::decode::{
        definitions::task_definition::TaskDefinitionSummary,
        text::{clean_sentence, clean_text, family_name, last_segment, non_empty_text, to_timestamp},
    },
};
use aws_sdk_ecs::types::{self as sdk, HealthStatus, Task, TaskStopCode};
use std::net::IpAddr;

/// Data about a task that Portolan keeps between polls. From the overrides of variables and commands, it
/// keeps only references, never values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TaskRecord {
    /// ARN of the task.
    pub arn: Box<str>,
    /// ARN of the task definition.
    pub definition_arn: Option<Box<str>>,
    /// Group of the task: `service:name`, `family:name`, or free text from the caller of `RunTask`.
    group: Option<Box<str>>,
    /// Starter of the task, as ECS reports it: a deployment, a schedule or free text.
    pub started_by: Option<Box<str>>,
    /// Current status of the task.
    pub last_status: TaskStatus,
    /// Status that ECS wants the task to reach.
    pub desired_status: TaskStatus,
    /// Health of the task, as ECS derives it from its containers.
    pub health: Option<ReportedHealth>,
    /// Times of creation, start and stop.
    pub times: TaskTimes,
    /// Cause of the stop; `None` unless the task has stopped or is about to stop.
    pub stop: Option<Box<StopCause>>,
    /// Containers of the task.
    pub containers: Box<[TaskContainer]>,
    /// Addresses and network interfaces of the task.
    pub network: TaskNetwork,
    /// References in environment variables and commands that override the task definition.
    pub override_references: Box<[Reference]>,
}

/// Status of a task: AWS's `lastStatus` or `desiredStatus`, with similar values merged into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskStatus {
    /// The task waits for capacity or a network, or starts.
    Starting,
    /// The task runs.
    Running,
    /// The task is stopping.
    Stopping,
    /// The task has stopped.
    Stopped,
    /// The task has stopped, and ECS is about to drop it.
    Deleted,
    /// AWS reports no status, or an unknown one.
    Unknown,
}

/// Health that ECS reports for a task or a container. While ECS reports `UNKNOWN`, there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportedHealth {
    /// The health check passes.
    Healthy,
    /// The health check fails.
    Unhealthy,
}

/// Times at which a task was created, started and stopped, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TaskTimes {
    /// Creation of the task.
    pub created: Option<Timestamp>,
    /// Start of the containers; `None` if they never started.
    pub started: Option<Timestamp>,
    /// Time at which the task stopped. If AWS does not report it, the time at which the task began to stop.
    pub ended: Option<Timestamp>,
}

/// Cause of a stop, in AWS's words. The text contains no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StopCause {
    /// Stop code.
    pub code: Option<TaskStopCode>,
    /// Stop reason; empty if AWS gives none.
    pub reason: Box<str>,
}

/// Container of a task, with its image, health and exit. The texts contain no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaskContainer {
    /// Name in the task definition.
    pub name: Box<str>,
    /// Image with its tag.
    pub image: Box<str>,
    /// Digest of the image.
    pub digest: Option<Box<str>>,
    /// Id of the container in the container runtime.
    pub runtime_id: Option<Box<str>>,
    /// True if the container has stopped.
    pub has_stopped: bool,
    /// Exit code of the container.
    pub exit_code: Option<i32>,
    /// Reason for the container's state, if AWS gives one.
    pub reason: Option<Box<str>>,
    /// Health of the container.
    pub health: Option<ReportedHealth>,
}

/// Addresses and network interfaces of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TaskNetwork {
    /// Private addresses of the task's network interfaces.
    pub addresses: Box<[IpAddr]>,
    /// Ids of the task's network interfaces.
    pub interfaces: Box<[Box<str>]>,
    /// Ports that a user has configured for the task's Service Connect proxy; empty if AWS chose a random
    /// port.
    pub ingress_ports: Box<[u16]>,
}

impl TaskRecord {
    /// Creates the record of a task. It does not keep the values of overrides, which may be secret.
    #[must_use]
    pub(crate) fn new(task: &Task) -> Self {
        let stop = (task.stop_code().is_some() || task.stopped_reason().is_some()).then(|| {
            let reason = clean_sentence(task.stopped_reason()).unwrap_or_default().into();
            Box::new(StopCause { code: task.stop_code().cloned(), reason })
        });
        let ended = to_timestamp(task.stopped_at())
            .or_else(|| to_timestamp(task.execution_stopped_at()))
            .or_else(|| to_timestamp(task.stopping_at()));
        Self {
            arn: task.task_arn().unwrap_or_default().into(),
            definition_arn: task.task_definition_arn().map(Into::into),
            group: task.group().map(Into::into),
            started_by: task.started_by().map(Into::into),
            last_status: TaskStatus::of(task.last_status()),
            desired_status: TaskStatus::of(task.desired_status()),
            health: reported_health(task.health_status()),
            times: TaskTimes {
                created: to_timestamp(task.created_at()),
                started: to_timestamp(task.started_at()),
                ended,
            },
            stop,
            containers: task.containers().iter().map(TaskContainer::new).collect(),
            network: TaskNetwork::of(task),
            override_references: override_references(task).into(),
        }
    }

    /// Returns the task id: the last part of the ARN.
    #[must_use]
    pub(crate) fn id(&self) -> String {
        last_segment(&self.arn)
    }

    /// Returns the name of the task definition's revision, as `family:revision`.
    #[must_use]
    pub(crate) fn version(&self) -> String {
        last_segment(self.definition_arn.as_deref().unwrap_or_default())
    }

    /// Returns the family of the task definition.
    #[must_use]
    pub(crate) fn family(&self) -> String {
        family_name(self.definition_arn.as_deref().unwrap_or_default())
    }

    /// Returns the name of the task's service, or `None` without a service.
    #[must_use]
    pub(crate) fn service_name(&self) -> Option<&str> {
        self.group.as_deref()?.strip_prefix("service:")
    }

    /// Returns the name of the task's service, or the name of its family if it has no service.
    #[must_use]
    pub(crate) fn owner_name(&self) -> String {
        self.service_name().map_or_else(|| self.family(), str::to_owned)
    }

    /// Returns true if the task has stopped.
    #[must_use]
    pub(crate) fn has_stopped(&self) -> bool {
        matches!(self.last_status, TaskStatus::Stopped | TaskStatus::Deleted)
    }

    /// Returns true if the task has not stopped yet, but is stopping or about to stop.
    #[must_use]
    pub(crate) fn is_stopping(&self) -> bool {
        !self.has_stopped()
            && (self.last_status == TaskStatus::Stopping || self.desired_status == TaskStatus::Stopped)
    }

    /// Returns the creation time of the task, or its start time if the creation time is unknown.
    #[must_use]
    pub(crate) fn created_at(&self) -> Option<Timestamp> {
        self.times.created.or(self.times.started)
    }

    /// Returns the task in the form that the stopped task policy needs. Returns `None` if the task has not
    /// stopped, or if the time of its stop is unknown.
    ///
    /// `endless` is true for a task of a service: such a task must never stop by itself.
    #[must_use]
    pub(crate) fn to_stopped_task(
        &self,
        endless: bool,
        definition: Option<&TaskDefinitionSummary>,
    ) -> Option<stopped_task_policy::StoppedTask> {
        if !self.has_stopped() {
            return None;
        }
        // AWS may report no time of the stop. Then the start is the latest time that is known.
        let at = self.times.ended.or(self.times.started).or(self.times.created)?;
        let lived = self.times.started.map(|start| at.duration_since(start));
        Some(stopped_task_policy::StoppedTask {
            stopped_at: at,
            ran_for: lived,
            is_fault: self.is_fault(endless, definition),
        })
    }

    /// Returns true if the task stopped because of a fault. See [`stopped_task_policy::is_fault`].
    #[must_use]
    pub(crate) fn is_fault(&self, endless: bool, definition: Option<&TaskDefinitionSummary>) -> bool {
        let exit = self.exit_code(definition);
        stopped_task_policy::is_fault(self.stop_code(), exit, self.stop_reason(), endless)
    }

    /// Returns the exit code of an essential container, because the stop of such a container stops the task.
    /// If several essential containers have exit codes, prefers a code that is not zero.
    #[must_use]
    pub(crate) fn exit_code(&self, definition: Option<&TaskDefinitionSummary>) -> Option<i64> {
        let essential = self.containers.iter().filter(|part| part.is_essential(definition));
        let mut codes = essential.filter_map(|part| part.exit_code.map(i64::from));
        let first = codes.next()?;
        if first != 0 { Some(first) } else { codes.find(|code| *code != 0).or(Some(0)) }
    }

    /// Returns the stop code, or `None` if AWS reports none.
    #[must_use]
    pub(crate) fn stop_code(&self) -> Option<&TaskStopCode> {
        self.stop.as_ref()?.code.as_ref()
    }

    /// Returns the stop reason in AWS's words; empty if there is none.
    #[must_use]
    pub(crate) fn stop_reason(&self) -> &str {
        self.stop.as_ref().map_or("", |cause| &cause.reason)
    }
}

impl TaskStatus {
    fn of(status: Option<&str>) -> Self {
        match status {
            Some("PROVISIONING" | "PENDING" | "ACTIVATING") => Self::Starting,
            Some("RUNNING") => Self::Running,
            Some("DEACTIVATING" | "STOPPING" | "DEPROVISIONING") => Self::Stopping,
            Some("STOPPED") => Self::Stopped,
            Some("DELETED") => Self::Deleted,
            _ => Self::Unknown,
        }
    }
}

impl TaskContainer {
    fn new(container: &sdk::Container) -> Self {
        Self {
            name: clean_text(container.name()).into(),
            image: clean_text(container.image()).into(),
            digest: non_empty_text(container.image_digest()).map(Into::into),
            runtime_id: container.runtime_id().map(Into::into),
            has_stopped: container.last_status() == Some("STOPPED"),
            exit_code: container.exit_code(),
            reason: clean_sentence(container.reason()).map(Into::into),
            health: reported_health(container.health_status()),
        }
    }

    /// Returns true if the task stops when this container stops.
    #[must_use]
    pub(crate) fn is_essential(&self, definition: Option<&TaskDefinitionSummary>) -> bool {
        let planned = definition.and_then(|d| d.containers.get(&*self.name));
        planned.map_or_else(|| !self.is_injected(), |plan| plan.essential)
    }

    /// Returns true if AWS added the container to the task.
    #[must_use]
    pub(crate) fn is_injected(&self) -> bool {
        self.name.starts_with("ecs-service-connect-") || self.name.starts_with("aws-guardduty-agent-")
    }
}

impl TaskNetwork {
    fn of(task: &Task) -> Self {
        let details = || task.attachments().iter().flat_map(sdk::Attachment::details);
        let named = |name: &'static str| {
            details().filter(move |d| d.name() == Some(name)).filter_map(sdk::KeyValuePair::value)
        };
        let attached = details().filter_map(|d| {
            matches!(d.name()?, "privateIPv4Address" | "privateIPv6Address").then(|| d.value())?
        });
        let interfaces = task.containers().iter().flat_map(sdk::Container::network_interfaces);
        let own = interfaces.flat_map(|i| [i.private_ipv4_address(), i.ipv6_address()]).flatten();
        let ports = named("ingressPortOverride").filter_map(|text| text.parse().ok());
        Self {
            addresses: attached.chain(own).filter_map(|text| text.parse().ok()).collect(),
            interfaces: named("networkInterfaceId").map(Into::into).collect(),
            ingress_ports: ports.filter(|port| *port != 0).collect(),
        }
    }
}

fn reported_health(status: Option<&HealthStatus>) -> Option<ReportedHealth> {
    match status {
        Some(HealthStatus::Healthy) => Some(ReportedHealth::Healthy),
        Some(HealthStatus::Unhealthy) => Some(ReportedHealth::Unhealthy),
        _ => None,
    }
}

/// Returns the references in the environment variables and commands that override those of the task
/// definition.
fn override_references(task: &Task) -> Vec<Reference> {
    let several = task.containers().len() > 1;
    let mut mentions = Vec::new();
    for container in task.overrides().iter().flat_map(|overrides| overrides.container_overrides()) {
        let name = clean_text(container.name());
        let place = several.then_some(name.as_str());
        let pairs = container.environment().iter().filter_map(|p| Some((p.name()?, p.value()?)));
        mentions.extend(extract::references_in_environment(place, pairs));
        mentions
            .extend(extract::references_in_arguments(place, container.command().iter().map(String::as_str)));
    }
    mentions
}
