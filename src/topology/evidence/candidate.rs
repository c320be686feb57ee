//! Edge candidates: possible edges whose ends have not been resolved to nodes yet.

use crate::model::{
    Address, LoadBalancer, Reference, ReferenceTarget, SeenPeriod, Service, ServiceId, SourceId,
};

/// A possible edge whose ends have not been resolved to nodes yet.
pub struct EdgeCandidate<'a> {
    /// The caller.
    pub from: Caller<'a>,
    /// The callee.
    pub to: Callee<'a>,
    /// The setting, rule or file that names the callee, or the instance, log group or metric that shows the
    /// connection.
    pub location: String,
    /// The period in which the connection was observed; `None` for candidates from configuration.
    pub seen: Option<SeenPeriod>,
}

/// The caller of an edge candidate. For some observed connections, only its address is known.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// A service.
    Service(&'a Service),
    /// A load balancer of this source.
    LoadBalancer(&'a SourceId, &'a LoadBalancer),
    /// The internet.
    Internet,
    /// The node that has this address as an endpoint. Some connections are observed by address only.
    Address(&'a Address),
}

/// The callee of an edge candidate. Often only its address or name is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee<'a> {
    /// An address. The resolver maps it to the nodes that have it as an endpoint. If there is none, the
    /// address may become a dependency outside the estate (all services of all sources).
    Address(Address),
    /// An address that counts only if a node of the estate (all services of all sources) has it as an
    /// endpoint. It never becomes a dependency.
    EstateAddress(Address),
    /// Name of a service in the caller's group. If the group has no such service, the name stands for the
    /// only service of this name in all groups.
    ServiceName(&'a str),
    /// Id of a service, and the port if known.
    Service(&'a ServiceId, Option<u16>),
    /// A load balancer of this source.
    LoadBalancer(&'a SourceId, &'a LoadBalancer),
}

impl<'a> EdgeCandidate<'a> {
    /// Returns the edge candidate of `reference`, which belongs to `service`.
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
