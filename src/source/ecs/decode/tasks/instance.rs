//! Decoder of a task as an instance: state, health check, exit, and log routes of its containers.

use super::task_record::{ReportedHealth, TaskContainer, TaskRecord, TaskStatus};
use crate::{
    model::{
        Container, Exit, ExitCause, HealthCheckStatus, Instance, InstanceId, InstanceState, LogRoute, Text,
        Timestamp,
    },
    source::ecs::decode::{
        definitions::{
            log_destination::RunningContainer,
            task_definition::{ContainerSummary, TaskDefinitionSummary},
        },
        snapshot_context::SnapshotContext,
    },
};
use aws_sdk_ecs::types::TaskStopCode;
use jiff::SignedDuration;

/// Decodes a task as an instance. A task that stopped because of a fault has the state `Failed`, which the
/// stopped task policy may later change to `Stopped`.
///
/// `endless` is true for a task of a service: such a task must never stop by itself.
pub(crate) fn decode_instance(
    run: &TaskRecord,
    definition: Option<&TaskDefinitionSummary>,
    endless: bool,
    context: &SnapshotContext,
) -> Instance {
    let id = run.id();
    Instance {
        id: InstanceId::of(&context.source, &id),
        name: id.chars().take(8).collect::<String>().into(),
        state: instance_state(run, definition, endless),
        health_check: health_check(run, definition, context.now),
        created: run.times.created,
        started: run.times.started,
        exit: run.has_stopped().then(|| task_exit(run, definition)),
        restarts: 0,
        version: Some(run.version()).filter(|v| !v.is_empty()).map(Into::into),
        containers: shown_containers(run, definition)
            .into_iter()
            .map(|part| decode_container(part, &id, definition, context))
            .collect(),
    }
}

/// Returns the containers to show, starting with the container that serves requests.
fn shown_containers<'a>(
    run: &'a TaskRecord,
    definition: Option<&TaskDefinitionSummary>,
) -> Vec<&'a TaskContainer> {
    let planned = |part: &TaskContainer| definition.and_then(|d| d.containers.get(&*part.name));
    let mut parts: Vec<_> = run.containers.iter().filter(|part| is_shown(part, definition)).collect();
    parts.sort_by_key(|part| planned(part).map_or(usize::MAX, |plan| plan.place));
    parts
}

fn instance_state(
    run: &TaskRecord,
    definition: Option<&TaskDefinitionSummary>,
    endless: bool,
) -> InstanceState {
    let leaving = run.desired_status == TaskStatus::Stopped;
    match run.last_status {
        TaskStatus::Starting if !leaving => InstanceState::Starting,
        TaskStatus::Running if !leaving => InstanceState::Running,
        TaskStatus::Stopped | TaskStatus::Deleted if run.is_fault(endless, definition) => {
            InstanceState::Failed
        }
        TaskStatus::Stopped | TaskStatus::Deleted => InstanceState::Stopped,
        TaskStatus::Starting | TaskStatus::Running | TaskStatus::Stopping => InstanceState::Stopping,
        TaskStatus::Unknown => InstanceState::Unknown,
    }
}

/// Returns the combined health of the essential containers.
///
/// The task's own health status is not enough: it is `UNKNOWN` if any essential container has no health
/// check.
fn health_check(
    run: &TaskRecord,
    definition: Option<&TaskDefinitionSummary>,
    now: Timestamp,
) -> HealthCheckStatus {
    let Some(definition) = definition else {
        return match run.health {
            Some(ReportedHealth::Healthy) => HealthCheckStatus::Healthy,
            Some(ReportedHealth::Unhealthy) => HealthCheckStatus::Unhealthy { output: None, since: None },
            None => HealthCheckStatus::None,
        };
    };
    let started = run.times.started;
    let age = started.map_or(SignedDuration::ZERO, |start| now.duration_since(start));
    let mut verdict = HealthCheckStatus::None;
    for (name, plan) in definition.containers.iter().filter(|(_, plan)| plan.essential) {
        let Some(grace) = plan.health_check_grace else { continue };
        let part = run.containers.iter().find(|part| *part.name == **name);
        match part.and_then(|part| part.health) {
            Some(ReportedHealth::Unhealthy) => {
                let output = format!("container `{name}` failed its health check");
                return HealthCheckStatus::Unhealthy { output: Some(output.into()), since: None };
            }
            Some(ReportedHealth::Healthy) if verdict != HealthCheckStatus::Pending => {
                verdict = HealthCheckStatus::Healthy;
            }
            Some(ReportedHealth::Healthy) => {}
            // Some health checks never report, for example if the ECS agent is lost, or in some emulators.
            // After its grace period, such a check counts as if the container had none.
            None if started.is_some() && age.as_secs() > grace.as_secs() as i64 => {}
            None => verdict = HealthCheckStatus::Pending,
        }
    }
    verdict
}

fn task_exit(run: &TaskRecord, definition: Option<&TaskDefinitionSummary>) -> Exit {
    Exit {
        code: run.exit_code(definition),
        cause: exit_cause(run, definition),
        reason: Some(stop_reason(run, definition)).filter(|r| !r.is_empty()).map(Into::into),
        at: run.times.ended,
    }
}

