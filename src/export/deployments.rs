//! Deployments of a service as JSON of the schema `portolan.deployment/1`.

use super::json::to_pretty_json;
use crate::{
    model::{Deployment, RevisionChange, RolloutState, Service, Timestamp},
    store::World,
};
use serde::Serialize;

/// Deployments and running versions of a service, as a JSON document of the schema `portolan.deployment/1`.
#[derive(Serialize)]
struct DeploymentReport<'a> {
    schema: &'static str,
    taken: Timestamp,
    service: &'a str,
    versions: Vec<VersionOut<'a>>,
    deployments: Vec<DeploymentOut<'a>>,
}

/// Version of the service, and the number of running instances that have it.
#[derive(Serialize)]
struct VersionOut<'a> {
    version: &'a str,
    running: usize,
}

#[derive(Serialize)]
struct DeploymentOut<'a> {
    id: &'a str,
    version: &'a str,
    rollout: RolloutState,
    reason: Option<&'a str>,
    desired: u32,
    running: u32,
    failed: u32,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    previous: Option<&'a str>,
    changes: &'a [RevisionChange],
}

/// Returns the deployments and running versions of a service as `portolan.deployment/1`.
#[must_use]
pub fn deployments_json(world: &World, service: &Service) -> String {
    let versions = service.running_versions().into_iter();
    to_pretty_json(&DeploymentReport {
        schema: "portolan.deployment/1",
        taken: world.now,
        service: service.id.as_str(),
        versions: versions.map(|(version, running)| VersionOut { version, running }).collect(),
        deployments: service.deployments.iter().map(deployment).collect(),
    })
}

fn deployment(deployment: &Deployment) -> DeploymentOut<'_> {
    DeploymentOut {
        id: &deployment.id,
        version: &deployment.version,
        rollout: deployment.rollout,
        reason: deployment.reason.as_deref(),
        desired: deployment.desired,
        running: deployment.running,
        failed: deployment.failed,
        created: deployment.created,
        updated: deployment.updated,
        previous: deployment.previous.as_deref(),
        changes: &deployment.changes,
    }
}
