//! Edge candidates from load balancers, whose listeners and rules forward requests to services.

use super::{Callee, Caller, EdgeCandidate, EvidenceInput};

/// Emits a candidate from the internet to each internet-facing load balancer, and one from each load balancer
/// for each of its routes to the service behind it.
pub(super) fn search<'a>(input: EvidenceInput<'a>, emit: &mut dyn FnMut(EdgeCandidate<'a>)) {
    let inventory = input.inventory;
    for (source, gateway) in inventory.load_balancers() {
        if gateway.internet_facing {
            emit(EdgeCandidate {
                from: Caller::Internet,
                to: Callee::LoadBalancer(source, gateway),
                location: "internet-facing address".to_owned(),
                seen: None,
            });
        }
        for route in &gateway.routes {
            let port = route.port.map(|port| format!("listener {port}, ")).unwrap_or_default();
            let place = format!("{port}{}", route.rule);
            let to = Callee::Service(&route.service, None);
            emit(EdgeCandidate {
                from: Caller::LoadBalancer(source, gateway),
                to,
                location: place,
                seen: None,
            });
        }
    }
}
