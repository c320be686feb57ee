//! Lost capacity: a service lost tasks because AWS reclaimed Spot capacity or because a host failed.

use crate::{
    diagnosis::{FindingDraft, RuleContext, count_label},
    model::{ExitCause, Instance, Service, Severity, Timestamp},
};
use jiff::SignedDuration;

/// Age up to which a lost task is reported, even if the service has recovered since.
const MAX_LOSS_AGE: SignedDuration = SignedDuration::from_mins(30);

/// Finds services that lost tasks because AWS reclaimed Spot capacity.
pub(in crate::diagnosis) fn find_spot(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let next = "ECS replaces the task where it finds capacity; use more Availability Zones or some \
                On-Demand capacity";
    find(context, drafts, ExitCause::SpotInterruption, "AWS reclaimed Spot capacity", next);
}

/// Finds services that lost tasks because a host failed or was terminated.
pub(in crate::diagnosis) fn find_host(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let next = "check the container instance and the Availability Zone";
    find(context, drafts, ExitCause::HostLost, "a host failed or was terminated", next);
}

/// Adds a draft for each service with recent exits whose cause is `ending`.
fn find(
    context: &RuleContext<'_>,
    drafts: &mut Vec<FindingDraft>,
    ending: ExitCause,
    what: &str,
    next: &str,
) {
    for service in context.inventory.services() {
        let ends: Vec<Timestamp> = stop_times(service, ending)
            .filter(|at| context.now.duration_since(*at) <= MAX_LOSS_AGE)
            .collect();
        let Some(newest) = ends.iter().max() else { continue };
        let short = service.desired.is_some_and(|desired| service.running() < desired as usize);
        let severity = if short { Severity::Warning } else { Severity::Info };
        let reason =
            format!("{what}: {} stopped, {} running", count_label(ends.len(), "task"), service.running());
        drafts.push(FindingDraft::about_service(service, severity, Some(*newest), reason, next));
    }
}

/// Returns the exit times of the instances of `service` whose exit has the cause `ending`.
fn stop_times(service: &Service, ending: ExitCause) -> impl Iterator<Item = Timestamp> {
    let of = move |i: &Instance| i.exit.as_ref().filter(|exit| exit.cause == ending).and_then(|exit| exit.at);
    service.instances.iter().filter_map(of)
}
