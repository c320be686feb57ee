//! Restarts exhausted: it ended with errors so often that the engine no longer starts it again.

use super::{Draft, Evidence};
use crate::model::{Ending, Severity};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        let given_up = service.instances.iter().filter(|i| i.is_faulty()).filter_map(|i| {
            let exit = i.exit.as_ref().filter(|exit| exit.ending == Ending::GaveUp)?;
            Some((i, exit))
        });
        let Some((instance, exit)) = given_up.max_by_key(|(_, exit)| exit.at) else { continue };
        let severity = if service.running() > 0 { Severity::Warning } else { Severity::Critical };
        let reason = format!("given up after {} restarts: {}", instance.restarts, exit.words());
        let next = "read the last lines of its log; it stays down until somebody starts it";
        drafts.push(Draft::of(service, severity, exit.at, reason, next));
    }
}
