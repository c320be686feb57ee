//! Deployments and task sets, and where their rollout stands.

use super::words::{count, said, some, tail, time};
use crate::model::{Deployment, Rollout};
use aws_sdk_ecs::types::{self as sdk, DeploymentRolloutState, StabilityStatus};

/// The deployments of a service, the primary one first, then the newest.
pub(crate) fn deployments(service: &sdk::Service) -> Vec<Deployment> {
    let mut found: Vec<(bool, Deployment)> =
        service.deployments().iter().map(|d| (d.status() == Some("PRIMARY"), deployment(d))).collect();
    // Services with an external controller (CodeDeploy, custom) have task sets in their place.
    found.extend(service.task_sets().iter().map(|t| (t.status() == Some("PRIMARY"), task_set(t))));
    found.sort_by(|a, b| (b.0, b.1.created, &b.1.id).cmp(&(a.0, a.1.created, &a.1.id)));
    found.into_iter().map(|(_, deployment)| deployment).collect()
}

fn deployment(raw: &sdk::Deployment) -> Deployment {
    Deployment {
        id: said(raw.id()),
        version: tail(raw.task_definition().unwrap_or_default()),
        rollout: match raw.rollout_state() {
            Some(DeploymentRolloutState::Completed) => Rollout::Completed,
            Some(DeploymentRolloutState::Failed) => Rollout::Failed,
            Some(DeploymentRolloutState::InProgress) => Rollout::InProgress,
            _ => Rollout::Unknown,
        },
        reason: some(raw.rollout_state_reason()),
        desired: count(raw.desired_count()),
        running: count(raw.running_count()),
        failed: count(raw.failed_tasks()),
        created: time(raw.created_at()),
        updated: time(raw.updated_at()),
    }
}

fn task_set(raw: &sdk::TaskSet) -> Deployment {
    Deployment {
        id: said(raw.id()),
        version: tail(raw.task_definition().unwrap_or_default()),
        rollout: match raw.stability_status() {
            Some(StabilityStatus::SteadyState) => Rollout::Completed,
            Some(StabilityStatus::Stabilizing) => Rollout::InProgress,
            _ => Rollout::Unknown,
        },
        reason: None,
        desired: count(raw.computed_desired_count()),
        running: count(raw.running_count()),
        failed: 0,
        created: time(raw.created_at()),
        updated: time(raw.updated_at()),
    }
}
