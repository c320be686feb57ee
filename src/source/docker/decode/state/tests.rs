//! Tests of states, exit causes and versions, on records as an engine returns them.

use super::{ExitCause, InstanceState, exit_cause, image_version, instance_state};
use crate::source::docker::api_types::{ContainerInspectResponse, ContainerState};
use serde_json::json;

fn cause_and_state(code: i64, oom: bool, policy: (&str, i64), restarts: i64) -> (ExitCause, InstanceState) {
    let answer = json!({
        "State": {"Status": "exited", "ExitCode": code, "OOMKilled": oom},
        "RestartCount": restarts,
        "HostConfig": {"RestartPolicy": {"Name": policy.0, "MaximumRetryCount": policy.1}},
    });
    let answer: ContainerInspectResponse = serde_json::from_str(&answer.to_string()).unwrap();
    let state = answer.state.as_ref().unwrap();
    let ending = exit_cause(state, &answer);
    (ending, instance_state(state, ending))
}

#[test]
fn status_words_of_every_engine_are_known() {
    let told = |status: &str| {
        let state =
            ContainerState { status: Some(status.into()), exit_code: Some(0), ..ContainerState::default() };
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
    assert_eq!(cause_and_state(1, false, thrice, 3), (ExitCause::RestartsExhausted, InstanceState::Failed));
    assert_eq!(cause_and_state(1, true, thrice, 3), (ExitCause::OutOfMemory, InstanceState::Failed));
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

#[test]
fn a_version_tells_two_images_apart() {
    let id = "sha256:8f62819f445cfab3a203307665682641306f55a4015f0e04704303567df46bab";
    assert_eq!(image_version("host:5000/shop/web:1.4", id).as_deref(), Some("1.4"));
    assert_eq!(image_version("host:5000/shop/web", id).as_deref(), Some("8f62819f445c"));
    assert_eq!(image_version("web:latest", id).as_deref(), Some("latest 8f62819f445c"));
    assert_eq!(image_version("web:2@sha256:0123456789abcdef", id).as_deref(), Some("2"));
    assert_eq!(image_version(id, id).as_deref(), Some("8f62819f445c"));
    assert_eq!(image_version("", ""), None);
}
