//! The last exit of a container: its cause, and the reason in words.

use super::{
    engine_status::{EngineStatus, engine_status},
    parse_time,
};
use crate::{
    model::{Exit, ExitCause, Text, Timestamp},
    source::docker::api_types::{ContainerInspectResponse, ContainerState},
};

/// Maximum length of an engine's error text, in characters.
const MAX_ERROR_CHARS: usize = 400;

/// Returns the cause of the exit, or the reason why the container could not start.
///
/// A restart policy reveals a requested stop: the engine restarts such a container unless a stop was
/// requested (moby, `restartmanager.ShouldRestart`). The record does not name the sender of a signal. If the
/// kernel killed a process for lack of memory and the first process still exited with 0, nothing has failed.
pub(super) fn exit_cause(state: &ContainerState, answer: &ContainerInspectResponse) -> ExitCause {
    if let Some(words) = engine_error(state) {
        return ExitCause::from_start_error(&words);
    }
    let policy = answer.host_config.as_ref().and_then(|host| host.restart_policy.as_ref());
    let most = policy.and_then(|p| p.maximum_retry_count).filter(|most| *most > 0);
    let spent = most.is_some_and(|most| answer.restart_count.unwrap_or_default() >= most);
    let stays = engine_status(state) == EngineStatus::Exited;
    let code = state.exit_code;
    match policy.and_then(|p| p.name.as_deref()) {
        Some("always" | "unless-stopped") if stays => ExitCause::StopRequested,
        Some("on-failure") if stays && !spent && is_restart_error(code) => ExitCause::StopRequested,
        _ if state.oom_killed == Some(true) && code != Some(0) => ExitCause::OutOfMemory,
        _ if is_stop_signal_exit(answer, code) => ExitCause::KilledBySignal,
        Some("on-failure") if stays && spent && is_restart_error(code) => ExitCause::RestartsExhausted,
        _ => ExitCause::from_exit_code(code),
    }
}

/// Exit code of a container that was running when its engine went down (moby, `daemon.restore`).
const ENGINE_DOWN_EXIT_CODE: i64 = 255;

/// Returns true if an `on-failure` restart policy counts `code` as an error.
fn is_restart_error(code: Option<i64>) -> bool {
    code.is_some_and(|code| code != 0 && code != ENGINE_DOWN_EXIT_CODE)
}

/// Returns true if `code` is the exit code of the container's own stop signal (`STOPSIGNAL`).
fn is_stop_signal_exit(answer: &ContainerInspectResponse, code: Option<i64>) -> bool {
    let signal = answer.config.as_ref().and_then(|config| config.stop_signal.as_deref());
    let number = match signal.map(|signal| signal.trim_start_matches("SIG")) {
        Some("HUP" | "1") => 1,
        Some("INT" | "2") => 2,
        Some("QUIT" | "3") => 3,
        Some("USR1" | "10") => 10,
        Some("USR2" | "12") => 12,
        Some("WINCH" | "28") => 28,
        _ => return false,
    };
    code == Some(128 + number)
}

/// Returns the engine's error text, if there is one.
fn engine_error(state: &ContainerState) -> Option<Text> {
    state.error.as_deref().map(|e| Text::with_max_chars(e, MAX_ERROR_CHARS)).filter(|e| !e.trim().is_empty())
}

/// Returns the last exit of the container; if it runs again, the exit before the restart.
pub(super) fn last_exit(
    state: &ContainerState,
    restarts: u32,
    ending: ExitCause,
    made: Option<Timestamp>,
) -> Option<Exit> {
    let at = state.finished_at.as_deref().and_then(parse_time);
    match engine_status(state) {
        // The engine forgets the exit code when it restarts the container.
        EngineStatus::Running | EngineStatus::Paused => {
            (restarts > 0 && at.is_some()).then(|| Exit { at, ..Exit::default() })
        }
        EngineStatus::Created => engine_error(state).map(|reason| Exit {
            code: state.exit_code.filter(|code| *code != 0),
            cause: ending,
            reason: Some(reason),
            at: made,
        }),
        _ => {
            let reason = engine_error(state).or_else(|| exit_reason(state, ending).map(Text::from));
            Some(Exit { code: state.exit_code, cause: ending, reason, at })
        }
    }
}

/// Explains an exit in words: lack of memory, or the common meaning of its code.
fn exit_reason(state: &ContainerState, ending: ExitCause) -> Option<&'static str> {
    let short = state.oom_killed == Some(true);
    Some(match state.exit_code? {
        _ if ending == ExitCause::OutOfMemory => "out of memory",
        _ if short => "a child process was killed: out of memory",
        125 => "the engine failed to start the container",
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
