//! Cached services and tasks of one cluster, and its failed calls.

use super::resource_list::ResourceList;
use crate::{
    model::{Failure, FailureKind, UnreadPart},
    source::ecs::{
        decode::tasks::task_record::{ReportedHealth, TaskRecord},
        quota::token_bucket::QuotaGroup,
    },
};
use aws_sdk_ecs::types::{DeploymentRolloutState, Service};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Index of the listing of running tasks. The other listing of tasks, index 1, has the tasks that stopped
/// within the last hour. Services have a single listing.
pub(crate) const RUNNING_LISTING: usize = 0;

/// Kind of API call about the services or tasks of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CallKind {
    /// Lists services: `ListServices`.
    ListServices,
    /// Describes services: `DescribeServices`.
    DescribeServices,
    /// Lists running tasks: `ListTasks`.
    ListRunning,
    /// Lists stopped tasks: `ListTasks`.
    ListStopped,
    /// Describes tasks: `DescribeTasks`.
    DescribeTasks,
}

/// Cached services and tasks of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct ClusterCache {
    /// Services by ARN.
    pub services: ResourceList<Service>,
    /// Tasks by ARN.
    pub tasks: ResourceList<TaskRecord>,
    /// Names of changed services in a big cluster. The scheduler lists their running tasks separately,
    /// because a listing of all tasks would take too long.
    pub changed_services: BTreeSet<String>,
    /// True once the first load is complete: all services and tasks were listed and described. Calls that AWS
    /// refuses are left out.
    pub loaded: bool,
    /// Kinds of calls whose last call failed, with the failure and its time.
    failed: BTreeMap<CallKind, (Failure, Duration)>,
}

impl CallKind {
    /// Returns the kind of call that reads a page of the listing with index `listing`.
    pub(crate) fn for_listing(group: QuotaGroup, listing: usize) -> Self {
        match (group, listing) {
            (QuotaGroup::Services, _) => Self::ListServices,
            (_, RUNNING_LISTING) => Self::ListRunning,
            _ => Self::ListStopped,
        }
    }

    /// Returns the kind of call that describes resources of `group`.
    pub(crate) fn for_describe(group: QuotaGroup) -> Self {
        if group == QuotaGroup::Services { Self::DescribeServices } else { Self::DescribeTasks }
    }

    /// Returns the part of the cluster's data that is missing if the call fails.
    fn needed_for(self) -> &'static str {
        match self {
            Self::ListServices | Self::DescribeServices => "services",
            Self::ListRunning | Self::DescribeTasks => "tasks",
            Self::ListStopped => "stopped tasks",
        }
    }
}

impl ClusterCache {
    /// Creates an empty cache.
    pub(crate) fn new() -> Self {
        Self {
            services: ResourceList::new(1, |_| false),
            tasks: ResourceList::new(2, TaskRecord::has_stopped),
            changed_services: BTreeSet::new(),
            loaded: false,
            failed: BTreeMap::new(),
        }
    }

    /// Records the outcome of a call; `failure` is `None` if it succeeded.
    pub(crate) fn record_result(&mut self, op: CallKind, failure: Option<Failure>, now: Duration) {
        match failure {
            None => {
                self.failed.remove(&op);
            }
            Some(failure) => {
                self.failed.insert(op, (failure, now));
            }
        }
    }

    /// Returns true if the last call of the kind `op` failed after `began`, the start of the poll. The poll
    /// should make no further call of this kind.
    pub(crate) fn in_backoff(&self, op: CallKind, began: Duration) -> bool {
        self.failed.get(&op).is_some_and(|(_, at)| *at >= began)
    }

    /// Returns true if the last call of this kind failed.
    pub(crate) fn last_failed(&self, op: CallKind) -> bool {
        self.failed.contains_key(&op)
    }

    /// Returns the parts of the cluster named `cluster` that can't be read, without duplicates.
    pub(crate) fn unread_parts(&self, cluster: &str) -> Vec<UnreadPart> {
        let mut gaps: Vec<UnreadPart> = Vec::new();
        for (op, (failure, _)) in &self.failed {
            let what = format!("{} of {cluster}", op.needed_for());
            if !gaps.iter().any(|gap| gap.name == what) {
                gaps.push(UnreadPart { name: what.into(), failure: failure.clone() });
            }
        }
        gaps
    }

    /// Returns all described services.
    pub(crate) fn all_services(&self) -> Vec<Arc<Service>> {
        self.services.described_resources().map(|(_, service)| service.clone()).collect()
    }

    /// Returns the described tasks for which `which` is true.
    pub(crate) fn tasks_where(&self, which: impl Fn(&TaskRecord) -> bool) -> Vec<Arc<TaskRecord>> {
        self.tasks.described_resources().filter(|(_, run)| which(run)).map(|(_, run)| run.clone()).collect()
    }

    /// Sets `loaded` once all services and tasks were listed and described. Calls that AWS refuses are left
    /// out.
    pub(crate) fn update_loaded(&mut self) {
        if self.loaded {
            return;
        }
        let no = |op| self.is_refused(op);
        let services = (no(CallKind::ListServices) || self.services.is_listed())
            && (no(CallKind::DescribeServices) || self.services.is_described());
        let tasks = (no(CallKind::ListRunning) || no(CallKind::ListStopped) || self.tasks.is_listed())
            && (no(CallKind::DescribeTasks) || self.tasks.is_described());
        self.loaded = services && tasks;
    }

    /// Returns true if the last call of this kind failed for a reason that waiting does not fix.
    fn is_refused(&self, op: CallKind) -> bool {
        let stays = |kind| matches!(kind, FailureKind::Denied | FailureKind::Missing | FailureKind::Invalid);
        self.failed.get(&op).is_some_and(|(failure, _)| stays(failure.kind))
    }
}

/// Returns true if a service runs its desired tasks in one version and nothing is changing.
pub(crate) fn is_steady_service(service: &Service) -> bool {
    let completed = service.deployments().iter().all(|d| {
        // Deployment controllers other than ECS report no rollout state.
        d.rollout_state().is_none_or(|state| *state == DeploymentRolloutState::Completed)
    });
    service.running_count() == service.desired_count()
        && service.pending_count() == 0
        && service.deployments().len() <= 1
        && completed
}

/// Returns true if a task has stopped, or if it has its desired status and is not unhealthy.
pub(crate) fn is_steady_task(run: &TaskRecord) -> bool {
    let unhealthy = run.health == Some(ReportedHealth::Unhealthy);
    let waits = run.desired_status != run.last_status;
    run.has_stopped() || (!waits && !unhealthy)
}

/// Returns the task counts and deployment ids of a service. If these values change, the tasks of the service
/// have changed.
pub(crate) fn service_fingerprint(service: &Service) -> (i32, i32, i32, Vec<Option<String>>) {
    let deployments = service.deployments().iter().map(|d| d.id().map(str::to_owned)).collect();
    (service.desired_count(), service.running_count(), service.pending_count(), deployments)
}
