//! Target of a rollback: the newest successful deployment whose task definition is not the current one.

use crate::{
    model::{Failure, Text},
    operation::RollbackTarget,
    source::ecs::{
        client::api::{Api, read_batches},
        decode::text::{last_segment, to_timestamp},
        quota::calls,
    },
};
use aws_sdk_ecs::types::{
    Service, ServiceDeploymentBrief, ServiceDeploymentStatus, ServiceRevision, TaskDefinitionStatus,
};
use std::collections::BTreeSet;

/// Maximum number of service revisions in one call.
const MAX_REVISIONS_PER_CALL: usize = 20;

/// Returns the deployment in `listed` (newest first) to which a rollback of `service` would return, or `None`
/// if there is none. The preceding revision of the task definition may be the wrong target, because it may
/// have failed, or may never have been deployed.
pub(super) async fn rollback_target(
    api: &Api,
    service: &Service,
    listed: &[ServiceDeploymentBrief],
) -> Result<Option<RollbackTarget>, Failure> {
    let succeeded: Vec<&ServiceDeploymentBrief> =
        listed.iter().filter(|one| one.status() == Some(&ServiceDeploymentStatus::Successful)).collect();
    if succeeded.is_empty() {
        return Ok(None);
    }
    let newest = succeeded.first().and_then(|one| one.target_service_revision_arn());
    let current = service.current_service_revisions().first().and_then(|current| current.arn()).or(newest);
    let arns = succeeded.iter().filter_map(|one| one.target_service_revision_arn()).chain(current);
    let revisions = describe_revisions(api, arns.map(str::to_owned).collect()).await?;
    let differs = |revision: &&ServiceRevision| revision.task_definition() != service.task_definition();
    let found = succeeded.iter().find_map(|one| {
        let revision = find_revision(&revisions, one.target_service_revision_arn()).filter(differs)?;
        Some((*one, revision))
    });
    let Some((deployment, target)) = found else { return Ok(None) };
    let definition = target.task_definition().unwrap_or_default();
    let current = find_revision(&revisions, current);
    Ok(Some(RollbackTarget {
        task_definition: last_segment(definition).into(),
        finished: to_timestamp(deployment.finished_at()),
        is_active: is_active(api, definition).await?,
        not_restored: current.map(|current| differing_settings(target, current)).unwrap_or_default(),
    }))
}

fn find_revision<'a>(revisions: &'a [ServiceRevision], arn: Option<&str>) -> Option<&'a ServiceRevision> {
    revisions.iter().find(|revision| arn.is_some() && revision.service_revision_arn() == arn)
}

/// Describes service revisions, in several calls if there are many.
async fn describe_revisions(api: &Api, arns: BTreeSet<String>) -> Result<Vec<ServiceRevision>, Failure> {
    let arns: Vec<String> = arns.into_iter().collect();
    let described = read_batches(&arns, MAX_REVISIONS_PER_CALL, |batch| async {
        let ask = api.clients.ecs.describe_service_revisions().set_service_revision_arns(Some(batch));
        let answer = api.call(&calls::DESCRIBE_SERVICE_REVISIONS, ask.send()).await?;
        Ok(answer.service_revisions.unwrap_or_default())
    })
    .await;
    described.failure.map_or(Ok(described.items), Err)
}

/// Returns true if the task definition is active, so that a service can be deployed with it.
async fn is_active(api: &Api, definition: &str) -> Result<bool, Failure> {
    let ask = api.clients.ecs.describe_task_definition().task_definition(definition);
    let answer = api.call(&calls::DESCRIBE_TASK_DEFINITION, ask.send()).await?;
    let status = answer.task_definition().and_then(|definition| definition.status());
    Ok(status == Some(&TaskDefinitionStatus::Active))
}

/// Returns the names of the settings that differ between two revisions of a service, except the task
/// definition.
fn differing_settings(a: &ServiceRevision, b: &ServiceRevision) -> Vec<Text> {
    let differs = [
        ("network configuration", a.network_configuration() != b.network_configuration()),
        ("load balancers", a.load_balancers() != b.load_balancers()),
        ("service registries", a.service_registries() != b.service_registries()),
        ("Service Connect", a.service_connect_configuration() != b.service_connect_configuration()),
        ("capacity providers", a.capacity_provider_strategy() != b.capacity_provider_strategy()),
        ("launch type", a.launch_type() != b.launch_type()),
        ("platform version", a.platform_version() != b.platform_version()),
        ("volumes", a.volume_configurations() != b.volume_configurations()),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.into()).collect()
}

#[cfg(test)]
mod tests {
    use super::{ServiceRevision, differing_settings};
    use aws_sdk_ecs::types::LaunchType;

    #[test]
    fn settings_that_differ_are_named() {
        let old = ServiceRevision::builder().task_definition("web:1").launch_type(LaunchType::Ec2).build();
        let new =
            ServiceRevision::builder().task_definition("web:2").launch_type(LaunchType::Fargate).build();
        let names: Vec<String> = differing_settings(&old, &new).into_iter().map(String::from).collect();
        assert_eq!(names, ["launch type"]);
    }
}
