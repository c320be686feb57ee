//! The tasks of a cluster: those that run and those that ended within the hour, described a hundred at a time.

use super::{
    api::{Api, Read, batches, pages},
    calls,
    clusters::Cluster,
    decode::task::Run,
};
use aws_sdk_ecs::types::DesiredStatus;
use std::sync::Arc;

/// The ARNs of the tasks of `cluster` that are meant to be in that status. `Stopped` are those of the last hour.
pub(crate) async fn list(api: &Api, cluster: &Cluster, status: DesiredStatus) -> Read<String> {
    let status = &status;
    pages(|token| async move {
        let ask = api.clients.ecs.list_tasks().cluster(&cluster.key).desired_status(status.clone());
        let answer = api.pass(&calls::LIST_TASKS, ask.max_results(100).set_next_token(token).send()).await?;
        Ok((answer.task_arns.unwrap_or_default(), answer.next_token))
    })
    .await
}

/// Those tasks as they are now. One that vanished since it was listed is left out.
pub(crate) async fn describe(api: &Api, cluster: &Cluster, arns: &[String]) -> Read<Arc<Run>> {
    batches(arns, 100, |batch| async move {
        let ask = api.clients.ecs.describe_tasks().cluster(&cluster.key).set_tasks(Some(batch));
        let tasks = api.pass(&calls::DESCRIBE_TASKS, ask.send()).await?.tasks.unwrap_or_default();
        Ok(tasks.into_iter().map(|task| Arc::new(Run::new(task))).collect())
    })
    .await
}
