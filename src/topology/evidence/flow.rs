//! Connections that were seen: sockets, flow logs, Service Connect metrics, and errors that tell of some.

use super::{Caller, Reference, Referent};
use crate::model::{End, Host, Inventory, SeenBy, Service, ServiceId, Verdict};
use std::{collections::BTreeMap, net::IpAddr};

/// Gives every connection that was seen in that way and let through; of those that a log tells of, the failed ones.
pub(super) fn search<'a>(by: SeenBy, inventory: &'a Inventory, give: &mut dyn FnMut(Reference<'a>)) {
    let mut known: Option<BTreeMap<&ServiceId, &Service>> = None;
    for (sighting, span) in inventory.ledger().sightings() {
        let wanted = if by == SeenBy::Log { Verdict::Failed } else { Verdict::Accepted };
        if sighting.by != by || sighting.verdict != wanted {
            continue;
        }
        if by == SeenBy::FlowLog && (is_lent(&sighting.from) || is_lent(&sighting.to)) {
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
            End::Service(id) => Referent::Service(id, sighting.port),
            // A log may say anything: an address that nobody here has is not believed.
            End::Address(address) if by == SeenBy::Log => Referent::Local(address.clone()),
            End::Address(address) => Referent::Address(address.clone()),
        };
        give(Reference { from, to, place: sighting.place.to_string(), seen: Some(span) });
    }
}

/// Whether an end is an address that goes from hand to hand. Who had one when it stood in a flow log was looked up then; by
/// now it may be somebody else's.
fn is_lent(end: &End) -> bool {
    let End::Address(address) = end else { return false };
    match address.host {
        Host::Ip(IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local(),
        Host::Ip(IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        Host::Name(_) | Host::Resource(_) => false,
    }
}
