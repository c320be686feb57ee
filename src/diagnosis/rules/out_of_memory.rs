//! Out of memory: the kernel killed a process of an instance because of a memory limit.

use crate::{
    diagnosis::{
        FindingDraft, RuleContext,
        wording::{count_label, minimum_mark},
    },
    model::{Exit, ExitCause, FactKind, Instance, Severity},
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for service in context.inventory.services() {
        let killed = |i: &&Instance| i.is_faulty() && i.exit.as_ref().is_some_and(is_out_of_memory);
        let count = service.instances.iter().filter(killed).count();
        let ends = || service.instances.iter().filter(killed).filter_map(|instance| instance.exit.as_ref());
        let Some(newest) = ends().max_by_key(|exit| exit.at) else { continue };
        let first = ends().filter_map(|exit| exit.at).min();
        let restarts: u32 = service.instances.iter().map(|i| i.restarts).sum();
        let again = match (restarts, count) {
            (0, 1) => String::new(),
            (0, count) => {
                format!("; {}{}", minimum_mark(service), count_label(count, service.kind.instance_noun()))
            }
            (restarts, _) => format!("; {}", count_label(restarts as usize, "restart")),
        };
        let mut limits = service.facts.iter().filter(|fact| fact.kind() == Some(FactKind::MemoryLimit));
        // With several limits, it is unknown which container reached its limit.
        let limit = limits.next().filter(|_| limits.next().is_none());
        let limit = limit.map(|fact| format!(" at its limit of {}", fact.value)).unwrap_or_default();
        // If the kernel killed only a child process, the exit code is that of the main process.
        let (killed, code) = match newest.code {
            Some(137) => ("killed", ", exit code 137".to_owned()),
            Some(code) => ("a child process was killed", format!(", exit code {code}")),
            None => ("killed", String::new()),
        };
        let reason = format!("out of memory: {killed}{limit}{code}{again}");
        let next = "raise its memory limit, or find the leak";
        drafts.push(FindingDraft::about_service(service, Severity::Critical, first, reason, next));
    }
}

fn is_out_of_memory(exit: &Exit) -> bool {
    exit.cause == ExitCause::OutOfMemory
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::tests::findings_of,
        model::{fixtures::*, *},
    };

    #[test]
    fn want_of_memory_is_told_with_the_code_that_was_told() {
        let reason = |code| {
            let exit =
                Exit { code: Some(code), cause: ExitCause::OutOfMemory, reason: None, at: Some(ago(60)) };
            let killed = Instance { state: InstanceState::Failed, exit: Some(exit), ..instance("web-1") };
            findings_of(&inventory(vec![Service { instances: vec![killed], ..service("web") }]))[0]
                .reason
                .clone()
        };
        assert_eq!(reason(137), "out of memory: killed, exit code 137");
        assert_eq!(reason(1), "out of memory: a child process was killed, exit code 1");
    }
}
