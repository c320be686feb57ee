//! Load balancers: what their listeners and rules forward, and to whom.

use super::{Caller, Reference, Referent};
use crate::model::Inventory;

/// Gives internet to load balancer for those that face it, and load balancer to service for each route.
pub(super) fn search<'a>(inventory: &'a Inventory, give: &mut dyn FnMut(Reference<'a>)) {
    for (source, gateway) in inventory.gateways() {
        if gateway.public {
            let place = format!("{} is internet-facing", gateway.name);
            give(Reference {
                from: Caller::Internet,
                to: Referent::Gateway(source, gateway),
                place,
                seen: None,
            });
        }
        for route in &gateway.routes {
            let port = route.port.map(|port| format!("listener {port}, ")).unwrap_or_default();
            let place = format!("{port}{}", route.rule);
            let to = Referent::Service(&route.service, None);
            give(Reference { from: Caller::Gateway(source, gateway), to, place, seen: None });
        }
    }
}
