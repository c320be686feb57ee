//! A task as it is kept between looks: only what is read of it, and small, as a big account has tens of thousands.

use super::{
    definition::Definition,
    task::exit_code,
    verdict,
    words::{family, said, some, tail, time},
};
use crate::{
    decode,
    model::{Mention, Timestamp},
};
use aws_sdk_ecs::types::{self as sdk, HealthStatus, Task, TaskStopCode};
use std::net::IpAddr;

/// A task without its overrides, whose values are gone, and what they named.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    /// Its ARN.
    pub arn: Box<str>,
    /// The ARN of its task definition.
    pub definition: Option<Box<str>>,
    /// What it belongs to: `service:name`, `family:name`, or what whoever ran it wrote.
    group: Option<Box<str>>,
    /// Who ran it.
    pub started_by: Option<Box<str>>,
    /// What it is.
    pub last: Phase,
    /// What it is meant to become.
    pub desired: Phase,
    /// What AWS makes of the checks of its containers.
    pub health: Option<Judged>,
    /// When it was made, and when it ran.
    pub times: Times,
    /// Why it ended, or is about to.
    pub stop: Option<Box<Cause>>,
    /// Its containers.
    pub parts: Box<[Part]>,
    /// Where it can be reached.
    pub reach: Reach,
    /// The addresses that its overrides name.
    pub mentions: Box<[Mention]>,
}

/// A stage in the life of a task: AWS's `lastStatus` and `desiredStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It waits for a place or a network, or begins.
    Beginning,
    /// It runs.
    Running,
    /// It is on its way down.
    Ending,
    /// It has ended.
    Stopped,
    /// It has ended, and will be forgotten.
    Deleted,
    /// AWS says nothing, or something new.
    Unknown,
}

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It passes.
    Healthy,
    /// It fails.
    Unhealthy,
}

/// The times of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it began to run.
    pub started: Option<Timestamp>,
    /// When it ended, or began to.
    pub ended: Option<Timestamp>,
}

/// Why a task ended, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    /// The kind of end.
    pub code: Option<TaskStopCode>,
    /// The words, cleaned.
    pub reason: Box<str>,
}

/// A container of a task. Its text is cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its name in the task definition.
    pub name: Box<str>,
    /// Its image.
    pub image: Box<str>,
    /// The digest of its image.
    pub digest: Option<Box<str>>,
    /// Its id on the host.
    pub runtime: Option<Box<str>>,
    /// Whether it has ended.
    pub has_stopped: bool,
    /// Its exit code.
    pub exit: Option<i32>,
    /// Why it is as it is, where AWS says so.
    pub reason: Option<Box<str>>,
    /// What its check says.
    pub health: Option<Judged>,
}

/// Where a task can be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The private addresses of its network interfaces.
    pub addresses: Box<[IpAddr]>,
    /// The ids of its network interfaces.
    pub interfaces: Box<[Box<str>]>,
    /// The ports at which its Service Connect proxy listens, where somebody chose them; others are given at random.
    pub ingress_ports: Box<[u16]>,
}

impl Run {
    /// Takes in what is read of a task, and lets go of the rest, above all of what its overrides say.
    #[must_use]
    pub(crate) fn new(task: &Task) -> Self {
        let stop = (task.stop_code().is_some() || task.stopped_reason().is_some()).then(|| {
            let reason = said(task.stopped_reason()).into();
            Box::new(Cause { code: task.stop_code().cloned(), reason })
        });
        let ended = time(task.stopped_at())
            .or_else(|| time(task.execution_stopped_at()))
            .or_else(|| time(task.stopping_at()));
        Self {
            arn: task.task_arn().unwrap_or_default().into(),
            definition: task.task_definition_arn().map(Into::into),
            group: task.group().map(Into::into),
            started_by: task.started_by().map(Into::into),
            last: Phase::of(task.last_status()),
            desired: Phase::of(task.desired_status()),
            health: judged(task.health_status()),
            times: Times { created: time(task.created_at()), started: time(task.started_at()), ended },
            stop,
            parts: task.containers().iter().map(Part::new).collect(),
            reach: Reach::of(task),
            mentions: mentions(task).into(),
        }
    }

