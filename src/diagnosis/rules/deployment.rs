//! Deployments that failed, were rolled back, or take too long.

use crate::{
    diagnosis::{
        FindingDraft, RuleContext, count_label,
        rules::{newest_fault, start_failure::describe_cause},
    },
    model::{Deployment, RolloutState, Service, Severity},
};
use jiff::SignedDuration;

/// Maximum duration of a deployment. A deployment that takes longer is stuck.
const MAX_ROLLOUT_TIME: SignedDuration = SignedDuration::from_mins(10);

/// Finds services whose newest deployment failed.
pub(in crate::diagnosis) fn find_failed(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for (service, deployment) in
        newest_deployments(context).filter(|(_, d)| d.rollout == RolloutState::Failed)
    {
        let reason = format!("deployment of {} failed{}", deployment.version, reason_suffix(deployment));
        let noun = service.kind.instance_noun();
        let next = start_failure_remedy(service).unwrap_or_else(|| {
            format!("check the failed {noun}s; the previous version may still be running")
        });
        drafts.push(FindingDraft::about_service(
            service,
            Severity::Critical,
            deployment.updated,
            reason,
            &next,
        ));
    }
}

/// Finds deployments that failed and were rolled back to the previous version.
pub(in crate::diagnosis) fn find_rolled_back(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for (service, newest) in newest_deployments(context) {
        let failed = service.deployments.iter().skip(1).find(|d| d.rollout == RolloutState::Failed);
        let Some(failed) = failed else { continue };
        let reason = format!(
            "deployment of {} failed and was rolled back to {}{}",
            failed.version,
            newest.version,
            reason_suffix(failed)
        );
        let noun = service.kind.instance_noun();
        let next = format!("find out why its {noun}s failed before you deploy it again");
        drafts.push(FindingDraft::about_service(service, Severity::Warning, failed.updated, reason, &next));
    }
}

/// Finds services whose newest deployment takes too long, or has failed instances.
pub(in crate::diagnosis) fn find_stuck(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for (service, deployment) in
        newest_deployments(context).filter(|(_, d)| d.rollout == RolloutState::InProgress)
    {
        let age = deployment.created.map(|created| context.now.duration_since(created));
        let slow = age.is_some_and(|age| age > MAX_ROLLOUT_TIME);
        if !slow && deployment.failed == 0 {
            continue;
        }
        let noun = service.kind.instance_noun();
        // ECS counts a task as failed if it did not start, exited, or failed its health check.
        let failed = match deployment.failed {
            0 => String::new(),
            failed => format!(", {} failed", count_label(failed as usize, noun)),
        };
        let reason = format!(
            "deployment of {} is still in progress: {} of {} running{failed}{}",
            deployment.version,
            deployment.running,
            deployment.desired,
            older_versions_running(service),
        );
        let next = start_failure_remedy(service)
            .unwrap_or_else(|| format!("check its newest {noun}s and their health checks"));
        drafts.push(FindingDraft::about_service(
            service,
            Severity::Warning,
            deployment.created,
            reason,
            &next,
        ));
    }
}

/// Returns the remedy for the newest failed instance if that instance could not start, and `None` otherwise.
fn start_failure_remedy(service: &Service) -> Option<String> {
    let (_, exit) = newest_fault(service)?;
    exit.cause.is_start_failure().then(|| describe_cause(exit.cause).1.to_owned())
}

/// Formats the older versions that still run, as in `, alongside 2 on web:1`. The text is empty if there are
/// none.
fn older_versions_running(service: &Service) -> String {
    let older = service.deployments.iter().skip(1).filter(|d| d.running > 0);
    let each: Vec<String> = older.map(|d| format!("{} on {}", d.running, d.version)).collect();
    if each.is_empty() { String::new() } else { format!(", alongside {}", each.join(" and ")) }
}

/// Returns the services that have a deployment, each with its newest one.
fn newest_deployments<'a>(context: &RuleContext<'a>) -> impl Iterator<Item = (&'a Service, &'a Deployment)> {
    context.inventory.services().filter_map(|s| s.deployments.first().map(|d| (s, d)))
}

/// Returns a colon and the deployment's reason, or an empty text if the source gives no reason.
fn reason_suffix(deployment: &Deployment) -> String {
    deployment.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default()
}
