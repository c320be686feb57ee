//! Edge candidates from proxy labels, with which a service asks a proxy to forward requests to it. The proxy
//! is the caller.

use super::{Callee, Caller, EdgeCandidate, EvidenceInput};
use crate::{
    model::{NetworkId, ReferenceKind, ReferenceTarget, Service},
    topology::Product,
};

/// Emits a candidate for each service with a proxy label and each proxy that can reach the service. The proxy
/// must be of the product to which the label belongs, such as Traefik.
pub(super) fn search<'a>(input: EvidenceInput<'a>, emit: &mut dyn FnMut(EdgeCandidate<'a>)) {
    let inventory = input.inventory;
    for (service, reference) in inventory.references().filter(|(_, m)| m.kind == ReferenceKind::ProxyLabel) {
        let ReferenceTarget::CalledByProxy(product) = &reference.target else { continue };
        let reaches = |proxy: &&Service| proxy.id != service.id && can_reach(proxy, service);
        let proxies =
            inventory.services().filter(|s| Product::of_service(s).is_some_and(|p| p.id == product));
        for proxy in proxies.filter(reaches) {
            let (from, to) = (Caller::Service(proxy), Callee::Service(&service.id, None));
            let place = reference.location.to_string();
            emit(EdgeCandidate { from, to, location: place, seen: None });
        }
    }
}

/// Returns true if `proxy` can reach `service` in the same source: over a common network, or through the host
/// if one of the two uses the host's network (Traefik: Docker provider, Host Networking). Two services don't
/// reach each other only because both can reach ports of the host.
fn can_reach(proxy: &Service, service: &Service) -> bool {
    let source = proxy.source();
    if source != service.source() {
        return false;
    }
    let (host, ports) = (NetworkId::host_network(&source), NetworkId::host_ports(&source));
    let mut shared = proxy.networks.intersection(&service.networks);
    shared.any(NetworkId::connects_members)
        || proxy.networks.contains(&host) && !service.networks.is_empty()
        || service.networks.contains(&host) && proxy.networks.contains(&ports)
}

#[cfg(test)]
mod tests {
    use super::can_reach;
    use crate::model::{NetworkId, Service, SourceId, fixtures::service};

    fn on(name: &str, networks: &[NetworkId]) -> Service {
        Service { networks: networks.iter().cloned().collect(), ..service(name) }
    }

    #[test]
    fn that_both_reach_the_host_joins_nobody() {
        let source = SourceId::new("docker");
        let (host, ports) = (NetworkId::host_network(&source), NetworkId::host_ports(&source));
        let own = |name: &str| NetworkId::of(&source, name);
        let proxy = on("proxy", &[own("a"), ports.clone()]);
        assert!(!can_reach(&proxy, &on("web", &[own("b"), ports.clone()])));
        assert!(can_reach(&proxy, &on("web", &[own("a"), own("b"), ports.clone()])));
        assert!(
            can_reach(&proxy, &on("web", &[host.clone(), ports.clone()])),
            "the labelled one on the host's network"
        );
        let in_host_mode = on("proxy", &[host, ports.clone()]);
        assert!(can_reach(&in_host_mode, &on("web", &[own("b"), ports])));
        assert!(!can_reach(&in_host_mode, &on("web", &[])), "no network at all");
    }
}
