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

/// Returns a page of ARNs of the tasks with the desired status `status`, and the token of the next page. AWS
/// lists `Stopped` tasks for about an hour.
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

/// Service or task family whose tasks to list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TaskOwner<'a> {
    /// Name of a service.
    Service(&'a str),
    /// Name of a family of standalone tasks.
    Family(&'a str),
}

/// Returns a page of ARNs of the tasks of `owner` with the desired status `status`, and the token of the next
/// page.
pub(crate) async fn list_page_of_owner(
    api: &Api,
    cluster: &str,
    owner: TaskOwner<'_>,
    status: DesiredStatus,
    token: Option<PageToken>,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let ask = api.clients.ecs.list_tasks().cluster(cluster).desired_status(status).max_results(100);
    let ask = ask.set_next_token(token.map(Into::into));
    let ask = match owner {
        TaskOwner::Service(name) => ask.service_name(name),
        TaskOwner::Family(name) => ask.family(name),
    };
    let answer = api.call(&calls::LIST_TASKS, ask.send()).await?;
    Ok((answer.task_arns.unwrap_or_default(), answer.next_token))
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
