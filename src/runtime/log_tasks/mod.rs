//! Tasks that read log streams while a screen subscribes to them. All tasks send to one short queue. While
//! the queue is full, the tasks wait, so that a flood of lines stays at its source and does not fill the
//! memory.

mod stream_cursor;

use crate::{
    background::{self, Panicked},
    model::{Failure, LogBatch, LogNote, LogNoteKind, LogReadOptions, LogTarget, LogUpdate, SourceId},
    source::Source,
    subscription::Subscription,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use stream_cursor::StreamCursor;
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::{Instant, sleep, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;

/// Wait before Portolan reopens a broken stream.
const RETRY_WAIT: Duration = Duration::from_secs(2);
/// Maximum number of updates in the queue to the event loop. One batch of a source has at most 500 lines or
/// 128 KiB.
const BATCH_QUEUE_LEN: usize = 4;
/// Maximum time for which lines wait to be merged into one message.
const LOG_BATCH_WINDOW: Duration = Duration::from_millis(20);
/// Number of lines from which a message takes no further lines.
const MAX_BATCH_LINES: usize = 500;

/// Running tasks that read log streams, one for each subscription of a screen.
pub struct LogTasks {
    sources: Vec<Arc<dyn Source>>,
    sender: Sender<LogUpdate>,
    running: BTreeMap<Subscription, AbortOnDropHandle<()>>,
}

/// Receiver of log updates, which merges the batches of several streams into fewer messages.
pub struct LogReceiver {
    messages: Receiver<LogUpdate>,
    /// Message to which lines may still be added, and the time until which it waits for them.
    growing: Option<(LogUpdate, Instant)>,
}

impl LogTasks {
    /// Creates an empty set of tasks, and the receiver of the log lines that they read.
    #[must_use]
    pub fn new(sources: Vec<Arc<dyn Source>>) -> (Self, LogReceiver) {
        let (sender, messages) = mpsc::channel(BATCH_QUEUE_LEN);
        (Self { sources, sender, running: BTreeMap::new() }, LogReceiver { messages, growing: None })
    }

    /// Aborts the tasks that no screen needs any more, and starts the missing ones.
    pub fn sync(&mut self, wanted: &BTreeSet<Subscription>) {
        self.running.retain(|subscription, _| wanted.contains(subscription));
        for subscription in wanted {
            let Subscription::Logs(target, start) = subscription else { continue };
            if self.running.contains_key(subscription) {
                continue;
            }
            let source = SourceId::from(&target.service);
            let Some(source) = self.sources.iter().find(|s| s.id() == &source) else { continue };
            let task = spawn_reader(Arc::clone(source), target.clone(), *start, self.sender.clone());
            self.running.insert(subscription.clone(), task);
        }
    }
}

impl LogReceiver {
    /// Returns the next message; `None` once all senders are gone. Dropping the future loses no message.
    pub async fn next(&mut self) -> Option<LogUpdate> {
        if self.growing.is_none() {
            self.growing = Some(with_deadline(self.messages.recv().await?));
        }
        while let Some((LogUpdate::Lines(batch), deadline)) = &mut self.growing
            && batch.lines.len() < MAX_BATCH_LINES
        {
            let more = match self.messages.try_recv() {
                Ok(more) => Some(more),
                Err(_) => timeout_at(*deadline, self.messages.recv()).await.ok().flatten(),
            };
            match more {
                Some(LogUpdate::Lines(more)) => {
                    batch.lines.extend(more.lines);
                    batch.notes.extend(more.notes);
                }
                Some(other) => return self.growing.replace(with_deadline(other)).map(|(news, _)| news),
                None => break,
            }
        }
        self.growing.take().map(|(news, _)| news)
    }
}

/// Returns the message with the time until which it waits for further lines.
fn with_deadline(news: LogUpdate) -> (LogUpdate, Instant) {
    (news, Instant::now() + LOG_BATCH_WINDOW)
}

/// Spawns a task that reads a stream until the handle is dropped. The task restarts after a panic.
fn spawn_reader(
    source: Arc<dyn Source>,
    target: LogTarget,
    start: LogReadOptions,
    sender: Sender<LogUpdate>,
) -> AbortOnDropHandle<()> {
    let (of, failure_sender) = (target.clone(), sender.clone());
    let make = move || read_stream(Arc::clone(&source), target.clone(), start, sender.clone());
    let on_panic = move |panicked: Panicked| {
        let news = LogUpdate::Lines(interruption_batch(&of, &panic_failure(&of, &panicked)));
        let failure_sender = failure_sender.clone();
        async move { drop(failure_sender.send(news).await) }
    };
    background::spawn(background::restart_on_panic(RETRY_WAIT, make, on_panic), |_| ())
}

/// Reads a stream. If the stream breaks, reopens it at the same position. Ends after a note that the stream
/// has ended or can't be read. If `start` does not follow the stream, ends where the stream first ends or
/// breaks.
async fn read_stream(
    source: Arc<dyn Source>,
    target: LogTarget,
    start: LogReadOptions,
    sender: Sender<LogUpdate>,
) {
    let mut place = StreamCursor::new(start);
    loop {
        let from = place.next_start();
        let mut over = false;
        let mut batches = source.logs(vec![target.clone()], from);
        if sender.send(LogUpdate::ReadStarted(target.clone(), from)).await.is_err() {
            return;
        }
        loop {
            let (outcome, goes_on) = match background::next_item(&mut batches).await {
                Ok(Some(outcome)) => (outcome, true),
                Ok(None) => break,
                Err(panicked) => (Err(panic_failure(&target, &panicked)), false),
            };
            let batch = outcome.unwrap_or_else(|failure| interruption_batch(&target, &failure));
            let last = batch.notes.last().map(|note| note.kind);
            over = matches!(last, Some(LogNoteKind::Ended | LogNoteKind::Unreadable));
            let batch = place.filter_new(batch);
            if (!batch.lines.is_empty() || !batch.notes.is_empty())
                && sender.send(LogUpdate::Lines(batch)).await.is_err()
            {
                return;
            }
            if !goes_on {
                break;
            }
        }
        if !start.follow {
            let _ = sender.send(LogUpdate::ReadFinished(target, start)).await;
            return;
        }
        if over {
            return;
        }
        sleep(RETRY_WAIT).await;
    }
}

/// Returns the failure for a panic during the read of a log.
fn panic_failure(target: &LogTarget, panicked: &Panicked) -> Failure {
    panicked.failure(format_args!("internal error while reading the log of {}", target.label))
}

/// Returns a batch with a single note, which reports that `failure` interrupted the stream.
fn interruption_batch(target: &LogTarget, failure: &Failure) -> LogBatch {
    let text = format!("{} ({})", failure.message, failure.remedy);
    let note = LogNote::on_stream(target, None, LogNoteKind::Interrupted, text);
    LogBatch { lines: Vec::new(), notes: vec![note] }
}

#[cfg(test)]
mod tests {
    use super::{LogTasks, StreamCursor};
    use crate::{
        model::{
            Failure, FailureKind, InstanceId, LogBatch, LogLine, LogNote, LogNoteKind, LogReadOptions,
            LogRoute, LogTarget, LogUpdate, OutputStream, ServiceId, Snapshot, SourceId, Timestamp,
        },
        source::{DoctorCheck, Source},
        subscription::Subscription,
    };
    use futures::{
        FutureExt, StreamExt,
        future::BoxFuture,
        stream::{self, BoxStream},
    };
    use std::{collections::BTreeSet, sync::Arc, time::Duration};

    const FOLLOW_START: LogReadOptions = LogReadOptions { since: None, until: None, tail: 10, follow: true };

    fn line(nanosecond: i64, text: &str) -> LogLine {
        LogLine {
            at: Timestamp::from_nanosecond(nanosecond.into()).unwrap(),
            service: ServiceId::new("broken/a"),
            label: "a".into(),
            stream: OutputStream::Stdout,
            text: text.into(),
            styles: Vec::new(),
        }
    }

    fn batch(lines: Vec<LogLine>) -> LogBatch {
        LogBatch { lines, notes: Vec::new() }
    }

    #[test]
    fn a_stream_goes_on_where_it_broke() {
        let mut place = StreamCursor::new(FOLLOW_START);
        assert_eq!(place.next_start(), FOLLOW_START);
        let second = 1_000_000_000;
        let first = vec![line(7 * second, "a"), line(9 * second, "b"), line(9 * second, "b")];
        assert_eq!(place.filter_new(batch(first.clone())).lines, first);
        let again = place.next_start();
        assert_eq!(again.since.unwrap().as_second(), 7);
        assert_eq!(again.tail, usize::MAX);
        let more = vec![line(9 * second, "b"), line(9 * second, "c")];
        let all = [first, more.clone()].concat();
        assert_eq!(place.filter_new(batch(all)).lines, more);
    }

    /// Source for tests. Its log has numbered lines, three with each timestamp, and its streams break after
    /// 200 lines.
    struct Broken(SourceId);

    impl Source for Broken {
        fn id(&self) -> &SourceId {
            &self.0
        }
        fn location(&self) -> String {
            String::new()
        }
        fn kind(&self) -> &'static str {
            "broken"
        }
        fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
            futures::future::pending().boxed()
        }
        fn poll_interval(&self) -> Duration {
            Duration::MAX
        }
        fn change_notifications(&self) -> BoxStream<'static, ()> {
            stream::pending().boxed()
        }
        fn logs(
            &self,
            _: Vec<LogTarget>,
            start: LogReadOptions,
        ) -> BoxStream<'static, Result<LogBatch, Failure>> {
            let lines = (0..300).map(|n| line(n / 3 * 100_000_000, "same"));
            let from = lines.skip_while(move |line| start.since.is_some_and(|since| line.at < since));
            let some = from.take(200).map(|line| Ok(batch(vec![line])));
            let note = LogNote {
                at: None,
                service: None,
                label: "a".into(),
                kind: LogNoteKind::Ended,
                text: "ended".into(),
            };
            let end = start.since.is_some().then_some(Ok(LogBatch { lines: Vec::new(), notes: vec![note] }));
            let broken = Err(Failure::new(FailureKind::Unreachable, "broken", "again"));
            stream::iter(some).chain(stream::iter([end.unwrap_or(broken)])).boxed()
        }
        fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
            futures::future::ready(Vec::new()).boxed()
        }
    }

    #[tokio::test]
    async fn every_line_comes_once_though_the_stream_breaks() {
        let source: Arc<dyn Source> = Arc::new(Broken(SourceId::new("broken")));
        let (mut streams, mut news) = LogTasks::new(vec![source]);
        let target = LogTarget {
            service: ServiceId::new("broken/a"),
            instance: InstanceId::new("broken/a/1"),
            label: "a".into(),
            route: LogRoute::Engine { container: "1".into() },
        };
        let wanted = BTreeSet::from([Subscription::Logs(target, FOLLOW_START)]);
        streams.sync(&wanted);
        let (mut lines, mut opened) = (Vec::new(), 0);
        loop {
            match news.next().await.unwrap() {
                LogUpdate::ReadStarted(..) => opened += 1,
                LogUpdate::Lines(batch) => {
                    lines.extend(batch.lines.iter().map(|l| l.at.as_millisecond()));
                    if batch.notes.iter().any(|note| note.kind == LogNoteKind::Ended) {
                        break;
                    }
                }
                LogUpdate::ReadFinished(..) => panic!("it is followed"),
            }
        }
        assert_eq!(opened, 2);
        assert_eq!(lines, (0..300).map(|n| n / 3 * 100).collect::<Vec<i64>>());
        streams.sync(&BTreeSet::new());
        assert!(streams.running.is_empty());
    }
}
