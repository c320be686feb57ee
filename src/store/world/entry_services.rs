//! Entry services: the services at which requests from outside enter, through the internet, a load balancer
//! or a published port. The tour stops at the first of them. The handbook lists those that requests enter
//! through a published port.

use super::World;
use crate::{
    model::{EndpointOrigin, NodeId},
    topology::{Node, NodeKind, Topology},
};
use std::{cmp::Reverse, collections::BTreeSet};

/// Way by which requests from outside enter at a service, the most certain first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum WayIn {
    Internet,
    LoadBalancer,
    /// Published port of a service that has no callers.
    UncalledPort,
    /// Published port of a service whose only callers are clients, such as load generators.
    PortForClients,
}

impl World {
    /// Returns the services at which requests from outside enter. The order is: callees of the internet and
    /// of internet-facing load balancers, callees of other load balancers, services with a published port
    /// that nothing calls, and services with a published port that only clients such as load generators call.
    /// Within each kind, the services with the most callees come first. A published port does not make a data
    /// store or a telemetry receiver an entry service.
    #[must_use]
    pub fn entry_services(&self) -> Vec<&Node> {
        let topology = self.topology();
        let internet = NodeId::internet();
        let public = with_targets_of_load_balancers(topology, &internet);
        let services = topology.nodes.values().filter(|node| node.is_service());
        let mut found: Vec<(WayIn, &Node)> =
            services.filter_map(|node| Some((self.way_in(node, &public)?, node))).collect();
        found.sort_by_key(|(way, node)| (*way, Reverse(topology.calls(&node.id).count())));
        found.into_iter().map(|(_, node)| node).collect()
    }

    /// Returns true if requests from outside probably enter at the service through a published port.
    #[must_use]
    pub fn is_entry_by_port(&self, node: &Node) -> bool {
        let topology = self.topology();
        let internet = NodeId::internet();
        let public = with_targets_of_load_balancers(topology, &internet);
        matches!(self.way_in(node, &public), Some(WayIn::UncalledPort | WayIn::PortForClients))
    }

    fn way_in(&self, node: &Node, public: &BTreeSet<&NodeId>) -> Option<WayIn> {
        let topology = self.topology();
        let callers = || topology.callers(&node.id).map(|(caller, _)| caller);
        if public.contains(&node.id) {
            return Some(WayIn::Internet);
        }
        if callers().any(|caller| is_load_balancer(topology, caller)) {
            return Some(WayIn::LoadBalancer);
        }
        let serves_others =
            node.product.is_some_and(|product| product.role.stores_data() || product.receives_telemetry);
        if serves_others || !self.publishes_port(node) {
            return None;
        }
        if callers().next().is_none() {
            return Some(WayIn::UncalledPort);
        }
        let is_client = |caller: &NodeId| topology.callers(caller).next().is_none() && *caller != node.id;
        callers().all(is_client).then_some(WayIn::PortForClients)
    }

    fn publishes_port(&self, node: &Node) -> bool {
        let endpoints = self.service_of(node).into_iter().flat_map(|service| &service.endpoints);
        endpoints.into_iter().any(|endpoint| endpoint.origin == EndpointOrigin::PublishedPort)
    }
}

/// Returns the callees of the node `gate`. If a callee is a load balancer, also returns the callees of that
/// load balancer.
fn with_targets_of_load_balancers<'a>(topology: &'a Topology, gate: &'a NodeId) -> BTreeSet<&'a NodeId> {
    let mut found: BTreeSet<&NodeId> = topology.calls(gate).map(|(to, _)| to).collect();
    let balancers: Vec<&NodeId> = found.iter().copied().filter(|id| is_load_balancer(topology, id)).collect();
    found.extend(balancers.into_iter().flat_map(|balancer| topology.calls(balancer)).map(|(to, _)| to));
    found
}

fn is_load_balancer(topology: &Topology, id: &NodeId) -> bool {
    topology.nodes.get(id).is_some_and(|node| node.kind == NodeKind::LoadBalancer)
}
