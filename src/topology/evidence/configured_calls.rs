//! Edge candidates from Portolan's configuration, in which the user declares calls that Portolan can't find
//! by itself.

use super::{Callee, Caller, EdgeCandidate, EvidenceInput};
use crate::model::Address;

/// Emits a candidate for each entry in the `calls` list of a `[[service]]`. An entry is an address as
/// `host:port`, or the name of a service.
pub(super) fn search<'a>(input: EvidenceInput<'a>, emit: &mut dyn FnMut(EdgeCandidate<'a>)) {
    let inventory = input.inventory;
    for service in inventory.services() {
        for annotation in inventory.annotations(service) {
            for call in &annotation.calls {
                let address = call
                    .rsplit_once(':')
                    .and_then(|(host, port)| Some(Address::parse_host(host)?.with_port(port.parse().ok()?)));
                let to = address.map_or(Callee::ServiceName(call), Callee::Address);
                let place = format!("[[service]] {}", annotation.service);
                emit(EdgeCandidate { from: Caller::Service(service), to, location: place, seen: None });
            }
        }
    }
}
