//! State of a container, from the status that its engine reports.

use crate::{
    model::{ExitCause, InstanceState},
    source::docker::api_types::ContainerState,
};

/// Returns the instance state of a container. A container that never started counts as starting here;
/// `snapshot::build` changes that to stopped after some time.
pub(super) fn instance_state(state: &ContainerState, ending: ExitCause) -> InstanceState {
    match container_status(state) {
        ContainerStatus::Running => InstanceState::Running,
        ContainerStatus::Paused => InstanceState::Paused,
        ContainerStatus::Restarting => InstanceState::Restarting,
        ContainerStatus::Stopping => InstanceState::Stopping,
        // An engine that could not start a container leaves it in the status `created`, with an error.
        ContainerStatus::Created if !ending.is_start_failure() => InstanceState::Starting,
        ContainerStatus::Exited if matches!(ending, ExitCause::StopRequested | ExitCause::KilledBySignal) => {
            InstanceState::Stopped
        }
        ContainerStatus::Exited if exited_cleanly(state, ending) => InstanceState::Stopped,
        ContainerStatus::Created | ContainerStatus::Exited | ContainerStatus::Dead => InstanceState::Failed,
        ContainerStatus::Unknown => InstanceState::Unknown,
    }
}

/// Status of a container, in the same words for Docker and Podman.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContainerStatus {
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
/// `define.ContainerStatus`). If the word is unknown, the flags of the state decide, such as `Running`.
pub(super) fn container_status(state: &ContainerState) -> ContainerStatus {
    match state.status.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
        "created" | "configured" | "initialized" => ContainerStatus::Created,
        "running" => ContainerStatus::Running,
        "paused" => ContainerStatus::Paused,
        "restarting" => ContainerStatus::Restarting,
        "removing" | "stopping" => ContainerStatus::Stopping,
        // Podman uses `stopped` for a process that has exited but is not cleaned up yet.
        "exited" | "stopped" => ContainerStatus::Exited,
        "dead" => ContainerStatus::Dead,
        _ if state.dead == Some(true) => ContainerStatus::Dead,
        _ if state.restarting == Some(true) => ContainerStatus::Restarting,
        _ if state.paused == Some(true) => ContainerStatus::Paused,
        _ if state.running == Some(true) => ContainerStatus::Running,
        _ => ContainerStatus::Unknown,
    }
}

/// Returns true if the process ended without a signal or stop request, and with exit code 0.
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