    /// The task's id: the last part of its ARN.
    #[must_use]
    pub(crate) fn id(&self) -> String {
        tail(&self.arn)
    }

    /// `family:revision`.
    #[must_use]
    pub(crate) fn version(&self) -> String {
        tail(self.definition.as_deref().unwrap_or_default())
    }

    /// The family of its task definition.
    #[must_use]
    pub(crate) fn family(&self) -> String {
        family(self.definition.as_deref().unwrap_or_default())
    }

    /// The service it belongs to, if any.
    #[must_use]
    pub(crate) fn service(&self) -> Option<&str> {
        self.group.as_deref()?.strip_prefix("service:")
    }

    /// The name of its service, or of its family where no service runs it.
    #[must_use]
    pub(crate) fn owner(&self) -> String {
        self.service().map_or_else(|| self.family(), str::to_owned)
    }

    /// Whether it has ended.
    #[must_use]
    pub(crate) fn has_stopped(&self) -> bool {
        self.last == Phase::Stopped
    }

    /// When it was made: what orders the tasks of a family.
    #[must_use]
    pub(crate) fn made(&self) -> Option<Timestamp> {
        self.times.created.or(self.times.started)
    }

    /// How it ended, for the verdict; none while it has not.
    #[must_use]
    pub(crate) fn end(&self, endless: bool, definition: Option<&Definition>) -> Option<verdict::Stop> {
        let at = self.times.ended.filter(|_| self.has_stopped())?;
        let lived = self.times.started.map(|start| at.duration_since(start));
        Some(verdict::Stop { at, lived, fault: self.is_fault(endless, definition) })
    }

    /// Whether a fault ended it.
    #[must_use]
    pub(crate) fn is_fault(&self, endless: bool, definition: Option<&Definition>) -> bool {
        let exit = exit_code(self, definition);
        verdict::is_fault(self.stop_code(), exit, self.stop_reason(), endless)
    }

    /// The kind of its end.
    #[must_use]
    pub(crate) fn stop_code(&self) -> Option<&TaskStopCode> {
        self.stop.as_ref()?.code.as_ref()
    }

    /// Why it ended, in AWS's words; empty where it says nothing.
    #[must_use]
    pub(crate) fn stop_reason(&self) -> &str {
        self.stop.as_ref().map_or("", |cause| &cause.reason)
    }
}

impl Phase {
    fn of(status: Option<&str>) -> Self {
        match status {
            Some("PROVISIONING" | "PENDING" | "ACTIVATING") => Self::Beginning,
            Some("RUNNING") => Self::Running,
            Some("DEACTIVATING" | "STOPPING" | "DEPROVISIONING") => Self::Ending,
            Some("STOPPED") => Self::Stopped,
            Some("DELETED") => Self::Deleted,
            _ => Self::Unknown,
        }
    }
}

impl Part {
    fn new(container: &sdk::Container) -> Self {
        Self {
            name: said(container.name()).into(),
            image: said(container.image()).into(),
            digest: some(container.image_digest()).map(Into::into),
            runtime: container.runtime_id().map(Into::into),
            has_stopped: container.last_status() == Some("STOPPED"),
            exit: container.exit_code(),
            reason: some(container.reason()).map(Into::into),
            health: judged(container.health_status()),
        }
    }
}

impl Reach {
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

fn judged(status: Option<&HealthStatus>) -> Option<Judged> {
    match status {
        Some(HealthStatus::Healthy) => Some(Judged::Healthy),
        Some(HealthStatus::Unhealthy) => Some(Judged::Unhealthy),
        _ => None,
    }
}

/// What the overrides of a task name.
fn mentions(task: &Task) -> Vec<Mention> {
    let several = task.containers().len() > 1;
    let mut mentions = Vec::new();
    for container in task.overrides().iter().flat_map(|overrides| overrides.container_overrides()) {
        let name = said(container.name());
        let place = several.then_some(name.as_str());
        let pairs = container.environment().iter().filter_map(|p| Some((p.name()?, p.value()?)));
        mentions.extend(decode::environment(place, pairs));
        mentions.extend(decode::arguments(place, container.command().iter().map(String::as_str)));
    }
    mentions
}
