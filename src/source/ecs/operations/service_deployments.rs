//! ECS service deployments: the latest deployments of a service, and its deployment in progress.

use crate::{
    model::{Failure, Text},
    operation::OngoingDeployment,
    source::ecs::{client::api::Api, quota::calls},
};
use aws_sdk_ecs::types::{
    DeploymentLifecycleHookStatus, ServiceDeploymentBrief, ServiceDeploymentStatus as Status,
};
use std::cmp::Reverse;

/// Maximum number of service deployments that Portolan reads, newest first. AWS keeps a service deployment
/// for 90 days.
const MAX_LISTED_DEPLOYMENTS: i32 = 100;

/// Returns the latest service deployments of a service, newest first.
pub(super) async fn list_deployments(
    api: &Api,
    cluster: &str,
    service: &str,
) -> Result<Vec<ServiceDeploymentBrief>, Failure> {
    let ask = api.clients.ecs.list_service_deployments().cluster(cluster).service(service);
    let ask = ask.max_results(MAX_LISTED_DEPLOYMENTS);
    let answer = api.call(&calls::LIST_SERVICE_DEPLOYMENTS, ask.send()).await?;
    let mut listed = answer.service_deployments.unwrap_or_default();
    listed.sort_by_key(|one| Reverse(one.created_at().map(|at| (at.secs(), at.subsec_nanos()))));
    Ok(listed)
}

/// Returns the deployment in `listed` that has not ended yet, or `None` if all have ended.
pub(super) async fn ongoing_deployment(
    api: &Api,
    listed: &[ServiceDeploymentBrief],
) -> Result<Option<OngoingDeployment>, Failure> {
    let ongoing = listed.iter().find(|one| one.status().is_some_and(is_ongoing));
    let Some(arn) = ongoing.and_then(ServiceDeploymentBrief::service_deployment_arn) else { return Ok(None) };
    let ask = api.clients.ecs.describe_service_deployments().service_deployment_arns(arn);
    let answer = api.call(&calls::DESCRIBE_SERVICE_DEPLOYMENTS, ask.send()).await?;
    let Some(described) = answer.service_deployments().first() else { return Ok(None) };
    // The deployment may have ended between the two calls.
    let Some(status) = described.status().filter(|status| is_ongoing(status)) else { return Ok(None) };
    let waits =
        |status: &DeploymentLifecycleHookStatus| *status == DeploymentLifecycleHookStatus::AwaitingAction;
    let hooks = described.lifecycle_hook_details().iter();
    let hook = hooks.filter(|hook| hook.status().is_some_and(waits)).find_map(|hook| hook.hook_id());
    Ok(Some(OngoingDeployment {
        arn: arn.into(),
        status: status.as_str().into(),
        paused_hook: hook.map(Text::new),
        is_first: described.source_service_revisions().is_empty() && !listed.iter().any(has_succeeded),
        stage: described.lifecycle_stage().map(|stage| stage.as_str().into()),
    }))
}

fn has_succeeded(deployment: &ServiceDeploymentBrief) -> bool {
    deployment.status() == Some(&Status::Successful)
}

fn is_ongoing(status: &Status) -> bool {
    matches!(
        status,
        Status::Pending
            | Status::InProgress
            | Status::StopRequested
            | Status::RollbackRequested
            | Status::RollbackInProgress
    )
}
