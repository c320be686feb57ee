//! Reader of one container's log. It reads to the end of the log, or follows the log across restarts of the
//! container.

use super::line_assembler::{AssembledLine, LineAssembler};
use crate::{
    model::{
        Failure, FailureKind, LogBatch, LogLine, LogNote, LogNoteKind, LogReadOptions, LogTarget,
        OutputStream, Timestamp,
    },
    source::{
        docker::engine::{
            client::Engine,
            http::CallError,
            output_reader::{OutputMessage, OutputReader},
        },
        line_dedup::{LineDedup, ReadPass, line_hash},
    },
};
use bollard::query_parameters::LogsOptionsBuilder;
use futures::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Maximum number of lines in a batch.
const MAX_BATCH_LINES: usize = 500;
/// Maximum size of the lines in a batch, in bytes.
const MAX_BATCH_BYTES: usize = 128 * 1024;
/// Maximum time for which a line waits for others in its batch.
const BATCH_WINDOW: Duration = Duration::from_millis(50);
/// Time for which the reader remembers lines to recognise repetitions, in nanoseconds. When it reopens the
/// log, it begins half of this time before the newest line, because lines of the two output streams can be
/// slightly out of order.
const DEDUP_WINDOW_NANOS: i64 = 2_000_000_000;

/// Reader of one container's log, which returns its lines in batches.
pub(super) struct ContainerLogReader {
    pub(super) engine: Engine,
    target: LogTarget,
    pub(super) container: String,
    start: LogReadOptions,
    pub(super) phase: LogReaderPhase,
    assembler: LineAssembler,
    dedup: LineDedup,
    /// Current pass over the log. The field `dedup` uses it to drop lines that an earlier pass has read.
    read_pass: Option<ReadPass>,
    batch: LogBatch,
    /// Size of the lines in `batch`, in bytes.
    batch_bytes: usize,
}

/// Names of container events, such as `start`.
pub(super) type EventNames = &'static [&'static str];

/// Phase of a log reader, which determines its next step.
pub(super) enum LogReaderPhase {
    /// The log is not open yet.
    Open,
    /// The log is open; holds the reader of its messages.
    Read(Box<OutputReader>),
    /// A followed log has ended, and the reader has to find out why.
    Ended,
    /// The reader waits for one of the events with these names. An event counts if it happened after the
    /// given time, or after now if the time is `None`.
    Wait(Option<Timestamp>, EventNames),
    /// The stream of batches ends.
    Done,
}

/// Reads the log of `container`, with notes on restarts and failures.
pub(super) fn read_container(
    engine: Engine,
    target: LogTarget,
    container: String,
    start: LogReadOptions,
) -> BoxStream<'static, LogBatch> {
    let reader = ContainerLogReader {
        engine,
        target,
        container,
        start,
        phase: LogReaderPhase::Open,
        assembler: LineAssembler::default(),
        // The engine repeats some lines after rotating its log files (moby 20.10, json-file).
        dedup: LineDedup::with_unique_timestamps(DEDUP_WINDOW_NANOS),
        read_pass: None,
        batch: LogBatch::default(),
        batch_bytes: 0,
    };
    stream::unfold(reader, |mut reader| async move {
        let batch = reader.next_batch().await?;
        Some((batch, reader))
    })
    .boxed()
}

impl ContainerLogReader {
    async fn next_batch(&mut self) -> Option<LogBatch> {
        loop {
            match &mut self.phase {
                LogReaderPhase::Read(_) => {
                    if self.fill_batch().await {
                        return Some(self.take_batch());
                    }
                }
                _ if !self.batch.lines.is_empty() || !self.batch.notes.is_empty() => {
                    return Some(self.take_batch());
                }
                LogReaderPhase::Open => self.open_log().await,
                LogReaderPhase::Ended => self.handle_end().await,
                LogReaderPhase::Wait(since, events) => {
                    let (since, events) = (*since, *events);
                    self.wait_for_event(since, events).await;
                }
                LogReaderPhase::Done => return None,
            }
        }
    }

    fn take_batch(&mut self) -> LogBatch {
        self.batch_bytes = 0;
        std::mem::take(&mut self.batch)
    }

