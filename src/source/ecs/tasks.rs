//! The tasks of a cluster: those that run and those that ended within the hour, listed and described a hundred at a time.

use super::{api::Api, calls, decode::run::Run, paging::Token};
use crate::model::Failure;
use aws_sdk_ecs::types::DesiredStatus;

/// A page of the ARNs of the tasks of a cluster that are meant to be in that status, and where the next one begins.
/// `Stopped` are those of the last hour.
pub(crate) async fn page(
    api: &Api,
    cluster: &str,
    status: DesiredStatus,
    token: Option<Token>,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let ask = api.clients.ecs.list_tasks().cluster(cluster).desired_status(status);
    let ask = ask.max_results(100).set_next_token(token.map(Into::into));
    let answer = api.pass(&calls::LIST_TASKS, ask.send()).await?;
    Ok((answer.task_arns.unwrap_or_default(), answer.next_token))
}

/// The ARNs of the tasks of one service that run, the first hundred.
pub(crate) async fn of(api: &Api, cluster: &str, service: &str) -> Result<Vec<String>, Failure> {
    let ask = api.clients.ecs.list_tasks().cluster(cluster).service_name(service).max_results(100);
    Ok(api.pass(&calls::LIST_TASKS, ask.send()).await?.task_arns.unwrap_or_default())
}

/// Those tasks as they are now, at most a hundred. One that vanished since it was listed is left out.
pub(crate) async fn describe(api: &Api, cluster: &str, arns: Vec<String>) -> Result<Vec<Run>, Failure> {
    let ask = api.clients.ecs.describe_tasks().cluster(cluster).set_tasks(Some(arns));
    let tasks = api.pass(&calls::DESCRIBE_TASKS, ask.send()).await?.tasks.unwrap_or_default();
    Ok(tasks.iter().map(Run::new).collect())
}
