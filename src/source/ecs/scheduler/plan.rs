//! Choice of the next calls, as a pure function of the cached data. New resources come first, then resources
//! that change or that the user is viewing, then the rest by age. So the resources of a large account take
//! turns, and a small account is read completely in every poll.

use super::{
    cluster_cache::{CallKind, ClusterCache},
    resource_list::ResourceList,
};
use crate::source::ecs::{decode::tasks::task_record::TaskRecord, quota::token_bucket::QuotaGroup};
use aws_sdk_ecs::types::Service;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Age up to which a listing or description is fresh, so that Portolan does not read it again.
pub(crate) const FRESH_FOR: Duration = Duration::from_secs(4);

/// ECS call that the scheduler chose to make, with its cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedCall {
    /// Key of the cluster: its name or ARN.
    pub cluster: String,
    /// Quota group of the call: services or tasks.
    pub group: QuotaGroup,
    /// Call to make.
    pub operation: ClusterCall,
}

/// ECS call about the services or tasks of one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClusterCall {
    /// Reads the next page of the listing with this index. See
    /// [`RUNNING_LISTING`](super::cluster_cache::RUNNING_LISTING).
    ListPage(usize),
    /// Lists the running tasks of the service with this name.
    ListTasksOf(String),
    /// Describes the resources with these ARNs.
    Describe(Vec<String>),
}

/// Priority of a possible ECS call, by which the scheduler chooses the next calls; highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Priority {
    /// Page of a listing that was never complete.
    Unlisted,
    /// Description of resources that were never described.
    New,
    /// Resources that are changing, unhealthy or viewed by the user, and tasks of changed services.
    Urgent,
    /// All other resources and listings. The one with the oldest result comes first.
    RoundRobin,
}

/// Time and viewed services, on which the choice of the next calls depends. Times count from the start of the
/// rate limiter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallChoiceContext<'a> {
    /// Current time.
    pub now: Duration,
    /// Time at which this poll began.
    pub poll_began: Duration,
    /// Names of the services that the user is viewing, by cluster key.
    pub viewed: &'a BTreeMap<String, BTreeSet<String>>,
}

impl CallChoiceContext<'_> {
    /// Returns the time since which a description counts as fresh.
    fn fresh_since(&self) -> Duration {
        // Anything described in this poll is fresh, even if the poll takes longer than `FRESH_FOR`.
        self.now.saturating_sub(FRESH_FOR).min(self.poll_began)
    }

    /// Returns true if the user is viewing `service` of the cluster with key `cluster`.
    fn is_viewed(&self, cluster: &str, service: Option<&str>) -> bool {
        self.viewed.get(cluster).zip(service).is_some_and(|(names, service)| names.contains(service))
    }
}

/// Possible call with its priority and the age of its last result. Among equal priorities, the oldest result
/// comes first.
type Candidate = (Priority, Reverse<Duration>, PlannedCall);

/// Returns the calls of one group to make now, at most `tokens`.
pub(crate) fn plan_calls(
    clusters: &BTreeMap<String, ClusterCache>,
    group: QuotaGroup,
    tokens: usize,
    context: CallChoiceContext<'_>,
) -> Vec<PlannedCall> {
    let mut candidates = Vec::new();
    for (key, cluster) in clusters {
        if group == QuotaGroup::Services {
            add_service_calls(&mut candidates, (key, cluster), context, tokens);
        } else {
            add_task_calls(&mut candidates, (key, cluster), context, tokens);
        }
    }
    candidates.sort_by(|a, b| (a.0, a.1, &a.2.cluster).cmp(&(b.0, b.1, &b.2.cluster)));
    choose_calls(candidates, tokens)
}

/// Adds the calls of the services group that one cluster needs.
fn add_service_calls(
    candidates: &mut Vec<Candidate>,
    (key, cluster): (&str, &ClusterCache),
    context: CallChoiceContext<'_>,
    tokens: usize,
) {
    let viewed = |service: &Service| context.is_viewed(key, service.service_name());
    let list = (QuotaGroup::Services, &cluster.services);
    add_candidates(candidates, (key, cluster), list, (10, 1), viewed, context, tokens);
}

