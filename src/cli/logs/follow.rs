//! What comes, of all streams in the order of time: lines wait a little for older ones of others. Instances that come
//! while it goes on join by themselves.

use super::{print::Printer, targets::Wanted};
use crate::{
    background,
    cli::{Error, Outcome},
    effect::Subscription,
    model::{LogBatch, LogLine, LogNews, LogStart, LogTarget, NoteKind, ServiceId, SharedText, Timestamp},
    output,
    runtime::Streams,
    source::Source,
};
use futures::StreamExt;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs::File,
    future::ready,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::Interest,
    net::unix::pipe,
    sync::mpsc::{self, Sender},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::task::AbortOnDropHandle;

/// The wait before a source is looked at again after a panic.
const AFTER_PANIC: Duration = Duration::from_secs(2);

/// Prints what the targets hold and what comes.
pub(super) async fn run(
    sources: &[Arc<dyn Source>],
    wanted: Wanted,
    targets: Vec<LogTarget>,
    start: LogStart,
    mut printer: Printer,
) -> Result<Outcome, Error> {
    let window = sources.iter().map(|source| source.lag()).max().unwrap_or_default();
    let (sender, mut come) = mpsc::channel(1);
    let looks = sources.iter().map(|source| keep_looking(source, &wanted, &sender));
    let _looks: Vec<_> = looks.collect();
    let (mut streams, mut news) = Streams::new(sources.to_vec());
    let (mut subscribed, mut unreadable) = (BTreeSet::new(), BTreeSet::new());
    let silent = targets.iter().map(|target| (target.service.clone(), target.label.clone())).collect();
    let mut late = Reorder::new(window, silent);
    let began = Timestamp::now();
    let mut any = false;
    let mut readers_gone = std::pin::pin!(nobody_reads());
    join(&mut subscribed, targets, start);
    loop {
        streams.keep(&subscribed);
        let due = late.due().unwrap_or_else(|| Instant::now() + Duration::from_hours(1));
        tokio::select! {
            biased;
            () = &mut readers_gone => return Ok(Outcome::Fine),
            Some(heard) = news.next() => if let LogNews::Lines(batch) = heard {
                any |= !batch.lines.is_empty();
                for note in &batch.notes {
                    if note.kind == NoteKind::Unreadable {
                        unreadable.insert((note.service.clone(), note.label.clone()));
                    }
                    // Of many, those that had ended before are no news.
                    let old = note.kind == NoteKind::Ended && note.at.is_some_and(|at| at < began);
                    if !old || !wanted.are_several() {
                        printer.note(note);
                    }
                }
                late.hear(&batch);
                late.put(batch.lines);
            },
            Some(targets) = come.recv() => join(&mut subscribed, targets, LogStart { tail: usize::MAX, ..start }),
            () = sleep_until(due) => {}
        }
        for line in late.take() {
            printer.line(&line)?;
        }
        printer.flush()?;
        if !any && !subscribed.is_empty() && unreadable.len() >= subscribed.len() {
            return Ok(Outcome::NothingRead);
        }
    }
}

/// Subscribes to the streams that are not yet.
fn join(subscribed: &mut BTreeSet<Subscription>, targets: Vec<LogTarget>, start: LogStart) {
    for target in targets {
        if !subscribed.iter().any(|known| matches!(known, Subscription::Logs(known, _) if *known == target)) {
            subscribed.insert(Subscription::Logs(target, start));
        }
    }
}

/// Looks at a source until the handle is dropped, also after a panic, which the panic hook prints.
fn keep_looking(
    source: &Arc<dyn Source>,
    wanted: &Wanted,
    sender: &Sender<Vec<LogTarget>>,
) -> AbortOnDropHandle<()> {
    let (source, wanted, sender) = (Arc::clone(source), wanted.clone(), sender.clone());
    let make = move || look(Arc::clone(&source), wanted.clone(), sender.clone());
    background::spawn(background::keep_up(AFTER_PANIC, make, |_| ready(())), |_| ())
}

/// Looks at a source again and again, and sends the streams that are wanted of it.
async fn look(source: Arc<dyn Source>, wanted: Wanted, sender: Sender<Vec<LogTarget>>) {
    let mut nudges = source.nudges();
    let mut told = true;
    loop {
        tokio::select! {
            nudge = nudges.next(), if told => told = nudge.is_some(),
            () = sleep(source.pace()) => {
                if !told {
                    (nudges, told) = (source.nudges(), true);
                }
            }
        }
        let Ok(snapshot) = source.snapshot().await else { continue };
        if sender.send(wanted.targets(snapshot.services.iter().map(AsRef::as_ref))).await.is_err() {
            return;
        }
    }
}

