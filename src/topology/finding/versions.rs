//! Versions side by side: a service of which two run with no deployment under way.

use super::{Draft, Evidence, listed};
use crate::model::{Severity, State};
use std::collections::BTreeMap;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services().filter(|s| !s.is_deploying()) {
        let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
        for instance in service.instances.iter().filter(|i| i.state == State::Running) {
            if let Some(version) = &instance.version {
                *versions.entry(version).or_default() += 1;
            }
        }
        if versions.len() < 2 {
            continue;
        }
        let each: Vec<String> =
            versions.iter().map(|(version, count)| format!("{count} on {version}")).collect();
        let reason = format!("runs in {} versions: {}", versions.len(), listed(&each));
        let next = "finish the change, or take it back";
        drafts.push(Draft::of(service, Severity::Info, None, reason, next));
    }
}
