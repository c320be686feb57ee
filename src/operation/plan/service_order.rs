//! Order in which a plan acts on several services: callees before their callers, so that each service finds
//! the services that it calls. A plan that stops, kills or pauses services reverses the order.

use crate::{
    model::{NodeId, ReferenceKind, ReferenceTarget, Service, ServiceId},
    topology::Topology,
};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the ids of `services`, callees first. Calls come from the topology and from the start order that
/// the services declare. In a circle of calls, the service with the fewest callees not yet in the order comes
/// next. Of several such services, the one with the lowest id comes next.
pub(super) fn callees_first(services: &[&Service], topology: &Topology) -> Vec<ServiceId> {
    let mut callees: BTreeMap<ServiceId, BTreeSet<ServiceId>> = BTreeMap::new();
    for service in services {
        let others = services.iter().filter(|other| other.id != service.id);
        let needed = others.filter(|other| depends_on(service, other, topology));
        callees.insert(service.id.clone(), needed.map(|other| other.id.clone()).collect());
    }
    let mut order = Vec::new();
    while !callees.is_empty() {
        let next = callees.iter().min_by_key(|(_, unplaced)| unplaced.len()).map(|(id, _)| id.clone());
        let Some(next) = next else { break };
        callees.remove(&next);
        callees.values_mut().for_each(|unplaced| {
            unplaced.remove(&next);
        });
        order.push(next);
    }
    order
}

/// Returns true if `service` calls `other`, or declares that it starts after `other`.
fn depends_on(service: &Service, other: &Service, topology: &Topology) -> bool {
    let calls = topology.edges.contains_key(&(NodeId::from(&service.id), NodeId::from(&other.id)));
    calls
        || service.references.iter().any(|reference| {
            reference.kind == ReferenceKind::StartOrder
                && reference.target == ReferenceTarget::ServiceName(other.name.clone())
                && service.group == other.group
        })
}
