//! Log streams: what the screens want is kept up, each stream for as long as it is wanted; what they no longer want is
//! ended. What all of them bring waits in one short queue, so that a flood waits at its source and not in memory.

use crate::{
    background::{self, Panicked},
    effect::Subscription,
    model::{
        Failure, LogBatch, LogNews, LogNote, LogStart, LogStream, LogTarget, NoteKind, SourceId, Timestamp,
    },
    source::{
        Source,
        once::{Once, Reading, hash},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::{Instant, sleep, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;

/// The wait before a stream that broke is read on.
const AGAIN: Duration = Duration::from_secs(2);
/// How far a stream that is read on overlaps, in nanoseconds, twice.
const SPAN: i64 = 4_000_000_000;
/// How many batches may wait. A source's batch has at most 500 lines, or 128 KiB.
const QUEUE: usize = 4;
/// How long lines of one stream wait for those of others to travel with, and how many travel together.
const GATHER: Duration = Duration::from_millis(20);
const TOGETHER: usize = 500;

/// The streams that are kept up.
pub struct Streams {
    sources: Vec<Arc<dyn Source>>,
    sender: Sender<LogNews>,
    running: BTreeMap<Subscription, AbortOnDropHandle<()>>,
}

/// What the streams bring, those of many in few messages.
pub struct News {
    messages: Receiver<LogNews>,
    /// What comes next, and until when it may grow.
    next: Option<(LogNews, Instant)>,
}

impl Streams {
    /// No stream yet, and where to hear what they will bring.
    #[must_use]
    pub fn new(sources: Vec<Arc<dyn Source>>) -> (Self, News) {
        let (sender, messages) = mpsc::channel(QUEUE);
        (Self { sources, sender, running: BTreeMap::new() }, News { messages, next: None })
    }

    /// Ends what is no longer wanted, and begins what is new.
    pub fn keep(&mut self, wanted: &BTreeSet<Subscription>) {
        self.running.retain(|subscription, _| wanted.contains(subscription));
        for subscription in wanted {
            let Subscription::Logs(target, start) = subscription else { continue };
            if self.running.contains_key(subscription) {
                continue;
            }
            let source = SourceId::from(&target.service);
            let Some(source) = self.sources.iter().find(|s| s.id() == &source) else { continue };
            let task = keep_up(Arc::clone(source), target.clone(), *start, self.sender.clone());
            self.running.insert(subscription.clone(), task);
        }
    }
}

impl News {
    /// What is heard next; none when no stream can come any more. Nothing is lost when the wait is given up.
    pub async fn next(&mut self) -> Option<LogNews> {
        if self.next.is_none() {
            self.next = Some(waiting(self.messages.recv().await?));
        }
        while let Some((LogNews::Lines(batch), deadline)) = &mut self.next
            && batch.lines.len() < TOGETHER
        {
            let more = match self.messages.try_recv() {
                Ok(more) => Some(more),
                Err(_) => timeout_at(*deadline, self.messages.recv()).await.ok().flatten(),
            };
            match more {
                Some(LogNews::Lines(more)) => {
                    batch.lines.extend(more.lines);
                    batch.notes.extend(more.notes);
                }
                Some(other) => return self.next.replace(waiting(other)).map(|(news, _)| news),
                None => break,
            }
        }
        self.next.take().map(|(news, _)| news)
    }
}

fn waiting(news: LogNews) -> (LogNews, Instant) {
    (news, Instant::now() + GATHER)
}

/// Reads until the handle is dropped, and begins anew after a panic.
fn keep_up(
    source: Arc<dyn Source>,
    target: LogTarget,
    start: LogStart,
    sender: Sender<LogNews>,
) -> AbortOnDropHandle<()> {
    let (of, told) = (target.clone(), sender.clone());
    let make = move || read(Arc::clone(&source), target.clone(), start, sender.clone());
    let tell = move |panicked: Panicked| {
        let news = LogNews::Lines(disturbed(&of, &lost(&of, &panicked)));
        let told = told.clone();
        async move { drop(told.send(news).await) }
    };
    background::spawn(background::keep_up(AGAIN, make, tell), |_| ())
}

/// Reads on for as long as it is wanted: where a stream breaks, from there on, until it says that it has ended.
async fn read(source: Arc<dyn Source>, target: LogTarget, start: LogStart, sender: Sender<LogNews>) {
    let mut place = Place::new(start);
    loop {
        let from = place.begin();
        let mut over = false;
        let mut batches = source.logs(vec![target.clone()], from);
        if sender.send(LogNews::Opened(target.clone(), from)).await.is_err() {
            return;
        }
        loop {
            let (outcome, goes_on) = match background::next(&mut batches).await {
                Ok(Some(outcome)) => (outcome, true),
                Ok(None) => break,
                Err(panicked) => (Err(lost(&target, &panicked)), false),
            };
            let batch = outcome.unwrap_or_else(|failure| disturbed(&target, &failure));
            let last = batch.notes.last().map(|note| note.kind);
            over = matches!(last, Some(NoteKind::Ended | NoteKind::Unreadable));
            let batch = place.pass(batch);
            if (!batch.lines.is_empty() || !batch.notes.is_empty())
                && sender.send(LogNews::Lines(batch)).await.is_err()
            {
                return;
            }
            if !goes_on {
                break;
            }
        }
        if !start.follow {
            let _ = sender.send(LogNews::Closed(target, start)).await;
            return;
        }
        if over {
            return;
        }
        sleep(AGAIN).await;
    }
}

fn lost(target: &LogTarget, panicked: &Panicked) -> Failure {
    panicked.failure(format_args!("a line of {} could not be taken in", target.label))
}

fn disturbed(target: &LogTarget, failure: &Failure) -> LogBatch {
    let note = LogNote {
        at: None,
        service: Some(target.service.clone()),
        label: target.label.clone(),
        kind: NoteKind::Disturbed,
        text: format!("{} ({})", failure.what, failure.remedy).into(),
    };
    LogBatch { lines: Vec::new(), notes: vec![note] }
}

/// Where a stream is, so that it goes on without a gap, and without a line twice.
struct Place {
    start: LogStart,
    once: Once,
    reading: Option<Reading>,
    /// What was said already: some of it is said at each new beginning.
    told: BTreeSet<(Option<Timestamp>, String)>,
}

impl Place {
    fn new(start: LogStart) -> Self {
        Self { start, once: Once::new(SPAN), reading: None, told: BTreeSet::new() }
    }

    /// A reading begins: what it is to bring.
    fn begin(&mut self) -> LogStart {
        if let Some(reading) = self.reading.take() {
            self.once.end(reading);
        }
        self.reading = Some(self.once.begin(true));
        let resume = self.once.resume().and_then(|at| Timestamp::from_nanosecond(at.into()).ok());
        match resume {
            Some(at) => LogStart { since: self.start.since.max(Some(at)), tail: usize::MAX, ..self.start },
            None => self.start,
        }
    }

    /// What is new of a batch.
    fn pass(&mut self, mut batch: LogBatch) -> LogBatch {
        if !batch.lines.is_empty() {
            // It works again: what is said of a disturbance from here on is of another one.
            self.told.retain(|(at, _)| at.is_some());
        }
        batch.notes.retain(|note| self.told.insert((note.at, note.text.to_string())));
        let Some(reading) = self.reading.filter(|_| self.start.follow) else { return batch };
        batch.lines.retain(|line| {
            let at = i64::try_from(line.at.as_nanosecond()).unwrap_or(i64::MAX);
            self.once.is_new(reading, at, hash(&(line.stream == LogStream::Err, &line.text)))
        });
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Streams};
    use crate::{
        effect::Subscription,
        model::{
            Failure, FailureKind, InstanceId, LogBatch, LogLine, LogNews, LogNote, LogRoute, LogStart,
            LogStream, LogTarget, NoteKind, ServiceId, Snapshot, SourceId, Timestamp,
        },
        source::{Examined, Source},
    };
    use futures::{
        FutureExt, StreamExt,
        future::BoxFuture,
        stream::{self, BoxStream},
    };
    use std::{collections::BTreeSet, sync::Arc, time::Duration};

    const FOLLOW: LogStart = LogStart { since: None, until: None, tail: 10, follow: true };

    fn line(nanosecond: i64, text: &str) -> LogLine {
        LogLine {
            at: Timestamp::from_nanosecond(nanosecond.into()).unwrap(),
            service: ServiceId::new("broken/a"),
            label: "a".into(),
            stream: LogStream::Out,
            text: text.into(),
            paint: Vec::new(),
        }
    }

    fn batch(lines: Vec<LogLine>) -> LogBatch {
        LogBatch { lines, notes: Vec::new() }
    }

    #[test]
    fn a_stream_goes_on_where_it_broke() {
        let mut place = Place::new(FOLLOW);
        assert_eq!(place.begin(), FOLLOW);
        let second = 1_000_000_000;
        let first = vec![line(7 * second, "a"), line(9 * second, "b"), line(9 * second, "b")];
        assert_eq!(place.pass(batch(first.clone())).lines, first);
        let again = place.begin();
        assert_eq!(again.since.unwrap().as_second(), 7);
        assert_eq!(again.tail, usize::MAX);
        let more = vec![line(9 * second, "b"), line(9 * second, "c")];
        let all = [first, more.clone()].concat();
        assert_eq!(place.pass(batch(all)).lines, more);
    }

    /// A log of numbered lines, each thrice at one time, whose streams break after a few.
    struct Broken(SourceId);

    impl Source for Broken {
        fn id(&self) -> &SourceId {
            &self.0
        }
        fn place(&self) -> String {
            String::new()
        }
        fn kind(&self) -> &'static str {
            "broken"
        }
        fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
            futures::future::pending().boxed()
        }
        fn pace(&self) -> Duration {
            Duration::MAX
        }
        fn nudges(&self) -> BoxStream<'static, ()> {
            stream::pending().boxed()
        }
        fn logs(&self, _: Vec<LogTarget>, start: LogStart) -> BoxStream<'static, Result<LogBatch, Failure>> {
            let lines = (0..300).map(|n| line(n / 3 * 100_000_000, "same"));
            let from = lines.skip_while(move |line| start.since.is_some_and(|since| line.at < since));
            let some = from.take(200).map(|line| Ok(batch(vec![line])));
            let note = LogNote {
                at: None,
                service: None,
                label: "a".into(),
                kind: NoteKind::Ended,
                text: "ended".into(),
            };
            let end = start.since.is_some().then_some(Ok(LogBatch { lines: Vec::new(), notes: vec![note] }));
            let broken = Err(Failure::new(FailureKind::Unreachable, "broken", "again"));
            stream::iter(some).chain(stream::iter([end.unwrap_or(broken)])).boxed()
        }
        fn examine(&self) -> BoxFuture<'_, Vec<Examined>> {
            futures::future::ready(Vec::new()).boxed()
        }
    }

    #[tokio::test]
    async fn every_line_comes_once_though_the_stream_breaks() {
        let source: Arc<dyn Source> = Arc::new(Broken(SourceId::new("broken")));
        let (mut streams, mut news) = Streams::new(vec![source]);
        let target = LogTarget {
            service: ServiceId::new("broken/a"),
            instance: InstanceId::new("broken/a/1"),
            label: "a".into(),
            route: LogRoute::Engine { container: "1".into() },
        };
        let wanted = BTreeSet::from([Subscription::Logs(target, FOLLOW)]);
        streams.keep(&wanted);
        let (mut lines, mut opened) = (Vec::new(), 0);
        loop {
            match news.next().await.unwrap() {
                LogNews::Opened(..) => opened += 1,
                LogNews::Lines(batch) => {
                    lines.extend(batch.lines.iter().map(|l| l.at.as_millisecond()));
                    if batch.notes.iter().any(|note| note.kind == NoteKind::Ended) {
                        break;
                    }
                }
                LogNews::Closed(..) => panic!("it is followed"),
            }
        }
        assert_eq!(opened, 2);
        assert_eq!(lines, (0..300).map(|n| n / 3 * 100).collect::<Vec<i64>>());
        streams.keep(&BTreeSet::new());
        assert!(streams.running.is_empty());
    }
}
