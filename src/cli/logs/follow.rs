//! `logs --follow`: prints new lines of all streams in time order. Each line waits briefly, because older
//! lines of other streams may arrive later. Also follows instances that start later.

use super::{print::Printer, targets::TargetSelector};
use crate::{
    background,
    cli::{Error, Outcome},
    model::{
        LogBatch, LogLine, LogNoteKind, LogReadOptions, LogTarget, LogUpdate, ServiceId, SharedText,
        Timestamp,
    },
    output,
    runtime::LogTasks,
    source::Source,
    subscription::Subscription,
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

/// Wait before Portolan polls a source again after a panic.
const PANIC_RETRY_WAIT: Duration = Duration::from_secs(2);

/// Prints the stored lines of the targets, then new ones until an interrupt, or until standard output has no
/// reader.
pub(super) async fn run(
    sources: &[Arc<dyn Source>],
    selector: TargetSelector,
    targets: Vec<LogTarget>,
    start: LogReadOptions,
    mut printer: Printer,
) -> Result<Outcome, Error> {
    let window = sources.iter().map(|source| source.reorder_window()).max().unwrap_or_default();
    let (sender, mut new_targets) = mpsc::channel(1);
    let looks = sources.iter().map(|source| spawn_polling(source, &selector, &sender));
    let _looks: Vec<_> = looks.collect();
    let (mut streams, mut news) = LogTasks::new(sources.to_vec());
    let (mut subscribed, mut unreadable) = (BTreeSet::new(), BTreeSet::new());
    let silent = targets.iter().map(|target| (target.service.clone(), target.label.clone())).collect();
    let mut buffer = ReorderBuffer::new(window, silent);
    let began = Timestamp::now();
    let mut any = false;
    let mut readers_gone = std::pin::pin!(stdout_closed());
    subscribe(&mut subscribed, targets, start);
    loop {
        streams.sync(&subscribed);
        let due = buffer.due().unwrap_or_else(|| Instant::now() + Duration::from_hours(1));
        tokio::select! {
            biased;
            () = &mut readers_gone => return Ok(Outcome::Success),
            Some(heard) = news.next() => if let LogUpdate::Lines(batch) = heard {
                any |= !batch.lines.is_empty();
                for note in &batch.notes {
                    if note.kind == LogNoteKind::Unreadable {
                        unreadable.insert((note.service.clone(), note.label.clone()));
                    }
                    // With several services, notes about tasks that ended before the start are noise.
                    let old = note.kind == LogNoteKind::Ended && note.at.is_some_and(|at| at < began);
                    if !old || !selector.is_multi_service() {
                        printer.print_note(note);
                    }
                }
                buffer.mark_heard(&batch);
                buffer.push(batch.lines);
            },
            Some(targets) = new_targets.recv() => subscribe(&mut subscribed, targets, LogReadOptions { tail: usize::MAX, ..start }),
            () = sleep_until(due) => {}
        }
        for line in buffer.pop_due() {
            printer.print_line(&line)?;
        }
        printer.flush()?;
        if !any && !subscribed.is_empty() && unreadable.len() >= subscribed.len() {
            return Ok(Outcome::NothingRead);
        }
    }
}

/// Adds subscriptions for those `targets` that have none yet.
fn subscribe(subscribed: &mut BTreeSet<Subscription>, targets: Vec<LogTarget>, start: LogReadOptions) {
    for target in targets {
        if !subscribed.iter().any(|known| matches!(known, Subscription::Logs(known, _) if *known == target)) {
            subscribed.insert(Subscription::Logs(target, start));
        }
    }
}

/// Spawns a task that polls a source until the handle is dropped. The task restarts after a panic, which the
/// panic hook prints.
fn spawn_polling(
    source: &Arc<dyn Source>,
    selector: &TargetSelector,
    sender: &Sender<Vec<LogTarget>>,
) -> AbortOnDropHandle<()> {
    let (source, wanted, sender) = (Arc::clone(source), selector.clone(), sender.clone());
    let make = move || poll_targets(Arc::clone(&source), wanted.clone(), sender.clone());
    background::spawn(background::restart_on_panic(PANIC_RETRY_WAIT, make, |_| ready(())), |_| ())
}

/// Polls a source at each change notification and each interval, and sends the log targets that `selector`
/// selects.
async fn poll_targets(source: Arc<dyn Source>, selector: TargetSelector, sender: Sender<Vec<LogTarget>>) {
    let mut nudges = source.change_notifications();
    let mut is_listening = true;
    loop {
        tokio::select! {
            nudge = nudges.next(), if is_listening => is_listening = nudge.is_some(),
            () = sleep(source.poll_interval()) => {
                if !is_listening {
                    (nudges, is_listening) = (source.change_notifications(), true);
                }
            }
        }
        let Ok(snapshot) = source.snapshot().await else { continue };
        if sender.send(selector.targets(snapshot.services.iter().map(AsRef::as_ref))).await.is_err() {
            return;
        }
    }
}

/// Waits until the reader of standard output closes the pipe. Without this wait, Portolan would notice it
/// only at the next write. Never returns if standard output is not a pipe.
pub(in crate::cli) async fn stdout_closed() {
    let copy = output::stdout_handle();
    // A regular file has no reader, and never becomes ready for this event.
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

/// Buffer that puts the lines of several streams in time order. Each line waits for `window`, because older
/// lines of other streams may still arrive.
struct ReorderBuffer {
    /// Time for which each line waits.
    window: Duration,
    /// Streams that have sent neither a line nor a note so far. Lines also wait for these streams, so that
    /// the stored lines of all streams are in order.
    unheard: BTreeSet<(ServiceId, SharedText)>,
    /// Time until which lines wait for the streams in `unheard`.
    hold_until: Instant,
    /// Waiting lines by their time, then by order of arrival.
    waiting: BTreeMap<(Timestamp, u64), LogLine>,
    /// Arrival time of each batch, with the key of the newest line in it.
    batches: VecDeque<(Instant, (Timestamp, u64))>,
    /// Number of lines received so far.
    count: u64,
}

/// Time for which the first lines wait for each further stream in `unheard` to send something, in multiples
/// of `window`.
const HOLD_WINDOWS: u32 = 3;

/// Maximum number of waiting lines. Beyond it, Portolan prints the oldest at once.
const MAX_WAITING_LINES: usize = 20_000;

impl ReorderBuffer {
    fn new(window: Duration, unheard: BTreeSet<(ServiceId, SharedText)>) -> Self {
        let hold_until = Instant::now() + window * HOLD_WINDOWS;
        Self { window, unheard, hold_until, waiting: BTreeMap::new(), batches: VecDeque::new(), count: 0 }
    }

    /// Removes the streams of `batch` from `unheard`, and extends the wait for the rest.
    fn mark_heard(&mut self, batch: &LogBatch) {
        if self.unheard.is_empty() {
            return;
        }
        let noted = batch.notes.iter().filter_map(|note| Some((note.service.clone()?, note.label.clone())));
        let spoken = batch.lines.iter().map(|line| (line.service.clone(), line.label.clone())).chain(noted);
        for (service, label) in spoken.collect::<BTreeSet<_>>() {
            if self.unheard.remove(&(service, label)) {
                self.hold_until = Instant::now() + self.window * HOLD_WINDOWS;
            }
        }
    }

    /// Returns true while all lines wait for the streams in `unheard`.
    fn is_holding(&self) -> bool {
        !self.unheard.is_empty()
            && Instant::now() < self.hold_until
            && self.waiting.len() <= MAX_WAITING_LINES
    }

    /// Adds the lines of one batch.
    fn push(&mut self, lines: Vec<LogLine>) {
        let mut newest = None;
        for line in lines {
            self.count += 1;
            let key = (line.at, self.count);
            newest = newest.max(Some(key));
            self.waiting.insert(key, line);
        }
        self.batches.extend(newest.map(|newest| (Instant::now(), newest)));
    }

    /// Returns the time at which the next line has waited long enough; `None` if no line waits.
    fn due(&self) -> Option<Instant> {
        let due = self.batches.front().map(|(came, _)| *came + self.window)?;
        Some(if self.is_holding() { due.max(self.hold_until) } else { due })
    }

    /// Removes and returns the lines that have waited long enough and all older lines, in time order. If too
    /// many lines wait, the batch that came first need not wait any longer.
    fn pop_due(&mut self) -> Vec<LogLine> {
        let mut upto = None;
        if self.is_holding() {
            return Vec::new();
        }
        while let Some((came, newest)) = self.batches.front().copied()
            && (came.elapsed() >= self.window || self.waiting.len() > MAX_WAITING_LINES)
        {
            self.batches.pop_front();
            upto = upto.max(Some(newest));
            if self.waiting.len() > MAX_WAITING_LINES {
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
    use super::ReorderBuffer;
    use crate::model::{LogBatch, LogLine, OutputStream, ServiceId, Timestamp};
    use std::{collections::BTreeSet, time::Duration};
    use tokio::time::Instant;

    fn line(second: i64) -> LogLine {
        LogLine {
            at: Timestamp::from_second(second).unwrap(),
            service: ServiceId::new("s/a"),
            label: "a".into(),
            stream: OutputStream::Stdout,
            text: String::new().into(),
            styles: Vec::new(),
        }
    }

    #[test]
    fn the_first_lines_wait_until_every_stream_was_heard() {
        let stream = |name: &str| (ServiceId::new("s/a"), name.into());
        let mut late =
            ReorderBuffer::new(Duration::from_hours(1), BTreeSet::from([stream("a"), stream("b")]));
        let hear = |late: &mut ReorderBuffer, label: &str, second| {
            let batch =
                LogBatch { lines: vec![LogLine { label: label.into(), ..line(second) }], notes: Vec::new() };
            late.mark_heard(&batch);
            late.push(batch.lines);
        };
        hear(&mut late, "a", 9);
        (late.window, late.hold_until) = (Duration::ZERO, Instant::now() + Duration::from_hours(1));
        assert!(late.pop_due().is_empty());
        hear(&mut late, "b", 3);
        assert_eq!(late.pop_due().iter().map(|l| l.at.as_second()).collect::<Vec<_>>(), [3, 9]);
    }

    #[test]
    fn what_comes_a_little_late_is_placed() {
        let mut late = ReorderBuffer::new(Duration::from_hours(1), BTreeSet::new());
        late.push(vec![line(5), line(7)]);
        late.push(vec![line(4), line(6)]);
        assert!(late.pop_due().is_empty() && late.due().is_some());
        late.window = Duration::ZERO;
        let order: Vec<_> = late.pop_due().iter().map(|l| l.at.as_second()).collect();
        assert_eq!(order, [4, 5, 6, 7]);
        assert_eq!(late.due(), None);
    }
}
