//! Crash loops: instances of a service exit again and again, and the engine or ECS restarts or replaces them.

use crate::{
    diagnosis::{FindingDraft, RuleContext, count_label, rules::newest_fault},
    model::{Exit, ExitCause, Instance, InstanceState, Onset, Severity, Timestamp},
};
use jiff::SignedDuration;

/// Minimum number of recent restarts or failed instances in a crash loop.
const MIN_EXITS: u32 = 2;

/// Time that a restarted instance must run before it counts as stable.
const MIN_STABLE_RUN: SignedDuration = SignedDuration::from_mins(1);

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for service in context.inventory.services() {
        // An instance that stopped because of its health check is reported as `unhealthy`.
        let ended = || service.instances.iter().filter(|i| !i.health_check.is_failing());
        let turning =
            |i: &&Instance| i.state == InstanceState::Restarting || restarted_just_now(i, context.now);
        let again = || ended().filter(turning).filter(|i| context.recent_restarts(i) >= MIN_EXITS);
        let restarting = again().next().is_some();
        let failed = ended().filter(|i| i.state == InstanceState::Failed).count();
        let replaced = failed >= MIN_EXITS as usize && service.desired.is_some_and(|desired| desired > 0);
        if !restarting && !replaced {
            continue;
        }
        let restarts: u32 = service.instances.iter().map(|i| i.restarts).sum();
        let newest =
            newest_fault(service).map(|(_, exit)| exit).or_else(|| again().find_map(|i| i.exit.as_ref()));
        let ends = newest.map_or_else(|| format!("{} exits", service.kind.instance_noun()), Exit::describe);
        let count = if restarting {
            count_label(restarts as usize, "restart")
        } else {
            let failed = failed + service.unlisted_failures;
            format!("{failed} failed {}s", service.kind.instance_noun())
        };
        let since = ended().filter(|i| i.is_faulty()).chain(again()).filter_map(ended_at).min();
        let reason = format!("crash loop: {ends}; {count}");
        let next = "read the last lines of its log";
        // Earlier exits may be missing in the source.
        let since = since.map(Onset::at_least);
        drafts.push(FindingDraft {
            since,
            ..FindingDraft::about_service(service, Severity::Critical, None, reason, next)
        });
    }
}

/// Returns true if the instance runs but exited less than [`MIN_STABLE_RUN`] ago without a stop request. It
/// will probably exit again.
fn restarted_just_now(instance: &Instance, now: Timestamp) -> bool {
    let by_itself = instance.exit.as_ref().is_some_and(|exit| exit.cause != ExitCause::StopRequested);
    let ended_lately =
        by_itself && ended_at(instance).is_some_and(|at| now.duration_since(at) < MIN_STABLE_RUN);
    instance.state == InstanceState::Running && ended_lately
}

/// Returns the time of the instance's last exit.
fn ended_at(instance: &Instance) -> Option<Timestamp> {
    instance.exit.as_ref().and_then(|exit: &Exit| exit.at)
}