    /// Fills the batch until it is full, its time window has passed, or the phase changes. Returns true if
    /// the batch is ready.
    ///
    /// Sets a timer only if the next message has not arrived yet. Under load nearly all messages have, so few
    /// timers are needed.
    async fn fill_batch(&mut self) -> bool {
        let mut deadline = None;
        while let LogReaderPhase::Read(messages) = &mut self.phase {
            if self.batch.lines.len() >= MAX_BATCH_LINES || self.batch_bytes >= MAX_BATCH_BYTES {
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
                Some(Ok(message)) => self.push_message(&message),
                Some(Err(error)) => self.end_with_error(&error),
                None => {
                    let rest = self.assembler.finish();
                    rest.into_iter().for_each(|line| self.push_line(line));
                    self.phase = if self.start.follow { LogReaderPhase::Ended } else { LogReaderPhase::Done };
                }
            }
            if deadline.is_none() && !self.batch.lines.is_empty() {
                deadline = Some(Instant::now() + BATCH_WINDOW);
            }
        }
        false
    }

    async fn open_log(&mut self) {
        let resume = self.dedup.resume_time().and_then(|at| Timestamp::from_nanosecond(at.into()).ok());
        if let Some(reading) = self.read_pass.take() {
            self.dedup.end_pass(reading);
        }
        self.read_pass = Some(self.dedup.begin_pass(true));
        let tail = if resume.is_none() { self.start.tail } else { usize::MAX };
        let options = logs_options(resume.max(self.start.since), tail).follow(self.start.follow).build();
        self.phase = match self.engine.logs(&self.container, &options).await {
            Ok(frames) => LogReaderPhase::Read(Box::new(frames)),
            Err(failure) => {
                self.end_with_failure(&failure);
                LogReaderPhase::Done
            }
        };
    }

    fn push_message(&mut self, message: &OutputMessage) {
        let mut lines = Vec::new();
        self.assembler.push_message(message, &mut lines);
        lines.into_iter().for_each(|line| self.push_line(line));
    }

    /// Adds a line to the batch if the line is new and not older than the requested start. The check of the
    /// time is needed because the engine filters by whole seconds only.
    fn push_line(&mut self, line: AssembledLine) {
        let Some(reading) = self.read_pass else { return };
        let nanoseconds = i64::try_from(line.at.as_nanosecond()).unwrap_or(i64::MAX);
        let said = line_hash(&(line.stream == OutputStream::Stderr, &line.text));
        if self.start.since.is_none_or(|since| line.at >= since)
            && self.dedup.is_new(reading, nanoseconds, said)
        {
            self.batch_bytes += line.text.len();
            self.batch.lines.push(log_line(&self.target, line));
        }
    }

    pub(super) fn end_with_error(&mut self, error: &CallError) {
        let rest = self.assembler.finish();
        rest.into_iter().for_each(|line| self.push_line(line));
        let failure = self.engine.call_failure("logs", error);
        self.end_with_failure(&failure);
    }

    pub(super) fn end_with_failure(&mut self, failure: &Failure) {
        let (kind, text) = failure_note(failure);
        self.add_note(None, kind, text);
        self.phase = LogReaderPhase::Done;
    }

    pub(super) fn add_note(&mut self, at: Option<Timestamp>, kind: LogNoteKind, text: String) {
        self.batch.notes.push(LogNote::on_stream(&self.target, at, kind, text));
    }
}

/// Builds the options of a logs call: the last `tail` lines since `since`, of both output streams, with
/// timestamps.
pub(super) fn logs_options(since: Option<Timestamp>, tail: usize) -> LogsOptionsBuilder {
    let since = since.map_or(0, Timestamp::as_second).max(0);
    let tail = i32::try_from(tail).map_or_else(|_| "all".to_owned(), |tail| tail.to_string());
    LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .timestamps(true)
        .since(i32::try_from(since).unwrap_or(i32::MAX))
        .tail(&tail)
}

/// Converts a line to a log line of `target`.
pub(super) fn log_line(target: &LogTarget, line: AssembledLine) -> LogLine {
    LogLine {
        at: line.at,
        service: target.service.clone(),
        label: target.label.clone(),
        stream: line.stream,
        text: line.text,
        styles: line.styles,
    }
}

/// Converts a failure to the kind and text of a note.
pub(super) fn failure_note(failure: &Failure) -> (LogNoteKind, String) {
    match failure.kind {
        FailureKind::Missing => {
            (LogNoteKind::Unreadable, "the container was removed, its logs are gone".to_owned())
        }
        // The engine may come back, and reading resumes then.
        FailureKind::Unreachable | FailureKind::Timeout | FailureKind::Throttled => {
            (LogNoteKind::Interrupted, format!("{}: {}", failure.message, failure.remedy))
        }
        _ => (LogNoteKind::Unreadable, format!("{}: {}", failure.message, failure.remedy)),
    }
}
