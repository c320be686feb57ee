//! A recording played in time: topology, health and logs come as they came then, through the same path as any source.

mod format;
mod read;
mod recording;
#[cfg(test)]
mod tests;

pub use format::{Frame, Header, SCHEMA};
pub use recording::Recording;

use super::{Examined, Source, regular_file};
use crate::{
    background,
    model::{
        Failure, LogBatch, LogStart, LogTarget, Shift, Snapshot, SourceId, Text, Timestamp,
    },
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

/// The recording that is built in.
const DEMO: &str = include_str!("../../../assets/demo.jsonl");

/// The time between two looks whether the recording has gone on.
const PACE: Duration = Duration::from_secs(1);

/// The configuration of a replay source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The file that `portolan record` wrote.
    pub path: String,
}

/// One source of a recording.
pub struct Replay {
    id: SourceId,
    kind: &'static str,
    place: String,
    recording: Arc<Recording>,
    /// When the playing began, on both clocks.
    began: (Instant, Timestamp),
}

/// The sources of the built-in estate.
pub fn demo() -> Result<Vec<Replay>, Failure> {
    play(DEMO.as_bytes(), "demo", "the built-in demo estate")
}

/// The sources of the recording that `config` names. Its sources are known only when it is read, so it is read here;
/// but no device, no pipe and no more of it than a bound.
pub fn open(config: &Config) -> Result<Vec<Replay>, Failure> {
    let file = regular_file::open(Path::new(&config.path)).map_err(|error| {
        let what = format!("the recording {} can't be read: {error}", config.path);
        Failure::new(error.kind(), what, "name a file that `portolan record` wrote")
    })?;
    play(BufReader::new(file), "replay", &config.path)
}

/// The sources of a recording.
fn play(input: impl BufRead, kind: &'static str, place: &str) -> Result<Vec<Replay>, Failure> {
    let recording = Arc::new(Recording::read(input, place)?);
    let began = (Instant::now(), Timestamp::now());
    let sources = recording.sources();
    let place = Text::new(place).to_string();
    let replay = |id| Replay { id, kind, place: place.clone(), recording: Arc::clone(&recording), began };
    Ok(sources.into_iter().map(replay).collect())
}

impl Replay {
    /// The time that it has played in the round that is on, and the time by which its times are moved.
    fn position(&self) -> (Duration, SignedDuration) {
        let played = self.began.0.elapsed();
        let length = self.recording.length().max(Duration::from_secs(1));
        let rounds = (played.as_nanos() / length.as_nanos()) as u32;
        let before = length * rounds;
        let moved = self.began.1.duration_since(self.recording.header.taken);
        (
            played.saturating_sub(before),
            moved + SignedDuration::try_from(before).unwrap_or(SignedDuration::ZERO),
        )
    }
}

/// The snapshot of the source `id` at that place of the recording, its times moved.
fn shown(
    recording: &Recording,
    id: &SourceId,
    at: Duration,
    moved: SignedDuration,
    began: Timestamp,
) -> Snapshot {
    let mut snapshot = recording.snapshot(id, at);
    snapshot.services.shift(moved);
    // What was history when the recording began is told once, not as new in every round.
    for event in &mut snapshot.events {
        let old = event.at < recording.header.taken;
        event.shift(if old { began.duration_since(recording.header.taken) } else { moved });
    }
    snapshot.flows.shift(moved);
    snapshot.watched.shift(moved);
    snapshot.taken = Timestamp::now();
    snapshot
}

impl Source for Replay {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn place(&self) -> String {
        self.place.clone()
    }

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        let (at, moved) = self.position();
        let (id, recording, began) = (self.id.clone(), Arc::clone(&self.recording), self.began.1);
        async move {
            // A long recording takes its time, which nobody else should wait for.
            let made = background::blocking(move || shown(&recording, &id, at, moved, began)).await;
            made.map_err(|panicked| panicked.failure("the recording could not be played"))
        }
        .boxed()
    }

    fn pace(&self) -> Duration {
        PACE
    }

    fn nudges(&self) -> BoxStream<'static, ()> {
        stream::pending().boxed()
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogStart,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        let (at, moved) = self.position();
        let mut batch = self.recording.logs(&targets, Duration::ZERO, at);
        batch.shift(moved);
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
                let next = recording.next_log(&targets, last)?;
                sleep_until(from + next.saturating_sub(at)).await;
                let mut batch = recording.logs(&targets, last, next);
                batch.shift(moved);
                Some((Ok(batch), (targets, next)))
            }
        });
        history.chain(live).boxed()
    }

    fn examine(&self) -> BoxFuture<'_, Vec<Examined>> {
        let outcome = Ok(format!("{} s long", self.recording.length().as_secs()));
        let whole = Examined { what: self.place.clone(), outcome };
        let fault = |failure: &Failure| Examined { what: self.place.clone(), outcome: Err(failure.clone()) };
        let all = [whole].into_iter().chain(self.recording.faults().iter().map(fault)).collect();
        futures::future::ready(all).boxed()
    }
}
