//! Exhausted restarts: an instance failed so often that the engine no longer restarts it.

use crate::{
    diagnosis::{FindingDraft, RuleContext, count_label},
    model::{ExitCause, Severity},
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for service in context.inventory.services() {
        let given_up = service.instances.iter().filter(|i| i.is_faulty()).filter_map(|i| {
            let exit = i.exit.as_ref().filter(|exit| exit.cause == ExitCause::RestartsExhausted)?;
            Some((i, exit))
        });
        let Some((instance, exit)) = given_up.max_by_key(|(_, exit)| exit.at) else { continue };
        let severity = if service.running() > 0 { Severity::Warning } else { Severity::Critical };
        let restarts = count_label(instance.restarts as usize, "restart");
        let reason = format!("restart limit reached after {restarts}: {}", exit.describe());
        let next = "read the last lines of its log; it stays down until you start it";
        drafts.push(FindingDraft::about_service(service, severity, exit.at, reason, next));
    }
}
