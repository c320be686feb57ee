//! Stopped with an error: it ended by a fault and was not started again.

use super::{Draft, Evidence};
use crate::model::{Severity, State};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        let failed = service.instances.iter().filter(|i| i.state == State::Failed && !i.check.failed());
        let Some(newest) = failed.max_by_key(|i| i.exit.as_ref().and_then(|exit| exit.at)) else { continue };
        let (how, since) =
            newest.exit.as_ref().map_or(("it ended".to_owned(), None), |exit| (exit.words(), exit.at));
        let severity = if service.running() > 0 { Severity::Warning } else { Severity::Critical };
        let reason = format!("{} stopped: {how}", newest.name);
        drafts.push(Draft::of(service, severity, since, reason, "read the last lines of its log"));
    }
}
