//! A recording played in time: topology, health and logs come as they came then, through the same path as any source.

mod recording;

pub use recording::{Frame, Header, Recording, SCHEMA};

use super::{Examined, Source};
use crate::model::{
    Failure, FailureKind, LogBatch, LogStart, LogTarget, Shift, Snapshot, SourceId, Timestamp,
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// The recording that is built in.
const DEMO: &str = include_str!("../../../assets/demo.jsonl");

/// How often a replay looks whether the recording has gone on.
const PACE: Duration = Duration::from_secs(1);

/// Which recording to play.
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
    play(DEMO, "demo", "the built-in demo estate")
}

/// The sources of the recording that `config` names.
pub fn open(config: &Config) -> Result<Vec<Replay>, Failure> {
    let text = std::fs::read_to_string(Path::new(&config.path)).map_err(|error| {
        let what = format!("the recording {} can't be read: {error}", config.path);
        Failure::new(FailureKind::Missing, what, "name a file that `portolan record` wrote")
    })?;
    play(&text, "replay", &config.path)
}

/// The sources of a recording, from its text.
fn play(text: &str, kind: &'static str, place: &str) -> Result<Vec<Replay>, Failure> {
    let recording = Arc::new(Recording::read(text, place)?);
    let began = (Instant::now(), Timestamp::now());
    let sources = recording.sources();
    let replay = |id| Replay { id, kind, place: place.to_owned(), recording: Arc::clone(&recording), began };
    Ok(sources.into_iter().map(replay).collect())
}

impl Replay {
    /// How long it has played, in the round of the recording that is on, and by how much its times are moved.
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
        let mut snapshot = self.recording.snapshot(&self.id, at);
        snapshot.services.shift(moved);
        // What was history when the recording began is told once, not as new in every round.
        for event in &mut snapshot.events {
            let old = event.at < self.recording.header.taken;
            event.shift(if old { self.began.1.duration_since(self.recording.header.taken) } else { moved });
        }
        snapshot.flows.shift(moved);
        snapshot.watched.shift(moved);
        snapshot.taken = Timestamp::now();
        futures::future::ready(Ok(snapshot)).boxed()
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
        futures::future::ready(vec![Examined { what: self.place.clone(), outcome }]).boxed()
    }
}
