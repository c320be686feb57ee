//! Scheduler of the ECS calls that read the services and tasks of all clusters. Each poll makes only the
//! calls that the quota allows at once. So no poll waits for the quota, and a large account loads over
//! several polls.

pub(super) mod clusters;
pub(super) mod services;
pub(super) mod tasks;

mod call_response;
mod cluster_cache;
mod plan;
mod resource_list;
#[cfg(test)]
mod tests;

use super::{
    client::{api::Api, rate_limiter::MAX_CALLS_IN_FLIGHT},
    decode::{region::ClusterData, text::last_segment},
    name_filter::NameFilter,
    quota::{calls, token_bucket::QuotaGroup},
};
use crate::model::{Failure, LoadProgress, SourcePart, UnreadPart};
use aws_sdk_ecs::types::DesiredStatus;
use call_response::CallResponse;
use cluster_cache::{CallKind, ClusterCache, RUNNING_LISTING};
use clusters::Cluster;
use futures::future::join_all;
use plan::{CallChoiceContext, ClusterCall, PlannedCall, plan_calls};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Time within which a poll may start new calls.
const MAX_POLL_TIME: Duration = Duration::from_secs(1);

/// Reads the services and tasks of all clusters within the quota, and keeps them between polls.
#[derive(Debug, Default)]
pub(crate) struct Scheduler {
    /// Filter for the names of services and task families to read.
    name_filter: NameFilter,
    /// Caches of the clusters, by the name or ARN of the cluster.
    clusters: Mutex<BTreeMap<String, ClusterCache>>,
}

/// Result of one poll of the scheduler: the known services and tasks, the parts that could not be read, and
/// the progress of the first load.
#[derive(Debug, Default)]
pub(crate) struct PollOutcome {
    /// Known services and tasks of each cluster.
    pub clusters: Vec<ClusterData>,
    /// Parts that could not be read.
    pub unread_parts: Vec<UnreadPart>,
    /// Progress of the first load; empty once it is complete.
    pub progress: Vec<LoadProgress>,
    /// First failure of a poll in which no call succeeded; `None` if any call succeeded.
    pub failure: Option<Failure>,
}

impl Scheduler {
    /// Returns a scheduler without data, which reports only services and task families that match
    /// `name_filter`.
    pub(crate) fn new(name_filter: NameFilter) -> Self {
        Self { name_filter, ..Self::default() }
    }

    /// Polls `clusters`. Every poll reads the services in `watched`, which the user is viewing. `watched`
    /// maps a cluster's name or ARN to the names of its viewed services.
    pub(crate) async fn poll(
        &self,
        api: &Api,
        clusters: &[Cluster],
        watched: &BTreeMap<String, BTreeSet<String>>,
    ) -> PollOutcome {
        let began = api.rate_limiter.now();
        self.sync_clusters(clusters);
        let context = |now| CallChoiceContext { now, poll_began: began, viewed: watched };
        let (of_tasks, of_services) = tokio::join!(
            self.spend_quota(api, QuotaGroup::Tasks, began, context),
            self.spend_quota(api, QuotaGroup::Services, began, context)
        );
        // The tasks may show that a service has changed since this poll read it. So the poll reads changed
        // services again.
        let of_changed = self.spend_quota(api, QuotaGroup::Services, began, context).await;
        let any_succeeded = of_tasks.0 + of_services.0 + of_changed.0 > 0;
        let mut outcome = self.report(clusters);
        outcome.failure = of_tasks.1.or(of_services.1).or(of_changed.1).filter(|_| !any_succeeded);
        outcome
    }

