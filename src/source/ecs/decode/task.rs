//! A task as an instance: its state, what its checks say, how it ended, and where its containers log.

use super::{
    definition::{Definition, Plan},
    log::Running,
    verdict,
    words::{family, said, some, tail, time},
};
use crate::{
    decode,
    model::{
        Check, Container, Ending, Exit, Instance, InstanceId, LogRoute, Mention, SourceId, State, Timestamp,
        text::clean,
    },
};
use aws_sdk_ecs::types::{self as sdk, HealthStatus, Task, TaskStopCode};
use jiff::SignedDuration;
use std::net::IpAddr;

/// A task without its overrides, whose values are gone, and what they named.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    /// The task as AWS reports it.
    pub task: Task,
    /// The addresses that its overrides name.
    pub mentions: Vec<Mention>,
}

/// What every decoder of a snapshot needs to know of it.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The source.
    pub source: SourceId,
    /// Its region.
    pub region: String,
    /// When it is read.
    pub now: Timestamp,
}

/// Lets go of what nobody reads, of which a big account has tens of megabytes.
fn slim(task: &mut Task) {
    (task.attributes, task.tags, task.inference_accelerators) = (None, None, None);
    (task.cluster_arn, task.availability_zone) = (None, None);
    (task.ephemeral_storage, task.fargate_ephemeral_storage) = (None, None);
    for container in task.containers.iter_mut().flatten() {
        (container.container_arn, container.task_arn) = (None, None);
        (container.cpu, container.memory, container.memory_reservation) = (None, None, None);
        (container.managed_agents, container.gpu_ids, container.network_bindings) = (None, None, None);
    }
    task.containers.iter_mut().for_each(Vec::shrink_to_fit);
    task.attachments.iter_mut().for_each(Vec::shrink_to_fit);
    for attachment in task.attachments.iter_mut().flatten() {
        let read = ["privateIPv4Address", "privateIPv6Address", "networkInterfaceId", "ingressPortOverride"];
        if let Some(details) = &mut attachment.details {
            details.retain(|detail| detail.name().is_some_and(|name| read.contains(&name)));
            details.shrink_to_fit();
        }
    }
}

impl Run {
    /// Takes a task in and lets go of what its overrides say.
    #[must_use]
    pub(crate) fn new(mut task: Task) -> Self {
        let overrides = task.overrides.take();
        let several = task.containers().len() > 1;
        let mut mentions = Vec::new();
        for container in overrides.iter().flat_map(sdk::TaskOverride::container_overrides) {
            let name = said(container.name());
            let place = several.then_some(name.as_str());
            let pairs = container.environment().iter().filter_map(|p| Some((p.name()?, p.value()?)));
            mentions.extend(decode::environment(place, pairs));
            mentions.extend(decode::arguments(place, container.command().iter().map(String::as_str)));
        }
        slim(&mut task);
        Self { task, mentions }
    }

    /// The task's id: the last part of its ARN.
    #[must_use]
    pub(crate) fn id(&self) -> String {
        tail(self.task.task_arn().unwrap_or_default())
    }

    /// `family:revision`.
    #[must_use]
    pub(crate) fn version(&self) -> String {
        tail(self.task.task_definition_arn().unwrap_or_default())
    }

    /// The family of its task definition.
    #[must_use]
    pub(crate) fn family(&self) -> String {
        family(self.task.task_definition_arn().unwrap_or_default())
    }

    /// The service it belongs to, if any.
    #[must_use]
    pub(crate) fn service(&self) -> Option<&str> {
        self.task.group()?.strip_prefix("service:")
    }

    /// Whether it has ended.
    #[must_use]
    pub(crate) fn has_stopped(&self) -> bool {
        self.task.last_status() == Some("STOPPED")
    }

    /// When it ended.
    #[must_use]
    pub(crate) fn ended(&self) -> Option<Timestamp> {
        time(self.task.stopped_at())
            .or_else(|| time(self.task.execution_stopped_at()))
            .or_else(|| time(self.task.stopping_at()))
    }

    /// When it was made: what orders the tasks of a family.
    #[must_use]
    pub(crate) fn made(&self) -> Option<Timestamp> {
        time(self.task.created_at()).or_else(|| time(self.task.started_at()))
    }

    /// How it ended, for the verdict; none while it has not.
    #[must_use]
    pub(crate) fn stop(&self, endless: bool, definition: Option<&Definition>) -> Option<verdict::Stop> {
        if !self.has_stopped() {
            return None;
        }
        let at = self.ended()?;
        let lived = time(self.task.started_at()).map(|start| at.duration_since(start));
        Some(verdict::Stop { at, lived, fault: self.is_fault(endless, definition) })
    }

    /// Whether a fault ended it.
    #[must_use]
    pub(crate) fn is_fault(&self, endless: bool, definition: Option<&Definition>) -> bool {
        let exit = exit_code(&self.task, definition);
        verdict::is_fault(self.task.stop_code(), exit, &said(self.task.stopped_reason()), endless)
    }

