//! A source that a team reads together: one member polls, the others show what it read.
//!
//! [`TeamPolledSource`] wraps a source. Before each poll it reads the team's store. Then it follows the
//! leader, polls as the leader and shares the result, or polls for itself if the team can't work. Logs, usage
//! and actions always go to the source itself, with the rights of this user.

mod boot_clock;
mod config;
mod failures;
mod history_store;
mod leader_state;
mod leading;
mod member;
mod note_store;
mod readings;
mod shared_object;
mod shared_source;
mod team_access;
mod team_folder;
#[cfg(test)]
mod tests;

pub use config::TeamConfig;
pub use history_store::{HistoryStore, ReadSegments, StoredActions};
pub use member::Participation;
pub use note_store::{NoteStore, StoredNotes};
pub use shared_source::{SharedSource, TeamScope};
pub use team_access::TeamAccess;

use super::{DoctorCheck, Operator, Source};
use crate::{
    model::{
        ActionPermission, Failure, FailureKind, InstanceId, LogBatch, LogReadOptions, LogTarget, ServiceId,
        Snapshot, SourceId, TeamStatus, Text, Timestamp, UsageSample, UsageTarget,
    },
    object_store::ObjectStore,
    team::{Leader, Rank},
};
use boot_clock::time_since_boot;
use futures::{FutureExt, future::BoxFuture, stream::BoxStream};
use member::{Member, Step};
use std::{
    collections::BTreeSet,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use team_folder::TeamFolder;
use tokio::{
    sync::{Mutex as AsyncMutex, MutexGuard},
    time::timeout,
};

/// Lower limit of the time within which a leader promises to write the next head (the object that renews its
/// lead).
const MIN_HEAD_INTERVAL: Duration = Duration::from_secs(5);

/// Upper limit of the time within which a leader promises to write the next head (the object that renews its
/// lead).
const MAX_HEAD_INTERVAL: Duration = Duration::from_secs(30);

/// Longest time for which a leader renews its lead during one poll.
const MAX_RENEWED_POLL: Duration = Duration::from_secs(40);

/// Upper limit of the random wait before a member claims the lead.
const MAX_CLAIM_JITTER: Duration = Duration::from_secs(1);

/// Time between two reads of a store while this member polls for itself. A store that does not respond delays
/// each poll that reads it.
const ALONE_READ_INTERVAL: Duration = Duration::from_secs(12);

/// Value of a member's clock when the machine starts. It is not zero, so that the clock can also express
/// times before the start, such as that of an older reading.
const CLOCK_START: Duration = Duration::from_hours(24 * 30);

/// Team of one run of Portolan: its store, and the part that this member takes.
#[derive(Clone)]
pub struct TeamSettings {
    /// Store of the team.
    pub store: Arc<dyn ObjectStore>,
    /// Prefix of all keys of the team in the store.
    pub folder: String,
    /// Name of this member that the other members see.
    pub name: Text,
    /// Part that this run takes in the team.
    pub participation: Participation,
}

/// Source that a team reads together. It wraps another source, and polls that source only if this member
/// leads or the team can't work.
pub struct TeamPolledSource {
    inner: Arc<dyn SharedSource>,
    settings: TeamSettings,
    /// This member; `None` until the source has found out its account.
    member: AsyncMutex<Option<Member>>,
    /// State of the team at the last poll.
    last: Mutex<LastPoll>,
}

/// Role of this member in the team at the last poll, and the times to wait before the next poll and before
/// the next read of the store.
#[derive(Clone, Debug, Default)]
struct LastPoll {
    status: Option<TeamStatus>,
    wait: Option<Duration>,
    /// Reason to poll without a team, and the time until which this member does not read the store again.
    alone_until: Option<(Failure, Duration)>,
    /// True if this member has completed a poll of its own since it last followed the leader.
    has_complete_own_poll: bool,
}

impl TeamPolledSource {
    /// Creates a source that wraps `inner` for a member of a team. Sends no request before the first poll.
    #[must_use]
    pub fn new(inner: Arc<dyn SharedSource>, settings: TeamSettings) -> Self {
        Self { inner, settings, member: AsyncMutex::new(None), last: Mutex::default() }
    }

    /// Returns the longest time between two heads, which this member promises to the others if it leads.
    fn interval(&self) -> Duration {
        self.inner.poll_interval().clamp(MIN_HEAD_INTERVAL, MAX_HEAD_INTERVAL)
    }

    /// Returns this member. Creates it if needed, which fails if the source can't find out its account.
    async fn member(&self) -> Result<MutexGuard<'_, Option<Member>>, Failure> {
        let mut slot = self.member.lock().await;
        if slot.is_none() {
            let estate = self.inner.team_scope().await?;
            let TeamSettings { store, folder, name, participation } = self.settings.clone();
            let rank = match participation {
                Participation::Reader => Rank::Person,
                Participation::Member(rank) => rank,
            };
            let folder = format!("{folder}/{}", estate.key);
            let me = Leader { id: random_id().as_str().into(), name, rank, read_as: estate.read_as };
            let jitter = MAX_CLAIM_JITTER.mul_f64((random_number() % 1_000) as f64 / 1_000.0);
            let team = TeamFolder { store, folder };
            *slot = Some(Member::new(team, me, self.inner.id().clone(), participation, jitter));
        }
        Ok(slot)
    }

    async fn poll(&self) -> Result<Snapshot, Failure> {
        let mut slot = self.member().await?;
        let Some(member) = slot.as_mut() else { return self.inner.snapshot().await };
        let began = now();
        let last_alone = self.lock_last().alone_until.clone().filter(|(_, until)| began < *until);
        let step = match last_alone {
            Some((why, _)) => Step::Alone(why),
            None => member.step(began, self.interval()).await,
        };
        self.note_step(member, &step);
        match step {
            Step::Follow => {
                self.inner.divide_quota(1);
                let shown = member.readings.take_snapshot(now(), Timestamp::now());
                self.inner.note_snapshot(&shown);
                Ok(shown)
            }
            Step::Lead => {
                self.inner.divide_quota(1);
                let outcome = self.lead(member).await;
                self.note_step(member, &step);
                self.prefer_complete(member, outcome)
            }
            Step::Alone(_) => {
                self.inner.divide_quota(member.member_count(began));
                let outcome = self.inner.snapshot().await;
                self.prefer_complete(member, outcome)
            }
        }
    }

    /// Polls as the leader, and shares the result. Renews the lead during the poll, for at most
    /// [`MAX_RENEWED_POLL`].
    async fn lead(&self, member: &mut Member) -> Result<Snapshot, Failure> {
        let began = now();
        let mut poll = self.inner.snapshot();
        let outcome = loop {
            let interval = self.interval();
            if let Ok(outcome) = timeout(interval / 2, &mut poll).await {
                break outcome;
            }
            if now().saturating_sub(began) <= MAX_RENEWED_POLL {
                member.write_next_head(now(), interval).await;
            }
        };
        let (now, interval) = (now(), self.interval());
        match &outcome {
            Ok(snapshot) => drop(member.publish(now, interval, snapshot).await),
            Err(failure) => member.note_failed_poll(now, interval, failure).await,
        }
        outcome
    }

    /// Returns the result of this member's own poll, with one exception: while its first load is not
    /// complete, returns the leader's last reading instead, if the cache has one.
    fn prefer_complete(
        &self,
        member: &mut Member,
        outcome: Result<Snapshot, Failure>,
    ) -> Result<Snapshot, Failure> {
        match outcome {
            Ok(own) if own.progress.is_empty() => {
                self.lock_last().has_complete_own_poll = true;
                member.readings.remember(&own, now());
                Ok(own)
            }
            Ok(_) if !self.lock_last().has_complete_own_poll && member.readings.has_reading() => {
                Ok(member.readings.take_snapshot(now(), Timestamp::now()))
            }
            outcome => outcome,
        }
    }

    /// Records the role in the team for the screen, and the wait until the next poll.
    fn note_step(&self, member: &Member, step: &Step) {
        let now = now();
        let mut last = self.lock_last();
        last.status = Some(member.status(now, step));
        last.wait = match step {
            Step::Follow => {
                last.has_complete_own_poll = false;
                Some(member.lease.head_read_interval(now))
            }
            Step::Lead | Step::Alone(_) => None,
        };
        last.alone_until = match (step, last.alone_until.take()) {
            (Step::Alone(_), Some((why, until))) if now < until => Some((why, until)),
            (Step::Alone(why), _) => Some((why.clone(), now + ALONE_READ_INTERVAL)),
            _ => None,
        };
    }

    fn lock_last(&self) -> std::sync::MutexGuard<'_, LastPoll> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks the store for `portolan doctor`.
    async fn check_store(&self) -> DoctorCheck {
        let name = format!("team's store {}", self.settings.store.location());
        let outcome = async {
            let mut slot = self.member().await?;
            let Some(member) = slot.as_mut() else { return Ok(String::new()) };
            member.check_store(now()).await?;
            let step = member.step(now(), self.interval()).await;
            // A head that this member can't parse is a failure, although the store itself works.
            let unread = member.head.is_some() && member.valid_head().is_none();
            if let (true, Step::Alone(failure)) = (unread, &step) {
                return Err(failure.clone());
            }
            if let Some(problem) = member.readings.problem.clone().or_else(|| member.problem.clone()) {
                return Err(problem);
            }
            Ok(match member.valid_head() {
                Some(head) => {
                    format!(
                        "conditional writes work; last leader {}, {} members",
                        head.leader.name, head.members
                    )
                }
                None => "conditional writes work; no leader yet".to_owned(),
            })
        };
        DoctorCheck { name, outcome: outcome.await }
    }
}

