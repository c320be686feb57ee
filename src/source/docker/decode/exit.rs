//! Last exit of a container: its cause, and the reason in words.

use super::{
    parse_time,
    state::{ContainerStatus, container_status},
};
use crate::{
    extract,
    model::{Exit, ExitCause, Text, Timestamp, ending_signal_number},
    source::docker::api_types::{ContainerInspectResponse, ContainerState},
};

/// Maximum length of an engine's error text, in characters.
const MAX_ERROR_CHARS: usize = 400;

/// Returns the cause of the container's exit or failed start.
///
/// An inspect response does not say whether a user or program requested the stop, but the restart policy can
/// show it: without a request, the engine would have restarted the container (moby,
/// `restartmanager.ShouldRestart`).
/// If the kernel killed a child process for lack of memory, but the first process exited with code 0, the
/// container has not failed.
pub(super) fn exit_cause(state: &ContainerState, answer: &ContainerInspectResponse) -> ExitCause {
    if let Some(words) = engine_error(state) {
        return ExitCause::from_start_error(&words);
    }
    let policy = answer.host_config.as_ref().and_then(|host| host.restart_policy.as_ref());
    let most = policy.and_then(|p| p.maximum_retry_count).filter(|most| *most > 0);
    let spent = most.is_some_and(|most| answer.restart_count.unwrap_or_default() >= most);
    let stays = container_status(state) == ContainerStatus::Exited;
    let code = state.exit_code;
    match policy.and_then(|p| p.name.as_deref()) {
        Some("always" | "unless-stopped") if stays => ExitCause::StopRequested,
        Some("on-failure") if stays && !spent && is_restart_error(code) => ExitCause::StopRequested,
        _ if state.oom_killed == Some(true) && code != Some(0) => ExitCause::OutOfMemory,
        _ if is_stop_signal_exit(answer, code) => ExitCause::KilledBySignal,
        // A signal from outside may end the last run as well.
        _ if ExitCause::from_exit_code(code) == ExitCause::KilledBySignal => ExitCause::KilledBySignal,
        Some("on-failure") if stays && spent && is_restart_error(code) => ExitCause::RestartsExhausted,
        _ => ExitCause::from_exit_code(code),
    }
}

/// Exit code that an engine gives to the containers that were running when it went down (moby,
/// `daemon.restore`).
const ENGINE_DOWN_EXIT_CODE: i64 = 255;

/// Returns true if an `on-failure` restart policy counts `code` as an error.
fn is_restart_error(code: Option<i64>) -> bool {
    code.is_some_and(|code| code != 0 && code != ENGINE_DOWN_EXIT_CODE)
}

/// Returns true if `code` is 128 plus the number of the container's own stop signal (`STOPSIGNAL`).
fn is_stop_signal_exit(answer: &ContainerInspectResponse, code: Option<i64>) -> bool {
    let signal = answer.config.as_ref().and_then(|config| config.stop_signal.as_deref());
    let number = signal.and_then(|signal| match signal {
        // The stop signal of Apache's image. It ends no process that does not handle it.
        "SIGWINCH" | "WINCH" | "28" => Some(28),
        _ => ending_signal_number(signal),
    });
    number.is_some_and(|number| code == Some(128 + number))
}

/// Returns the message with which the engine failed to start or run the container, without secrets. Returns
/// `None` if there is no such message.
fn engine_error(state: &ContainerState) -> Option<Text> {
    let error = extract::redact_secrets(state.error.as_deref()?);
    Some(Text::with_max_chars(&error, MAX_ERROR_CHARS)).filter(|error| !error.trim().is_empty())
}

/// Returns the last exit of the container, or `None` if the container has not exited. For a running
/// container, this is the exit before its last restart. `cause` is the cause of that exit, and `created` is
/// the time when the container was created.
pub(super) fn last_exit(
    state: &ContainerState,
    restarts: u32,
    cause: ExitCause,
    created: Option<Timestamp>,
) -> Option<Exit> {
    let at = state.finished_at.as_deref().and_then(parse_time);
    match container_status(state) {
        // The engine forgets the exit code when it restarts the container.
        ContainerStatus::Running | ContainerStatus::Paused => {
            (restarts > 0 && at.is_some()).then(|| Exit { at, ..Exit::default() })
        }
        ContainerStatus::Created => engine_error(state).map(|reason| Exit {
            code: state.exit_code.filter(|code| *code != 0),
            cause,
            reason: Some(reason),
            at: created,
        }),
        _ => {
            let reason = engine_error(state).or_else(|| exit_reason(state, cause).map(Text::from));
            Some(Exit { code: state.exit_code, cause, reason, at })
        }
    }
}

