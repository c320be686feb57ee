//! A container's life: its state, health check and end, from what the engine records.

use super::{route, short, time};
use crate::model::{
    Check, Container, Ending, Exit, Image, Instance, InstanceId, SourceId, State, Text, Timestamp,
};
use crate::source::docker::answer::{ContainerInspectResponse, ContainerState, Health};

/// How much of a health check's output is kept, in characters.
const OUTPUT: usize = 400;

/// The instance that the container is.
pub(super) fn instance(
    source: &SourceId,
    id: &str,
    name: &str,
    answer: &ContainerInspectResponse,
) -> Instance {
    let nothing = ContainerState::default();
    let state = answer.state.as_ref().unwrap_or(&nothing);
    let restarts = u32::try_from(answer.restart_count.unwrap_or_default()).unwrap_or_default();
    let ending = ending(state, answer);
    let made = answer.created.as_deref().and_then(time);
    let exit = exit(state, restarts, ending, made);
    let life = state_of(state, ending);
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref()).unwrap_or_default();
    let image = Text::new(image);
    let image_id = answer.image.as_deref().map(Text::new).unwrap_or_default();
    let manifest = answer.image_manifest_descriptor.as_ref().and_then(|m| m.digest.as_deref());
    let digest = Image::read(&image).digest.or(manifest).unwrap_or(&image_id);
    Instance {
        id: InstanceId::of(source, id),
        name: name.into(),
        state: life,
        // What a check said of a process that has ended since says nothing any more.
        check: state.health.as_ref().filter(|_| life == State::Running).map_or(Check::None, check),
        made,
        started: state.started_at.as_deref().and_then(time),
        exit: exit.clone(),
        restarts,
        version: version(&image, &image_id).map(Into::into),
        containers: vec![Container {
            name: name.into(),
            digest: (!digest.is_empty()).then(|| Text::new(digest)),
            image,
            log: route::of(id, answer),
            exit,
        }],
    }
}

/// Where the container is in its life. One that was never started is starting; how long that may take is not said here.
fn state_of(state: &ContainerState, ending: Ending) -> State {
    match status(state) {
        Status::Running => State::Running,
        Status::Paused => State::Paused,
        Status::Restarting => State::Restarting,
        Status::Stopping => State::Stopping,
        // An engine that could not start a container leaves it created, with the error.
        Status::Created if !ending.is_obstacle() => State::Starting,
        Status::Exited if matches!(ending, Ending::Asked | Ending::Killed) => State::Stopped,
        Status::Exited if is_done(state, ending) => State::Stopped,
        Status::Created | Status::Exited | Status::Dead => State::Failed,
        Status::Unknown => State::Unknown,
    }
}

/// The place of a container in its life, in the words of Docker and Podman.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Created,
    Running,
    Paused,
    Restarting,
    Stopping,
    Exited,
    Dead,
    Unknown,
}

/// The status of a container by the engine's word for it: those of Docker (moby, `container/state.go`) and Podman (libpod,
/// `define.ContainerStatus`); where it is none of them, by what is said beside it.
fn status(state: &ContainerState) -> Status {
    match state.status.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
        "created" | "configured" | "initialized" => Status::Created,
        "running" => Status::Running,
        "paused" => Status::Paused,
        "restarting" => Status::Restarting,
        "removing" | "stopping" => Status::Stopping,
        // Podman has a word of its own for a process that has ended before it has cleaned up behind it.
        "exited" | "stopped" => Status::Exited,
        "dead" => Status::Dead,
        _ if state.dead == Some(true) => Status::Dead,
        _ if state.restarting == Some(true) => Status::Restarting,
        _ if state.paused == Some(true) => Status::Paused,
        _ if state.running == Some(true) => Status::Running,
        _ => Status::Unknown,
    }
}

/// Whether it ended without an error.
fn is_done(state: &ContainerState, ending: Ending) -> bool {
    ending == Ending::Itself && state.exit_code == Some(0)
}

/// What ended it, or kept it from starting. The engine would have started a container again whose restart policy says so,
/// unless somebody stopped it: moby, `restartmanager.ShouldRestart`, asks for nothing else. Of a signal it does not say who
/// sent it. Where it killed a process for want of memory and the first one still ended well, nothing has failed.
fn ending(state: &ContainerState, answer: &ContainerInspectResponse) -> Ending {
    if let Some(words) = said(state) {
        return Ending::obstacle(&words);
    }
    let policy = answer.host_config.as_ref().and_then(|host| host.restart_policy.as_ref());
    let most = policy.and_then(|p| p.maximum_retry_count).filter(|most| *most > 0);
    let spent = most.is_some_and(|most| answer.restart_count.unwrap_or_default() >= most);
    let stays = status(state) == Status::Exited;
    let code = state.exit_code;
    match policy.and_then(|p| p.name.as_deref()) {
        Some("always" | "unless-stopped") if stays => Ending::Asked,
        Some("on-failure") if stays && !spent && is_error(code) => Ending::Asked,
        _ if state.oom_killed == Some(true) && code != Some(0) => Ending::OutOfMemory,
        _ if stops_with(answer, code) => Ending::Killed,
        Some("on-failure") if stays && spent && is_error(code) => Ending::GaveUp,
        _ => Ending::of_code(code),
    }
}

