//! Edge candidates: possible edges before their ends are resolved to nodes.

use crate::model::{
    Address, LoadBalancer, Reference, ReferenceTarget, SeenPeriod, Service, ServiceId, SourceId,
};

/// A possible edge, before its ends are resolved to nodes.
pub struct EdgeCandidate<'a> {
    /// The caller.
    pub from: Caller<'a>,
    /// The callee.
    pub to: Callee<'a>,
    /// The setting, rule or file that names the callee.
    pub location: String,
    /// The period of observation; `None` for candidates from configuration.
    pub seen: Option<SeenPeriod>,
}

/// The calling end of an edge candidate, perhaps only known by its address.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// A service.
    Service(&'a Service),
    /// A load balancer and its source.
    LoadBalancer(&'a SourceId, &'a LoadBalancer),
    /// The internet.
    Internet,
    /// The node that has this address as an endpoint; connections are observed by address.
    Address(&'a Address),
}

/// The called end of an edge candidate, perhaps only known by its address or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee<'a> {
    /// An address. It is resolved to the nodes that have it as an endpoint, or else to a dependency outside
    /// the estate.
    Address(Address),
    /// An address that counts only if a node of the estate has it as an endpoint.
    EstateAddress(Address),
    /// Name of a service: one in the caller's group, or else the only one of this name.
    ServiceName(&'a str),
    /// A service by id, with the port if known.
    Service(&'a ServiceId, Option<u16>),
    /// A load balancer and its source.
    LoadBalancer(&'a SourceId, &'a LoadBalancer),
}

impl<'a> EdgeCandidate<'a> {
    /// Returns the edge candidate of a reference.
    pub(super) fn from_reference(service: &'a Service, reference: &'a Reference) -> Self {
        let to = match &reference.target {
            ReferenceTarget::Address(address) => Callee::Address(address.clone()),
            ReferenceTarget::EstateAddress(address) => Callee::EstateAddress(address.clone()),
            ReferenceTarget::ServiceName(name) => Callee::ServiceName(name),
            ReferenceTarget::CalledByProxy(_) => Callee::Service(&service.id, None),
        };
        let (from, location) = (Caller::Service(service), reference.location.to_string());
        Self { from, to, location, seen: None }
    }
}