/// Adds the calls of the tasks group that one cluster needs. Tasks of changed services are listed first.
fn add_task_calls(
    candidates: &mut Vec<Candidate>,
    (key, cluster): (&str, &ClusterCache),
    context: CallChoiceContext<'_>,
    tokens: usize,
) {
    let group = QuotaGroup::Tasks;
    if !cluster.in_backoff(CallKind::ListRunning, context.poll_began) {
        candidates.extend(cluster.changed_services.iter().map(|name| {
            let operation = ClusterCall::ListTasksOf(name.clone());
            let call = PlannedCall { cluster: key.to_owned(), group, operation };
            (Priority::Urgent, Reverse(Duration::ZERO), call)
        }));
    }
    let viewed = |task: &TaskRecord| context.is_viewed(key, task.service_name());
    add_candidates(candidates, (key, cluster), (group, &cluster.tasks), (100, 2), viewed, context, tokens);
}

/// Returns the first calls of the sorted candidates, at most `tokens` of them. Urgent calls can stay numerous
/// for a long time. So they get at most half of the tokens while routine calls (round robin) need the other
/// half.
fn choose_calls(candidates: Vec<Candidate>, tokens: usize) -> Vec<PlannedCall> {
    let routine = candidates.iter().filter(|(priority, ..)| *priority == Priority::RoundRobin).count();
    let mut urgent_left = tokens.div_ceil(2).max(tokens.saturating_sub(routine));
    let mut chosen: Vec<PlannedCall> = Vec::new();
    for (priority, _, call) in candidates {
        if chosen.len() == tokens {
            break;
        }
        if priority == Priority::Urgent {
            if urgent_left == 0 {
                continue;
            }
            urgent_left -= 1;
        }
        chosen.push(call);
    }
    chosen
}

/// Adds the calls that one resource list needs: pages of its due listings, and descriptions in batches of
/// `size`. A listing counts as `weight` times as old as it is, because it also reveals new resources.
fn add_candidates<T: PartialEq>(
    candidates: &mut Vec<Candidate>,
    (key, cluster): (&str, &ClusterCache),
    (group, resources): (QuotaGroup, &ResourceList<T>),
    (size, weight): (usize, u32),
    viewed: impl Fn(&T) -> bool,
    context: CallChoiceContext<'_>,
    tokens: usize,
) {
    let in_backoff = |kind| cluster.in_backoff(kind, context.poll_began);
    let call = |operation| PlannedCall { cluster: key.to_owned(), group, operation };
    for listing in 0..resources.listing_count() {
        // Until everything is loaded once, nothing is read a second time.
        let old = |began| cluster.loaded && began < context.fresh_since();
        let due = resources.token(listing).is_some() || resources.listed_at(listing).is_none_or(old);
        if due && !in_backoff(CallKind::for_listing(group, listing)) {
            let (priority, age) = match resources.listed_at(listing) {
                None => (Priority::Unlisted, Duration::ZERO),
                Some(began) => (Priority::RoundRobin, context.now.saturating_sub(began) * weight),
            };
            candidates.push((priority, Reverse(age), call(ClusterCall::ListPage(listing))));
        }
    }
    if in_backoff(CallKind::for_describe(group)) {
        return;
    }
    let due = resources.due(context.fresh_since(), viewed, tokens * size);
    let new = due.new.into_iter().map(|id| (Priority::New, Duration::ZERO, id));
    let urgent = due.urgent.into_iter().map(|id| (Priority::Urgent, Duration::ZERO, id));
    let routine =
        due.routine.into_iter().map(|(at, id)| (Priority::RoundRobin, context.now.saturating_sub(at), id));
    let again = urgent.chain(routine).filter(|_| cluster.loaded);
    let all: Vec<_> = new.chain(again).collect();
    // A batch costs one call even if it is not full. So the last urgent batch also takes routine resources.
    let mut batches: BTreeMap<Priority, usize> = BTreeMap::new();
    for batch in all.chunks(size) {
        let (priority, age, _) = &batch[0];
        let before = batches.entry(*priority).or_default();
        *before += 1;
        // A large account has hundreds of batches, but at most `tokens` calls are chosen.
        if *before > tokens {
            continue;
        }
        let ids = batch.iter().map(|(_, _, id)| String::clone(id)).collect();
        candidates.push((*priority, Reverse(*age), call(ClusterCall::Describe(ids))));
    }
}
