//! Dangling references: a service names an address of the estate that nobody answers to.

use super::{About, Draft, Evidence};
use crate::model::Severity;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    if !evidence.has_all_answers() {
        return;
    }
    for dangling in &evidence.topology.dangling {
        let Some(node) = evidence.topology.nodes.get(&dangling.from) else { continue };
        drafts.push(Draft {
            severity: Severity::Info,
            about: About::Node(node.id.clone()),
            since: None,
            reason: format!(
                "{} names {}, and nothing here answers to that",
                dangling.place, dangling.address
            ),
            next: "is the service it means in another source, or gone?".to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Estate, Evidence, Lasting, findings,
        tests::{known, of},
    };
    use crate::{
        model::{sample::*, *},
        topology::infer,
    };
    use std::sync::Arc;

    #[test]
    fn nothing_is_missing_before_all_who_could_answer_have() {
        let mut web = service("web");
        web.mentions = vec![mention("CACHE_URL", Address::name("cache").with_port(6379))];
        let inventory = inventory(vec![web]);
        let topology = infer(&inventory);
        let told = |status: SourceStatus| {
            let known = known(&inventory, &topology);
            let estate = Estate { sources: std::slice::from_ref(&status), ..known };
            let all = findings(&Evidence::new(estate, Lasting::default(), ago(0)));
            all.iter().any(|finding| finding.kind == "dangling-reference")
        };
        let status = || SourceStatus::new(SourceId::new("ecs"), "ecs", "");
        let read = |progress: &[Progress]| {
            let mut status = status();
            status.read(ago(0), progress);
            status
        };
        let failed = |kind| {
            let mut status = status();
            status.failed(Failure::new(kind, "no", ""));
            status
        };
        let of = |part| Progress { part, read: 1, known: 2 };
        assert!(told(read(&[])));
        assert!(told(failed(FailureKind::Denied)), "it will never tell");
        for part in [Part::Services, Part::Tasks, Part::Definitions, Part::Surroundings] {
            assert!(!told(read(&[of(part)])), "{part:?}");
        }
        assert!(!told(status()), "it has not answered");
        assert!(!told(failed(FailureKind::Unreachable)), "what it runs is not known");
        let mut cached = status();
        cached.recalled(ago(60));
        assert!(!told(cached), "an earlier run saw it");
    }

    #[test]
    fn what_could_not_be_read_may_be_what_is_named() {
        let mut web = service("web");
        web.mentions = vec![mention("CACHE_URL", Address::name("cache").with_port(6379))];
        let told = |kind| {
            let failure = Failure::new(kind, "no", "");
            let gaps = vec![Gap { what: "container cache".into(), failure }];
            let mut inventory = Inventory::default();
            inventory.replace(Arc::new(Snapshot { gaps, ..snapshot("docker", vec![web.clone()]) }));
            of(&inventory).iter().any(|finding| finding.kind == "dangling-reference")
        };
        assert!(!told(FailureKind::Timeout));
        assert!(told(FailureKind::Denied), "that it may not be read is told by itself");
    }
}
