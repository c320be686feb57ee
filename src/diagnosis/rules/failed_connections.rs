//! Failed connections of a service: a security group or network ACL rejects them, or the service's log
//! reports errors.

use crate::{
    diagnosis::{FindingDraft, RuleContext, Subject, join_names},
    model::{ConnectionOutcome, NodeId, Onset, Severity},
    topology::{FailedConnection, drift::is_faded_since},
};
use std::collections::BTreeMap;

/// Finds services whose connections a security group or network ACL rejects.
pub(in crate::diagnosis) fn find_rejected(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let next = "check the security groups and network ACLs between them";
    find(context, ConnectionOutcome::Rejected, drafts, |targets| {
        (format!("connections to {targets} are rejected"), next.to_owned())
    });
}

/// Finds services whose own logs report connection errors.
pub(in crate::diagnosis) fn find_failed(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    find(context, ConnectionOutcome::Failed, drafts, |targets| {
        let next = format!("check the state of {targets}, the address and the network");
        (format!("its log reports connection errors to {targets}"), next)
    });
}

/// Adds a draft for each caller with recent connection attempts of the outcome `verdict`. `words` gets the
/// callees' names and returns the reason and the next step.
fn find(
    context: &RuleContext<'_>,
    verdict: ConnectionOutcome,
    drafts: &mut Vec<FindingDraft>,
    words: impl Fn(&str) -> (String, String),
) {
    let mut callers: BTreeMap<&NodeId, Vec<&FailedConnection>> = BTreeMap::new();
    // An old failure is not reported: either the caller gave up, or the problem was fixed.
    let now = context
        .failed_connections
        .iter()
        .filter(|r| r.outcome == verdict && !is_faded_since(r.seen.last_seen, context.now));
    for rejected in now {
        callers.entry(&rejected.from).or_default().push(rejected);
    }
    for (caller, all) in callers {
        let Some(node) = context.topology.nodes.get(caller) else { continue };
        let mut targets: Vec<String> = all.iter().map(|rejected| rejected.target_label.clone()).collect();
        targets.sort();
        targets.dedup();
        let (reason, next) = words(&join_names(&targets));
        drafts.push(FindingDraft {
            severity: Severity::Warning,
            subject: Subject::Node(node.id.clone()),
            since: all.iter().map(|rejected| rejected.seen.first_seen).min().map(Onset::exact),
            reason,
            next_step: next,
        });
    }
}