/// Explains an exit in words: lack of memory, or the common meaning of its code. Returns `None` for other
/// codes.
fn exit_reason(state: &ContainerState, cause: ExitCause) -> Option<&'static str> {
    let short = state.oom_killed == Some(true);
    Some(match state.exit_code? {
        _ if cause == ExitCause::OutOfMemory => "out of memory",
        _ if short => "a child process was killed: out of memory",
        126 => "command not executable",
        127 => "command not found",
        132 => "illegal instruction",
        134 => "aborted",
        135 => "bus error",
        136 => "arithmetic error",
        139 => "segmentation fault",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{ContainerInspectResponse, ContainerState, ExitCause, exit_cause};
    use crate::{model::InstanceState, source::docker::decode::state::instance_state};
    use serde_json::json;

    fn cause_and_state(
        code: i64,
        oom: bool,
        policy: (&str, i64),
        restarts: i64,
    ) -> (ExitCause, InstanceState) {
        let answer = json!({
            "State": {"Status": "exited", "ExitCode": code, "OOMKilled": oom},
            "RestartCount": restarts,
            "HostConfig": {"RestartPolicy": {"Name": policy.0, "MaximumRetryCount": policy.1}},
        });
        let answer: ContainerInspectResponse = serde_json::from_str(&answer.to_string()).unwrap();
        let state = answer.state.as_ref().unwrap();
        let cause = exit_cause(state, &answer);
        (cause, instance_state(state, cause))
    }

    #[test]
    fn an_exit_by_signal_is_no_failure() {
        let never = ("no", 0);
        for code in [130, 137, 143] {
            assert_eq!(
                cause_and_state(code, false, never, 0),
                (ExitCause::KilledBySignal, InstanceState::Stopped),
                "{code}"
            );
        }
        assert_eq!(cause_and_state(0, false, never, 0), (ExitCause::ProcessExited, InstanceState::Stopped));
        assert_eq!(cause_and_state(3, false, never, 0), (ExitCause::ProcessExited, InstanceState::Failed));
        assert_eq!(cause_and_state(139, false, never, 0), (ExitCause::ProcessExited, InstanceState::Failed));
    }

    #[test]
    fn out_of_memory_is_a_failure_unless_the_exit_code_is_zero() {
        let never = ("no", 0);
        assert_eq!(cause_and_state(137, true, never, 0), (ExitCause::OutOfMemory, InstanceState::Failed));
        assert_eq!(
            cause_and_state(1, true, never, 0),
            (ExitCause::OutOfMemory, InstanceState::Failed),
            "its child was killed"
        );
        assert_eq!(
            cause_and_state(0, true, never, 0),
            (ExitCause::ProcessExited, InstanceState::Stopped),
            "it went on and was done"
        );
        assert_eq!(
            cause_and_state(137, true, ("always", 0), 0),
            (ExitCause::StopRequested, InstanceState::Stopped)
        );
    }

    #[test]
    fn a_container_with_a_restart_policy_that_stays_down_was_stopped() {
        assert_eq!(
            cause_and_state(1, false, ("always", 0), 0),
            (ExitCause::StopRequested, InstanceState::Stopped)
        );
        assert_eq!(
            cause_and_state(0, false, ("unless-stopped", 0), 0),
            (ExitCause::StopRequested, InstanceState::Stopped)
        );
        assert_eq!(
            cause_and_state(143, false, ("on-failure", 3), 2),
            (ExitCause::StopRequested, InstanceState::Stopped)
        );
        assert_eq!(
            cause_and_state(0, false, ("on-failure", 3), 0),
            (ExitCause::ProcessExited, InstanceState::Stopped)
        );
        assert_eq!(
            cause_and_state(255, false, ("on-failure", 0), 0).1,
            InstanceState::Failed,
            "its engine went down"
        );
    }

    #[test]
    fn an_engine_gives_up_after_as_many_restarts_as_it_may_make() {
        let thrice = ("on-failure", 3);
        assert_eq!(
            cause_and_state(1, false, thrice, 3),
            (ExitCause::RestartsExhausted, InstanceState::Failed)
        );
        assert_eq!(cause_and_state(1, true, thrice, 3), (ExitCause::OutOfMemory, InstanceState::Failed));
        for code in [137, 143] {
            assert_eq!(
                cause_and_state(code, false, thrice, 3),
                (ExitCause::KilledBySignal, InstanceState::Stopped),
                "a signal from outside: {code}"
            );
        }
    }

    #[test]
    fn the_code_of_docker_run_is_no_code_of_a_process() {
        let state = |code| ContainerState { exit_code: Some(code), ..ContainerState::default() };
        assert_eq!(super::exit_reason(&state(125), ExitCause::ProcessExited), None);
        assert_eq!(super::exit_reason(&state(127), ExitCause::ProcessExited), Some("command not found"));
    }

    #[test]
    fn an_exit_by_its_stop_signal_is_no_failure() {
        let ended = |signal: Option<&str>| {
            let state = json!({"Status": "exited", "ExitCode": 131});
            let answer = json!({"State": state, "Config": {"StopSignal": signal}});
            let answer: ContainerInspectResponse = serde_json::from_str(&answer.to_string()).unwrap();
            exit_cause(answer.state.as_ref().unwrap(), &answer)
        };
        assert_eq!(ended(Some("SIGQUIT")), ExitCause::KilledBySignal);
        assert_eq!(ended(Some("3")), ExitCause::KilledBySignal);
        assert_eq!(ended(None), ExitCause::ProcessExited);
    }

    #[test]
    fn a_container_that_could_not_start_has_failed() {
        let mut state = ContainerState { status: Some("created".into()), ..ContainerState::default() };
        let answer = ContainerInspectResponse::default();
        assert_eq!(instance_state(&state, exit_cause(&state, &answer)), InstanceState::Starting);
        state.error = Some("Bind for 0.0.0.0:80 failed: port is already allocated".into());
        assert_eq!(exit_cause(&state, &answer), ExitCause::PortInUse);
        assert_eq!(instance_state(&state, ExitCause::PortInUse), InstanceState::Failed);
    }
}
