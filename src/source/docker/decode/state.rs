//! State of a container, from the status that its engine reports.

use crate::{
    model::{ExitCause, InstanceState},
    source::docker::api_types::ContainerState,
};

/// Returns the instance state of a container. A container that never started counts as starting here; when the
/// snapshot is built, an old one becomes stopped.
pub(super) fn instance_state(state: &ContainerState, ending: ExitCause) -> InstanceState {
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

/// Status of a container, in words that Docker and Podman share.
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

/// Returns true if the container exited by itself with code 0.
fn exited_cleanly(state: &ContainerState, ending: ExitCause) -> bool {
    ending == ExitCause::ProcessExited && state.exit_code == Some(0)
}

#[cfg(test)]
mod tests {
    use super::{ContainerState, ExitCause, InstanceState, instance_state};

    #[test]
    fn status_words_of_every_engine_are_known() {
        let told = |status: &str| {
            let state = ContainerState {
                status: Some(status.into()),
                exit_code: Some(0),
                ..ContainerState::default()
            };
            instance_state(&state, ExitCause::ProcessExited)
        };
        for (word, state) in [
            ("running", InstanceState::Running),
            ("configured", InstanceState::Starting),
            ("initialized", InstanceState::Starting),
            ("stopping", InstanceState::Stopping),
            ("stopped", InstanceState::Stopped),
            ("Exited", InstanceState::Stopped),
            ("checkpointed", InstanceState::Unknown),
        ] {
            assert_eq!(told(word), state, "{word}");
        }
        let beside = ContainerState { running: Some(true), ..ContainerState::default() };
        assert_eq!(instance_state(&beside, ExitCause::ProcessExited), InstanceState::Running);
    }
}