/// Waits until nobody reads standard output any more, where it is a pipe: else only the next line would tell.
pub(in crate::cli) async fn nobody_reads() {
    let copy = output::stdout_handle();
    // A file is never ready, which is as well: it has no reader.
    let watched = copy.and_then(|fd| pipe::Sender::from_file_unchecked(File::from(fd)));
    if let Ok(pipe) = watched {
        while let Ok(ready) = pipe.ready(Interest::ERROR).await {
            if ready.is_error() || ready.is_write_closed() {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
    std::future::pending::<()>().await;
}

/// Lines that wait for older ones.
struct Reorder {
    window: Duration,
    /// The streams of which nothing was heard yet. What is held already comes of all of them before it is printed, so that
    /// it is in order.
    silent: BTreeSet<(ServiceId, SharedText)>,
    /// Until when the next of these is waited for.
    patience: Instant,
    waiting: BTreeMap<(Timestamp, u64), LogLine>,
    /// When batches came, and the key of the newest line of each.
    came: VecDeque<(Instant, (Timestamp, u64))>,
    count: u64,
}

/// How many windows long the first line waits for the next of the streams of which nothing was heard yet.
const PATIENCE: u32 = 3;

/// Lines that may wait: beyond that the oldest go on at once.
const MOST: usize = 20_000;

impl Reorder {
    fn new(window: Duration, silent: BTreeSet<(ServiceId, SharedText)>) -> Self {
        let patience = Instant::now() + window * PATIENCE;
        Self { window, silent, patience, waiting: BTreeMap::new(), came: VecDeque::new(), count: 0 }
    }

    /// Notes of whom something was heard.
    fn hear(&mut self, batch: &LogBatch) {
        if self.silent.is_empty() {
            return;
        }
        let noted = batch.notes.iter().filter_map(|note| Some((note.service.clone()?, note.label.clone())));
        let spoken = batch.lines.iter().map(|line| (line.service.clone(), line.label.clone())).chain(noted);
        for (service, label) in spoken.collect::<BTreeSet<_>>() {
            if self.silent.remove(&(service, label)) {
                self.patience = Instant::now() + self.window * PATIENCE;
            }
        }
    }

    /// Whether what comes waits for those of whom nothing was heard yet.
    fn waits(&self) -> bool {
        !self.silent.is_empty() && Instant::now() < self.patience && self.waiting.len() <= MOST
    }

    fn put(&mut self, lines: Vec<LogLine>) {
        let mut newest = None;
        for line in lines {
            self.count += 1;
            let key = (line.at, self.count);
            newest = newest.max(Some(key));
            self.waiting.insert(key, line);
        }
        self.came.extend(newest.map(|newest| (Instant::now(), newest)));
    }

    /// When the next line has waited long enough.
    fn due(&self) -> Option<Instant> {
        let due = self.came.front().map(|(came, _)| *came + self.window)?;
        Some(if self.waits() { due.max(self.patience) } else { due })
    }

    /// The lines that have waited long enough, in order.
    fn take(&mut self) -> Vec<LogLine> {
        let mut upto = None;
        if self.waits() {
            return Vec::new();
        }
        while let Some((came, newest)) = self.came.front().copied()
            && (came.elapsed() >= self.window || self.waiting.len() > MOST)
        {
            self.came.pop_front();
            upto = upto.max(Some(newest));
            if self.waiting.len() > MOST {
                break;
            }
        }
        let Some((at, count)) = upto else { return Vec::new() };
        let rest = self.waiting.split_off(&(at, count + 1));
        std::mem::replace(&mut self.waiting, rest).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Reorder;
    use crate::model::{LogBatch, LogLine, LogStream, ServiceId, Timestamp};
    use std::{collections::BTreeSet, time::Duration};
    use tokio::time::Instant;

    fn line(second: i64) -> LogLine {
        LogLine {
            at: Timestamp::from_second(second).unwrap(),
            service: ServiceId::new("s/a"),
            label: "a".into(),
            stream: LogStream::Out,
            text: String::new().into(),
            paint: Vec::new(),
        }
    }

    #[test]
    fn the_first_lines_wait_until_every_stream_was_heard() {
        let stream = |name: &str| (ServiceId::new("s/a"), name.into());
        let mut late = Reorder::new(Duration::from_hours(1), BTreeSet::from([stream("a"), stream("b")]));
        let hear = |late: &mut Reorder, label: &str, second| {
            let batch =
                LogBatch { lines: vec![LogLine { label: label.into(), ..line(second) }], notes: Vec::new() };
            late.hear(&batch);
            late.put(batch.lines);
        };
        hear(&mut late, "a", 9);
        (late.window, late.patience) = (Duration::ZERO, Instant::now() + Duration::from_hours(1));
        assert!(late.take().is_empty());
        hear(&mut late, "b", 3);
        assert_eq!(late.take().iter().map(|l| l.at.as_second()).collect::<Vec<_>>(), [3, 9]);
    }

    #[test]
    fn what_comes_a_little_late_is_placed() {
        let mut late = Reorder::new(Duration::from_hours(1), BTreeSet::new());
        late.put(vec![line(5), line(7)]);
        late.put(vec![line(4), line(6)]);
        assert!(late.take().is_empty() && late.due().is_some());
        late.window = Duration::ZERO;
        let order: Vec<_> = late.take().iter().map(|l| l.at.as_second()).collect();
        assert_eq!(order, [4, 5, 6, 7]);
        assert_eq!(late.due(), None);
    }
}
