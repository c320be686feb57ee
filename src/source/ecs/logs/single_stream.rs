//! Reader of one log stream. It reads the stored events first. If the user follows the log, it then passes on
//! new events from the session pool until the task has stopped.

use super::{
    LogEvent, LogsClient, StreamLocation, failure_text, history,
    session_pool::{SessionPool, SubscriptionGuard},
    session_worker,
    subscriber::{DEDUP_SPAN_MS, Subscriber, event_lines},
};
use crate::{
    model::{
        Failure, FailureKind, LogBatch, LogNote, LogNoteKind, LogReadOptions, LogTarget, SharedText,
        Timestamp,
    },
    source::{
        ecs::{
            client::{
                api::PartialList,
                paging::{MAX_LOG_PAGES, PageToken, Paging},
            },
            quota::calls,
        },
        line_dedup::{LineDedup, ReadPass, line_hash},
    },
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver};

/// Capacity of the channel for batches of new lines.
const BATCH_QUEUE_LEN: usize = 4;
/// Number of events before the requested tail that the reader reads too. A later poll may return events with
/// the same millisecond as the first event of the tail. The reader recognises such an event as old only if it
/// has read it.
const EVENTS_BEFORE_TAIL: usize = 100;

type BatchResult = Result<LogBatch, Failure>;

/// Stage of the reader of one log stream: stored events first, then new ones.
enum ReadStage {
    /// Reads stored events. The token requests the next page; `None` requests the first page.
    History(Paging, Option<PageToken>),
    /// Subscribes to new events.
    Subscribe,
    /// Passes on the new events that the session worker sends.
    Subscribed(Receiver<LogBatch>, SubscriptionGuard),
    /// The stream is finished.
    Done,
}

/// Reader of one log stream, at its current stage.
struct StreamReader {
    logs: LogsClient,
    pool: Arc<SessionPool>,
    place: StreamLocation,
    target: LogTarget,
    start: LogReadOptions,
    /// Time at which the reader started, in milliseconds since 1970.
    started_ms: i64,
    dedup: LineDedup,
    /// Pass of the deduplication over the stored events.
    history_pass: ReadPass,
    stage: ReadStage,
}

/// Reads one CloudWatch log stream. Returns its lines as an asynchronous stream of batches.
pub(super) fn read_stream(
    logs: LogsClient,
    pool: Arc<SessionPool>,
    (place, target): (StreamLocation, LogTarget),
    start: LogReadOptions,
) -> BoxStream<'static, BatchResult> {
    let mut once = LineDedup::new(DEDUP_SPAN_MS);
    let reading = once.begin_pass(true);
    if let Some(since) = start.since {
        once.ignore_before(since.as_millisecond());
    }
    let (begun, stage) =
        (Timestamp::now().as_millisecond(), ReadStage::History(Paging::new(MAX_LOG_PAGES), None));
    let reader = StreamReader {
        logs,
        pool,
        place,
        target,
        start,
        started_ms: begun,
        dedup: once,
        history_pass: reading,
        stage,
    };
    stream::unfold(reader, |mut reader| async move {
        loop {
            if matches!(reader.stage, ReadStage::Done) {
                return None;
            }
            // A stage without lines or notes gives no batch.
            if let Some(batch) = reader.next_batch().await {
                return Some((Ok(batch), reader));
            }
        }
    })
    .boxed()
}

impl StreamReader {
    async fn next_batch(&mut self) -> Option<LogBatch> {
        match std::mem::replace(&mut self.stage, ReadStage::Done) {
            ReadStage::History(paging, token) => {
                let batch = self.read_history(paging, token).await;
                (!batch.lines.is_empty() || !batch.notes.is_empty()).then_some(batch)
            }
            ReadStage::Subscribe => self.subscribe(),
            ReadStage::Subscribed(mut feed, seat) => {
                let batch = feed.recv().await?;
                self.stage = ReadStage::Subscribed(feed, seat);
                Some(batch)
            }
            ReadStage::Done => None,
        }
    }

    /// Reads stored events: the next page if the user requested all lines, otherwise the whole requested
    /// tail.
    async fn read_history(&mut self, mut paging: Paging, token: Option<PageToken>) -> LogBatch {
        let then = if self.start.follow { ReadStage::Subscribe } else { ReadStage::Done };
        let read = if self.start.tail == usize::MAX {
            let page = history::forward_page(&self.logs, &self.place, self.start, token).await;
            page.map(|(items, next)| match paging.next(next) {
                Ok(next) => (PartialList::complete(items), next),
                Err(endless) => {
                    (PartialList { items, failure: Some(endless.failure(&calls::GET_LOG_EVENTS)) }, None)
                }
            })
        } else {
            let many = self.start.tail.saturating_add(EVENTS_BEFORE_TAIL);
            history::newest_events(&self.logs, &self.place, self.start, many).await.map(|read| (read, None))
        };
        let (read, next) =
            read.unwrap_or_else(|failure| (PartialList { items: Vec::new(), failure: Some(failure) }, None));
        self.stage = if next.is_some() { ReadStage::History(paging, next) } else { then };
        let mut batch = self.wanted_lines(&read.items);
        batch.notes.extend(read.failure.map(|failure| self.failure_note(&failure)));
        batch
    }

    /// Returns the note about stored events that could not be read.
    fn failure_note(&self, failure: &Failure) -> LogNote {
        let kind = match failure.kind {
            FailureKind::Denied if !self.start.follow => LogNoteKind::Unreadable,
            FailureKind::Missing => LogNoteKind::LogGroupMissing,
            _ => LogNoteKind::Interrupted,
        };
        let mut note = LogNote::on_stream(&self.target, None, kind, failure_text(failure));
        if failure.kind == FailureKind::Missing {
            // The label is the log group, so that all streams of a missing group together report it only
            // once.
            note.label = SharedText::new(&self.place.group);
        }
        note
    }

    /// Returns the requested lines of the stored `events`. If the reader follows the log, also remembers the
    /// events, to recognise them in a later poll.
    fn wanted_lines(&mut self, events: &[LogEvent]) -> LogBatch {
        let until = self.start.until;
        if self.start.follow {
            if events.len() >= self.start.tail {
                self.dedup.ignore_before(events.first().map_or(self.started_ms, |event| event.at_ms));
            }
            for event in events {
                self.dedup.is_new(self.history_pass, event.at_ms, line_hash(&event.message));
            }
        }
        let lines = events.iter().flat_map(|event| event_lines(&self.target, event));
        let mut lines: Vec<_> = lines.filter(|line| until.is_none_or(|until| line.at < until)).collect();
        let surplus = lines.len().saturating_sub(self.start.tail);
        lines.drain(..surplus);
        LogBatch { lines, notes: Vec::new() }
    }

    /// Subscribes to new events. If the task stopped long ago, returns a note about its exit instead.
    fn subscribe(&mut self) -> Option<LogBatch> {
        if let Some(end) = self.pool.settled_exit(&self.target.instance) {
            let note = LogNote::on_stream(&self.target, end.at, LogNoteKind::Ended, end.text);
            return Some(LogBatch { lines: Vec::new(), notes: vec![note] });
        }
        self.dedup.end_pass(self.history_pass);
        let (sender, receiver) = mpsc::channel(BATCH_QUEUE_LEN);
        let once = std::mem::replace(&mut self.dedup, LineDedup::new(DEDUP_SPAN_MS));
        let member =
            Subscriber::new((self.place.clone(), self.target.clone()), once, self.started_ms, sender);
        self.stage =
            ReadStage::Subscribed(receiver, session_worker::subscribe(&self.pool, &self.logs, member));
        None
    }
}
