//! Services with too few running instances: fewer run than desired, and the service is not starting.

use crate::{
    diagnosis::{FindingDraft, RuleContext},
    model::{Health, Severity},
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for service in context.inventory.services().filter(|s| !s.is_declared()) {
        let Some(desired) = service.desired.map(|d| d as usize) else { continue };
        let running = service.running();
        if running >= desired || Health::of_service(service) == Health::Starting {
            continue;
        }
        let severity = match (context.outages.just_began(context.now, &service.id), running) {
            (true, _) => Severity::Info,
            (false, 0) => Severity::Critical,
            (false, _) => Severity::Warning,
        };
        let said = service.deployments.first().and_then(|d| d.reason.clone()).map(|r| format!(": {r}"));
        let reason = format!("{running} of {desired} running{}", said.unwrap_or_default());
        drafts.push(FindingDraft::about_service(
            service,
            severity,
            None,
            reason,
            &format!("check its events and stopped {}s", service.kind.instance_noun()),
        ));
    }
}
