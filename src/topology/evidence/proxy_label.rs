//! Labels on a service that tell a proxy to send requests to it: the proxy is the caller.

use super::{Caller, Reference, Referent};
use crate::{
    model::{Inventory, Service, Target, Via},
    topology::Product,
};

/// Gives, for each such label, every proxy of that product on a network of the labelled service.
pub(super) fn search<'a>(inventory: &'a Inventory, give: &mut dyn FnMut(Reference<'a>)) {
    for (service, mention) in inventory.mentions().filter(|(_, m)| m.via == Via::ProxyLabel) {
        let Target::FromProxy(product) = &mention.target else { continue };
        let reaches = |proxy: &&Service| {
            proxy.id != service.id && proxy.networks.intersection(&service.networks).next().is_some()
        };
        let proxies =
            inventory.services().filter(|s| Product::of_service(s).is_some_and(|p| p.id == product));
        for proxy in proxies.filter(reaches) {
            let (from, to) = (Caller::Service(proxy), Referent::Service(&service.id, None));
            let place = mention.place.to_string();
            give(Reference { from, to, place, mention: None, seen: None });
        }
    }
}
