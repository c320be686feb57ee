//! Responses of planned calls, and their effects on the cached services and tasks of a cluster.

use super::{
    cluster_cache::{ClusterCache, is_steady_service, is_steady_task, service_fingerprint},
    plan::{ClusterCall, PlannedCall},
};
use crate::source::ecs::{
    client::paging::PagingError, decode::tasks::task_record::TaskRecord, quota::token_bucket::QuotaGroup,
};
use aws_sdk_ecs::types::Service;
use std::{collections::BTreeSet, time::Duration};

/// Number of tasks in a cluster above which Portolan lists the tasks of a changed service separately. In
/// smaller clusters, nearly every poll lists all tasks anyway.
const BIG_CLUSTER_TASKS: usize = 500;

/// Response to a planned call: a page of ARNs, or descriptions of services or tasks.
pub(super) enum CallResponse {
    /// ARNs on a page of a listing, and the token of the next page; `None` on the last page.
    Page(Vec<String>, Option<String>),
    /// Described services.
    Services(Vec<Service>),
    /// Described tasks.
    Tasks(Vec<TaskRecord>),
}

impl ClusterCache {
    /// Stores the response `answer` to the call `ask`, and returns the error that cut a listing short, if
    /// any. If a service has changed, its tasks usually have too, and the other way round. So the function
    /// also schedules another read of the related services and tasks.
    pub(super) fn apply(
        &mut self,
        ask: &PlannedCall,
        answer: CallResponse,
        now: Duration,
    ) -> Option<PagingError> {
        match (&ask.operation, answer) {
            (ClusterCall::ListPage(listing), CallResponse::Page(ids, next))
                if ask.group == QuotaGroup::Services =>
            {
                return self.services.apply_page(*listing, now, ids, next).error;
            }
            (ClusterCall::ListPage(listing), CallResponse::Page(ids, next)) => {
                let paged = self.tasks.apply_page(*listing, now, ids, next);
                self.tasks.mark_due(paged.removed);
                return paged.error;
            }
            (ClusterCall::ListTasksOf(service), CallResponse::Page(ids, next)) => {
                self.apply_task_list(service, &ids, next.is_none());
            }
            (ClusterCall::Describe(asked), CallResponse::Services(services)) => {
                self.apply_services(asked, services, now);
            }
            (ClusterCall::Describe(asked), CallResponse::Tasks(runs)) => self.apply_tasks(asked, runs, now),
            _ => {}
        }
        None
    }

    /// Compares `ids`, the ARNs of the running tasks of `service`, with the cached tasks. Marks new tasks as
    /// due to be described. If `is_complete` is true, also marks the cached tasks that are missing in `ids`,
    /// because they may have stopped.
    fn apply_task_list(&mut self, service: &str, ids: &[String], is_complete: bool) {
        self.changed_services.remove(service);
        let tasks_of_service =
            self.tasks.described_resources().filter(|(_, run)| run.service_name() == Some(service));
        let gone = tasks_of_service
            .filter(|(id, run)| is_complete && !run.has_stopped() && !ids.contains(id))
            .map(|(id, _)| id.clone());
        let gone: Vec<String> = gone.collect();
        let new = ids.iter().filter(|id| self.tasks.get(id).is_none()).cloned();
        let new: Vec<String> = new.collect();
        self.tasks.mark_due(gone.into_iter().chain(new));
    }

    /// Stores described services. In a big cluster, also records the changed services, so that the scheduler
    /// lists their tasks next.
    fn apply_services(&mut self, asked: &[String], services: Vec<Service>, now: Duration) {
        let is_big = self.tasks.described_count() > BIG_CLUSTER_TASKS;
        let mut described = Vec::new();
        for service in services {
            let Some(id) = service.service_arn().map(str::to_owned) else { continue };
            let other = self
                .services
                .get(&id)
                .is_some_and(|before| service_fingerprint(before) != service_fingerprint(&service));
            if let (true, true, Some(name)) = (other, is_big, service.service_name()) {
                self.changed_services.insert(name.to_owned());
            }
            let moving = !is_steady_service(&service);
            described.push((id, service, moving));
        }
        self.services.apply_descriptions(now, asked, described);
    }

    /// Stores described tasks. After the first load, also marks a service as due to be described if the
    /// status of one of its tasks has changed.
    fn apply_tasks(&mut self, asked: &[String], runs: Vec<TaskRecord>, now: Duration) {
        let (mut described, mut changed) = (Vec::new(), BTreeSet::new());
        for run in runs {
            if run.arn.is_empty() {
                continue;
            }
            let id = run.arn.to_string();
            let before = self.tasks.get(&id).map(|before| before.last_status);
            if self.loaded && before != Some(run.last_status) {
                changed.extend(run.service_name().map(str::to_owned));
            }
            let moving = !is_steady_task(&run);
            described.push((id, run, moving));
        }
        self.tasks.apply_descriptions(now, asked, described);
        let ids = self
            .services
            .described_resources()
            .filter(|(_, s)| s.service_name().is_some_and(|n| changed.contains(n)));
        let ids: Vec<String> = ids.map(|(id, _)| id.clone()).collect();
        self.services.mark_due(ids);
    }
}