/// Returns the stop reason in AWS's words, with the reasons and exit codes of the containers.
fn stop_reason(run: &TaskRecord, definition: Option<&TaskDefinitionSummary>) -> String {
    let mut words = match run.stop_reason() {
        reason if !reason.trim().is_empty() => reason.to_owned(),
        _ => run.stop_code().map(describe_stop_code).unwrap_or_default(),
    };
    for part in &run.containers {
        let name = &part.name;
        if let Some(reason) = part.reason.as_ref().filter(|reason| !words.contains(&***reason)) {
            append_clause(&mut words, &format!("{name}: {reason}"));
        } else if let Some(code) = part.exit_code.filter(|code| *code != 0)
            && part.is_essential(definition)
        {
            append_clause(&mut words, &format!("{name} exited with code {code}"));
        }
    }
    words
}

fn append_clause(words: &mut String, more: &str) {
    if !words.is_empty() {
        words.push_str("; ");
    }
    words.push_str(more);
}

/// Returns a stop code in words, for tasks without a stop reason.
fn describe_stop_code(code: &TaskStopCode) -> String {
    match code {
        TaskStopCode::EssentialContainerExited => "an essential container exited".to_owned(),
        TaskStopCode::TaskFailedToStart => "the task failed to start".to_owned(),
        TaskStopCode::SpotInterruption => "AWS reclaimed Spot capacity".to_owned(),
        TaskStopCode::TerminationNotice => "the container instance is being terminated".to_owned(),
        TaskStopCode::InfrastructureHealth => "the underlying infrastructure was unhealthy".to_owned(),
        TaskStopCode::ServiceSchedulerInitiated => "stopped by the service scheduler".to_owned(),
        TaskStopCode::UserInitiated => "stopped by a user".to_owned(),
        other => Text::new(other.as_str()).to_string(),
    }
}

fn decode_container(
    part: &TaskContainer,
    task: &str,
    definition: Option<&TaskDefinitionSummary>,
    context: &SnapshotContext,
) -> Container {
    let plan = definition.and_then(|d| d.containers.get(&*part.name));
    let of = RunningContainer {
        name: &part.name,
        task_id: task,
        runtime_id: part.runtime_id.as_deref(),
        region: &context.region,
    };
    let log = match plan {
        Some(ContainerSummary { log, .. }) => log.route(of),
        None => LogRoute::Unreadable { why: "the task definition could not be read".into() },
    };
    Container {
        image: Text::new(&part.image),
        digest: part.digest.as_deref().map(Text::new),
        log_route: log,
        exit: part.has_stopped.then(|| Exit {
            code: part.exit_code.map(i64::from),
            cause: if is_out_of_memory(part) {
                ExitCause::OutOfMemory
            } else {
                ExitCause::from_exit_code(part.exit_code.map(i64::from))
            },
            reason: part.reason.as_deref().map(Text::new),
            at: None,
        }),
        name: Text::new(&part.name),
    }
}

/// Returns the cause of a task's stop. It follows from the stop code, from the reasons if the task failed to
/// start or the scheduler stopped it, and otherwise from the exit code.
///
/// If the kernel killed an essential container for lack of memory, out of memory takes precedence over all
/// causes but one: a stop that a user or the scheduler requested. A stop by the scheduler after a failed
/// health check counts as not requested.
fn exit_cause(run: &TaskRecord, definition: Option<&TaskDefinitionSummary>) -> ExitCause {
    let words = run.stop_reason();
    let starved = run.containers.iter().any(|part| is_out_of_memory(part) && part.is_essential(definition));
    match run.stop_code() {
        Some(TaskStopCode::UserInitiated) => ExitCause::StopRequested,
        Some(TaskStopCode::ServiceSchedulerInitiated) if !words.contains("health check") => {
            ExitCause::StopRequested
        }
        _ if starved => ExitCause::OutOfMemory,
        Some(TaskStopCode::TaskFailedToStart) => {
            let all = run.containers.iter().filter_map(|part| part.reason.as_deref());
            ExitCause::from_start_error(&all.fold(words.to_owned(), |words, more| format!("{words} {more}")))
        }
        Some(TaskStopCode::SpotInterruption) => ExitCause::SpotInterruption,
        Some(TaskStopCode::TerminationNotice | TaskStopCode::InfrastructureHealth) => ExitCause::HostLost,
        Some(TaskStopCode::ServiceSchedulerInitiated) if words.contains("ELB health checks") => {
            ExitCause::TargetHealthFailed
        }
        Some(TaskStopCode::ServiceSchedulerInitiated) if words.contains("health check") => {
            ExitCause::HealthCheckFailed
        }
        _ => ExitCause::from_exit_code(run.exit_code(definition)),
    }
}

fn is_out_of_memory(part: &TaskContainer) -> bool {
    part.reason.as_ref().is_some_and(|reason| reason.contains("OutOfMemory"))
}

/// Returns true if the instance shows this container.
///
/// AWS adds containers to a task, such as Service Connect's proxy or `GuardDuty`'s agent. The instance shows
/// an added container only if AWS gives a reason for the state of the container.
fn is_shown(part: &TaskContainer, definition: Option<&TaskDefinitionSummary>) -> bool {
    let planned = definition.is_none_or(|d| d.containers.contains_key(&*part.name));
    (planned && !part.is_injected()) || part.reason.is_some()
}
