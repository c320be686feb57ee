//! One container's log: read to its end, or followed, also across restarts of the container.

use super::{
    Item,
    line::{Assembler, Line},
};
use crate::{
    model::{Failure, FailureKind, LogLine, LogNote, LogStart, LogStream, LogTarget, Timestamp},
    source::docker::{connect::Engine, decode, failure},
};
use bollard::{
    container::LogOutput,
    errors::Error,
    models::{ContainerState, ContainerStateStatusEnum as Status},
    query_parameters::{EventsOptionsBuilder, LogsOptionsBuilder},
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

/// How long to wait before a stream is opened again that ended although the container runs.
const BREATH: Duration = Duration::from_millis(500);

/// A reader of one container's log.
struct Reader {
    engine: Engine,
    target: LogTarget,
    container: String,
    start: LogStart,
    phase: Phase,
    assembler: Assembler,
    ready: VecDeque<Item>,
    /// The time of the newest line so far.
    newest: Option<Timestamp>,
    /// Where a stream that was opened again goes on: after what came before.
    after: Option<Timestamp>,
}

/// What a reader does next.
enum Phase {
    Open,
    Read(BoxStream<'static, Result<LogOutput, Error>>),
    Ended,
    Wait(Option<Timestamp>),
    Done,
}

/// The lines of `container`, and what happened to it that a reader must know.
pub(super) fn read(
    engine: Engine,
    target: LogTarget,
    container: String,
    start: LogStart,
) -> BoxStream<'static, Item> {
    let reader = Reader {
        engine,
        target,
        container,
        start,
        phase: Phase::Open,
        assembler: Assembler::default(),
        ready: VecDeque::new(),
        newest: None,
        after: None,
    };
    stream::unfold(reader, |mut reader| async move {
        let item = reader.next().await?;
        Some((item, reader))
    })
    .boxed()
}

impl Reader {
    async fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            match &mut self.phase {
                Phase::Open => self.open().await,
                Phase::Read(messages) => match messages.next().await {
                    Some(Ok(message)) => self.take(message),
                    Some(Err(error)) => self.fail(&error),
                    None => {
                        let rest = self.assembler.finish();
                        self.keep(rest);
                        self.phase = if self.start.follow { Phase::Ended } else { Phase::Done };
                    }
                },
                Phase::Ended => self.ended().await,
                Phase::Wait(since) => {
                    let since = *since;
                    self.wait(since).await;
                }
                Phase::Done => return None,
            }
        }
    }

    async fn open(&mut self) {
        self.after = self.newest;
        let since = self.after.or(self.start.since).map_or(0, Timestamp::as_second);
        let tail = match i32::try_from(self.start.tail) {
            Ok(tail) if self.after.is_none() => tail.to_string(),
            _ => "all".to_owned(),
        };
        let options = LogsOptionsBuilder::new()
            .stdout(true)
            .stderr(true)
            .timestamps(true)
            .follow(self.start.follow)
            .since(i32::try_from(since.max(0)).unwrap_or(i32::MAX))
            .tail(&tail)
            .build();
        self.phase = match self.engine.streaming().await {
            Ok(client) => Phase::Read(client.logs(&self.container, Some(options)).boxed()),
            Err(failure) => {
                self.give_up(&failure);
                Phase::Done
            }
        };
    }

    fn take(&mut self, message: LogOutput) {
        let stream = match message {
            LogOutput::StdErr { .. } => LogStream::Err,
            _ => LogStream::Out,
        };
        let lines = self.assembler.push(stream, &message.into_bytes());
        self.keep(lines);
    }

    /// Keeps the lines that were asked for: the engine counts time in whole seconds.
    fn keep(&mut self, lines: Vec<Line>) {
        for line in lines {
            let wanted = self.start.since.is_none_or(|since| line.at >= since);
            if wanted && self.after.is_none_or(|after| line.at > after) {
                self.newest = self.newest.max(Some(line.at));
                self.ready.push_back(Item::Line(LogLine {
                    at: line.at,
                    service: self.target.service.clone(),
                    label: self.target.label.clone(),
                    stream: line.stream,
                    text: line.text,
                }));
            }
        }
    }

    /// The engine ended the stream: says why, and goes on where the container does.
    async fn ended(&mut self) {
        let inspected = match self.engine.client().await {
            Ok(client) => {
                self.engine.limited("inspect", client.inspect_container(&self.container, None)).await
            }
            Err(failure) => Err(failure),
        };
        let state = match inspected {
            Ok(answer) => answer.state.unwrap_or_default(),
            Err(failure) => return self.give_up(&failure),
        };
        let at = state.finished_at.as_deref().and_then(decode::time);
        self.phase = match state.status {
            Some(Status::RUNNING | Status::PAUSED) => {
                tokio::time::sleep(BREATH).await;
                Phase::Open
            }
            Some(Status::RESTARTING) => {
                self.note(at, format!("{}, and is about to be started again", ended(&state)));
                Phase::Wait(at)
            }
            _ => {
                self.note(at, ended(&state));
                Phase::Done
            }
        };
    }

    /// Waits until the engine has started the container again, or somebody has stopped or removed it.
    async fn wait(&mut self, since: Option<Timestamp>) {
        let next = match self.engine.streaming().await {
            Ok(client) => {
                let since = since.unwrap_or_else(Timestamp::now);
                let filters: HashMap<&str, Vec<&str>> = HashMap::from([
                    ("container", vec![self.container.as_str()]),
                    ("event", vec!["start", "stop", "destroy"]),
                ]);
                let since = format!("{}.{:09}", since.as_second(), since.subsec_nanosecond());
                let options = EventsOptionsBuilder::new().since(&since).filters(&filters).build();
                Ok(client.events(Some(options)).boxed().next().await)
            }
            Err(failure) => Err(failure),
        };
        match next {
            Ok(Some(Ok(event))) if event.action.as_deref() == Some("start") => self.phase = Phase::Open,
            Ok(Some(Err(error))) => self.fail(&error),
            Ok(Some(Ok(_))) => self.phase = Phase::Ended,
            Ok(None) => {
                self.note(None, "the connection to the engine ended".to_owned());
                self.phase = Phase::Done;
            }
            Err(failure) => self.give_up(&failure),
        }
    }

    fn fail(&mut self, error: &Error) {
        let rest = self.assembler.finish();
        self.keep(rest);
        let failure = failure::of(&self.engine.endpoint, "logs", error);
        self.give_up(&failure);
    }

    fn give_up(&mut self, failure: &Failure) {
        let text = match failure.kind {
            FailureKind::Missing => "the container was removed: its log is gone".to_owned(),
            _ => format!("{}: {}", failure.what, failure.remedy),
        };
        self.note(None, text);
        self.phase = Phase::Done;
    }

    fn note(&mut self, at: Option<Timestamp>, text: String) {
        self.ready.push_back(Item::Note(LogNote { at, label: self.target.label.clone(), text }));
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
