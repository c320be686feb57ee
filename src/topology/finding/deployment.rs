//! Deployments that failed, or that go on for longer than they should.

use super::{Draft, Evidence};
use crate::model::{Deployment, Rollout, Service, Severity};
use jiff::SignedDuration;

/// A deployment that takes longer than this is stuck.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

pub(super) fn find_failed(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for (service, deployment) in newest(evidence).filter(|(_, d)| d.rollout == Rollout::Failed) {
        let reason = format!("deployment of {} failed{}", deployment.version, said(deployment));
        let next = "look at the failed instances; the previous version may still serve";
        drafts.push(Draft::of(service, Severity::Critical, deployment.updated, reason, next));
    }
}

/// Those that failed and gave way to the version before.
pub(super) fn find_rolled_back(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for (service, newest) in newest(evidence) {
        let failed = service.deployments.iter().skip(1).find(|d| d.rollout == Rollout::Failed);
        let Some(failed) = failed else { continue };
        let reason = format!(
            "deployment of {} failed and was rolled back to {}{}",
            failed.version,
            newest.version,
            said(failed)
        );
        let next = "look at why its instances failed before you deploy it again";
        drafts.push(Draft::of(service, Severity::Warning, failed.updated, reason, next));
    }
}

pub(super) fn find_stuck(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for (service, deployment) in newest(evidence).filter(|(_, d)| d.rollout == Rollout::InProgress) {
        let age = deployment.created.map(|created| evidence.now.duration_since(created));
        let slow = age.is_some_and(|age| age > PATIENCE);
        if !slow && deployment.failed == 0 {
            continue;
        }
        let failed = if deployment.failed > 0 {
            format!(", {} failed to start", deployment.failed)
        } else {
            String::new()
        };
        let reason = format!(
            "deployment of {} is still in progress: {} of {} running{failed}{}",
            deployment.version,
            deployment.running,
            deployment.desired,
            beside(service),
        );
        let next = "look at its newest instances and their health";
        drafts.push(Draft::of(service, Severity::Warning, deployment.created, reason, next));
    }
}

/// The older versions that still run.
fn beside(service: &Service) -> String {
    let older = service.deployments.iter().skip(1).filter(|d| d.running > 0);
    let each: Vec<String> = older.map(|d| format!("{} on {}", d.running, d.version)).collect();
    if each.is_empty() { String::new() } else { format!(", beside {}", each.join(" and ")) }
}

/// The newest deployment of each service.
fn newest<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = (&'a Service, &'a Deployment)> {
    evidence.inventory.services().filter_map(|s| s.deployments.first().map(|d| (s, d)))
}

/// The source's reason, behind a colon.
fn said(deployment: &Deployment) -> String {
    deployment.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default()
}
