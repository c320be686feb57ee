//! Connections of a service that do not come about now: a rule turns them away, or its log says that nobody answers.

use super::{About, Draft, Evidence, listed};
use crate::{
    model::{NodeId, Onset, Severity, Verdict},
    topology::{Rejected, drift::is_past},
};
use std::collections::BTreeMap;

/// Those that a security group or network rule turns away.
pub(super) fn find_rejected(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let next = "look at the security groups and network rules between them";
    find(evidence, Verdict::Rejected, drafts, |targets| {
        (format!("its connections to {targets} are rejected"), next.to_owned())
    });
}

/// Those that its own log tells of.
pub(super) fn find_failed(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    find(evidence, Verdict::Failed, drafts, |targets| {
        let next = format!("see how {targets} is, and whether the address and the network are right");
        (format!("its log says that it can't reach {targets}"), next)
    });
}

fn find(
    evidence: &Evidence<'_>,
    verdict: Verdict,
    drafts: &mut Vec<Draft>,
    words: impl Fn(&str) -> (String, String),
) {
    let mut callers: BTreeMap<&NodeId, Vec<&Rejected>> = BTreeMap::new();
    // What happened long ago is no alarm: the caller gave up, or it was set right.
    let now =
        evidence.rejected.iter().filter(|r| r.verdict == verdict && !is_past(r.seen.last, evidence.now));
    for rejected in now {
        callers.entry(&rejected.from).or_default().push(rejected);
    }
    for (caller, all) in callers {
        let Some(node) = evidence.topology.nodes.get(caller) else { continue };
        let mut targets: Vec<String> = all.iter().map(|rejected| rejected.target.clone()).collect();
        targets.sort();
        targets.dedup();
        let (reason, next) = words(&listed(&targets));
        drafts.push(Draft {
            severity: Severity::Warning,
            about: About::Node(node.id.clone()),
            since: all.iter().map(|rejected| rejected.seen.first).min().map(Onset::exact),
            reason,
            next,
        });
    }
}
