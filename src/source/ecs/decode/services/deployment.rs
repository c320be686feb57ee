//! Deployments and task sets of a service, with the state of their rollout.

use crate::{
    model::{Deployment, RolloutState, Timestamp},
    source::ecs::decode::{
        definitions::{revision_diff, task_definition::TaskDefinitions},
        text::{clean_sentence, clean_text, last_segment, to_count, to_timestamp},
    },
};
use aws_sdk_ecs::types::{self as sdk, DeploymentRolloutState, StabilityStatus};

/// Maximum age, in seconds, of a deployment that Portolan compares with the previous revision.
const RECENT_DEPLOYMENT_SECS: i64 = 3_600;

/// Decodes the deployments and task sets of a service. The primary one comes first, then the others from new
/// to old.
///
/// Each contains its differences from the next one in this order. If there is only one deployment, it
/// contains its differences from the preceding revision of its task definition. Differences are left out if
/// one of the two task definitions was not read.
pub(crate) fn decode_deployments(service: &sdk::Service, definitions: &TaskDefinitions) -> Vec<Deployment> {
    let rolling = service.deployments().iter();
    let mut found: Vec<(bool, Deployment, Option<&str>)> =
        rolling.map(|d| (d.status() == Some("PRIMARY"), decode_deployment(d), d.task_definition())).collect();
    // Services with an external controller (CodeDeploy, custom) have task sets instead of deployments.
    let sets = service.task_sets().iter();
    found.extend(sets.map(|t| (t.status() == Some("PRIMARY"), decode_task_set(t), t.task_definition())));
    found.sort_by(|a, b| (b.0, b.1.created, &b.1.id).cmp(&(a.0, a.1.created, &a.1.id)));
    let guess = previous_revision(service);
    let before: Vec<_> = found.iter().skip(1).map(|(_, _, arn)| *arn).chain([guess.as_deref()]).collect();
    let compared = found.into_iter().zip(before).map(|((_, mut deployment, arn), before)| {
        if let (Some(is), Some(was)) =
            (arn.and_then(|arn| definitions.get(arn)), before.and_then(|arn| definitions.get(arn)))
        {
            deployment.previous = Some(was.version.clone().into());
            deployment.changes = revision_diff::revision_changes(&was.attributes, &is.attributes);
        }
        deployment
    });
    compared.collect()
}

/// Returns the ARN of the revision that probably ran before the only deployment. Returns `None` if there is
/// no deployment or more than one, or if the deployment has the first revision.
///
/// ECS no longer reports the previous revision after a deployment has completed. So Portolan assumes the
/// preceding revision of the same family.
fn previous_revision(service: &sdk::Service) -> Option<String> {
    let [only] = service.deployments() else { return None };
    let (family, revision) = only.task_definition()?.rsplit_once(':')?;
    let before = revision.parse::<u32>().ok()?.checked_sub(1).filter(|before| *before > 0)?;
    Some(format!("{family}:{before}"))
}

/// Returns the ARNs of the task definitions from which a service is decoded, except those of its tasks. They
/// include the previous revision, which the decoder compares with the current one.
pub(crate) fn definition_arns(service: &sdk::Service) -> Vec<String> {
    let rolling = service.deployments().iter().filter_map(sdk::Deployment::task_definition);
    let sets = service.task_sets().iter().filter_map(sdk::TaskSet::task_definition);
    let all = rolling.chain(sets).chain(service.task_definition()).map(str::to_owned);
    all.chain(previous_revision(service)).collect()
}

/// Returns the ARN of the previous revision if the service has a single deployment and that is recent,
/// otherwise `None`. Reading the revision costs a call, which is worthwhile only while users ask what the
/// deployment has changed.
pub(crate) fn revision_to_compare(service: &sdk::Service, now: Timestamp) -> Option<String> {
    let only = service.deployments().first()?;
    let young = to_timestamp(only.created_at())
        .is_some_and(|at| now.as_second() - at.as_second() < RECENT_DEPLOYMENT_SECS);
    if young { previous_revision(service) } else { None }
}

fn decode_deployment(raw: &sdk::Deployment) -> Deployment {
    Deployment {
        id: clean_text(raw.id()).into(),
        version: last_segment(raw.task_definition().unwrap_or_default()).into(),
        rollout: match raw.rollout_state() {
            Some(DeploymentRolloutState::Completed) => RolloutState::Completed,
            Some(DeploymentRolloutState::Failed) => RolloutState::Failed,
            Some(DeploymentRolloutState::InProgress) => RolloutState::InProgress,
            _ => RolloutState::Unknown,
        },
        reason: clean_sentence(raw.rollout_state_reason()).map(Into::into),
        desired: to_count(raw.desired_count()),
        running: to_count(raw.running_count()),
        failed: to_count(raw.failed_tasks()),
        created: to_timestamp(raw.created_at()),
        updated: to_timestamp(raw.updated_at()),
        previous: None,
        changes: Vec::new(),
    }
}

fn decode_task_set(raw: &sdk::TaskSet) -> Deployment {
    Deployment {
        id: clean_text(raw.id()).into(),
        version: last_segment(raw.task_definition().unwrap_or_default()).into(),
        rollout: match raw.stability_status() {
            Some(StabilityStatus::SteadyState) => RolloutState::Completed,
            Some(StabilityStatus::Stabilizing) => RolloutState::InProgress,
            _ => RolloutState::Unknown,
        },
        reason: None,
        desired: to_count(raw.computed_desired_count()),
        running: to_count(raw.running_count()),
        failed: 0,
        created: to_timestamp(raw.created_at()),
        updated: to_timestamp(raw.updated_at()),
        previous: None,
        changes: Vec::new(),
    }
}
