//! The outside world that Portolan reads: every source says everything it sees, now, as one snapshot.

pub mod compose;
pub mod docker;
pub mod replay;
pub mod ecs;
pub(crate) mod once;
pub(crate) mod regular_file;
mod netns;
mod witness;
pub mod unopened;

use crate::model::{
    Failure, FailureKind, LogBatch, LogStart, LogTarget, Reading, ServiceId, Snapshot, SourceId, UsageTarget,
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use serde::Deserialize;
use std::{collections::BTreeSet, time::Duration};

/// A source as the configuration names it: the registry of all kinds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Config {
    /// A Docker or Podman engine.
    Docker(docker::Config),
    /// Amazon ECS, one region of one account.
    Ecs(ecs::Config),
    /// A compose file.
    Compose(compose::Config),
    /// A recording.
    Replay(replay::Config),
}

/// One place to look. A source keeps nothing but caches of what can not change.
pub trait Source: Send + Sync {
    /// Its identity, unique among the sources in use.
    fn id(&self) -> &SourceId;

    /// What it is and where, for people: `unix:///var/run/docker.sock`.
    fn place(&self) -> String;

    /// Which family it belongs to: `docker`, `ecs`, `compose`, `replay`.
    fn kind(&self) -> &'static str;

    /// Everything it sees now. A part that can't be read is a gap in the snapshot; an error means nothing could.
    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>>;

    /// Says how long whoever calls [`Source::snapshot`] waits for it: what can't be read until then is a gap. Without a
    /// word the source looks until it has nearly everything, and tells the rest when it comes.
    fn set_time_limit(&self, _limit: Duration) {}

    /// What people look at just now: worth reading first and often. Whoever reads everything each time need not heed it.
    fn heed(&self, _watched: &BTreeSet<ServiceId>) {}

    /// What its last picture is kept under, a hash, where looking takes so long that it is worth keeping: what tells it from
    /// every other source that might go by the same id.
    fn key(&self) -> BoxFuture<'_, Option<String>> {
        async { None }.boxed()
    }

    /// What is known of its outages is kept under, between runs: its place, by whatever id it goes.
    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        async { None }.boxed()
    }

    /// The part of a common quota that was spent within the last minute, where there is one.
    fn spent(&self) -> Option<f64> {
        None
    }

    /// How long to wait before looking again when nothing nudges.
    fn pace(&self) -> Duration;

    /// "Look again": an item whenever something changed. Ends when the connection is lost; ask again then.
    fn nudges(&self) -> BoxStream<'static, ()>;

    /// Whether it tells of every change by a nudge, so that the age of the last look says nothing.
    fn tells(&self) -> bool {
        false
    }

    /// How much later than a line an older one of another stream may come.
    fn lag(&self) -> Duration {
        Duration::from_millis(150)
    }

    /// Lines of those targets, each stream in its own order. A stream that is followed and ends has said why in a note: of
    /// the kind `Ended` or `Unreadable` where it is over, of another where it broke. Dropping the stream stops the reading.
    fn logs(&self, targets: Vec<LogTarget>, start: LogStart)
    -> BoxStream<'static, Result<LogBatch, Failure>>;

    /// What those instances use, again and again, each time all that is new; the first time as soon as there is anything to
    /// tell. An error says why it can't be had, and ends the stream. Dropping the stream stops the reading.
    fn usage(&self, _target: UsageTarget) -> BoxStream<'static, Result<Vec<Reading>, Failure>> {
        let what = format!("{} does not tell what its instances use", self.place());
        let failure = Failure::new(FailureKind::Missing, what, "nothing to do");
        stream::iter([Err(failure)]).boxed()
    }

    /// Tries each call it needs and says how it went, for `portolan doctor`.
    fn examine(&self) -> BoxFuture<'_, Vec<Examined>>;
}

/// One thing that `doctor` tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The call or file, such as `ecs:ListServices`.
    pub what: String,
    /// What it gave, or why it failed.
    pub outcome: Result<String, Failure>,
}
