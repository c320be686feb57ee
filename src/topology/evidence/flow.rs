//! Connections that were seen: sockets, flow logs, Service Connect metrics.

use super::{Caller, Reference, Referent};
use crate::model::{End, Inventory, SeenBy, Service, ServiceId, Verdict};
use std::collections::BTreeMap;

/// Gives every connection that was seen in that way and let through.
pub(super) fn search<'a>(by: SeenBy, inventory: &'a Inventory, give: &mut dyn FnMut(Reference<'a>)) {
    let mut known: Option<BTreeMap<&ServiceId, &Service>> = None;
    for (sighting, span) in inventory.ledger().sightings() {
        if sighting.by != by || sighting.verdict != Verdict::Accepted {
            continue;
        }
        let known = known.get_or_insert_with(|| inventory.services().map(|s| (&s.id, s)).collect());
        let from = match &sighting.from {
            End::Service(id) => match known.get(id) {
                Some(service) => Caller::Service(service),
                None => continue,
            },
            End::Address(address) => Caller::Address(address),
        };
        let to = match &sighting.to {
            End::Service(id) => Referent::Service(id),
            End::Address(address) => Referent::Address(address.clone()),
        };
        give(Reference { from, to, place: sighting.place.clone(), mention: None, seen: Some(span) });
    }
}
