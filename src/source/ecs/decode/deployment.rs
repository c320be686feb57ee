//! Deployments and task sets, and where their rollout stands.

use super::{
    Book, aspect,
    words::{count, said, some, tail, time},
};
use crate::model::{Deployment, Rollout, Timestamp};
use aws_sdk_ecs::types::{self as sdk, DeploymentRolloutState, StabilityStatus};

/// A deployment that began no longer ago is compared with the revision before it, in seconds.
const YOUNG: i64 = 3_600;

/// The deployments of a service, the primary one first, then the newest; each with what differs from the one before, as
/// far as the definitions are known.
pub(crate) fn deployments(service: &sdk::Service, book: &Book) -> Vec<Deployment> {
    let rolling = service.deployments().iter();
    let mut found: Vec<(bool, Deployment, Option<&str>)> =
        rolling.map(|d| (d.status() == Some("PRIMARY"), deployment(d), d.task_definition())).collect();
    // Services with an external controller (CodeDeploy, custom) have task sets in their place.
    let sets = service.task_sets().iter();
    found.extend(sets.map(|t| (t.status() == Some("PRIMARY"), task_set(t), t.task_definition())));
    found.sort_by(|a, b| (b.0, b.1.created, &b.1.id).cmp(&(a.0, a.1.created, &a.1.id)));
    let guess = earlier(service);
    let before: Vec<_> = found.iter().skip(1).map(|(_, _, arn)| *arn).chain([guess.as_deref()]).collect();
    let compared = found.into_iter().zip(before).map(|((_, mut deployment, arn), before)| {
        if let (Some(is), Some(was)) =
            (arn.and_then(|arn| book.get(arn)), before.and_then(|arn| book.get(arn)))
        {
            deployment.previous = Some(was.version.clone().into());
            deployment.changes = aspect::differences(&was.aspects, &is.aspects);
        }
        deployment
    });
    compared.collect()
}

/// The revision that was probably there before the only deployment of a service: the one before it in its family. ECS
/// names it no more.
fn earlier(service: &sdk::Service) -> Option<String> {
    let [only] = service.deployments() else { return None };
    let (family, revision) = only.task_definition()?.rsplit_once(':')?;
    let before = revision.parse::<u32>().ok()?.checked_sub(1).filter(|before| *before > 0)?;
    Some(format!("{family}:{before}"))
}

/// All task definitions that what is said of a service may rest on, beside those of its tasks.
pub(crate) fn named(service: &sdk::Service) -> Vec<String> {
    let rolling = service.deployments().iter().filter_map(sdk::Deployment::task_definition);
    let sets = service.task_sets().iter().filter_map(sdk::TaskSet::task_definition);
    let all = rolling.chain(sets).chain(service.task_definition()).map(str::to_owned);
    all.chain(earlier(service)).collect()
}

/// The revision before the only deployment's, where it is worth a call: of a deployment that is young, people ask what changed.
pub(crate) fn worth_reading(service: &sdk::Service, now: Timestamp) -> Option<String> {
    let only = service.deployments().first()?;
    let young = time(only.created_at()).is_some_and(|at| now.as_second() - at.as_second() < YOUNG);
    if young { earlier(service) } else { None }
}

fn deployment(raw: &sdk::Deployment) -> Deployment {
    Deployment {
        id: said(raw.id()).into(),
        version: tail(raw.task_definition().unwrap_or_default()).into(),
        rollout: match raw.rollout_state() {
            Some(DeploymentRolloutState::Completed) => Rollout::Completed,
            Some(DeploymentRolloutState::Failed) => Rollout::Failed,
            Some(DeploymentRolloutState::InProgress) => Rollout::InProgress,
            _ => Rollout::Unknown,
        },
        reason: some(raw.rollout_state_reason()).map(Into::into),
        desired: count(raw.desired_count()),
        running: count(raw.running_count()),
        failed: count(raw.failed_tasks()),
        created: time(raw.created_at()),
        updated: time(raw.updated_at()),
        previous: None,
        changes: Vec::new(),
    }
}

fn task_set(raw: &sdk::TaskSet) -> Deployment {
    Deployment {
        id: said(raw.id()).into(),
        version: tail(raw.task_definition().unwrap_or_default()).into(),
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
        previous: None,
        changes: Vec::new(),
    }
}
