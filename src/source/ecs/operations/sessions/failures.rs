//! Failures of sessions, with their remedies.

use crate::model::{Failure, FailureKind};

/// Returns true if the next attempt may succeed after a failure of this kind.
pub(super) fn is_temporary(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Unreachable | FailureKind::Timeout | FailureKind::Throttled)
}

/// Returns the failure for a lost connection that `attempts` attempts could not restore. `last` is the reason
/// why the last attempt failed.
pub(super) fn lost_connection(attempts: u32, last: &str) -> Failure {
    let what = format!(
        "the connection to the session was lost, and {attempts} attempts to restore it failed: {last}"
    );
    Failure::new(FailureKind::Unreachable, what, "check the network; a command may still run in the task")
}

/// Returns the failure for a session that Portolan could not end after the user left it.
pub(super) fn unended_session() -> Failure {
    let what = "the session could not be ended: it ends by itself after its idle time";
    Failure::new(FailureKind::Unreachable, what, "a command may still run in the task")
}

/// Returns the failure for a session that Session Manager can't resume. `failure` is the error of the API
/// call that tried to resume it.
pub(super) fn resume_failure(failure: &Failure) -> Failure {
    let what =
        format!("the connection to the session was lost, and it can't be resumed: {}", failure.message);
    Failure::new(failure.kind, what, "the session may have ended meanwhile: look at the task")
}

pub(super) fn silent_agent() -> Failure {
    let what = "the agent in the container does not answer";
    let remedy =
        "check that the task's subnet reaches ssmmessages, and start a new task if exec was enabled later";
    Failure::new(FailureKind::Unreachable, what, remedy)
}

/// Returns the failure for a port that can't be forwarded because its session is encrypted. `command` is the
/// shell command with which the user can forward the port through AWS's plugin.
pub(super) fn encrypted_forward(command: &str) -> Failure {
    let what = "the session is encrypted with a KMS key, which Portolan can't do for forwarded ports";
    Failure::new(FailureKind::Invalid, what, format!("with AWS's session-manager-plugin: {command}"))
}

/// Returns the failure for a session whose agent sent a frame that is too large. `bytes` is its size.
pub(super) fn oversized_frame(bytes: usize) -> Failure {
    let what = format!("the agent sent a frame of {bytes} bytes, more than Portolan reads");
    Failure::new(FailureKind::Invalid, what, "update the agent; the command may still run")
}

/// Returns the failure for a session that the agent ended because of `reason`.
pub(super) fn ended_with(reason: &str) -> Failure {
    let reason =
        reason.trim().trim_start_matches('-').trim_start_matches("ERROR").trim_start_matches('-').trim();
    let remedy = if reason.contains("no such file or directory") {
        "the image may have no such program: name another after --"
    } else if reason.contains("connect to specified port") {
        "check that a program listens there"
    } else {
        "see the agent's words"
    };
    Failure::new(FailureKind::Invalid, format!("the session ended: {reason}"), remedy)
}
