//! Out of memory: the kernel killed it at its limit.

use super::{Draft, Evidence};
use crate::model::{Ending, Exit, Instance, Severity};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        let killed = |i: &&Instance| i.is_faulty() && i.exit.as_ref().is_some_and(is_starved);
        let count = service.instances.iter().filter(killed).count();
        let ends = || service.instances.iter().filter(killed).filter_map(|instance| instance.exit.as_ref());
        let Some(newest) = ends().max_by_key(|exit| exit.at) else { continue };
        let first = ends().filter_map(|exit| exit.at).min();
        let restarts: u32 = service.instances.iter().map(|i| i.restarts).sum();
        let again = match (restarts, count) {
            (0, 1) => String::new(),
            (0, count) => format!("; {count} stops"),
            (restarts, _) => format!("; {restarts} restarts"),
        };
        let limit = service.facts.iter().find(|fact| fact.label == "memory limit");
        let limit = limit.map(|fact| format!(" at its limit of {}", fact.value)).unwrap_or_default();
        // The kernel may kill a child, and leave it to the first process how to end: then the code is its own.
        let (killed, code) = match newest.code {
            Some(137) => ("killed", ", exit code 137".to_owned()),
            Some(code) => ("a process in it was killed", format!(", exit code {code}")),
            None => ("killed", String::new()),
        };
        let reason = format!("{killed} for want of memory{limit}{code}{again}");
        let next = "raise its memory limit, or find what grew";
        drafts.push(Draft::of(service, Severity::Critical, first, reason, next));
    }
}

fn is_starved(exit: &Exit) -> bool {
    exit.ending == Ending::OutOfMemory
}

#[cfg(test)]
mod tests {
    use super::super::tests::of;
    use crate::model::{sample::*, *};

    #[test]
    fn want_of_memory_is_told_with_the_code_that_was_told() {
        let reason = |code| {
            let exit =
                Exit { code: Some(code), ending: Ending::OutOfMemory, reason: None, at: Some(ago(60)) };
            let killed = Instance { state: State::Failed, exit: Some(exit), ..instance("web-1") };
            of(&inventory(vec![Service { instances: vec![killed], ..service("web") }]))[0].reason.clone()
        };
        assert_eq!(reason(137), "killed for want of memory, exit code 137");
        assert_eq!(reason(1), "a process in it was killed for want of memory, exit code 1");
    }
}
