//! Crash loop: it ends by itself, is started again, and ends again.

use super::{Draft, Evidence, ending, newest_fault};
use crate::model::{Instance, Severity, State};

/// So many ends are no accident any more.
const MANY: usize = 2;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        // What its health check has ended is unhealthy, and told as that.
        let ended = || service.instances.iter().filter(|i| !i.check.failed());
        let restarting = ended().any(|i| i.state == State::Restarting);
        let failed = ended().filter(|i| i.state == State::Failed).count();
        let replaced = failed >= MANY && service.desired.is_some_and(|desired| desired > 0);
        if !restarting && !replaced {
            continue;
        }
        let restarts: u32 = service.instances.iter().map(|i| i.restarts).sum();
        let ends = newest_fault(service).map_or_else(|| "it ends".to_owned(), |(_, exit)| ending(exit));
        let count = if restarting { format!("{restarts} restarts") } else { format!("{failed} stops") };
        let since = ended().filter(|i| i.is_faulty()).filter_map(first_end).min();
        let reason = format!("crash loop: {ends}; {count}");
        drafts.push(Draft::of(service, Severity::Critical, since, reason, "read the last lines of its log"));
    }
}

fn first_end(instance: &Instance) -> Option<crate::model::Timestamp> {
    instance.exit.as_ref().and_then(|exit| exit.at)
}
