//! Choice of the next calls, as a pure function of the cached data. New resources come first, then resources
//! that are changing or that the user is viewing, then the rest, the oldest data first. So all resources of a
//! large account get their turn, and every poll reads a small account completely.

use super::{
    cluster_cache::{CallKind, ClusterCache},
    resource_list::ResourceList,
};
use crate::source::ecs::{decode::tasks::task_record::TaskRecord, quota::token_bucket::QuotaGroup};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Age up to which a result is fresh and need not be read again.
pub(crate) const FRESH_FOR: Duration = Duration::from_secs(4);

/// Call that the scheduler chose to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedCall {
    /// Key of the cluster: its name or ARN.
    pub cluster: String,
    /// Quota group of the call: services or tasks.
    pub group: QuotaGroup,
    /// Operation to perform.
    pub operation: Operation,
}

/// Operation on a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Reads the next page of the listing with this index.
    ListPage(usize),
    /// Lists the running tasks of the service with this name.
    ListTasksOf(String),
    /// Describes the resources with these ARNs.
    Describe(Vec<String>),
}

/// Priority of a call. The variants are in order, the highest priority first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Priority {
    /// Page of a listing that was never complete.
    Unlisted,
    /// Description of resources that were never described.
    New,
    /// Resources that are changing, unhealthy or viewed by the user, and tasks of changed services.
    Urgent,
    /// All other resources and listings, those with the oldest result first.
    RoundRobin,
}

/// Times and viewed services that a plan depends on. Times count from the start of the rate limiter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlanContext<'a> {
    /// Current time.
    pub now: Duration,
    /// Time at which this poll began.
    pub poll_began: Duration,
    /// Names of the services that the user is viewing, by cluster key.
    pub viewed: &'a BTreeMap<String, BTreeSet<String>>,
}

impl PlanContext<'_> {
    /// Returns the earliest time at which a description must have been made to count as fresh.
    fn fresh_since(&self) -> Duration {
        // Anything described in this poll is fresh, even if the poll takes longer than `FRESH_FOR`.
        self.now.saturating_sub(FRESH_FOR).min(self.poll_began)
    }
}

/// Returns the calls of one group to make now, at most `tokens`.
pub(crate) fn plan_calls(
    clusters: &BTreeMap<String, ClusterCache>,
    group: QuotaGroup,
    tokens: usize,
    context: PlanContext<'_>,
) -> Vec<PlannedCall> {
    let mut candidates: Vec<(Priority, Reverse<Duration>, PlannedCall)> = Vec::new();
    for (key, cluster_cache) in clusters {
        let watched = context.viewed.get(key).filter(|names| !names.is_empty());
        let watches = |service: Option<&str>| {
            watched.zip(service).is_some_and(|(names, service)| names.contains(service))
        };
        if group == QuotaGroup::Services {
            let watched = |s: &aws_sdk_ecs::types::Service| watches(s.service_name());
            add_candidates(
                &mut candidates,
                (key, cluster_cache),
                (group, &cluster_cache.services),
                (10, 1),
                watched,
                context,
                tokens,
            );
        } else {
            let changed = cluster_cache
                .changed_services
                .iter()
                .filter(|_| !cluster_cache.in_backoff(CallKind::ListRunning, context.poll_began));
            candidates.extend(changed.map(|name| {
                let what = Operation::ListTasksOf(name.clone());
                (
                    Priority::Urgent,
                    Reverse(Duration::ZERO),
                    PlannedCall { cluster: key.clone(), group, operation: what },
                )
            }));
            let watched = |run: &TaskRecord| watches(run.service_name());
            add_candidates(
                &mut candidates,
                (key, cluster_cache),
                (group, &cluster_cache.tasks),
                (100, 2),
                watched,
                context,
                tokens,
            );
        }
    }
    candidates.sort_by(|a, b| (a.0, a.1, &a.2.cluster).cmp(&(b.0, b.1, &b.2.cluster)));
    // There may be many urgent calls for a long time, so they get only half of the tokens while other calls
    // wait.
    let round_robin = candidates.iter().filter(|(rank, ..)| *rank == Priority::RoundRobin).count();
    let mut urgent = tokens.div_ceil(2).max(tokens.saturating_sub(round_robin));
    let mut chosen: Vec<PlannedCall> = Vec::new();
    for (rank, _, ask) in candidates {
        if chosen.len() == tokens {
            break;
        }
        if rank == Priority::Urgent {
            if urgent == 0 {
                continue;
            }
            urgent -= 1;
        }
        chosen.push(ask);
    }
    chosen
}

/// Adds the calls that one resource list needs: pages of its due listings, and descriptions in batches of
/// `size`.
///
/// The age of a listing counts `weight` times, because a listing also reveals new resources.
fn add_candidates<T: PartialEq>(
    candidates: &mut Vec<(Priority, Reverse<Duration>, PlannedCall)>,
    (key, cluster_cache): (&str, &ClusterCache),
    (group, list): (QuotaGroup, &ResourceList<T>),
    (size, weight): (usize, u32),
    watched: impl Fn(&T) -> bool,
    context: PlanContext<'_>,
    tokens: usize,
) {
    let in_backoff = |op| cluster_cache.in_backoff(op, context.poll_began);
    let ask = |what| PlannedCall { cluster: key.to_owned(), group, operation: what };
    for listing in 0..list.listing_count() {
        // Until everything is loaded once, nothing is read a second time.
        let old = |began| cluster_cache.loaded && began < context.fresh_since();
        let due = list.token(listing).is_some() || list.listed_at(listing).is_none_or(old);
        if due && !in_backoff(CallKind::for_listing(group, listing)) {
            let (rank, age) = match list.listed_at(listing) {
                None => (Priority::Unlisted, Duration::ZERO),
                Some(began) => (Priority::RoundRobin, context.now.saturating_sub(began) * weight),
            };
            candidates.push((rank, Reverse(age), ask(Operation::ListPage(listing))));
        }
    }
    if in_backoff(CallKind::for_describe(group)) {
        return;
    }
    let due = list.due(context.fresh_since(), watched, tokens * size);
    let new = due.new.into_iter().map(|id| (Priority::New, Duration::ZERO, id));
    let urgent = due.urgent.into_iter().map(|id| (Priority::Urgent, Duration::ZERO, id));
    let routine =
        due.routine.into_iter().map(|(at, id)| (Priority::RoundRobin, context.now.saturating_sub(at), id));
    let known = urgent.chain(routine).filter(|_| cluster_cache.loaded);
    let all: Vec<_> = new.chain(known).collect();
    // A batch costs one call however full it is, so the last urgent batch is filled with routine resources.
    let mut batches: BTreeMap<Priority, usize> = BTreeMap::new();
    for batch in all.chunks(size) {
        let (rank, age, _) = &batch[0];
        let before = batches.entry(*rank).or_default();
        *before += 1;
        // At most `tokens` calls of one priority can be chosen. A large account has hundreds more batches,
        // which would only cost time.
        if *before > tokens {
            continue;
        }
        let ids = batch.iter().map(|(_, _, id)| String::clone(id)).collect();
        candidates.push((*rank, Reverse(*age), ask(Operation::Describe(ids))));
    }
}
