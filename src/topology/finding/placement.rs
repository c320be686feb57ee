//! No place: ECS says that it can't place a task, and fewer run than are wanted.

use super::{Draft, Evidence};
use crate::model::{Event, EventKind, ServiceId, Severity};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// How old ECS's word may be: it repeats it while it tries, at most every few minutes.
const LATELY: SignedDuration = SignedDuration::from_mins(15);

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let mut newest: BTreeMap<&ServiceId, &Event> = BTreeMap::new();
    let said = evidence.inventory.snapshots().flat_map(|snapshot| &snapshot.events).filter(|event| {
        event.kind == EventKind::Placement && evidence.now.duration_since(event.at) <= LATELY
    });
    for event in said {
        let known = newest.entry(&event.service).or_insert(event);
        if event.at > known.at {
            *known = event;
        }
    }
    for (id, event) in newest {
        let Some(service) = evidence.inventory.service(id) else { continue };
        let short = service.desired.is_some_and(|desired| service.running() < desired as usize);
        if !short {
            continue;
        }
        let severity = if service.running() > 0 { Severity::Warning } else { Severity::Critical };
        let why = event.text.split_once("because").map_or(event.text.as_str(), |(_, why)| why.trim());
        let reason = format!("no place for a task: {why}");
        let next =
            "give the cluster capacity, or ask for less CPU or memory, other ports or fewer constraints";
        drafts.push(Draft::of(service, severity, Some(event.at), reason, next));
    }
}