/// Exit code of a container that was alive as its engine went down (moby, `daemon.restore`).
const ENGINE_DOWN: i64 = 255;

/// Whether a restart policy that asks for an error takes the code for one.
fn is_error(code: Option<i64>) -> bool {
    code.is_some_and(|code| code != 0 && code != ENGINE_DOWN)
}

/// Whether the code is that of the signal by which the container wants to be stopped.
fn stops_with(answer: &ContainerInspectResponse, code: Option<i64>) -> bool {
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

/// The engine's own words on what went wrong.
fn said(state: &ContainerState) -> Option<Text> {
    state.error.as_deref().map(|e| Text::within(e, OUTPUT)).filter(|e| !e.trim().is_empty())
}

/// How the container ended, or ended last before the engine started it again.
fn exit(
    state: &ContainerState,
    restarts: u32,
    ending: Ending,
    made: Option<crate::model::Timestamp>,
) -> Option<Exit> {
    let at = state.finished_at.as_deref().and_then(time);
    match status(state) {
        // The engine forgets the code as it starts the container again.
        Status::Running | Status::Paused => {
            (restarts > 0 && at.is_some()).then(|| Exit { at, ..Exit::default() })
        }
        Status::Created => said(state).map(|reason| Exit {
            code: state.exit_code.filter(|code| *code != 0),
            ending,
            reason: Some(reason),
            at: made,
        }),
        _ => {
            let reason = said(state).or_else(|| words(state, ending).map(Text::from));
            Some(Exit { code: state.exit_code, ending, reason, at })
        }
    }
}

/// What is known of an end beside its code: that memory was short, or what the code commonly means.
fn words(state: &ContainerState, ending: Ending) -> Option<&'static str> {
    let short = state.oom_killed == Some(true);
    Some(match state.exit_code? {
        _ if ending == Ending::OutOfMemory => "out of memory",
        _ if short => "a process in it was killed for want of memory",
        125 => "the engine could not start it",
        126 => "its command can not be executed",
        127 => "its command was not found",
        132 => "illegal instruction",
        134 => "aborted",
        135 => "bus error",
        136 => "arithmetic error",
        139 => "segmentation fault",
        _ => return None,
    })
}

/// What the health check says, with the output of its last failure.
fn check(health: &Health) -> Check {
    match health.status.as_deref().unwrap_or_default() {
        "starting" => Check::Pending,
        "healthy" => Check::Healthy,
        "unhealthy" => {
            let failures = health.log.iter().flatten().rev().filter(|r| r.exit_code != Some(0));
            let output =
                failures.filter_map(|r| r.output.as_deref()).map(|o| Text::within(o.trim(), OUTPUT)).next();
            Check::Unhealthy { output: output.filter(|o| !o.is_empty()), since: failing_since(health) }
        }
        _ => Check::None,
    }
}

/// When the first of the failures in a row was. The engine keeps the last few results and the length of the row: of a
/// longer one the beginning is reckoned from the pace of those that are kept.
fn failing_since(health: &Health) -> Option<Timestamp> {
    let log: Vec<_> = health.log.iter().flatten().collect();
    let row = log.iter().rev().take_while(|result| result.exit_code != Some(0));
    let mut starts: Vec<Timestamp> = row.filter_map(|result| time(result.start.as_deref()?)).collect();
    starts.sort();
    let (first, last) = (*starts.first()?, *starts.last()?);
    let streak = usize::try_from(health.failing_streak.unwrap_or(0)).unwrap_or(0);
    let beyond = i32::try_from(streak.saturating_sub(starts.len())).unwrap_or(0);
    // One failure alone has no pace, and nothing before it either.
    let steps = i32::try_from(starts.len() - 1).unwrap_or(1).max(1);
    let pace = last.duration_since(first) / steps;
    first.checked_sub(pace * beyond).ok()
}

