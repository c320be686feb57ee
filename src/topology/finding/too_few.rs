//! Too few running: fewer than wanted, for longer than starting takes.

use super::{Draft, Evidence};
use crate::model::{Health, Severity};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services().filter(|s| !s.is_declared()) {
        let Some(desired) = service.desired.map(|d| d as usize) else { continue };
        let running = service.running();
        if running >= desired || Health::of(service) == Health::Starting {
            continue;
        }
        let severity = match (evidence.lasting.is_young(evidence.now, &service.id), running) {
            (true, _) => Severity::Info,
            (false, 0) => Severity::Critical,
            (false, _) => Severity::Warning,
        };
        let said = service.deployments.first().and_then(|d| d.reason.clone()).map(|r| format!(": {r}"));
        let reason = format!("{running} of {desired} running{}", said.unwrap_or_default());
        drafts.push(Draft::of(service, severity, None, reason, "look at its events and stopped instances"));
    }
}
