//! All that is known of one cluster, and which of its calls failed.

use super::roll::Roll;
use crate::{
    model::{Failure, FailureKind, Gap},
    source::ecs::{
        budget::Group,
        decode::run::{Judged, Run},
    },
};
use aws_sdk_ecs::types::{DeploymentRolloutState, Service};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// The listing of the tasks that run or are about to. The other one of tasks is of those that ended within the hour, the
/// only one of services is of all of them.
pub(crate) const RUNNING: usize = 0;

/// A kind of call to a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Op {
    /// `ListServices`.
    ListServices,
    /// `DescribeServices`.
    DescribeServices,
    /// `ListTasks` of those that run.
    ListRunning,
    /// `ListTasks` of those that ended.
    ListStopped,
    /// `DescribeTasks`.
    DescribeTasks,
}

/// All that is known of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Census {
    /// Its services.
    pub services: Roll<Service>,
    /// Its tasks.
    pub tasks: Roll<Run>,
    /// The names of services whose tasks are others now, and are not to wait for the next whole listing.
    pub stirred: BTreeSet<String>,
    /// Whether all was described once.
    pub settled: bool,
    failed: BTreeMap<Op, (Failure, Duration)>,
}

impl Op {
    /// What a page of that listing of that group's roll is.
    pub(crate) fn page(group: Group, listing: usize) -> Self {
        match (group, listing) {
            (Group::Services, _) => Self::ListServices,
            (_, RUNNING) => Self::ListRunning,
            _ => Self::ListStopped,
        }
    }

    /// What describes things of that group.
    pub(crate) fn describe(group: Group) -> Self {
        if group == Group::Services { Self::DescribeServices } else { Self::DescribeTasks }
    }

    /// What is missing without it.
    fn gives(self) -> &'static str {
        match self {
            Self::ListServices | Self::DescribeServices => "services",
            Self::ListRunning | Self::DescribeTasks => "tasks",
            Self::ListStopped => "stopped tasks",
        }
    }
}

impl Census {
    /// Nothing is known.
    pub(crate) fn new() -> Self {
        Self {
            services: Roll::new(1, |_| false),
            tasks: Roll::new(2, Run::has_stopped),
            stirred: BTreeSet::new(),
            settled: false,
            failed: BTreeMap::new(),
        }
    }

    /// Notes how a call went.
    pub(crate) fn went(&mut self, op: Op, failure: Option<Failure>, now: Duration) {
        match failure {
            None => {
                self.failed.remove(&op);
            }
            Some(failure) => {
                self.failed.insert(op, (failure, now));
            }
        }
    }

    /// Whether a call of that kind is to be left alone: it failed since this look `began`.
    pub(crate) fn rests(&self, op: Op, began: Duration) -> bool {
        self.failed.get(&op).is_some_and(|(_, at)| *at >= began)
    }

    /// Whether a call of that kind failed the last time.
    pub(crate) fn fails(&self, op: Op) -> bool {
        self.failed.contains_key(&op)
    }

    /// What can not be read of the cluster of that name, each thing once.
    pub(crate) fn gaps(&self, cluster: &str) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        for (op, (failure, _)) in &self.failed {
            let what = format!("{} of {cluster}", op.gives());
            if !gaps.iter().any(|gap| gap.what == what) {
                gaps.push(Gap { what: what.into(), failure: failure.clone() });
            }
        }
        gaps
    }

    /// Its services.
    pub(crate) fn all_services(&self) -> Vec<Arc<Service>> {
        self.services.things().map(|(_, service)| service.clone()).collect()
    }

    /// Those of its tasks.
    pub(crate) fn those_tasks(&self, which: impl Fn(&Run) -> bool) -> Vec<Arc<Run>> {
        self.tasks.things().filter(|(_, run)| which(run)).map(|(_, run)| run.clone()).collect()
    }

    /// Notes whether everything that can be read of it was read once.
    pub(crate) fn settle(&mut self) {
        if self.settled {
            return;
        }
        let no = |op| self.is_refused(op);
        let services = (no(Op::ListServices) || self.services.is_listed())
            && (no(Op::DescribeServices) || self.services.is_described());
        let tasks = (no(Op::ListRunning) || no(Op::ListStopped) || self.tasks.is_listed())
            && (no(Op::DescribeTasks) || self.tasks.is_described());
        self.settled = services && tasks;
    }

    /// Whether a call of that kind fails in a way that waiting does not mend.
    fn is_refused(&self, op: Op) -> bool {
        let stays = |kind| matches!(kind, FailureKind::Denied | FailureKind::Missing | FailureKind::Invalid);
        self.failed.get(&op).is_some_and(|(failure, _)| stays(failure.kind))
    }
}

/// Whether a service has all it wants, of one version, and nothing is on the move.
pub(crate) fn is_calm(service: &Service) -> bool {
    let completed = service.deployments().iter().all(|d| {
        // Other controllers than ECS's own report no state of the rollout.
        d.rollout_state().is_none_or(|state| *state == DeploymentRolloutState::Completed)
    });
    service.running_count() == service.desired_count()
        && service.pending_count() == 0
        && service.deployments().len() <= 1
        && completed
}

/// Whether a task has ended, or runs and is well.
pub(crate) fn is_calm_task(run: &Run) -> bool {
    let unhealthy = run.health == Some(Judged::Unhealthy);
    let waits = run.desired != run.last;
    run.has_stopped() || (!waits && !unhealthy)
}

/// What tells that a service's tasks are others now: what it wants, has, and is deploying.
pub(crate) fn stance(service: &Service) -> (i32, i32, i32, Vec<Option<String>>) {
    let deployments = service.deployments().iter().map(|d| d.id().map(str::to_owned)).collect();
    (service.desired_count(), service.running_count(), service.pending_count(), deployments)
}
