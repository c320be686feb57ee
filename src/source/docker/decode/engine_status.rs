//! Status of a container in the engine's own words.

use crate::source::docker::api_types::ContainerState;

/// Container status, common to Docker and Podman.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EngineStatus {
    Created,
    Running,
    Paused,
    Restarting,
    Stopping,
    Exited,
    Dead,
    Unknown,
}

/// Parses the status words of Docker (moby, `container/state.go`) and Podman (libpod,
/// `define.ContainerStatus`). For an unknown word, the state's flags decide, such as `Running`.
pub(super) fn engine_status(state: &ContainerState) -> EngineStatus {
    match state.status.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
        "created" | "configured" | "initialized" => EngineStatus::Created,
        "running" => EngineStatus::Running,
        "paused" => EngineStatus::Paused,
        "restarting" => EngineStatus::Restarting,
        "removing" | "stopping" => EngineStatus::Stopping,
        // Podman says `stopped` for a process that has exited but is not cleaned up yet.
        "exited" | "stopped" => EngineStatus::Exited,
        "dead" => EngineStatus::Dead,
        _ if state.dead == Some(true) => EngineStatus::Dead,
        _ if state.restarting == Some(true) => EngineStatus::Restarting,
        _ if state.paused == Some(true) => EngineStatus::Paused,
        _ if state.running == Some(true) => EngineStatus::Running,
        _ => EngineStatus::Unknown,
    }
}
