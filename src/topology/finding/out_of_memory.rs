//! Out of memory: the kernel killed it at its limit.

use super::{Draft, Evidence};
use crate::model::{Ending, Exit, Instance, Severity};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        let killed = |i: &&Instance| i.is_faulty() && exits(i).any(|exit| exit.ending == Ending::OutOfMemory);
        let count = service.instances.iter().filter(killed).count();
        let ends = service.instances.iter().filter(killed).flat_map(exits);
        let first = ends.filter(|exit| exit.ending == Ending::OutOfMemory).filter_map(|exit| exit.at).min();
        if count == 0 {
            continue;
        }
        let restarts: u32 = service.instances.iter().map(|i| i.restarts).sum();
        let again = match (restarts, count) {
            (0, 1) => String::new(),
            (0, count) => format!("; {count} stops"),
            (restarts, _) => format!("; {restarts} restarts"),
        };
        let limit = service.facts.iter().find(|fact| fact.label == "memory limit");
        let limit = limit.map(|fact| format!(" at its limit of {}", fact.value)).unwrap_or_default();
        let reason = format!("killed for want of memory{limit}, exit code 137{again}");
        let next = "raise its memory limit, or find what grew";
        drafts.push(Draft::of(service, Severity::Critical, first, reason, next));
    }
}

/// The ends of an instance and its containers.
fn exits(instance: &Instance) -> impl Iterator<Item = &Exit> {
    instance.exit.iter().chain(instance.containers.iter().filter_map(|c| c.exit.as_ref()))
}
