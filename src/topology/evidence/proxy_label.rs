//! Labels on a service that tell a proxy to send requests to it: the proxy is the caller.

use super::{Caller, Reference, Referent};
use crate::{
    model::{Inventory, NetworkId, Service, Target, Via},
    topology::Product,
};

/// Gives, for each such label, every proxy of that product on a network of the labelled service.
pub(super) fn search<'a>(inventory: &'a Inventory, give: &mut dyn FnMut(Reference<'a>)) {
    for (service, mention) in inventory.mentions().filter(|(_, m)| m.via == Via::ProxyLabel) {
        let Target::FromProxy(product) = &mention.target else { continue };
        let reaches = |proxy: &&Service| proxy.id != service.id && reaches(proxy, service);
        let proxies =
            inventory.services().filter(|s| Product::of_service(s).is_some_and(|p| p.id == product));
        for proxy in proxies.filter(reaches) {
            let (from, to) = (Caller::Service(proxy), Referent::Service(&service.id, None));
            let place = mention.place.to_string();
            give(Reference { from, to, place, seen: None });
        }
    }
}

/// Whether a proxy reaches a service: on a network of both, or through the host where one of them stands in the host's
/// network (Traefik: Docker provider, Host Networking). That both can reach the host joins nobody.
fn reaches(proxy: &Service, service: &Service) -> bool {
    let source = proxy.source();
    if source != service.source() {
        return false;
    }
    let (host, ports) = (NetworkId::host(&source), NetworkId::host_ports(&source));
    let mut shared = proxy.networks.intersection(&service.networks);
    shared.any(NetworkId::joins_members)
        || proxy.networks.contains(&host) && !service.networks.is_empty()
        || service.networks.contains(&host) && proxy.networks.contains(&ports)
}

#[cfg(test)]
mod tests {
    use super::reaches;
    use crate::model::{NetworkId, Service, SourceId, sample::service};

    fn on(name: &str, networks: &[NetworkId]) -> Service {
        Service { networks: networks.iter().cloned().collect(), ..service(name) }
    }

    #[test]
    fn that_both_reach_the_host_joins_nobody() {
        let source = SourceId::new("docker");
        let (host, ports) = (NetworkId::host(&source), NetworkId::host_ports(&source));
        let own = |name: &str| NetworkId::of(&source, name);
        let proxy = on("proxy", &[own("a"), ports.clone()]);
        assert!(!reaches(&proxy, &on("web", &[own("b"), ports.clone()])));
        assert!(reaches(&proxy, &on("web", &[own("a"), own("b"), ports.clone()])));
        assert!(
            reaches(&proxy, &on("web", &[host.clone(), ports.clone()])),
            "the labelled one on the host's network"
        );
        let in_host_mode = on("proxy", &[host, ports.clone()]);
        assert!(reaches(&in_host_mode, &on("web", &[own("b"), ports])));
        assert!(!reaches(&in_host_mode, &on("web", &[])), "no network at all");
    }
}
