//! Calls that list the tasks of a cluster (running, or stopped within the last hour) and describe them, 100 a
//! call.

use crate::{
    model::Failure,
    source::ecs::{
        client::{api::Api, paging::PageToken},
        decode::tasks::task_record::TaskRecord,
        quota::calls,
    },
};
use aws_sdk_ecs::types::DesiredStatus;

/// Returns a page of ARNs of tasks with that desired status, and the token of the next page. AWS lists
/// `Stopped` tasks for about an hour.
pub(crate) async fn list_page(
    api: &Api,
    cluster: &str,
    status: DesiredStatus,
    token: Option<PageToken>,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let ask = api.clients.ecs.list_tasks().cluster(cluster).desired_status(status);
    let ask = ask.max_results(100).set_next_token(token.map(Into::into));
    let answer = api.call(&calls::LIST_TASKS, ask.send()).await?;
    Ok((answer.task_arns.unwrap_or_default(), answer.next_token))
}

/// Returns the ARNs of the running tasks of one service, at most 100.
pub(crate) async fn list_running_of_service(
    api: &Api,
    cluster: &str,
    service: &str,
) -> Result<Vec<String>, Failure> {
    let ask = api.clients.ecs.list_tasks().cluster(cluster).service_name(service).max_results(100);
    Ok(api.call(&calls::LIST_TASKS, ask.send()).await?.task_arns.unwrap_or_default())
}

/// Returns the current state of at most 100 tasks, without tasks that no longer exist.
pub(crate) async fn describe(
    api: &Api,
    cluster: &str,
    arns: Vec<String>,
) -> Result<Vec<TaskRecord>, Failure> {
    let ask = api.clients.ecs.describe_tasks().cluster(cluster).set_tasks(Some(arns));
    let tasks = api.call(&calls::DESCRIBE_TASKS, ask.send()).await?.tasks.unwrap_or_default();
    Ok(tasks.iter().map(TaskRecord::new).collect())
}
