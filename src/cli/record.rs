//! Command `record`: writes snapshots and log lines of the sources to a file for replay, as they arrive. An
//! interrupted recording is still readable. Snapshots contain no secrets from configurations, but Portolan
//! records log lines unchanged.

use super::{Error, Outcome, args::CommonArgs, collect, open_sources};
use crate::{
    background,
    model::{
        Failure, FailureKind, LogBatch, LogLine, LogReadOptions, LogUpdate, Snapshot, SourceId, Text,
        Timestamp,
    },
    output, private_fs,
    recording::{Frame, Header},
    runtime::{LogReceiver, LogTasks},
    source::Source,
    store::log_targets,
    subscription::Subscription,
};
use jiff::SignedDuration;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    future::ready,
    io::{self, ErrorKind, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::mpsc::{self, Sender},
    time::{Instant, sleep, sleep_until, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;

/// Time between two polls of a source.
const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(2);

/// Number of earlier lines to record from each stream.
const INITIAL_LINES: usize = 40;

/// Time to wait for late lines after the end of the recording, in addition to the longest expected delay of a
/// source's log lines.
const LATE_LINE_WAIT: Duration = Duration::from_millis(500);

/// Maximum number of snapshots in the queue to the writer.
const SNAPSHOT_QUEUE_LEN: usize = 4;

/// Records all sources for `length`. Overwrites an existing file only if `force` is true.
pub(super) async fn run(
    common: &CommonArgs,
    file: &Path,
    length: SignedDuration,
    force: bool,
) -> Result<Outcome, Error> {
    let (config, opened) = open_sources(common)?;
    let mut world = collect::new_world(&opened.sources, &config);
    collect::poll_until_complete(&opened.sources, &mut world, common.wait, None).await;
    let length = Duration::try_from(length).unwrap_or(Duration::ZERO);
    let out = private_fs::create(file, force).map_err(|error| creation_failure(&error))?;
    let mut recorder = Recorder::begin(out, length).map_err(|error| write_failure(file, &error))?;
    output::print_stderr(format_args!(
        "recording {} for {} s",
        Text::new(&file.display().to_string()),
        length.as_secs()
    ));
    recorder.record(&opened.sources).await.map_err(|error| write_failure(file, &error))?;
    Ok(if recorder.last_snapshots.is_empty() { Outcome::NothingRead } else { Outcome::Success })
}

/// Returns the failure for a file that can't be created.
fn creation_failure(error: &io::Error) -> Error {
    let exists = error.kind() == ErrorKind::AlreadyExists;
    let remedy = if exists { "overwrite it with --force" } else { "choose another file" };
    Error::Failure(Failure::new(FailureKind::Invalid, format!("the recording {error}"), remedy))
}

/// Returns the failure for a file that can't be written completely.
fn write_failure(file: &Path, error: &io::Error) -> Error {
    let what = format!("the recording {} is incomplete: {error}", Text::new(&file.display().to_string()));
    Error::Failure(Failure::new(FailureKind::Invalid, what, "it can be replayed up to this point"))
}

/// Writer of a recording in progress.
struct Recorder {
    out: File,
    clock_start: Instant,
    started_at: Timestamp,
    /// Duration of the whole recording.
    length: Duration,
    /// Last recorded snapshot of each source.
    last_snapshots: BTreeMap<SourceId, Snapshot>,
}

impl Recorder {
    fn begin(out: File, length: Duration) -> io::Result<Self> {
        let (began, taken) = (Instant::now(), Timestamp::now());
        let mut recorder =
            Self { out, clock_start: began, started_at: taken, length, last_snapshots: BTreeMap::new() };
        recorder.write(&Header::new(taken, length))?;
        Ok(recorder)
    }

    /// Writes snapshots and log lines until the end of the recording.
    async fn record(&mut self, sources: &[Arc<dyn Source>]) -> io::Result<()> {
        let (sender, mut snapshots) = mpsc::channel(SNAPSHOT_QUEUE_LEN);
        let _looks: Vec<_> = sources.iter().map(|source| spawn_polling(source, &sender)).collect();
        let (mut streams, mut news) = LogTasks::new(sources.to_vec());
        let end = self.clock_start + self.length;
        loop {
            tokio::select! {
                () = sleep_until(end) => break,
                Some(snapshot) = snapshots.recv() => {
                    self.write_snapshot(snapshot)?;
                    streams.sync(&self.subscriptions());
                }
                Some(heard) = news.next() => self.write_lines(heard)?,
            }
        }
        let lag = sources.iter().map(|source| source.reorder_window()).max().unwrap_or_default();
        self.write_late_lines(&mut news, end + lag + LATE_LINE_WAIT).await
    }

    /// Writes the first snapshot of a source, or the difference from its previous one. Writes nothing if they
    /// do not differ.
    fn write_snapshot(&mut self, snapshot: Snapshot) -> io::Result<()> {
        let before = self.last_snapshots.get(&snapshot.source);
        let at = if before.is_none() { Duration::ZERO } else { self.clock_start.elapsed() };
        let frame = Frame::between(at, before, &snapshot);
        if frame != Frame::empty(at, snapshot.source.clone()) {
            self.write(&frame)?;
        }
        self.last_snapshots.insert(snapshot.source.clone(), snapshot);
        Ok(())
    }

    /// Returns the log subscriptions for all instances in the last snapshots. Each reads earlier lines first,
    /// then new ones.
    fn subscriptions(&self) -> BTreeSet<Subscription> {
        let start = LogReadOptions { since: None, until: None, tail: INITIAL_LINES, follow: true };
        let services = self.last_snapshots.values().flat_map(|snapshot| &snapshot.services);
        let targets = services.flat_map(|service| log_targets(service));
        targets.map(|target| Subscription::Logs(target, start)).collect()
    }

    /// Writes lines that were logged before the end of the recording and arrive after it. Waits until
    /// `until`.
    async fn write_late_lines(&mut self, news: &mut LogReceiver, until: Instant) -> io::Result<()> {
        let end = self.started_at + self.length;
        while let Ok(Some(message)) = timeout_at(until, news.next()).await {
            self.write_lines(match message {
                LogUpdate::Lines(mut batch) => {
                    batch.lines.retain(|line| line.at <= end);
                    LogUpdate::Lines(batch)
                }
                other => other,
            })?;
        }
        Ok(())
    }

    /// Writes log lines, each with the whole second of the recording at which it was logged. Lines from
    /// before the start get second 0.
    fn write_lines(&mut self, message: LogUpdate) -> io::Result<()> {
        let LogUpdate::Lines(batch) = message else { return Ok(()) };
        let mut frames: BTreeMap<(Duration, SourceId), Vec<LogLine>> = BTreeMap::new();
        for line in batch.lines {
            let at = Duration::try_from(line.at.duration_since(self.started_at)).unwrap_or(Duration::ZERO);
            let second = Duration::from_secs(at.min(self.length).as_secs());
            frames.entry((second, SourceId::from(&line.service))).or_default().push(line);
        }
        for ((at, source), lines) in frames {
            let logs = Some(LogBatch { lines, notes: Vec::new() });
            self.write(&Frame { logs, ..Frame::empty(at, source) })?;
        }
        Ok(())
    }

    /// Writes one line of the file without buffering, so that an interrupted recording contains it.
    fn write(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.out.write_all(&line)
    }
}

/// Spawns a task that polls a source until the handle is dropped. The task restarts after a panic, which the
/// panic hook prints.
fn spawn_polling(source: &Arc<dyn Source>, sender: &Sender<Snapshot>) -> AbortOnDropHandle<()> {
    let (source, sender) = (Arc::clone(source), sender.clone());
    let make = move || poll_snapshots(Arc::clone(&source), sender.clone());
    background::spawn(background::restart_on_panic(SNAPSHOT_INTERVAL, make, |_| ready(())), |_| ())
}

/// Polls a source repeatedly and sends its snapshots, until the receiver is dropped.
async fn poll_snapshots(source: Arc<dyn Source>, sender: Sender<Snapshot>) {
    loop {
        if let Ok(snapshot) = source.snapshot().await
            && sender.send(snapshot).await.is_err()
        {
            return;
        }
        sleep(SNAPSHOT_INTERVAL).await;
    }
}
