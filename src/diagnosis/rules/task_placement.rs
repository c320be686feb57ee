//! Failed task placement: ECS can't place a task, so fewer tasks run than desired.

use crate::{
    diagnosis::{FindingDraft, RuleContext},
    model::{Event, EventKind, ServiceId, Severity},
};
use std::collections::BTreeMap;

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    // ECS repeats its placement message less and less often. So the last message stays valid until a task
    // starts.
    let mut newest: BTreeMap<&ServiceId, &Event> = BTreeMap::new();
    let said = context.inventory.snapshots().flat_map(|snapshot| &snapshot.events);
    for event in said.filter(|event| matches!(event.kind, EventKind::Placement | EventKind::Start)) {
        let known = newest.entry(&event.service).or_insert(event);
        if event.at > known.at {
            *known = event;
        }
    }
    for (id, event) in newest.into_iter().filter(|(_, event)| event.kind == EventKind::Placement) {
        let Some(service) = context.inventory.service(id) else { continue };
        let short = service.desired.is_some_and(|desired| service.running() < desired as usize);
        if !short {
            continue;
        }
        let severity = if service.running() > 0 { Severity::Warning } else { Severity::Critical };
        let why = event.text.split_once("because").map_or(event.text.as_str(), |(_, why)| why.trim());
        let reason = format!("task placement failed: {why}");
        let next = "add cluster capacity, or reduce CPU, memory, host ports or placement constraints";
        drafts.push(FindingDraft::about_service(service, severity, Some(event.at), reason, next));
    }
}