/// Returns the current time on this member's clock.
fn now() -> Duration {
    CLOCK_START + time_since_boot()
}

/// Returns a random number, made from the random keys of the standard library's hasher.
fn random_number() -> u64 {
    RandomState::new().hash_one(())
}

/// Returns a random id of a member.
fn random_id() -> String {
    format!("{:016x}{:016x}", random_number(), random_number())
}

/// Returns the failure for an invalid `store` setting. `why` says what is wrong with it.
pub fn invalid_store_failure(why: &str) -> Failure {
    Failure::new(FailureKind::Invalid, format!("[team] store: {why}"), "docs/team.md explains the setting")
}

impl Source for TeamPolledSource {
    fn id(&self) -> &SourceId {
        self.inner.id()
    }

    fn location(&self) -> String {
        self.inner.location()
    }

    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn team_folder(&self) -> BoxFuture<'_, Option<Result<String, Failure>>> {
        async {
            let estate = self.inner.team_scope().await;
            Some(estate.map(|estate| format!("{}/{}", self.settings.folder, estate.key)))
        }
        .boxed()
    }

    fn tool_options(&self) -> Vec<(&'static str, String)> {
        self.inner.tool_options()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        self.poll().boxed()
    }

    fn set_time_limit(&self, limit: Duration) {
        self.inner.set_time_limit(limit);
    }

    fn set_priority(&self, watched: &BTreeSet<ServiceId>) {
        self.inner.set_priority(watched);
    }

    fn read_again(&self, instances: &BTreeSet<InstanceId>) {
        self.inner.read_again(instances);
    }

    fn cache_key(&self) -> BoxFuture<'_, Option<String>> {
        self.inner.cache_key()
    }

    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        self.inner.outage_key()
    }

    fn quota_used(&self) -> Option<f64> {
        self.inner.quota_used()
    }

    fn team_status(&self) -> Option<TeamStatus> {
        self.lock_last().status.clone()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {
            if let Some(member) = self.member.lock().await.as_mut() {
                member.leave(now(), self.interval()).await;
            }
        }
        .boxed()
    }

    fn poll_interval(&self) -> Duration {
        let wait = self.lock_last().wait;
        wait.unwrap_or_else(|| self.inner.poll_interval().min(MAX_HEAD_INTERVAL))
    }

    fn change_notifications(&self) -> BoxStream<'static, ()> {
        self.inner.change_notifications()
    }

    fn pushes_changes(&self) -> bool {
        self.inner.pushes_changes()
    }

    fn reorder_window(&self) -> Duration {
        self.inner.reorder_window()
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogReadOptions,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        self.inner.logs(targets, start)
    }

    fn usage(&self, target: UsageTarget) -> BoxStream<'static, Result<Vec<UsageSample>, Failure>> {
        self.inner.usage(target)
    }

    fn permission(&self) -> ActionPermission {
        self.inner.permission()
    }

    fn operator(&self) -> Option<&dyn Operator> {
        self.inner.operator()
    }

    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
        async {
            let mut checks = self.inner.diagnose().await;
            checks.push(self.check_store().await);
            checks
        }
        .boxed()
    }
}
