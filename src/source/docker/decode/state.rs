//! State, health check and last exit of a container, from the engine's record.

use super::{log_route, parse_time, short_id};
use crate::model::{
    Container, Exit, ExitCause, HealthCheckStatus, ImageRef, Instance, InstanceId, InstanceState, SourceId,
    Text, Timestamp,
};
use crate::source::docker::api_types::{ContainerInspectResponse, ContainerState, Health};

/// Maximum length of a health check's output or an engine's error text, in characters.
const MAX_OUTPUT_CHARS: usize = 400;

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
            .map_or(HealthCheckStatus::None, health_check),
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

/// Container status, common to Docker and Podman.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EngineStatus {
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
fn engine_status(state: &ContainerState) -> EngineStatus {
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

/// Returns the cause of the exit, or the reason why the container could not start.
///
/// A restart policy reveals a requested stop: the engine restarts such a container unless a stop was
/// requested (moby, `restartmanager.ShouldRestart`). The record does not name the sender of a signal. If the
/// kernel killed a process for lack of memory and the first process still exited with 0, nothing has failed.
fn exit_cause(state: &ContainerState, answer: &ContainerInspectResponse) -> ExitCause {
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
    state.error.as_deref().map(|e| Text::with_max_chars(e, MAX_OUTPUT_CHARS)).filter(|e| !e.trim().is_empty())
}

/// Returns the last exit of the container; if it runs again, the exit before the restart.
fn last_exit(
    state: &ContainerState,
    restarts: u32,
    ending: ExitCause,
    made: Option<crate::model::Timestamp>,
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

/// Decodes the health check with the output of its last failure.
fn health_check(health: &Health) -> HealthCheckStatus {
    match health.status.as_deref().unwrap_or_default() {
        "starting" => HealthCheckStatus::Pending,
        "healthy" => HealthCheckStatus::Healthy,
        "unhealthy" => {
            let failures = health.log.iter().flatten().rev().filter(|r| r.exit_code != Some(0));
            let output = failures
                .filter_map(|r| r.output.as_deref())
                .map(|o| Text::with_max_chars(o.trim(), MAX_OUTPUT_CHARS))
                .next();
            HealthCheckStatus::Unhealthy {
                output: output.filter(|o| !o.is_empty()),
                since: failing_since(health),
            }
        }
        _ => HealthCheckStatus::None,
    }
}

/// Returns when the current row of failed health checks began. The engine keeps only the last results and the
/// length of the row. For a longer row, the start is extrapolated from the interval of the kept results.
fn failing_since(health: &Health) -> Option<Timestamp> {
    let log: Vec<_> = health.log.iter().flatten().collect();
    let row = log.iter().rev().take_while(|result| result.exit_code != Some(0));
    let mut starts: Vec<Timestamp> = row.filter_map(|result| parse_time(result.start.as_deref()?)).collect();
    starts.sort();
    let (first, last) = (*starts.first()?, *starts.last()?);
    let streak = usize::try_from(health.failing_streak.unwrap_or(0)).unwrap_or(0);
    let beyond = i32::try_from(streak.saturating_sub(starts.len())).unwrap_or(0);
    // A single failure has no interval, and nothing came before it.
    let steps = i32::try_from(starts.len() - 1).unwrap_or(1).max(1);
    let pace = last.duration_since(first) / steps;
    first.checked_sub(pace * beyond).ok()
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
mod tests {
    use super::{ExitCause, InstanceState, exit_cause, image_version, instance_state};
    use crate::source::docker::api_types::{ContainerInspectResponse, ContainerState};
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
        let ending = exit_cause(state, &answer);
        (ending, instance_state(state, ending))
    }

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
}
