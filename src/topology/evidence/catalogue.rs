//! Edge candidates from catalogue files, in which a team declares the dependencies of its services.

use super::{Callee, Caller, EdgeCandidate, EvidenceInput};
use crate::model::{CatalogueEntity, Service, ServiceId, same_name};

/// Emits a candidate for each service that a catalogue file names as a dependency of another. If `dependsOn`
/// names a service without a catalogue entry, emits a candidate for the service of that name.
pub(super) fn search<'a>(input: EvidenceInput<'a>, emit: &mut dyn FnMut(EdgeCandidate<'a>)) {
    let matches = input.matches;
    for service in input.inventory.services() {
        let Some(found) = matches.of(&service.id) else { continue };
        for entity in found.entities() {
            for (name, key) in dependencies(entity) {
                let named = |other: &CatalogueEntity| match key {
                    "consumesApis" => other.provides.iter().any(|api| same_name(api, name)),
                    _ => other.has_name(name),
                };
                let callees = nearest(service, matches.services_of(named).collect());
                let place = format!("{} {key}", entity.file);
                let candidate = |to| EdgeCandidate {
                    from: Caller::Service(service),
                    to,
                    location: place.clone(),
                    seen: None,
                };
                if callees.is_empty() && key == "dependsOn" {
                    emit(candidate(Callee::ServiceName(name)));
                }
                callees.into_iter().for_each(|callee| emit(candidate(Callee::Service(callee, None))));
            }
        }
    }
}

/// Returns the names of an entity's dependencies, each with the key in the catalogue file that lists it.
fn dependencies(entity: &CatalogueEntity) -> impl Iterator<Item = (&str, &'static str)> {
    let depends_on = entity.depends_on.iter().map(|name| (name.as_str(), "dependsOn"));
    depends_on.chain(entity.consumes.iter().map(|name| (name.as_str(), "consumesApis")))
}

/// Returns the services that `caller` means among `services`: those in its own group. If there are none,
/// returns the only service in another group, or nothing if there are several.
fn nearest<'a>(caller: &Service, services: Vec<&'a ServiceId>) -> Vec<&'a ServiceId> {
    let group = |id: &ServiceId| id.as_str().rsplit_once('/').map(|(group, _)| group.to_owned());
    let (own, others): (Vec<_>, Vec<_>) =
        services.into_iter().filter(|id| **id != caller.id).partition(|id| group(id) == group(&caller.id));
    if own.is_empty() && others.len() == 1 { others } else { own }
}