    /// The ids of its network interfaces.
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = &str> {
        self.details("networkInterfaceId")
    }

    /// The ports at which its Service Connect proxy listens, where somebody chose them; others are given at random.
    pub(crate) fn ingress_ports(&self) -> impl Iterator<Item = u16> {
        self.details("ingressPortOverride").filter_map(|text| text.parse().ok()).filter(|port| *port != 0)
    }

    /// The values of that name in its attachments.
    fn details(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let details = self.task.attachments().iter().flat_map(sdk::Attachment::details);
        details.filter(move |detail| detail.name() == Some(name)).filter_map(|detail| detail.value())
    }

    /// The private addresses of its network interfaces.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let attached = self.task.attachments().iter().flat_map(sdk::Attachment::details).filter_map(|d| {
            matches!(d.name()?, "privateIPv4Address" | "privateIPv6Address").then(|| d.value())?
        });
        let interfaces = self.task.containers().iter().flat_map(sdk::Container::network_interfaces);
        let own = interfaces.flat_map(|i| [i.private_ipv4_address(), i.ipv6_address()]).flatten();
        attached.chain(own).filter_map(|text| text.parse().ok())
    }
}

/// The instance. Its state says `Failed` for any fault; the service's verdict may call it history.
pub(crate) fn instance(
    run: &Run,
    definition: Option<&Definition>,
    endless: bool,
    context: &Context,
) -> Instance {
    let task = &run.task;
    let id = run.id();
    Instance {
        id: InstanceId::of(&context.source, &id),
        name: id.chars().take(8).collect(),
        state: state(run, definition, endless),
        check: check(run, definition, context.now),
        made: time(task.created_at()),
        started: time(task.started_at()),
        exit: run.has_stopped().then(|| exit(run, definition)),
        restarts: 0,
        version: Some(run.version()).filter(|v| !v.is_empty()),
        containers: task
            .containers()
            .iter()
            .filter(|c| is_shown(c, definition))
            .map(|c| container(c, &id, definition, context))
            .collect(),
    }
}

fn state(run: &Run, definition: Option<&Definition>, endless: bool) -> State {
    let leaving = run.task.desired_status() == Some("STOPPED");
    match run.task.last_status() {
        Some("PROVISIONING" | "PENDING" | "ACTIVATING") if !leaving => State::Starting,
        Some("RUNNING") if !leaving => State::Running,
        Some("STOPPED" | "DELETED") if run.is_fault(endless, definition) => State::Failed,
        Some("STOPPED" | "DELETED") => State::Stopped,
        Some(
            "PROVISIONING" | "PENDING" | "ACTIVATING" | "RUNNING" | "DEACTIVATING" | "STOPPING"
            | "DEPROVISIONING",
        ) => State::Stopping,
        _ => State::Unknown,
    }
}

/// What the checks of the essential containers say together. The task's own status will not do: it is UNKNOWN as
/// long as any essential container has no check.
fn check(run: &Run, definition: Option<&Definition>, now: Timestamp) -> Check {
    let Some(definition) = definition else {
        return match run.task.health_status() {
            Some(HealthStatus::Healthy) => Check::Healthy,
            Some(HealthStatus::Unhealthy) => Check::Unhealthy { output: None, since: None },
            _ => Check::None,
        };
    };
    let started = time(run.task.started_at());
    let age = started.map_or(SignedDuration::ZERO, |start| now.duration_since(start));
    let mut verdict = Check::None;
    for (name, plan) in definition.containers.iter().filter(|(_, plan)| plan.essential) {
        let Some(grace) = plan.check else { continue };
        let container = run.task.containers().iter().find(|c| c.name() == Some(name.as_str()));
        match container.and_then(sdk::Container::health_status) {
            Some(HealthStatus::Unhealthy) => {
                let output = Some(format!("container {name} fails its health check"));
                return Check::Unhealthy { output, since: None };
            }
            Some(HealthStatus::Healthy) if verdict != Check::Pending => verdict = Check::Healthy,
            Some(HealthStatus::Healthy) => {}
            // A check that never reports (some emulators, a lost agent) says nothing, after its time.
            _ if started.is_some() && age.as_secs() > grace.as_secs() as i64 => {}
            _ => verdict = Check::Pending,
        }
    }
    verdict
}

fn exit(run: &Run, definition: Option<&Definition>) -> Exit {
    Exit {
        code: exit_code(&run.task, definition),
        ending: ending(run),
        reason: Some(reason(run, definition)).filter(|r| !r.is_empty()),
        at: run.ended(),
    }
}

/// The exit code that tells why: of an essential container, one that is not zero before one that is.
fn exit_code(task: &Task, definition: Option<&Definition>) -> Option<i64> {
    let essential = task.containers().iter().filter(|c| is_essential(c, definition));
    let mut codes = essential.filter_map(|c| c.exit_code().map(i64::from));
    let first = codes.next()?;
    if first != 0 { Some(first) } else { codes.find(|code| *code != 0).or(Some(0)) }
}