    /// Makes calls of `group` until nothing is due, the tokens are used up or the time of the poll is over.
    /// Returns the number of successful calls and the first failure.
    async fn spend_quota<'a>(
        &self,
        api: &Api,
        group: QuotaGroup,
        began: Duration,
        context: impl Fn(Duration) -> CallChoiceContext<'a>,
    ) -> (usize, Option<Failure>) {
        let (mut successes, mut failure) = (0, None);
        loop {
            let now = api.rate_limiter.now();
            let tokens = api.rate_limiter.available_calls(group).min(MAX_CALLS_IN_FLIGHT);
            if tokens == 0 || now.saturating_sub(began) > MAX_POLL_TIME {
                return (successes, failure);
            }
            let asks = plan_calls(&self.lock_clusters(), group, tokens, context(now));
            if asks.is_empty() {
                return (successes, failure);
            }
            let answers = join_all(asks.iter().map(|ask| self.execute(api, ask))).await;
            for (ask, answer) in asks.iter().zip(answers) {
                match &answer {
                    Ok(_) => successes += 1,
                    Err(e) => failure = failure.or_else(|| Some(e.clone())),
                }
                self.apply(ask, answer, api.rate_limiter.now());
            }
        }
    }

    /// Drops the caches of clusters that are not in `clusters`, and adds caches for the new ones.
    fn sync_clusters(&self, clusters: &[Cluster]) {
        let mut known = self.lock_clusters();
        known.retain(|key, _| clusters.iter().any(|cluster| cluster.name_or_arn == *key));
        for cluster in clusters {
            known.entry(cluster.name_or_arn.clone()).or_insert_with(ClusterCache::new);
        }
    }

    /// Makes a planned call.
    async fn execute(&self, api: &Api, ask: &PlannedCall) -> Result<CallResponse, Failure> {
        let cluster = ask.cluster.as_str();
        let token = |listing| {
            let known = self.lock_clusters();
            let cluster_cache = known.get(cluster)?;
            let token = match ask.group {
                QuotaGroup::Services => cluster_cache.services.token(listing),
                _ => cluster_cache.tasks.token(listing),
            };
            token.cloned()
        };
        match (&ask.operation, ask.group) {
            (ClusterCall::ListPage(listing), QuotaGroup::Services) => {
                let (mut ids, next) = services::list_page(api, cluster, token(*listing)).await?;
                ids.retain(|arn| self.name_filter.matches(&last_segment(arn)));
                Ok(CallResponse::Page(ids, next))
            }
            (ClusterCall::ListPage(listing), _) => {
                let status =
                    if *listing == RUNNING_LISTING { DesiredStatus::Running } else { DesiredStatus::Stopped };
                let token = token(*listing);
                tasks::list_page(api, cluster, status, token)
                    .await
                    .map(|(ids, next)| CallResponse::Page(ids, next))
            }
            (ClusterCall::ListTasksOf(service), _) => {
                let owner = tasks::TaskOwner::Service(service);
                tasks::list_page_of_owner(api, cluster, owner, DesiredStatus::Running, None)
                    .await
                    .map(|(ids, next)| CallResponse::Page(ids, next))
            }
            (ClusterCall::Describe(ids), QuotaGroup::Services) => {
                services::describe(api, cluster, ids.clone()).await.map(CallResponse::Services)
            }
            (ClusterCall::Describe(ids), _) => {
                tasks::describe(api, cluster, ids.clone()).await.map(CallResponse::Tasks)
            }
        }
    }

    /// Stores the response to a planned call, or records its failure.
    fn apply(&self, ask: &PlannedCall, answer: Result<CallResponse, Failure>, now: Duration) {
        let mut known = self.lock_clusters();
        let Some(cluster_cache) = known.get_mut(&ask.cluster) else { return };
        let op = match &ask.operation {
            ClusterCall::ListPage(listing) => CallKind::for_listing(ask.group, *listing),
            ClusterCall::ListTasksOf(_) => CallKind::ListRunning,
            ClusterCall::Describe(_) => CallKind::for_describe(ask.group),
        };
        match answer {
            Err(failure) => {
                if let ClusterCall::ListPage(listing) = ask.operation {
                    if ask.group == QuotaGroup::Services {
                        cluster_cache.services.restart_listing(listing);
                    } else {
                        cluster_cache.tasks.restart_listing(listing);
                    }
                }
                if let ClusterCall::ListTasksOf(service) = &ask.operation {
                    // No retry: either the service is deleted, or the next complete listing shows its tasks.
                    cluster_cache.changed_services.remove(service);
                    return;
                }
                cluster_cache.record_result(op, Some(failure), now);
            }
            Ok(answer) => {
                let call = if ask.group == QuotaGroup::Services {
                    &calls::LIST_SERVICES
                } else {
                    &calls::LIST_TASKS
                };
                let endless = cluster_cache.apply(ask, answer, now);
                cluster_cache.record_result(op, endless.map(|endless| endless.failure(call)), now);
            }
        }
    }

    /// Returns the cached services and tasks of all clusters, with the progress and the unread parts.
    fn report(&self, clusters: &[Cluster]) -> PollOutcome {
        let mut known = self.lock_clusters();
        let mut outcome = PollOutcome::default();
        let (mut services, mut tasks) = ((0, 0), (0, 0));
        for cluster in clusters {
            let Some(cluster_cache) = known.get_mut(&cluster.name_or_arn) else { continue };
            cluster_cache.update_loaded();
            if !cluster_cache.loaded {
                let add =
                    |sum: &mut (usize, usize), more: (usize, usize)| *sum = (sum.0 + more.0, sum.1 + more.1);
                add(&mut services, cluster_cache.services.progress());
                add(&mut tasks, cluster_cache.tasks.progress());
            }
            outcome.unread_parts.extend(cluster_cache.unread_parts(&cluster.name));
            outcome.clusters.push(ClusterData {
                name: cluster.name.clone(),
                namespace: cluster.namespace.clone(),
                has_all_services: cluster_cache.services.is_listed()
                    && !cluster_cache.last_failed(CallKind::ListServices),
                services: cluster_cache.all_services(),
                tasks: cluster_cache.tasks_where(|run| {
                    self.name_filter.matches_all() || self.name_filter.matches(&run.owner_name())
                }),
                has_all_tasks: cluster_cache.loaded,
            });
        }
        if known.values().any(|cluster_cache| !cluster_cache.loaded) {
            outcome.progress = vec![
                LoadProgress { part: SourcePart::Services, read: services.0, known: services.1 },
                LoadProgress { part: SourcePart::Tasks, read: tasks.0, known: tasks.1 },
            ];
        }
        outcome
    }

    fn lock_clusters(&self) -> MutexGuard<'_, BTreeMap<String, ClusterCache>> {
        self.clusters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
