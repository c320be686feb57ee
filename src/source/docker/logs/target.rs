//! One container's log: read to its end, or followed, also across restarts of the container.

use super::{
    Item,
    line::{Assembler, Line},
};
use crate::{
    model::{Failure, FailureKind, LogLine, LogNote, LogStart, LogStream, LogTarget, NoteKind, Timestamp},
    source::docker::{connect::Engine, failure},
};
use bollard::{container::LogOutput, errors::Error, query_parameters::LogsOptionsBuilder};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::collections::VecDeque;

/// A reader of one container's log.
pub(super) struct Reader {
    pub(super) engine: Engine,
    target: LogTarget,
    pub(super) container: String,
    start: LogStart,
    pub(super) phase: Phase,
    assembler: Assembler,
    ready: VecDeque<Item>,
    /// The time of the newest line so far.
    newest: Option<Timestamp>,
    /// Where a stream that was opened again goes on: after what came before.
    after: Option<Timestamp>,
}

/// What a reader does next.
pub(super) enum Phase {
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
                    paint: Vec::new(),
                }));
            }
        }
    }

    pub(super) fn fail(&mut self, error: &Error) {
        let rest = self.assembler.finish();
        self.keep(rest);
        let failure = failure::of(&self.engine.endpoint, "logs", error);
        self.give_up(&failure);
    }

    pub(super) fn give_up(&mut self, failure: &Failure) {
        let text = match failure.kind {
            FailureKind::Missing => "the container was removed: its log is gone".to_owned(),
            _ => format!("{}: {}", failure.what, failure.remedy),
        };
        self.note(None, NoteKind::Unreadable, text);
        self.phase = Phase::Done;
    }

    pub(super) fn note(&mut self, at: Option<Timestamp>, kind: NoteKind, text: String) {
        let LogTarget { service, label, .. } = self.target.clone();
        self.ready.push_back(Item::Note(LogNote { at, service: Some(service), label, kind, text }));
    }
}
