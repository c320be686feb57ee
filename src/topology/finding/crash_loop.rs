//! Crash loop: an instance ends, is started again, and ends again.

use super::{Draft, Evidence, newest_fault, restarts};
use crate::model::{Ending, Exit, Instance, Onset, Severity, State, Timestamp};
use jiff::SignedDuration;

/// So many ends are no accident any more.
const MANY: u32 = 2;

/// How long an instance must run after it was started again before it counts as well.
const HOLDS: SignedDuration = SignedDuration::from_mins(1);

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        // What its health check has ended is unhealthy, and told as that.
        let ended = || service.instances.iter().filter(|i| !i.check.failed());
        let turning = |i: &&Instance| i.state == State::Restarting || is_just_back(i, evidence.now);
        let again = || ended().filter(turning).filter(|i| restarts::lately(evidence, i) >= MANY);
        let restarting = again().next().is_some();
        let failed = ended().filter(|i| i.state == State::Failed).count();
        let replaced = failed >= MANY as usize && service.desired.is_some_and(|desired| desired > 0);
        if !restarting && !replaced {
            continue;
        }
        let restarts: u32 = service.instances.iter().map(|i| i.restarts).sum();
        let newest =
            newest_fault(service).map(|(_, exit)| exit).or_else(|| again().find_map(|i| i.exit.as_ref()));
        let ends = newest.map_or_else(|| "it ends".to_owned(), Exit::words);
        let count = if restarting { format!("{restarts} restarts") } else { format!("{failed} stops") };
        let since = ended().filter(|i| i.is_faulty()).chain(again()).filter_map(end).min();
        let reason = format!("crash loop: {ends}; {count}");
        let next = "read the last lines of its log";
        // There may have been ends before those that are known.
        let since = since.map(Onset::at_least);
        drafts.push(Draft { since, ..Draft::of(service, Severity::Critical, None, reason, next) });
    }
}

/// Whether it runs, and was started again only just now: the next end is likely.
fn is_just_back(instance: &Instance, now: Timestamp) -> bool {
    let by_itself = instance.exit.as_ref().is_some_and(|exit| exit.ending != Ending::Asked);
    let ended_lately = by_itself && end(instance).is_some_and(|at| now.duration_since(at) < HOLDS);
    instance.state == State::Running && ended_lately
}

fn end(instance: &Instance) -> Option<Timestamp> {
    instance.exit.as_ref().and_then(|exit: &Exit| exit.at)
}
