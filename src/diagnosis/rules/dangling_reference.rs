//! Dangling references: the configuration of a service names an address that looks internal, but no service
//! of any source has this address.

use crate::{
    diagnosis::{FindingDraft, RuleContext, Subject},
    model::Severity,
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    if !context.all_sources_read() {
        return;
    }
    for dangling in &context.topology.dangling {
        let Some(node) = context.topology.nodes.get(&dangling.from) else { continue };
        drafts.push(FindingDraft {
            severity: Severity::Info,
            subject: Subject::Node(node.id.clone()),
            since: None,
            reason: format!(
                "{} names {}, but no known service has this address",
                dangling.location, dangling.address
            ),
            next_step: "check whether the service is in another source or was removed".to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::{
            OutageTracker, RuleContext, RuleInput, findings,
            tests::{findings_of, rule_input},
        },
        model::{fixtures::*, *},
        topology::infer,
    };
    use std::sync::Arc;

    #[test]
    fn nothing_is_missing_before_all_who_could_answer_have() {
        let mut web = service("web");
        web.references = vec![reference("CACHE_URL", Address::from_host_name("cache").with_port(6379))];
        let inventory = inventory(vec![web]);
        let topology = infer(&inventory);
        let told = |status: SourceStatus| {
            let known = rule_input(&inventory, &topology);
            let estate = RuleInput { sources: std::slice::from_ref(&status), ..known };
            let all = findings(&RuleContext::new(estate, OutageTracker::default(), ago(0)));
            all.iter().any(|finding| finding.kind == "dangling-reference")
        };
        let status = || SourceStatus::new(SourceId::new("ecs"), "ecs", "");
        let read = |progress: &[LoadProgress]| {
            let mut status = status();
            status.record_success(ago(0), progress);
            status
        };
        let failed = |kind| {
            let mut status = status();
            status.record_failure(Failure::new(kind, "no", ""));
            status
        };
        let of = |part| LoadProgress { part, read: 1, known: 2 };
        assert!(told(read(&[])));
        assert!(told(failed(FailureKind::Denied)), "it will never tell");
        for part in
            [SourcePart::Services, SourcePart::Tasks, SourcePart::TaskDefinitions, SourcePart::Enrichment]
        {
            assert!(!told(read(&[of(part)])), "{part:?}");
        }
        assert!(!told(status()), "it has not answered");
        assert!(!told(failed(FailureKind::Unreachable)), "what it runs is not known");
        let mut cached = status();
        cached.record_cached(ago(60));
        assert!(!told(cached), "an earlier run saw it");
    }

    #[test]
    fn what_could_not_be_read_may_be_what_is_named() {
        let mut web = service("web");
        web.references = vec![reference("CACHE_URL", Address::from_host_name("cache").with_port(6379))];
        let told = |kind| {
            let failure = Failure::new(kind, "no", "");
            let gaps = vec![UnreadPart { name: "container cache".into(), failure }];
            let mut inventory = Inventory::default();
            inventory.replace_snapshot(Arc::new(Snapshot {
                unread_parts: gaps,
                ..snapshot("docker", vec![web.clone()])
            }));
            findings_of(&inventory).iter().any(|finding| finding.kind == "dangling-reference")
        };
        assert!(!told(FailureKind::Timeout));
        assert!(told(FailureKind::Denied), "that it may not be read is told by itself");
    }
}
