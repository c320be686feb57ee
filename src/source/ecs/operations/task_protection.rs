//! Reader of the protection of tasks against scale-in and deployments.

use crate::{
    model::{Failure, InstanceId, SourceId},
    source::ecs::{client::api::Api, decode::text::last_segment, quota::calls},
};
use std::collections::BTreeSet;

/// Maximum number of tasks in one call.
const MAX_TASKS_PER_CALL: usize = 100;

/// Returns the protected tasks of a service. `tasks` are the ids of its running tasks.
pub(super) async fn protected_tasks(
    api: &Api,
    source: &SourceId,
    cluster: &str,
    tasks: Vec<String>,
) -> Result<BTreeSet<InstanceId>, Failure> {
    let mut protected = BTreeSet::new();
    for batch in tasks.chunks(MAX_TASKS_PER_CALL) {
        let ask = api.clients.ecs.get_task_protection().cluster(cluster).set_tasks(Some(batch.to_vec()));
        let answer = api.call(&calls::GET_TASK_PROTECTION, ask.send()).await?;
        let found = answer.protected_tasks().iter().filter(|task| task.protection_enabled());
        protected
            .extend(found.filter_map(|task| Some(InstanceId::of(source, &last_segment(task.task_arn()?)))));
    }
    Ok(protected)
}
