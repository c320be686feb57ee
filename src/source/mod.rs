//! Sources of data: Docker engines, ECS clusters, compose projects and recordings. Each returns its current
//! services in one snapshot.
//!
//! `cli/sources.rs` opens the sources. A new kind of source needs a variant of [`Config`], and two arms
//! there: one in `open`, and one in `with_permission`, which turns off actions for `--read-only`.

pub mod checkouts;
pub mod compose;
pub mod docker;
pub mod replay;
pub mod ecs;
mod operator;
pub(crate) mod line_dedup;
pub(crate) mod regular_file;
mod netns;
pub mod session;
mod shared_references;
pub mod team;
pub mod unopened;

pub use operator::{ChangeReceipt, Operator, read_place, run_plan};

use crate::model::{
    ActionPermission, Failure, FailureKind, InstanceId, LogBatch, LogReadOptions, LogTarget, ServiceId,
    Snapshot, SourceId, TeamStatus, UsageSample, UsageTarget,
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use serde::Deserialize;
use std::{collections::BTreeSet, time::Duration};

/// Configuration of one source, by its kind.
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

/// System that Portolan reads for services, logs and usage, such as a Docker engine or ECS in one region.
pub trait Source: Send + Sync {
    /// Returns the id, unique among the sources in use.
    fn id(&self) -> &SourceId;

    /// Returns the location for display, such as `unix:///var/run/docker.sock`.
    fn location(&self) -> String;

    /// Returns the kind of source: `docker`, `ecs`, `compose`, `replay` or `demo`.
    fn kind(&self) -> &'static str;

    /// Returns the options, each with its value, with which `docker` or `aws` on the command line reaches
    /// this source. Leaves out the options that the tool finds by itself, for example in the environment.
    fn tool_options(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Polls the source and returns a snapshot of everything visible now. The snapshot lists the parts that
    /// can't be read. Returns an error only if nothing can be read.
    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>>;

    /// Sets the longest time that one call of [`Source::snapshot`] may take, for a caller that wants one
    /// complete snapshot. A part that was not read in time becomes an unread part of the snapshot. Without
    /// this limit, a call may return sooner, and later snapshots have the rest.
    fn set_time_limit(&self, _limit: Duration) {}

    /// Sets the services that the user is viewing, so that the source reads them first and often. A source
    /// that reads everything in each poll can ignore this.
    fn set_priority(&self, _watched: &BTreeSet<ServiceId>) {}

    /// Makes the next poll read these instances again, even if nothing shows that they have changed. A source
    /// that reads every instance in each poll can ignore this.
    fn read_again(&self, _instances: &BTreeSet<InstanceId>) {}

    /// Returns the key under which Portolan caches the source's last snapshot. The key is a hash of the id
    /// and the location. Returns `None` if Portolan can't compute it, or reads the source so fast that it
    /// needs no cache.
    fn cache_key(&self) -> BoxFuture<'_, Option<String>> {
        async { None }.boxed()
    }

    /// Returns the key under which Portolan saves the source's outages, or `None` if it saves none. The key
    /// depends on the location and not on the id, so outages are kept when the source is renamed.
    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        async { None }.boxed()
    }

    /// Returns the fraction (0 to 1) of the account's API quota that Portolan used in the last minute.
    /// Returns `None` if the source has no quota.
    fn quota_used(&self) -> Option<f64> {
        None
    }

    /// Returns this Portolan's role in the team that reads the source, and the number of members. Returns
    /// `None` if no team reads the source, and before the first poll.
    fn team_status(&self) -> Option<TeamStatus> {
        None
    }

    /// Returns the prefix of the source's keys in the team's store, or the failure if the source can't find
    /// out its account. Returns `None` if no team reads the source.
    fn team_folder(&self) -> BoxFuture<'_, Option<Result<String, Failure>>> {
        async { None }.boxed()
    }

    /// Leaves the team that reads the source, so that the other members need not wait for a timeout. Portolan
    /// calls this method before the program ends. Does nothing if no team reads the source.
    fn close(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }

    /// Returns the time to the next poll if no change notification arrives.
    fn poll_interval(&self) -> Duration;

    /// Returns a stream with an item for each change that makes a new poll worthwhile. The stream ends when
    /// the connection is lost; the caller then calls this method again.
    fn change_notifications(&self) -> BoxStream<'static, ()>;

    /// Returns true if the source sends a notification for every change, so that even an old snapshot is up
    /// to date.
    fn pushes_changes(&self) -> bool {
        false
    }

    /// Returns the longest expected delay of a log line relative to newer lines of other streams.
    fn reorder_window(&self) -> Duration {
        Duration::from_millis(150)
    }

    /// Reads the logs of `targets`. The lines of one log stream arrive in order.
    ///
    /// If a log stream that Portolan follows ends, the last batch says why in a note: `Ended` or `Unreadable`
    /// if the end is final, any other kind if reading was interrupted. Dropping the returned stream stops the
    /// reading.
    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogReadOptions,
    ) -> BoxStream<'static, Result<LogBatch, Failure>>;

    /// Measures the resource usage of instances, and returns a stream of new samples. The first item comes as
    /// soon as possible. An error says why there are no samples, and ends the stream. Dropping the stream
    /// stops the measurement.
    fn usage(&self, _target: UsageTarget) -> BoxStream<'static, Result<Vec<UsageSample>, Failure>> {
        let what = format!("{} does not report resource usage", self.location());
        let failure = Failure::new(FailureKind::Missing, what, "no action needed");
        stream::iter([Err(failure)]).boxed()
    }

    /// Returns the user's permission to act on the source; `Off` if the source can't act.
    fn permission(&self) -> ActionPermission {
        ActionPermission::Off
    }

    /// Returns the interface by which Portolan acts on the source's services. Returns `None` if the user
    /// permits no actions, or if the source can't act.
    fn operator(&self) -> Option<&dyn Operator> {
        None
    }

    /// Tries each call that the source needs, for `portolan doctor`.
    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>>;
}

/// One check of `portolan doctor`, with its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorCheck {
    /// Call or file that was tried, such as `ecs:ListServices`.
    pub name: String,
    /// Result in words, or the failure.
    pub outcome: Result<String, Failure>,
}
