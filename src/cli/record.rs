//! Recording: what the sources show and log, as a file that replays it. Secrets are in none of it, as they are in
//! nothing that a source says; log lines are as the services wrote them.

use super::{Error, Outcome, args::Common, gather, open};
use crate::{
    model::{Failure, FailureKind, LogBatch, LogStart, Snapshot, SourceId, Timestamp},
    output,
    source::{
        Source,
        replay::{Frame, Header},
    },
    store::log_targets,
};
use futures::{StreamExt, future::join_all};
use jiff::SignedDuration;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How often the sources are looked at.
const STEP: Duration = Duration::from_secs(2);

/// The lines of each stream that are taken at the start.
const TAIL: usize = 40;

/// Records all sources for that long.
pub(super) async fn run(common: &Common, file: &Path, length: SignedDuration) -> Result<Outcome, Error> {
    let (config, opened) = open(common)?;
    let mut store = gather::store(&opened.sources, &config);
    gather::gather(&opened.sources, &mut store, common.wait, None).await;
    let length = Duration::try_from(length).unwrap_or(Duration::ZERO);
    let written = |error| {
        let what = format!("{} can't be written: {error}", file.display());
        Error::Failure(Failure::new(FailureKind::Invalid, what, "name another file"))
    };
    let mut out = BufWriter::new(File::create(file).map_err(written)?);
    let (taken, began) = (Timestamp::now(), Instant::now());
    line(&mut out, &Header::new(taken, length))?;
    output::report(format_args!("recording {} for {} s", file.display(), length.as_secs()));
    let recorded = opened.sources.iter().map(|source| one(source, began, taken, length));
    let mut frames: Vec<Frame> = join_all(recorded).await.into_iter().flatten().collect();
    frames.sort_by_key(|frame| frame.at_ms);
    for frame in &frames {
        line(&mut out, frame)?;
    }
    out.flush()?;
    Ok(if frames.is_empty() { Outcome::NothingRead } else { Outcome::Fine })
}

/// Everything that one source shows, until `length` has passed.
async fn one(source: &Arc<dyn Source>, began: Instant, taken: Timestamp, length: Duration) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut before: Option<Snapshot> = None;
    while began.elapsed() < length {
        if let Ok(snapshot) = source.snapshot().await {
            let at = if before.is_none() { Duration::ZERO } else { began.elapsed() };
            let frame = Frame::between(at, before.as_ref(), &snapshot);
            if frame != Frame::empty(at, source.id().clone()) {
                frames.push(frame);
            }
            before = Some(snapshot);
        }
        sleep(STEP).await;
    }
    if let Some(last) = before {
        frames.extend(logs(source, &last, taken, length).await);
    }
    frames
}

/// The lines of every service that came until the end, each at its own time; older ones at the start.
async fn logs(source: &Arc<dyn Source>, last: &Snapshot, taken: Timestamp, length: Duration) -> Vec<Frame> {
    let targets: Vec<_> = last.services.iter().flat_map(|service| log_targets(service)).collect();
    let mut lines = Vec::new();
    for (since, tail) in [(None, TAIL), (Some(taken), usize::MAX)] {
        let start = LogStart { since, until: None, tail, follow: false };
        let mut batches = source.logs(targets.clone(), start);
        while let Some(Ok(batch)) = batches.next().await {
            lines.extend(batch.lines);
        }
    }
    lines.sort_by(|a, b| (a.at, &a.service, &a.label, &a.text).cmp(&(b.at, &b.service, &b.label, &b.text)));
    lines.dedup();
    let at = |line: &crate::model::LogLine| {
        let at = Duration::try_from(line.at.duration_since(taken)).unwrap_or(Duration::ZERO);
        Duration::from_secs(at.min(length).as_secs())
    };
    lines
        .chunk_by(|a, b| at(a) == at(b))
        .map(|lines| frame(at(&lines[0]), source.id(), lines.to_vec()))
        .collect()
}

fn frame(at: Duration, source: &SourceId, lines: Vec<crate::model::LogLine>) -> Frame {
    let logs = Some(LogBatch { lines, notes: Vec::new() });
    Frame { logs, ..Frame::empty(at, source.clone()) }
}

fn line(out: &mut impl Write, value: &impl serde::Serialize) -> std::io::Result<()> {
    writeln!(out, "{}", serde_json::to_string(value)?)
}
