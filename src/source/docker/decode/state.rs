//! The instance of a container, with its state, from the engine's record.

use super::{
    engine_status::{EngineStatus, engine_status},
    exit::{exit_cause, last_exit},
    health_check::decode_health_check,
    log_route, parse_time, short_id,
};
use crate::{
    model::{
        Container, ExitCause, HealthCheckStatus, ImageRef, Instance, InstanceId, InstanceState, SourceId,
        Text,
    },
    source::docker::api_types::{ContainerInspectResponse, ContainerState},
};

/// Decodes a container into an instance.
pub(super) fn decode_instance(
    source: &SourceId,
    id: &str,
    name: &str,
    answer: &ContainerInspectResponse,
) -> Instance {
    let nothing = ContainerState::default();
    let state = answer.state.as_ref().unwrap_or(&nothing);
    let restarts = u32::try_from(answer.restart_count.unwrap_or_default()).unwrap_or_default();
    let ending = exit_cause(state, answer);
    let made = answer.created.as_deref().and_then(parse_time);
    let exit = last_exit(state, restarts, ending, made);
    let life = instance_state(state, ending);
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref()).unwrap_or_default();
    let image = Text::new(image);
    let image_id = answer.image.as_deref().map(Text::new).unwrap_or_default();
    let manifest = answer.image_manifest_descriptor.as_ref().and_then(|m| m.digest.as_deref());
    let digest = ImageRef::parse(&image).digest.or(manifest).unwrap_or(&image_id);
    Instance {
        id: InstanceId::of(source, id),
        name: name.into(),
        state: life,
        // A health check result of a process that has exited since means nothing any more.
        health_check: state
            .health
            .as_ref()
            .filter(|_| life == InstanceState::Running)
            .map_or(HealthCheckStatus::None, decode_health_check),
        created: made,
        started: state.started_at.as_deref().and_then(parse_time),
        exit: exit.clone(),
        restarts,
        version: image_version(&image, &image_id).map(Into::into),
        containers: vec![Container {
            name: name.into(),
            digest: (!digest.is_empty()).then(|| Text::new(digest)),
            image,
            log_route: log_route::decode_log_route(id, answer),
            exit,
        }],
    }
}

/// Returns the instance state of a container. A container that never started counts as starting; the snapshot
/// limits for how long.
fn instance_state(state: &ContainerState, ending: ExitCause) -> InstanceState {
    match engine_status(state) {
        EngineStatus::Running => InstanceState::Running,
        EngineStatus::Paused => InstanceState::Paused,
        EngineStatus::Restarting => InstanceState::Restarting,
        EngineStatus::Stopping => InstanceState::Stopping,
        // An engine that could not start a container leaves it created, with the error.
        EngineStatus::Created if !ending.is_start_failure() => InstanceState::Starting,
        EngineStatus::Exited if matches!(ending, ExitCause::StopRequested | ExitCause::KilledBySignal) => {
            InstanceState::Stopped
        }
        EngineStatus::Exited if exited_cleanly(state, ending) => InstanceState::Stopped,
        EngineStatus::Created | EngineStatus::Exited | EngineStatus::Dead => InstanceState::Failed,
        EngineStatus::Unknown => InstanceState::Unknown,
    }
}

/// Returns true if the container exited by itself with code 0.
fn exited_cleanly(state: &ContainerState, ending: ExitCause) -> bool {
    ending == ExitCause::ProcessExited && state.exit_code == Some(0)
}

/// Returns the version of an image: its tag, or its id if the tag is missing or `latest`.
fn image_version(image: &str, image_id: &str) -> Option<String> {
    let image = ImageRef::parse(image);
    let id = short_id(image.digest.unwrap_or(image_id));
    match image.tag {
        Some(tag) if tag != "latest" => Some(tag.to_owned()),
        _ if id.is_empty() => image.tag.map(str::to_owned),
        Some("latest") => Some(format!("latest {id}")),
        _ => Some(id.to_owned()),
    }
}

#[cfg(test)]
mod tests;
