//! A task as an instance: its state, what its checks say, how it ended, and where its containers log.

use super::{
    definition::{Definition, Plan},
    log::Running,
    run::{Judged, Part, Phase, Run},
};
use crate::model::{
    Check, Container, Ending, Exit, Instance, InstanceId, LogRoute, SourceId, State, Text, Timestamp,
};
use aws_sdk_ecs::types::TaskStopCode;
use jiff::SignedDuration;

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

/// The instance. Its state says `Failed` for any fault; the service's verdict may call it history.
pub(crate) fn instance(
    run: &Run,
    definition: Option<&Definition>,
    endless: bool,
    context: &Context,
) -> Instance {
    let id = run.id();
    Instance {
        id: InstanceId::of(&context.source, &id),
        name: id.chars().take(8).collect::<String>().into(),
        state: state(run, definition, endless),
        check: check(run, definition, context.now),
        made: run.times.created,
        started: run.times.started,
        exit: run.has_stopped().then(|| exit(run, definition)),
        restarts: 0,
        version: Some(run.version()).filter(|v| !v.is_empty()).map(Into::into),
        containers: run
            .parts
            .iter()
            .filter(|part| is_shown(part, definition))
            .map(|part| container(part, &id, definition, context))
            .collect(),
    }
}

fn state(run: &Run, definition: Option<&Definition>, endless: bool) -> State {
    let leaving = run.desired == Phase::Stopped;
    match run.last {
        Phase::Beginning if !leaving => State::Starting,
        Phase::Running if !leaving => State::Running,
        Phase::Stopped | Phase::Deleted if run.is_fault(endless, definition) => State::Failed,
        Phase::Stopped | Phase::Deleted => State::Stopped,
        Phase::Beginning | Phase::Running | Phase::Ending => State::Stopping,
        Phase::Unknown => State::Unknown,
    }
}

/// What the checks of the essential containers say together. The task's own status will not do: it is UNKNOWN as
/// long as any essential container has no check.
fn check(run: &Run, definition: Option<&Definition>, now: Timestamp) -> Check {
    let Some(definition) = definition else {
        return match run.health {
            Some(Judged::Healthy) => Check::Healthy,
            Some(Judged::Unhealthy) => Check::Unhealthy { output: None, since: None },
            None => Check::None,
        };
    };
    let started = run.times.started;
    let age = started.map_or(SignedDuration::ZERO, |start| now.duration_since(start));
    let mut verdict = Check::None;
    for (name, plan) in definition.containers.iter().filter(|(_, plan)| plan.essential) {
        let Some(grace) = plan.check else { continue };
        let part = run.parts.iter().find(|part| *part.name == **name);
        match part.and_then(|part| part.health) {
            Some(Judged::Unhealthy) => {
                let output = format!("container {name} fails its health check");
                return Check::Unhealthy { output: Some(output.into()), since: None };
            }
            Some(Judged::Healthy) if verdict != Check::Pending => verdict = Check::Healthy,
            Some(Judged::Healthy) => {}
            // A check that never reports (some emulators, a lost agent) says nothing, after its time.
            None if started.is_some() && age.as_secs() > grace.as_secs() as i64 => {}
            None => verdict = Check::Pending,
        }
    }
    verdict
}

fn exit(run: &Run, definition: Option<&Definition>) -> Exit {
    Exit {
        code: exit_code(run, definition),
        ending: ending(run, definition),
        reason: Some(reason(run, definition)).filter(|r| !r.is_empty()).map(Into::into),
        at: run.times.ended,
    }
}

/// The exit code that tells why: of an essential container, one that is not zero before one that is.
pub(crate) fn exit_code(run: &Run, definition: Option<&Definition>) -> Option<i64> {
    let essential = run.parts.iter().filter(|part| is_essential(part, definition));
    let mut codes = essential.filter_map(|part| part.exit.map(i64::from));
    let first = codes.next()?;
    if first != 0 { Some(first) } else { codes.find(|code| *code != 0).or(Some(0)) }
}

