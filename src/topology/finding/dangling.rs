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
