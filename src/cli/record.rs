//! Recording: what the sources show and log, as a file that replays it, written as it comes: a recording that is cut short
//! holds what there was until then. Secrets are in none of it, as they are in nothing that a source says; log lines are as
//! the services wrote them.

use super::{Error, Outcome, args::Common, gather, open};
use crate::{
    background,
    effect::Subscription,
    model::{
        Failure, FailureKind, LogBatch, LogLine, LogNews, LogStart, Snapshot, SourceId, Text, Timestamp,
    },
    output, private_fs,
    runtime::{News, Streams},
    source::{
        Source,
        replay::{Frame, Header},
    },
    store::log_targets,
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

/// How often the sources are looked at.
const STEP: Duration = Duration::from_secs(2);

/// The lines of each stream that are taken at the start.
const TAIL: usize = 40;

/// How long after the end lines are waited for that were written before it, beside the lag of the sources.
const LATE: Duration = Duration::from_millis(500);

/// Snapshots that may wait to be written.
const QUEUE: usize = 4;

/// Records all sources for that long. A file that is there is replaced only where `force` is set.
pub(super) async fn run(
    common: &Common,
    file: &Path,
    length: SignedDuration,
    force: bool,
) -> Result<Outcome, Error> {
    let (config, opened) = open(common)?;
    let mut store = gather::store(&opened.sources, &config);
    gather::gather(&opened.sources, &mut store, common.wait, None).await;
    let length = Duration::try_from(length).unwrap_or(Duration::ZERO);
    let out = private_fs::create(file, force).map_err(|error| refused(&error))?;
    let mut recorder = Recorder::begin(out, length).map_err(|error| cut_short(file, &error))?;
    output::report(format_args!(
        "recording {} for {} s",
        Text::new(&file.display().to_string()),
        length.as_secs()
    ));
    recorder.record(&opened.sources).await.map_err(|error| cut_short(file, &error))?;
    Ok(if recorder.before.is_empty() { Outcome::NothingRead } else { Outcome::Fine })
}

/// The failure of a file that can't be made.
fn refused(error: &io::Error) -> Error {
    let remedy =
        if error.kind() == ErrorKind::AlreadyExists { "--force replaces it" } else { "name another file" };
    Error::Failure(Failure::new(FailureKind::Invalid, format!("the recording {error}"), remedy))
}

/// The failure of a file that can't be written on.
fn cut_short(file: &Path, error: &io::Error) -> Error {
    let what = format!("the recording {} is cut short: {error}", Text::new(&file.display().to_string()));
    Error::Failure(Failure::new(FailureKind::Invalid, what, "what it holds can be replayed"))
}

/// A recording that is being written.
struct Recorder {
    out: File,
    began: Instant,
    taken: Timestamp,
    length: Duration,
    /// The last snapshot of each source.
    before: BTreeMap<SourceId, Snapshot>,
}

impl Recorder {
    fn begin(out: File, length: Duration) -> io::Result<Self> {
        let (began, taken) = (Instant::now(), Timestamp::now());
        let mut recorder = Self { out, began, taken, length, before: BTreeMap::new() };
        recorder.write(&Header::new(taken, length))?;
        Ok(recorder)
    }

    /// Writes what the sources show and log until the end.
    async fn record(&mut self, sources: &[Arc<dyn Source>]) -> io::Result<()> {
        let (sender, mut snapshots) = mpsc::channel(QUEUE);
        let _looks: Vec<_> = sources.iter().map(|source| keep_looking(source, &sender)).collect();
        let (mut streams, mut news) = Streams::new(sources.to_vec());
        let end = self.began + self.length;
        loop {
            tokio::select! {
                () = sleep_until(end) => break,
                Some(snapshot) = snapshots.recv() => {
                    self.snapshot(snapshot)?;
                    streams.keep(&self.streams());
                }
                Some(heard) = news.next() => self.news(heard)?,
            }
        }
        let lag = sources.iter().map(|source| source.lag()).max().unwrap_or_default();
        self.rest(&mut news, end + lag + LATE).await
    }

    /// Writes what changed in a source.
    fn snapshot(&mut self, snapshot: Snapshot) -> io::Result<()> {
        let before = self.before.get(&snapshot.source);
        let at = if before.is_none() { Duration::ZERO } else { self.began.elapsed() };
        let frame = Frame::between(at, before, &snapshot);
        if frame != Frame::empty(at, snapshot.source.clone()) {
            self.write(&frame)?;
        }
        self.before.insert(snapshot.source.clone(), snapshot);
        Ok(())
    }

    /// The streams of everything that runs: the last lines of each, and what comes.
    fn streams(&self) -> BTreeSet<Subscription> {
        let start = LogStart { since: None, until: None, tail: TAIL, follow: true };
        let services = self.before.values().flat_map(|snapshot| &snapshot.services);
        let targets = services.flat_map(|service| log_targets(service));
        targets.map(|target| Subscription::Logs(target, start)).collect()
    }

    /// Writes the lines that were written before the end and come after it.
    async fn rest(&mut self, news: &mut News, until: Instant) -> io::Result<()> {
        let end = self.taken + self.length;
        while let Ok(Some(heard)) = timeout_at(until, news.next()).await {
            self.news(match heard {
                LogNews::Lines(mut batch) => {
                    batch.lines.retain(|line| line.at <= end);
                    LogNews::Lines(batch)
                }
                other => other,
            })?;
        }
        Ok(())
    }

    /// Writes lines, each at its own second; older ones at the start.
    fn news(&mut self, heard: LogNews) -> io::Result<()> {
        let LogNews::Lines(batch) = heard else { return Ok(()) };
        let mut frames: BTreeMap<(Duration, SourceId), Vec<LogLine>> = BTreeMap::new();
        for line in batch.lines {
            let at = Duration::try_from(line.at.duration_since(self.taken)).unwrap_or(Duration::ZERO);
            let second = Duration::from_secs(at.min(self.length).as_secs());
            frames.entry((second, SourceId::from(&line.service))).or_default().push(line);
        }
        for ((at, source), lines) in frames {
            let logs = Some(LogBatch { lines, notes: Vec::new() });
            self.write(&Frame { logs, ..Frame::empty(at, source) })?;
        }
        Ok(())
    }

    /// Writes one line of the file at once, so that it is there whatever comes next.
    fn write(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.out.write_all(&line)
    }
}

/// Looks at a source until the handle is dropped, also after a panic, which the panic hook prints.
fn keep_looking(source: &Arc<dyn Source>, sender: &Sender<Snapshot>) -> AbortOnDropHandle<()> {
    let (source, sender) = (Arc::clone(source), sender.clone());
    let make = move || look(Arc::clone(&source), sender.clone());
    background::spawn(background::keep_up(STEP, make, |_| ready(())), |_| ())
}

/// Looks at a source again and again, until nobody wants its snapshots any more.
async fn look(source: Arc<dyn Source>, sender: Sender<Snapshot>) {
    loop {
        if let Ok(snapshot) = source.snapshot().await
            && sender.send(snapshot).await.is_err()
        {
            return;
        }
        sleep(STEP).await;
    }
}