/// Why it ended, in AWS's words, and what its containers add.
fn reason(run: &Run, definition: Option<&Definition>) -> String {
    let mut words = match run.stop_reason() {
        reason if !reason.trim().is_empty() => reason.to_owned(),
        _ => run.stop_code().map(code_words).unwrap_or_default(),
    };
    for part in &run.parts {
        let name = &part.name;
        if let Some(reason) = part.reason.as_ref().filter(|reason| !words.contains(&***reason)) {
            join(&mut words, &format!("{name}: {reason}"));
        } else if let Some(code) = part.exit.filter(|code| *code != 0)
            && is_essential(part, definition)
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
        other => Text::new(other.as_str()).to_string(),
    }
}

fn container(part: &Part, task: &str, definition: Option<&Definition>, context: &Context) -> Container {
    let plan = definition.and_then(|d| d.containers.get(&*part.name));
    let of = Running { name: &part.name, task, runtime: part.runtime.as_deref(), region: &context.region };
    let log = match plan {
        Some(Plan { log, .. }) => log.route(of),
        None => LogRoute::Nowhere { why: "its task definition could not be read".into() },
    };
    Container {
        image: Text::new(&part.image),
        digest: part.digest.as_deref().map(Text::new),
        log,
        exit: part.has_stopped.then(|| Exit {
            code: part.exit.map(i64::from),
            ending: if is_out_of_memory(part) {
                Ending::OutOfMemory
            } else {
                Ending::of_code(part.exit.map(i64::from))
            },
            reason: part.reason.as_deref().map(Text::new),
            at: None,
        }),
        name: Text::new(&part.name),
    }
}

/// What ended it: by the stop code, and where that says no more than that it did not start, by the words. Want of memory
/// ended it only where nobody asked for the end, and where it killed a container without which a task does not go on.
fn ending(run: &Run, definition: Option<&Definition>) -> Ending {
    let words = run.stop_reason();
    let starved = run.parts.iter().any(|part| is_out_of_memory(part) && is_essential(part, definition));
    match run.stop_code() {
        Some(TaskStopCode::UserInitiated) => Ending::Asked,
        Some(TaskStopCode::ServiceSchedulerInitiated) if !words.contains("health check") => Ending::Asked,
        _ if starved => Ending::OutOfMemory,
        Some(TaskStopCode::TaskFailedToStart) => {
            let all = run.parts.iter().filter_map(|part| part.reason.as_deref());
            Ending::obstacle(&all.fold(words.to_owned(), |words, more| format!("{words} {more}")))
        }
        Some(TaskStopCode::SpotInterruption) => Ending::Spot,
        Some(TaskStopCode::TerminationNotice | TaskStopCode::InfrastructureHealth) => Ending::Host,
        Some(TaskStopCode::ServiceSchedulerInitiated) if words.contains("ELB health checks") => {
            Ending::Target
        }
        Some(TaskStopCode::ServiceSchedulerInitiated) if words.contains("health check") => Ending::Check,
        _ => Ending::of_code(exit_code(run, definition)),
    }
}

fn is_out_of_memory(part: &Part) -> bool {
    part.reason.as_ref().is_some_and(|reason| reason.contains("OutOfMemory"))
}

fn is_essential(part: &Part, definition: Option<&Definition>) -> bool {
    let planned = definition.and_then(|d| d.containers.get(&*part.name));
    planned.map_or_else(|| !is_injected(part), |plan| plan.essential)
}

/// Containers that AWS adds to a task (Service Connect's proxy, `GuardDuty`'s agent) are not the user's, and are
/// shown only when they say why the task ended.
fn is_shown(part: &Part, definition: Option<&Definition>) -> bool {
    let planned = definition.is_none_or(|d| d.containers.contains_key(&*part.name));
    (planned && !is_injected(part)) || part.reason.is_some()
}

fn is_injected(part: &Part) -> bool {
    part.name.starts_with("ecs-service-connect-") || part.name.starts_with("aws-guardduty-agent-")
}
