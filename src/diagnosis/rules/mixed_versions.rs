//! Mixed versions: instances of one service run different versions although no deployment is in progress.
//!
//! Portolan compares only instances with the same set of images, because an instance of another image, such
//! as a sidecar, has its own version.

use crate::{
    diagnosis::{FindingDraft, RuleContext, join_names},
    model::{ImageRef, Instance, InstanceState, Severity},
};
use std::collections::BTreeMap;

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for service in context.inventory.services().filter(|s| !s.is_deploying()) {
        let running = || service.instances.iter().filter(|i| i.state == InstanceState::Running);
        let first = running().find_map(|instance| instance.version.as_ref());
        // In most services, all instances run the same version.
        if running().all(|instance| instance.version.is_none() || instance.version.as_ref() == first) {
            continue;
        }
        let mut copies: BTreeMap<Vec<&str>, BTreeMap<&str, usize>> = BTreeMap::new();
        for instance in running() {
            if let Some(version) = &instance.version {
                *copies.entry(image_names(instance)).or_default().entry(version).or_default() += 1;
            }
        }
        let Some(versions) = copies.values().find(|versions| versions.len() > 1) else { continue };
        let each: Vec<String> =
            versions.iter().map(|(version, count)| format!("{count} on {version}")).collect();
        let reason = format!("{} versions running: {}", versions.len(), join_names(&each));
        let next = "complete the rollout or roll it back";
        drafts.push(FindingDraft::about_service(service, Severity::Info, None, reason, next));
    }
}

/// Returns the image names of the containers of `instance`, without tags and digests.
fn image_names(instance: &Instance) -> Vec<&str> {
    instance.containers.iter().map(|container| ImageRef::parse(&container.image).name).collect()
}
