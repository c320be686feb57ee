//! Edge candidates from observed connections: sockets, flow logs, Service Connect metrics, and connection
//! errors in logs.

use super::{Callee, Caller, EdgeCandidate};
use crate::model::{
    ConnectionEnd, ConnectionOutcome, Host, Inventory, ObservationMethod, Service, ServiceId,
};
use std::{collections::BTreeMap, net::IpAddr};

/// Emits a candidate for each accepted connection that was observed by the method `by`. For
/// [`ObservationMethod::Log`], emits one for each failed connection instead, because logs report only
/// failures.
pub(super) fn search<'a>(
    by: ObservationMethod,
    inventory: &'a Inventory,
    emit: &mut dyn FnMut(EdgeCandidate<'a>),
) {
    let mut known: Option<BTreeMap<&ServiceId, &Service>> = None;
    for (key, span) in inventory.observations().connections() {
        let wanted = if by == ObservationMethod::Log {
            ConnectionOutcome::Failed
        } else {
            ConnectionOutcome::Accepted
        };
        if key.observed_by != by || key.outcome != wanted {
            continue;
        }
        if by == ObservationMethod::FlowLog && (is_reassignable(&key.from) || is_reassignable(&key.to)) {
            continue;
        }
        let known = known.get_or_insert_with(|| inventory.services().map(|s| (&s.id, s)).collect());
        let from = match &key.from {
            ConnectionEnd::Service(id) => match known.get(id) {
                Some(service) => Caller::Service(service),
                None => continue,
            },
            ConnectionEnd::Address(address) => Caller::Address(address),
        };
        let to = match &key.to {
            ConnectionEnd::Service(id) => Callee::Service(id, key.port),
            // A log line may name any address, so its address counts only if it is an endpoint of the estate.
            ConnectionEnd::Address(address) if by == ObservationMethod::Log => {
                Callee::EstateAddress(address.clone())
            }
            ConnectionEnd::Address(address) => Callee::Address(address.clone()),
        };
        emit(EdgeCandidate { from, to, location: key.location.to_string(), seen: Some(span) });
    }
}

/// Returns true if `end` is still a private IP address. The source replaces each address that it knows with
/// the service that has it. The network may have assigned any other address to another task since the flow
/// log was written.
fn is_reassignable(end: &ConnectionEnd) -> bool {
    let ConnectionEnd::Address(address) = end else { return false };
    match address.host {
        Host::Ip(IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local(),
        Host::Ip(IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        Host::Name(_) | Host::Resource(_) => false,
    }
}
