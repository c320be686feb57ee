//! Sources that replay a recording at its original speed, in a loop. Portolan treats their snapshots and logs
//! like those of any other source.

#[cfg(test)]
mod tests;

use super::{DoctorCheck, Source, regular_file};
use crate::{
    background,
    model::{Failure, LogBatch, LogReadOptions, LogTarget, Snapshot, SourceId, Text, TimeShift, Timestamp},
    recording::Recording,
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// Built-in demo recording.
const DEMO_RECORDING: &str = include_str!("../../../assets/demo.jsonl");

/// Interval between polls.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Configuration of a replay source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// File written by `portolan record`.
    pub path: String,
}

/// Source that replays one of the sources in a recording.
pub struct Replay {
    id: SourceId,
    kind: &'static str,
    location: String,
    recording: Arc<Recording>,
    /// Start of the replay, on the monotonic clock and in UTC.
    started_at: (Instant, Timestamp),
}

/// Returns the sources of the built-in demo.
pub fn demo() -> Result<Vec<Replay>, Failure> {
    sources_in(DEMO_RECORDING.as_bytes(), "demo", "the built-in demo")
}

/// Returns the snapshots at the start of the built-in demo, one for each source.
pub fn demo_snapshots() -> Vec<Snapshot> {
    let Ok(recording) = Recording::read(DEMO_RECORDING.as_bytes(), "the built-in demo") else {
        return Vec::new();
    };
    recording.sources().iter().map(|source| recording.snapshot(source, Duration::ZERO)).collect()
}

/// Reads the recording that `config` names and returns its sources. Reads the whole file, because only its
/// frames name the sources. Refuses devices and pipes, and limits the size.
pub fn open(config: &Config) -> Result<Vec<Replay>, Failure> {
    let file = regular_file::open_regular(Path::new(&config.path)).map_err(|error| {
        let what = format!("the recording {} can't be read: {error}", config.path);
        Failure::new(error.failure_kind(), what, "give the path of a file written by `portolan record`")
    })?;
    sources_in(BufReader::new(file), "replay", &config.path)
}

/// Reads a recording from `input` and returns its sources. `place` names the recording for display.
fn sources_in(input: impl BufRead, kind: &'static str, place: &str) -> Result<Vec<Replay>, Failure> {
    let recording = Arc::new(Recording::read(input, place)?);
    let began = (Instant::now(), Timestamp::now());
    let sources = recording.sources();
    let place = Text::new(place).to_string();
    let replay = |id| Replay {
        id,
        kind,
        location: place.clone(),
        recording: Arc::clone(&recording),
        started_at: began,
    };
    Ok(sources.into_iter().map(replay).collect())
}

impl Replay {
    /// Returns the current offset in the recording, and the duration to add to recorded times to get current
    /// times. The recording starts again when it has ended.
    fn position(&self) -> (Duration, SignedDuration) {
        let played = self.started_at.0.elapsed();
        let length = self.recording.length().max(Duration::from_secs(1));
        let rounds = (played.as_nanos() / length.as_nanos()) as u32;
        let before = length * rounds;
        let moved = self.started_at.1.duration_since(self.recording.header.taken);
        (
            played.saturating_sub(before),
            moved + SignedDuration::try_from(before).unwrap_or(SignedDuration::ZERO),
        )
    }
}

/// Returns the snapshot of the source `id` at the offset `at`, with its times shifted by `moved`. `began` is
/// the start of the replay.
fn shifted_snapshot(
    recording: &Recording,
    id: &SourceId,
    at: Duration,
    moved: SignedDuration,
    began: Timestamp,
) -> Snapshot {
    let mut snapshot = recording.snapshot(id, at);
    snapshot.services.shift_times(moved);
    snapshot.forget_paths();
    // Some events happened before the recording began. They get the same time in every repetition, so that
    // they appear as new only once.
    for event in &mut snapshot.events {
        let old = event.at < recording.header.taken;
        event.shift_times(if old { began.duration_since(recording.header.taken) } else { moved });
    }
    snapshot.connections.shift_times(moved);
    snapshot.monitored.shift_times(moved);
    snapshot.taken_at = Timestamp::now();
    snapshot
}

impl Source for Replay {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn location(&self) -> String {
        self.location.clone()
    }

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        let (at, moved) = self.position();
        let (id, recording, began) = (self.id.clone(), Arc::clone(&self.recording), self.started_at.1);
        async move {
            // Building a snapshot of a large recording takes a while, and other sources must not wait for it.
            let made =
                background::run_blocking(move || shifted_snapshot(&recording, &id, at, moved, began)).await;
            made.map_err(|panicked| panicked.failure("internal error while playing the recording"))
        }
        .boxed()
    }

    fn poll_interval(&self) -> Duration {
        POLL_INTERVAL
    }

    fn change_notifications(&self) -> BoxStream<'static, ()> {
        stream::pending().boxed()
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogReadOptions,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        let (at, moved) = self.position();
        let mut batch = self.recording.logs_between(&targets, Duration::ZERO, at);
        batch.shift_times(moved);
        batch.lines.retain(|line| {
            start.since.is_none_or(|since| line.at >= since)
                && start.until.is_none_or(|until| line.at < until)
        });
        let skip = batch.lines.len().saturating_sub(start.tail);
        batch.lines.drain(..skip);
        let history = stream::iter([Ok(batch)]);
        if !start.follow {
            return history.boxed();
        }
        let recording = Arc::clone(&self.recording);
        let from = Instant::now();
        let live = stream::unfold((targets, at), move |(targets, last)| {
            let recording = Arc::clone(&recording);
            async move {
                let next = recording.next_log_offset(&targets, last)?;
                sleep_until(from + next.saturating_sub(at)).await;
                let mut batch = recording.logs_between(&targets, last, next);
                batch.shift_times(moved);
                Some((Ok(batch), (targets, next)))
            }
        });
        history.chain(live).boxed()
    }

    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
        let outcome = Ok(format!("{} s long", self.recording.length().as_secs()));
        let whole = DoctorCheck { name: self.location.clone(), outcome };
        let fault =
            |failure: &Failure| DoctorCheck { name: self.location.clone(), outcome: Err(failure.clone()) };
        let all = [whole].into_iter().chain(self.recording.read_failures().iter().map(fault)).collect();
        futures::future::ready(all).boxed()
    }
}
