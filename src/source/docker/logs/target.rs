//! One container's log: read to its end, or followed, also across restarts of the container and of the engine.

use super::{
    frames::{Frames, Message},
    line::{Assembler, Line},
};
use crate::{
    model::{
        Failure, FailureKind, LogBatch, LogLine, LogNote, LogStart, LogStream, LogTarget, NoteKind, Timestamp,
    },
    source::{
        docker::{connect::Engine, http::CallError},
        once::{Once, Reading, hash},
    },
};
use bollard::query_parameters::LogsOptionsBuilder;
use futures::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How many lines travel together at most, and how many bytes.
const LINES: usize = 500;
const BYTES: usize = 128 * 1024;
/// How long a line waits for others to travel with.
const WAIT: Duration = Duration::from_millis(50);
/// How far a reading that begins again reaches back, in nanoseconds, twice: the engine's two readers of a container
/// stamp their lines before they write them, so that they stand out of order by a little.
const SPAN: i64 = 2_000_000_000;

/// A reader of one container's log.
pub(super) struct Reader {
    pub(super) engine: Engine,
    target: LogTarget,
    pub(super) container: String,
    start: LogStart,
    pub(super) phase: Phase,
    assembler: Assembler,
    once: Once,
    reading: Option<Reading>,
    ready: LogBatch,
    /// The bytes of the lines that are ready.
    bytes: usize,
}

/// Names of events that the engine tells of a container.
pub(super) type Events = &'static [&'static str];

/// What a reader does next.
pub(super) enum Phase {
    Open,
    Read(Box<Frames>),
    Ended,
    /// For one of those events since then.
    Wait(Option<Timestamp>, Events),
    Done,
}

/// The lines of `container`, and what happened to it that a reader must know.
pub(super) fn read(
    engine: Engine,
    target: LogTarget,
    container: String,
    start: LogStart,
) -> BoxStream<'static, LogBatch> {
    let reader = Reader {
        engine,
        target,
        container,
        start,
        phase: Phase::Open,
        assembler: Assembler::default(),
        // After a rotation of its files the engine brings some lines again (moby 20.10, json-file).
        once: Once::exact(SPAN),
        reading: None,
        ready: LogBatch::default(),
        bytes: 0,
    };
    stream::unfold(reader, |mut reader| async move {
        let batch = reader.next().await?;
        Some((batch, reader))
    })
    .boxed()
}

impl Reader {
    async fn next(&mut self) -> Option<LogBatch> {
        loop {
            match &mut self.phase {
                Phase::Read(_) => {
                    if self.gather().await {
                        return Some(self.take_ready());
                    }
                }
                _ if !self.ready.lines.is_empty() || !self.ready.notes.is_empty() => {
                    return Some(self.take_ready());
                }
                Phase::Open => self.open().await,
                Phase::Ended => self.ended().await,
                Phase::Wait(since, events) => {
                    let (since, events) = (*since, *events);
                    self.wait(since, events).await;
                }
                Phase::Done => return None,
            }
        }
    }

    fn take_ready(&mut self) -> LogBatch {
        self.bytes = 0;
        std::mem::take(&mut self.ready)
    }

    /// Takes in messages until a batch is ready to travel, or the phase has changed. What is there already is taken
    /// without asking the timer: under a flood that is nearly all.
    async fn gather(&mut self) -> bool {
        let mut deadline = None;
        while let Phase::Read(messages) = &mut self.phase {
            if self.ready.lines.len() >= LINES || self.bytes >= BYTES {
                return true;
            }
            let message = match (messages.next().now_or_never(), deadline) {
                (Some(message), _) => message,
                (None, None) => messages.next().await,
                (None, Some(deadline)) => match timeout_at(deadline, messages.next()).await {
                    Ok(message) => message,
                    Err(_) => return true,
                },
            };
            match message {
                Some(Ok(message)) => self.take(&message),
                Some(Err(error)) => self.fail(&error),
                None => {
                    let rest = self.assembler.finish();
                    rest.into_iter().for_each(|line| self.keep(line));
                    self.phase = if self.start.follow { Phase::Ended } else { Phase::Done };
                }
            }
            if deadline.is_none() && !self.ready.lines.is_empty() {
                deadline = Some(Instant::now() + WAIT);
            }
        }
        false
    }

