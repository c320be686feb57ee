//! Capacity that went away beneath a service: Spot that AWS took back, or a host that failed.

use super::{Draft, Evidence};
use crate::model::{Ending, Instance, Service, Severity, Timestamp};
use jiff::SignedDuration;

/// How long such an end is worth telling once the service has what it wants again.
const WORTH_TELLING: SignedDuration = SignedDuration::from_mins(30);

/// Those whose Spot capacity was taken back.
pub(super) fn find_spot(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let next =
        "it is started again where there is capacity; spread it over more zones or keep a share on demand";
    find(evidence, drafts, Ending::Spot, "AWS took Spot capacity back", next);
}

/// Those whose host failed.
pub(super) fn find_host(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let next = "look at the container instance or the availability zone";
    find(evidence, drafts, Ending::Host, "a host failed or was taken away", next);
}

fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>, ending: Ending, what: &str, next: &str) {
    for service in evidence.inventory.services() {
        let ends: Vec<Timestamp> =
            ends(service, ending).filter(|at| evidence.now.duration_since(*at) <= WORTH_TELLING).collect();
        let Some(newest) = ends.iter().max() else { continue };
        let short = service.desired.is_some_and(|desired| service.running() < desired as usize);
        let severity = if short { Severity::Warning } else { Severity::Info };
        let reason =
            format!("{what}: {} stopped, {} run", super::counted(ends.len(), "task"), service.running());
        drafts.push(Draft::of(service, severity, Some(*newest), reason, next));
    }
}

fn ends(service: &Service, ending: Ending) -> impl Iterator<Item = Timestamp> {
    let of =
        move |i: &Instance| i.exit.as_ref().filter(|exit| exit.ending == ending).and_then(|exit| exit.at);
    service.instances.iter().filter_map(of)
}
