//! End of a container's log. The reader opens the log again if the container still runs. Otherwise it notes
//! why the log ended, and resumes when the container restarts.

use super::container_log::{ContainerLogReader, EventNames, LogReaderPhase};
use crate::{
    model::{LogNoteKind, Timestamp},
    source::docker::{api_types::ContainerState, decode, engine::event_stream::StreamedEvent},
};
use bollard::query_parameters::EventsOptionsBuilder;
use std::{collections::HashMap, time::Duration};

/// Delay before reopening a log that ended while its container runs.
const REOPEN_DELAY: Duration = Duration::from_millis(500);
/// Events to wait for after a stop, if the restart policy does not start the container again.
const EVENTS_AFTER_STOP: EventNames = &["start", "destroy", "remove"];

impl ContainerLogReader {
    /// Handles the end of the log. If the container still runs, opens the log again. Otherwise notes the
    /// container's exit, and decides which events to wait for.
    pub(super) async fn handle_end(&mut self) {
        let state = match self.engine.inspect(&self.container).await {
            Ok(answer) => answer.state.unwrap_or_default(),
            Err(failure) => return self.end_with_failure(&failure),
        };
        let at = state.finished_at.as_deref().and_then(decode::parse_time);
        self.phase = match state.status.as_deref() {
            Some("running" | "paused") => {
                tokio::time::sleep(REOPEN_DELAY).await;
                LogReaderPhase::Open
            }
            Some("restarting") => {
                self.add_note(at, LogNoteKind::Ended, format!("{}, restarting", exit_text(&state)));
                LogReaderPhase::Wait(at, &["start", "stop", "destroy", "remove"])
            }
            Some("created" | "configured" | "initialized") => LogReaderPhase::Wait(None, EVENTS_AFTER_STOP),
            _ => {
                self.add_note(at, LogNoteKind::Ended, exit_text(&state));
                LogReaderPhase::Wait(at, EVENTS_AFTER_STOP)
            }
        };
    }

    /// Waits for the first of `events` after `since`. Then makes the reader open the log again, end, or
    /// inspect the container again.
    pub(super) async fn wait_for_event(&mut self, since: Option<Timestamp>, events: EventNames) {
        let since = since.unwrap_or_else(Timestamp::now);
        let filters: HashMap<&str, Vec<&str>> =
            HashMap::from([("container", vec![self.container.as_str()]), ("event", events.to_vec())]);
        let since = format!("{}.{:09}", since.as_second(), since.subsec_nanosecond());
        let options = EventsOptionsBuilder::new().since(&since).filters(&filters).build();
        let next = match self.engine.events(&options).await {
            Ok(mut feed) => Ok(feed.next().await),
            Err(failure) => Err(failure),
        };
        let is_start = |heard: &StreamedEvent| matches!(heard, StreamedEvent::Event(event) if event.action.as_deref() == Some("start"));
        match next {
            Ok(Some(Ok(heard))) if is_start(&heard) => self.phase = LogReaderPhase::Open,
            Ok(Some(Err(error))) => self.end_with_error(&error),
            // `handle_end` has noted the exit already, if there was one.
            Ok(Some(Ok(_))) if events == EVENTS_AFTER_STOP => self.phase = LogReaderPhase::Done,
            Ok(Some(Ok(_))) => self.phase = LogReaderPhase::Ended,
            Ok(None) => {
                self.add_note(
                    None,
                    LogNoteKind::Interrupted,
                    "the connection to the engine was lost".to_owned(),
                );
                self.phase = LogReaderPhase::Done;
            }
            Err(failure) => self.end_with_failure(&failure),
        }
    }
}

/// Describes how a container exited.
fn exit_text(state: &ContainerState) -> String {
    match state.exit_code {
        _ if state.oom_killed == Some(true) => "the container was killed: out of memory".to_owned(),
        Some(code) => format!("the container exited with code {code}"),
        None => "the container exited".to_owned(),
    }
}