    async fn open(&mut self) {
        let resume = self.once.resume().and_then(|at| Timestamp::from_nanosecond(at.into()).ok());
        if let Some(reading) = self.reading.take() {
            self.once.end(reading);
        }
        self.reading = Some(self.once.begin(true));
        let tail = if resume.is_none() { self.start.tail } else { usize::MAX };
        let options = options(resume.max(self.start.since), tail).follow(self.start.follow).build();
        self.phase = match self.engine.logs(&self.container, &options).await {
            Ok(frames) => Phase::Read(Box::new(frames)),
            Err(failure) => {
                self.give_up(&failure);
                Phase::Done
            }
        };
    }

    fn take(&mut self, message: &Message) {
        let mut lines = Vec::new();
        self.assembler.take(message, &mut lines);
        lines.into_iter().for_each(|line| self.keep(line));
    }

    /// Keeps a line that was asked for and is new: the engine counts time in whole seconds.
    fn keep(&mut self, line: Line) {
        let Some(reading) = self.reading else { return };
        let nanoseconds = i64::try_from(line.at.as_nanosecond()).unwrap_or(i64::MAX);
        let said = hash(&(line.stream == LogStream::Err, &line.text));
        if self.start.since.is_none_or(|since| line.at >= since)
            && self.once.is_new(reading, nanoseconds, said)
        {
            self.bytes += line.text.len();
            self.ready.lines.push(of(&self.target, line));
        }
    }

    pub(super) fn fail(&mut self, error: &CallError) {
        let rest = self.assembler.finish();
        rest.into_iter().for_each(|line| self.keep(line));
        let failure = self.engine.failed("logs", error);
        self.give_up(&failure);
    }

    pub(super) fn give_up(&mut self, failure: &Failure) {
        let (kind, text) = why(failure);
        self.note(None, kind, text);
        self.phase = Phase::Done;
    }

    pub(super) fn note(&mut self, at: Option<Timestamp>, kind: NoteKind, text: String) {
        self.ready.notes.push(note(&self.target, at, kind, text));
    }
}

/// What to ask: everything of both streams, with times.
pub(super) fn options(since: Option<Timestamp>, tail: usize) -> LogsOptionsBuilder {
    let since = since.map_or(0, Timestamp::as_second).max(0);
    let tail = i32::try_from(tail).map_or_else(|_| "all".to_owned(), |tail| tail.to_string());
    LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .timestamps(true)
        .since(i32::try_from(since).unwrap_or(i32::MAX))
        .tail(&tail)
}

/// A line of that target.
pub(super) fn of(target: &LogTarget, line: Line) -> LogLine {
    LogLine {
        at: line.at,
        service: target.service.clone(),
        label: target.label.clone(),
        stream: line.stream,
        text: line.text,
        paint: line.paint,
    }
}

/// A note on that target.
pub(super) fn note(target: &LogTarget, at: Option<Timestamp>, kind: NoteKind, text: String) -> LogNote {
    LogNote {
        at,
        service: Some(target.service.clone()),
        label: target.label.clone(),
        kind,
        text: text.into(),
    }
}

/// What a failure means for a reader.
pub(super) fn why(failure: &Failure) -> (NoteKind, String) {
    match failure.kind {
        FailureKind::Missing => {
            (NoteKind::Unreadable, "the container was removed: its log is gone".to_owned())
        }
        // The engine may come back, and the reading goes on then.
        FailureKind::Unreachable | FailureKind::Timeout | FailureKind::Throttled => {
            (NoteKind::Disturbed, format!("{}: {}", failure.what, failure.remedy))
        }
        _ => (NoteKind::Unreadable, format!("{}: {}", failure.what, failure.remedy)),
    }
}
