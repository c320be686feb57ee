//! Edges that people declare in Portolan's configuration, for what nothing else can show.

use super::{Caller, Reference, Referent};
use crate::model::{Address, Inventory};

/// Gives the `calls` of every annotated service: a service by name, or an address as `host:port`.
pub(super) fn search<'a>(inventory: &'a Inventory, give: &mut dyn FnMut(Reference<'a>)) {
    for service in inventory.services() {
        for annotation in inventory.annotations(service) {
            for call in &annotation.calls {
                let address = call
                    .rsplit_once(':')
                    .and_then(|(host, port)| Some(Address::parse_host(host)?.with_port(port.parse().ok()?)));
                let to = address.map_or(Referent::Named(call), Referent::Address);
                let place = format!("[[service]] {}", annotation.service);
                give(Reference { from: Caller::Service(service), to, place, seen: None });
            }
        }
    }
}
