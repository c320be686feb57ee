//! What a reader does when a container's log has ended: it says why, and goes on where the container does.

use super::target::{Events, Phase, Reader};
use crate::{
    model::{NoteKind, Timestamp},
    source::docker::{answer::ContainerState, decode, feed::Heard},
};
use bollard::query_parameters::EventsOptionsBuilder;
use std::{collections::HashMap, time::Duration};

/// How long to wait before a stream is opened again that ended although the container runs.
const BREATH: Duration = Duration::from_millis(500);
/// What may still happen to a container that nobody but a person starts again.
const BY_HAND: Events = &["start", "destroy", "remove"];

impl Reader {
    /// The engine ended the stream: says why, and goes on where the container does.
    pub(super) async fn ended(&mut self) {
        let state = match self.engine.inspect(&self.container).await {
            Ok(answer) => answer.state.unwrap_or_default(),
            Err(failure) => return self.give_up(&failure),
        };
        let at = state.finished_at.as_deref().and_then(decode::time);
        self.phase = match state.status.as_deref() {
            Some("running" | "paused") => {
                tokio::time::sleep(BREATH).await;
                Phase::Open
            }
            Some("restarting") => {
                self.note(
                    at,
                    NoteKind::Ended,
                    format!("{}, and is about to be started again", ended(&state)),
                );
                Phase::Wait(at, &["start", "stop", "destroy", "remove"])
            }
            Some("created" | "configured" | "initialized") => Phase::Wait(None, BY_HAND),
            _ => {
                self.note(at, NoteKind::Ended, ended(&state));
                Phase::Wait(at, BY_HAND)
            }
        };
    }

    /// Waits for one of those events: until the container was started again, stopped for good or removed.
    pub(super) async fn wait(&mut self, since: Option<Timestamp>, events: Events) {
        let since = since.unwrap_or_else(Timestamp::now);
        let filters: HashMap<&str, Vec<&str>> =
            HashMap::from([("container", vec![self.container.as_str()]), ("event", events.to_vec())]);
        let since = format!("{}.{:09}", since.as_second(), since.subsec_nanosecond());
        let options = EventsOptionsBuilder::new().since(&since).filters(&filters).build();
        let next = match self.engine.events(&options).await {
            Ok(mut feed) => Ok(feed.next().await),
            Err(failure) => Err(failure),
        };
        let is_start =
            |heard: &Heard| matches!(heard, Heard::Event(event) if event.action.as_deref() == Some("start"));
        match next {
            Ok(Some(Ok(heard))) if is_start(&heard) => self.phase = Phase::Open,
            Ok(Some(Err(error))) => self.fail(&error),
            // That it has ended is said already.
            Ok(Some(Ok(_))) if events == BY_HAND => self.phase = Phase::Done,
            Ok(Some(Ok(_))) => self.phase = Phase::Ended,
            Ok(None) => {
                self.note(None, NoteKind::Disturbed, "the connection to the engine ended".to_owned());
                self.phase = Phase::Done;
            }
            Err(failure) => self.give_up(&failure),
        }
    }
}

/// How a container ended, in words.
fn ended(state: &ContainerState) -> String {
    match state.exit_code {
        _ if state.oom_killed == Some(true) => "the container was killed: out of memory".to_owned(),
        Some(code) => format!("the container ended with exit code {code}"),
        None => "the container ended".to_owned(),
    }
}
