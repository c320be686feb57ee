//! Sources: Docker engines, ECS clusters, compose projects and recordings. Each returns its services, as they
//! are now, in one snapshot.

pub mod compose;
pub mod docker;
pub mod replay;
pub mod ecs;
pub(crate) mod line_dedup;
pub(crate) mod regular_file;
mod netns;
mod shared_references;
pub mod unopened;

use crate::model::{
    Failure, FailureKind, LogBatch, LogReadOptions, LogTarget, ServiceId, Snapshot, SourceId, UsageSample,
    UsageTarget,
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use serde::Deserialize;
use std::{collections::BTreeSet, time::Duration};

/// Configured source of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Config {
    /// A Docker or Podman engine.
    Docker(docker::Config),
    /// Amazon ECS in one region of one account.
    Ecs(ecs::Config),
    /// A compose file.
    Compose(compose::Config),
    /// A recording, played again.
    Replay(replay::Config),
}

/// System that Portolan reads for services, logs and usage. An implementation keeps no state except caches.
pub trait Source: Send + Sync {
    /// Returns the id, unique among the sources in use.
    fn id(&self) -> &SourceId;

    /// Returns the location for display, such as `unix:///var/run/docker.sock`.
    fn location(&self) -> String;

    /// Returns the family: `docker`, `ecs`, `compose` or `replay`.
    fn kind(&self) -> &'static str;

    /// Takes a snapshot of everything visible now. An unreadable part is reported in the snapshot; an error
    /// means that nothing was readable.
    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>>;

    /// Sets how long the caller of [`Source::snapshot`] waits. Parts not read by then are reported as unread.
    /// Without a limit, the source reads until it has nearly everything, and returns the rest in later
    /// snapshots.
    fn set_time_limit(&self, _limit: Duration) {}

    /// Sets the services that the user is viewing, so that the source reads them first and often. A source
    /// that always reads everything can ignore this.
    fn set_priority(&self, _watched: &BTreeSet<ServiceId>) {}

    /// Returns the key of its snapshot cache, a hash that differs from that of every other source with the
    /// same id. Returns `None` if reading is too fast to need a cache.
    fn cache_key(&self) -> BoxFuture<'_, Option<String>> {
        async { None }.boxed()
    }

    /// Returns the key under which Portolan saves the source's outages. It depends on the location, not on
    /// the id.
    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        async { None }.boxed()
    }

    /// Returns the share of a shared API quota used within the last minute, or `None` if there is no quota.
    fn quota_used(&self) -> Option<f64> {
        None
    }

    /// Returns the time to the next poll if no change notification arrives.
    fn poll_interval(&self) -> Duration;

    /// Emits an item whenever something changed and a new poll is worthwhile. Ends when the connection is
    /// lost; the caller then calls it again.
    fn change_notifications(&self) -> BoxStream<'static, ()>;

    /// Returns true if every change is notified, so that the age of the last snapshot means nothing.
    fn pushes_changes(&self) -> bool {
        false
    }

    /// Returns the longest time that a log line may arrive later than newer lines of other streams.
    fn reorder_window(&self) -> Duration {
        Duration::from_millis(150)
    }

    /// Reads the logs of `targets`, each stream in its own order. A followed stream that ends explains itself
    /// in a note: `Ended` or `Unreadable` if it is final, another kind if it was interrupted. Dropping the
    /// stream stops the reading.
    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogReadOptions,
    ) -> BoxStream<'static, Result<LogBatch, Failure>>;

    /// Measures the resource usage of instances, as a stream of new samples. The first item comes as soon as
    /// possible. An error explains why there are none and ends the stream. Dropping the stream stops the
    /// measurement.
    fn usage(&self, _target: UsageTarget) -> BoxStream<'static, Result<Vec<UsageSample>, Failure>> {
        let what = format!("{} does not report resource usage", self.location());
        let failure = Failure::new(FailureKind::Missing, what, "no action needed");
        stream::iter([Err(failure)]).boxed()
    }

    /// Tries each call that the source needs, for `portolan doctor`.
    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>>;
}

/// Check made by `portolan doctor`, with its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorCheck {
    /// Call or file that was tried, such as `ecs:ListServices`.
    pub name: String,
    /// Result in words, or the failure.
    pub outcome: Result<String, Failure>,
}