/// Why it ended, in AWS's words, and what its containers add.
fn reason(run: &Run, definition: Option<&Definition>) -> String {
    let mut words = some(run.task.stopped_reason())
        .unwrap_or_else(|| run.task.stop_code().map(code_words).unwrap_or_default());
    for container in run.task.containers() {
        let name = said(container.name());
        if let Some(reason) = some(container.reason()).filter(|r| !words.contains(r.as_str())) {
            join(&mut words, &format!("{name}: {reason}"));
        } else if let Some(code) = container.exit_code().filter(|c| *c != 0)
            && is_essential(container, definition)
        {
            join(&mut words, &format!("{name} exited with code {code}"));
        }
    }
    words
}

fn join(words: &mut String, more: &str) {
    if !words.is_empty() {
        words.push_str("; ");
    }
    words.push_str(more);
}

/// A stop code in words, for tasks without a reason.
fn code_words(code: &TaskStopCode) -> String {
    match code {
        TaskStopCode::EssentialContainerExited => "an essential container exited".to_owned(),
        TaskStopCode::TaskFailedToStart => "the task failed to start".to_owned(),
        TaskStopCode::SpotInterruption => "AWS took the Spot capacity back".to_owned(),
        TaskStopCode::TerminationNotice => "the container instance is being terminated".to_owned(),
        TaskStopCode::InfrastructureHealth => "the host was unhealthy".to_owned(),
        TaskStopCode::ServiceSchedulerInitiated => "stopped by the service scheduler".to_owned(),
        TaskStopCode::UserInitiated => "stopped by a user".to_owned(),
        other => clean(other.as_str()),
    }
}

fn container(
    raw: &sdk::Container,
    task: &str,
    definition: Option<&Definition>,
    context: &Context,
) -> Container {
    let name = said(raw.name());
    let plan = definition.and_then(|d| d.containers.get(&name));
    let of = Running { name: &name, task, runtime: raw.runtime_id(), region: &context.region };
    let log = match plan {
        Some(Plan { log, .. }) => log.route(of),
        None => LogRoute::Nowhere { why: "its task definition could not be read".to_owned() },
    };
    let ended = raw.last_status() == Some("STOPPED");
    Container {
        image: said(raw.image()),
        digest: some(raw.image_digest()),
        log,
        exit: ended.then(|| Exit {
            code: raw.exit_code().map(i64::from),
            ending: if is_out_of_memory(raw.reason()) { Ending::OutOfMemory } else { Ending::Itself },
            reason: some(raw.reason()),
            at: None,
        }),
        name,
    }
}

/// What ended it: by the stop code, and where that says no more than that it did not start, by the words.
fn ending(run: &Run) -> Ending {
    let task = &run.task;
    if task.containers().iter().any(|c| is_out_of_memory(c.reason())) {
        return Ending::OutOfMemory;
    }
    let words = said(task.stopped_reason());
    match task.stop_code() {
        Some(TaskStopCode::TaskFailedToStart) => {
            let all = task.containers().iter().filter_map(sdk::Container::reason);
            Ending::obstacle(&all.fold(words, |words, more| format!("{words} {more}")))
        }
        Some(TaskStopCode::SpotInterruption) => Ending::Spot,
        Some(TaskStopCode::TerminationNotice | TaskStopCode::InfrastructureHealth) => Ending::Host,
        Some(TaskStopCode::ServiceSchedulerInitiated) if words.contains("ELB health checks") => {
            Ending::Target
        }
        Some(TaskStopCode::ServiceSchedulerInitiated) if words.contains("health check") => Ending::Check,
        Some(TaskStopCode::UserInitiated | TaskStopCode::ServiceSchedulerInitiated) => Ending::Asked,
        _ => Ending::Itself,
    }
}

fn is_out_of_memory(reason: Option<&str>) -> bool {
    reason.is_some_and(|r| r.contains("OutOfMemory"))
}

fn is_essential(container: &sdk::Container, definition: Option<&Definition>) -> bool {
    let planned = definition.and_then(|d| d.containers.get(container.name().unwrap_or_default()));
    planned.map_or_else(|| !is_injected(container), |plan| plan.essential)
}

/// Containers that AWS adds to a task (Service Connect's proxy, `GuardDuty`'s agent) are not the user's, and are
/// shown only when they say why the task ended.
fn is_shown(container: &sdk::Container, definition: Option<&Definition>) -> bool {
    let planned = definition.is_none_or(|d| d.containers.contains_key(container.name().unwrap_or_default()));
    (planned && !is_injected(container)) || container.reason().is_some_and(|r| !r.is_empty())
}

fn is_injected(container: &sdk::Container) -> bool {
    let name = container.name().unwrap_or_default();
    name.starts_with("ecs-service-connect-") || name.starts_with("aws-guardduty-agent-")
}
