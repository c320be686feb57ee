//! Versions side by side: a service of which two run with no deployment under way.
//!
//! Only copies of the same thing are compared: a sidecar has a version of its own.

use super::{Draft, Evidence, listed};
use crate::model::{Image, Instance, Severity, State};
use std::collections::BTreeMap;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services().filter(|s| !s.is_deploying()) {
        let running = || service.instances.iter().filter(|i| i.state == State::Running);
        let first = running().find_map(|instance| instance.version.as_ref());
        // Nearly always all are of one.
        if running().all(|instance| instance.version.is_none() || instance.version.as_ref() == first) {
            continue;
        }
        let mut copies: BTreeMap<Vec<&str>, BTreeMap<&str, usize>> = BTreeMap::new();
        for instance in running() {
            if let Some(version) = &instance.version {
                *copies.entry(images(instance)).or_default().entry(version).or_default() += 1;
            }
        }
        let Some(versions) = copies.values().find(|versions| versions.len() > 1) else { continue };
        let each: Vec<String> =
            versions.iter().map(|(version, count)| format!("{count} on {version}")).collect();
        let reason = format!("runs in {} versions: {}", versions.len(), listed(&each));
        let next = "finish the change, or take it back";
        drafts.push(Draft::of(service, Severity::Info, None, reason, next));
    }
}

/// The images of an instance without their tags and digests: what it is a copy of.
fn images(instance: &Instance) -> Vec<&str> {
    instance.containers.iter().map(|container| Image::read(&container.image).name).collect()
}