/// What tells two versions of a service apart: the tag, and the image itself where the tag says nothing.
fn version(image: &str, image_id: &str) -> Option<String> {
    let image = Image::read(image);
    let id = short(image.digest.unwrap_or(image_id));
    match image.tag {
        Some(tag) if tag != "latest" => Some(tag.to_owned()),
        _ if id.is_empty() => image.tag.map(str::to_owned),
        Some("latest") => Some(format!("latest {id}")),
        _ => Some(id.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, State, ending, state_of, version};
    use crate::source::docker::answer::{ContainerInspectResponse, ContainerState};
    use serde_json::json;

    fn exited(code: i64, oom: bool, policy: (&str, i64), restarts: i64) -> (Ending, State) {
        let answer = json!({
            "State": {"Status": "exited", "ExitCode": code, "OOMKilled": oom},
            "RestartCount": restarts,
            "HostConfig": {"RestartPolicy": {"Name": policy.0, "MaximumRetryCount": policy.1}},
        });
        let answer: ContainerInspectResponse = serde_json::from_str(&answer.to_string()).unwrap();
        let state = answer.state.as_ref().unwrap();
        let ending = ending(state, &answer);
        (ending, state_of(state, ending))
    }

    #[test]
    fn words_of_every_engine_are_known_and_others_are_no_fault() {
        let told = |status: &str| {
            let state = ContainerState {
                status: Some(status.into()),
                exit_code: Some(0),
                ..ContainerState::default()
            };
            state_of(&state, Ending::Itself)
        };
        for (word, state) in [
            ("running", State::Running),
            ("configured", State::Starting),
            ("initialized", State::Starting),
            ("stopping", State::Stopping),
            ("stopped", State::Stopped),
            ("Exited", State::Stopped),
            ("checkpointed", State::Unknown),
        ] {
            assert_eq!(told(word), state, "{word}");
        }
        let beside = ContainerState { running: Some(true), ..ContainerState::default() };
        assert_eq!(state_of(&beside, Ending::Itself), State::Running);
    }

    #[test]
    fn a_signal_is_no_fault_and_nobody_knows_who_sent_it() {
        let never = ("no", 0);
        for code in [130, 137, 143] {
            assert_eq!(exited(code, false, never, 0), (Ending::Killed, State::Stopped), "{code}");
        }
        assert_eq!(exited(0, false, never, 0), (Ending::Itself, State::Stopped));
        assert_eq!(exited(3, false, never, 0), (Ending::Itself, State::Failed));
        assert_eq!(exited(139, false, never, 0), (Ending::Itself, State::Failed));
    }

    #[test]
    fn want_of_memory_is_a_fault_unless_it_ended_well_all_the_same() {
        let never = ("no", 0);
        assert_eq!(exited(137, true, never, 0), (Ending::OutOfMemory, State::Failed));
        assert_eq!(exited(1, true, never, 0), (Ending::OutOfMemory, State::Failed), "its child was killed");
        assert_eq!(exited(0, true, never, 0), (Ending::Itself, State::Stopped), "it went on and was done");
        assert_eq!(exited(137, true, ("always", 0), 0), (Ending::Asked, State::Stopped));
    }

    #[test]
    fn who_would_be_started_again_was_told_to_stop() {
        assert_eq!(exited(1, false, ("always", 0), 0), (Ending::Asked, State::Stopped));
        assert_eq!(exited(0, false, ("unless-stopped", 0), 0), (Ending::Asked, State::Stopped));
        assert_eq!(exited(143, false, ("on-failure", 3), 2), (Ending::Asked, State::Stopped));
        assert_eq!(exited(0, false, ("on-failure", 3), 0), (Ending::Itself, State::Stopped));
        assert_eq!(exited(255, false, ("on-failure", 0), 0).1, State::Failed, "its engine went down");
    }

    #[test]
    fn an_engine_gives_up_after_as_many_restarts_as_it_may_make() {
        let thrice = ("on-failure", 3);
        assert_eq!(exited(1, false, thrice, 3), (Ending::GaveUp, State::Failed));
        assert_eq!(exited(1, true, thrice, 3), (Ending::OutOfMemory, State::Failed));
    }

    #[test]
    fn the_signal_by_which_it_wants_to_be_stopped_is_no_fault() {
        let ended = |signal: Option<&str>| {
            let state = json!({"Status": "exited", "ExitCode": 131});
            let answer = json!({"State": state, "Config": {"StopSignal": signal}});
            let answer: ContainerInspectResponse = serde_json::from_str(&answer.to_string()).unwrap();
            ending(answer.state.as_ref().unwrap(), &answer)
        };
        assert_eq!(ended(Some("SIGQUIT")), Ending::Killed);
        assert_eq!(ended(Some("3")), Ending::Killed);
        assert_eq!(ended(None), Ending::Itself);
    }

    #[test]
    fn a_container_that_could_not_start_has_failed() {
        let mut state = ContainerState { status: Some("created".into()), ..ContainerState::default() };
        let answer = ContainerInspectResponse::default();
        assert_eq!(state_of(&state, ending(&state, &answer)), State::Starting);
        state.error = Some("Bind for 0.0.0.0:80 failed: port is already allocated".into());
        assert_eq!(ending(&state, &answer), Ending::Port);
        assert_eq!(state_of(&state, Ending::Port), State::Failed);
    }

    #[test]
    fn a_version_tells_two_images_apart() {
        let id = "sha256:8f62819f445cfab3a203307665682641306f55a4015f0e04704303567df46bab";
        assert_eq!(version("host:5000/shop/web:1.4", id).as_deref(), Some("1.4"));
        assert_eq!(version("host:5000/shop/web", id).as_deref(), Some("8f62819f445c"));
        assert_eq!(version("web:latest", id).as_deref(), Some("latest 8f62819f445c"));
        assert_eq!(version("web:2@sha256:0123456789abcdef", id).as_deref(), Some("2"));
        assert_eq!(version(id, id).as_deref(), Some("8f62819f445c"));
        assert_eq!(version("", ""), None);
    }
}
