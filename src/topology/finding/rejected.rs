//! Connections of a service that a security group or network rule turns away now.

use super::{Draft, Evidence, listed};
use crate::{
    model::{NodeId, Severity},
    topology::{Rejected, drift::is_past},
};
use std::collections::BTreeMap;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let mut callers: BTreeMap<&NodeId, Vec<&Rejected>> = BTreeMap::new();
    // What was turned away long ago is no alarm: the caller gave up, or it was set right.
    for rejected in evidence.rejected.iter().filter(|r| !is_past(r.seen.last, evidence.now)) {
        callers.entry(&rejected.from).or_default().push(rejected);
    }
    for (caller, all) in callers {
        let Some(node) = evidence.topology.nodes.get(caller) else { continue };
        let mut targets: Vec<String> = all.iter().map(|rejected| rejected.target.clone()).collect();
        targets.sort();
        targets.dedup();
        drafts.push(Draft {
            severity: Severity::Warning,
            service: node.label(),
            node: Some(node.id.clone()),
            since: all.iter().map(|rejected| rejected.seen.first).min(),
            reason: format!("its connections to {} are rejected", listed(&targets)),
            next: "look at the security groups and network rules between them".to_owned(),
        });
    }
}
