//! Inference of the topology. It finds calls by resolving the references of all services against the
//! endpoints of all services.

use super::{
    CatalogueMatches, Evidence, HostOrigin, KNOWN_PRODUCTS, Node, NodeKind, Product, Resolution, Resolver,
    Strength, Topology,
    edge::EdgeKey,
    evidence::{Callee, Caller, EVIDENCE_KINDS, EdgeCandidate, EvidenceInput, EvidenceKind, EvidenceWeight},
    graph::DanglingReference,
};
use crate::model::{
    Address, EndpointOrigin, Health, Host, Inventory, LoadBalancer, NodeId, Service, SourceId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Infers the topology of `inventory`. The result does not depend on the order of sources and services.
#[must_use]
pub fn infer(inventory: &Inventory) -> Topology {
    let matches = CatalogueMatches::new(inventory);
    build_topology(EvidenceInput { inventory, matches: &matches }, &Resolver::new(inventory))
}

/// Builds the topology from `input`. `resolver` must be the index of the endpoints in the same inventory.
pub(super) fn build_topology(input: EvidenceInput<'_>, resolver: &Resolver) -> Topology {
    let inventory = input.inventory;
    let mut topology = Topology::default();
    let mut builder = TopologyBuilder::new(resolver, &mut topology);
    for service in inventory.services() {
        builder.add_node(service_node(service));
    }
    for (source, gateway) in inventory.load_balancers() {
        builder.add_node(load_balancer_node(source, gateway));
    }
    builder.topology.disambiguate_groups();
    for kind in EVIDENCE_KINDS {
        kind.visit_candidates(input, &mut |candidate| builder.add_candidate(kind, &candidate));
    }
    let edges = builder.finish();
    topology.corroborate_and_sort(edges);
    topology
}

/// A topology under construction.
pub(super) struct TopologyBuilder<'a> {
    resolver: &'a Resolver,
    topology: &'a mut Topology,
    /// Evidence that supports an edge but is too weak to make one, by caller and callee. [`Self::finish`]
    /// adds it to edges that exist for another reason.
    supporting_evidence: BTreeMap<EdgeKey, Vec<Evidence>>,
    /// Edges that may have received new evidence.
    touched_edges: BTreeSet<EdgeKey>,
}

impl<'a> TopologyBuilder<'a> {
    /// Creates a builder that adds to `topology`.
    pub(super) fn new(resolver: &'a Resolver, topology: &'a mut Topology) -> Self {
        Self { resolver, topology, supporting_evidence: BTreeMap::new(), touched_edges: BTreeSet::new() }
    }

    /// Adds `node` unless a node with its id exists. Returns the id.
    fn add_node(&mut self, node: Node) -> NodeId {
        let id = node.id.clone();
        self.topology.nodes.entry(id.clone()).or_insert(node);
        id
    }

    /// Adds the dependency at `address`, and returns its id. If several addresses of a dependency imply
    /// different products, the product that comes first in [`KNOWN_PRODUCTS`] counts, in whatever order the
    /// addresses are added.
    fn add_dependency(&mut self, address: &Address) -> NodeId {
        let id = self.add_node(dependency_node(address));
        if let Some(node) = self.topology.nodes.get_mut(&id) {
            let rank = |product: &&Product| KNOWN_PRODUCTS.iter().position(|known| known.id == product.id);
            node.product = node.product.into_iter().chain(Product::of_address(address)).min_by_key(rank);
        }
        id
    }

    /// Resolves the ends of a candidate, and adds its evidence to the edges between them.
    pub(super) fn add_candidate(&mut self, kind: &'static EvidenceKind, candidate: &EdgeCandidate<'a>) {
        let from = match candidate.from {
            Caller::Service(service) => NodeId::from(&service.id),
            Caller::LoadBalancer(source, gateway) => NodeId::load_balancer(source, &gateway.name),
            Caller::Internet => self.add_node(internet_node()),
            Caller::Address(address) => match self.resolver.only_node_at(address) {
                Some(node) => node,
                None => return,
            },
        };
        for (to, detail) in self.resolve_callees(kind, &from, candidate) {
            if from == to {
                continue;
            }
            let nodes = &self.topology.nodes;
            let Some(EvidenceWeight { strength, makes_edge: alone }) =
                nodes.get(&to).map(|node| kind.weight_of(nodes.get(&from), node))
            else {
                continue;
            };
            let (place, seen) = (candidate.location.clone(), candidate.seen);
            let (first_seen, last_seen) = (seen.map(|s| s.first_seen), seen.map(|s| s.last_seen));
            let evidence = Evidence { kind, strength, location: place, detail, first_seen, last_seen };
            let ends = (from.clone(), to);
            self.touched_edges.insert(ends.clone());
            let all = if alone {
                &mut self.topology.edges.get_or_add(ends).evidence
            } else {
                self.supporting_evidence.entry(ends).or_default()
            };
            if !all.contains(&evidence) {
                all.push(evidence);
            }
        }
    }

    /// Resolves the callee of a candidate. Returns the nodes, each with the text for [`Evidence::detail`].
    /// Adds a node for an address outside the estate, unless the evidence counts only inside it. Records a
    /// dangling reference if the address looks internal but no node has it, the evidence is declared, and the
    /// address has a scheme or port.
    fn resolve_callees(
        &mut self,
        kind: &EvidenceKind,
        from: &NodeId,
        candidate: &EdgeCandidate<'a>,
    ) -> Vec<(NodeId, String)> {
        match &candidate.to {
            Callee::LoadBalancer(source, gateway) => {
                let named =
                    gateway.host.as_ref().map_or_else(|| gateway.name.to_string(), ToString::to_string);
                vec![(NodeId::load_balancer(source, &gateway.name), named)]
            }
            Callee::Service(id, port) => {
                let node = self.topology.nodes.get(&NodeId::from(*id));
                let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                node.map(|node| (node.id.clone(), format!("{}{port}", node.label()))).into_iter().collect()
            }
            Callee::ServiceName(name) => {
                let Caller::Service(caller) = candidate.from else { return Vec::new() };
                let node = self.resolver.service_named(caller, name);
                node.map(|node| (node, (*name).to_owned())).into_iter().collect()
            }
            Callee::Address(address) | Callee::EstateAddress(address) => {
                let (resolution, address) = (self.resolve_address(candidate.from, address), address.clone());
                // Evidence that makes no edge by itself must not add a node either.
                let local =
                    matches!(candidate.to, Callee::EstateAddress(_)) || kind.ignores_outside_addresses();
                match resolution {
                    Resolution::Nodes(nodes) => {
                        let detail = |node: &NodeId, by: HostOrigin| match self.topology.nodes.get(node) {
                            Some(node) => format!("{address}, the {} of {}", by.label(), node.name),
                            None => address.to_string(),
                        };
                        nodes.into_iter().map(|(node, by)| (node.clone(), detail(&node, by))).collect()
                    }
                    _ if local => Vec::new(),
                    Resolution::Outside => vec![(self.add_outside_node(kind, &address), address.to_string())],
                    Resolution::Dangling => {
                        if kind.strength == Strength::Declared && has_scheme_or_port(&address) {
                            let (from, place) = (from.clone(), candidate.location.clone());
                            self.topology.dangling.push(DanglingReference {
                                from,
                                location: place,
                                address: address.to_string(),
                            });
                        }
                        Vec::new()
                    }
                }
            }
        }
    }

    /// Resolves `address` from the point of view of the caller `from`. For a caller whose networks are
    /// unknown, such as a load balancer, the address counts only if exactly one node has its host.
    fn resolve_address(&self, from: Caller<'_>, address: &Address) -> Resolution {
        match from {
            Caller::Service(service) => self.resolver.resolve(service, address),
            // Portolan does not know the networks of a load balancer or of an observed address. Therefore an
            // endpoint counts only if no other node has the same host.
            Caller::LoadBalancer(..) | Caller::Internet | Caller::Address(_) => {
                match self.resolver.only_node_at(address) {
                    Some(node) => {
                        let origin = HostOrigin::Endpoint(EndpointOrigin::InstanceAddress);
                        Resolution::Nodes(vec![(node, origin)])
                    }
                    None => Resolution::Dangling,
                }
            }
        }
    }

    /// Adds the node for an address outside the estate, and returns its id. All public IP addresses in
    /// observed connections share one node, because a single public address means little to the user.
    fn add_outside_node(&mut self, kind: &EvidenceKind, address: &Address) -> NodeId {
        match address.host {
            Host::Ip(_) if kind.strength == Strength::Observed => self.add_node(public_addresses_node()),
            _ => self.add_dependency(address),
        }
    }

    /// Adds the supporting evidence to the edges that exist for another reason. Returns the edges that may
    /// have received new evidence.
    pub(super) fn finish(self) -> BTreeSet<EdgeKey> {
        for (ends, more) in self.supporting_evidence {
            if let Some(edge) = self.topology.edges.get_mut(&ends) {
                edge.evidence.extend(more);
            }
        }
        self.touched_edges
    }
}

impl Topology {
    /// Sets the display name of each group that exists under the same name in several sources: the name of
    /// the source comes first, as in `source/group`.
    fn disambiguate_groups(&mut self) {
        let mut sources: BTreeMap<String, BTreeSet<SourceId>> = BTreeMap::new();
        for node in self.nodes.values() {
            if let (Some(group), Some(source)) = (&node.group, &node.source) {
                sources.entry(group.clone()).or_default().insert(source.clone());
            }
        }
        for node in self.nodes.values_mut() {
            if let (Some(group), Some(source)) = (&node.group, &node.source)
                && sources.get(group).is_some_and(|all| all.len() > 1)
            {
                node.display_group = Some(format!("{source}/{group}"));
            }
        }
    }

    /// Corroborates and sorts the evidence of `edges`, so that the result does not depend on the order in
    /// which the evidence was found. Also sorts the dangling references.
    pub(super) fn corroborate_and_sort(&mut self, edges: BTreeSet<EdgeKey>) {
        let rank = |e: &Evidence| {
            (EVIDENCE_KINDS.iter().position(|kind| kind == e.kind), e.location.clone(), e.detail.clone())
        };
        for ends in edges {
            if let Some(edge) = self.edges.get_mut(&ends) {
                corroborate(&mut edge.evidence);
                edge.evidence.sort_by_cached_key(rank);
            }
        }
        self.dangling.sort();
        self.dangling.dedup();
    }
}

/// Raises the strength of an edge's evidence to declared if at least two independent kinds of evidence
/// support the edge and all of its evidence is only possible.
fn corroborate(evidence: &mut [Evidence]) {
    if evidence.iter().any(|e| e.strength != Strength::Possible) {
        return;
    }
    let witnesses: BTreeSet<&str> = evidence.iter().filter_map(|e| e.kind.corroboration_key()).collect();
    if witnesses.len() > 1 {
        evidence.iter_mut().for_each(|e| e.strength = Strength::Declared);
    }
}

/// Returns true if `address` has a scheme or a port. A word without either may be no address, so Portolan
/// does not report it as dangling.
fn has_scheme_or_port(address: &Address) -> bool {
    address.scheme.is_some() || address.port.is_some()
}

/// Returns the node of a service.
pub(super) fn service_node(service: &Service) -> Node {
    Node {
        id: NodeId::from(&service.id),
        name: service.name.to_string(),
        kind: NodeKind::Service(service.id.clone()),
        source: Some(service.source()),
        group: service.group.clone().map(Into::into),
        display_group: service.group.clone().map(Into::into),
        health: Health::of_service(service),
        running: service.running(),
        // A desired count beside zero running instances would look like a fault.
        desired: service.desired.filter(|_| !service.is_declared()),
        product: Product::of_service(service),
    }
}

/// Returns the node of the dependency at `address`.
fn dependency_node(address: &Address) -> Node {
    let name = address.host.to_string();
    node_without_instances(
        NodeId::dependency(&name),
        name,
        NodeKind::Dependency,
        Product::of_address(address),
    )
}

/// Returns the node of a load balancer.
fn load_balancer_node(source: &SourceId, gateway: &LoadBalancer) -> Node {
    let node = node_without_instances(
        NodeId::load_balancer(source, &gateway.name),
        gateway.name.to_string(),
        NodeKind::LoadBalancer,
        None,
    );
    Node { source: Some(source.clone()), ..node }
}

/// Returns the node that stands for the internet.
fn internet_node() -> Node {
    node_without_instances(NodeId::internet(), "internet".to_owned(), NodeKind::Internet, None)
}

/// Returns the node that stands for all public IP addresses to which connections were observed.
fn public_addresses_node() -> Node {
    let name = "public addresses";
    node_without_instances(NodeId::dependency(name), name.to_owned(), NodeKind::Dependency, None)
}

/// Returns a node that is not a service. It has no instances, health or group.
fn node_without_instances(
    id: NodeId,
    name: String,
    kind: NodeKind,
    product: Option<&'static Product>,
) -> Node {
    Node {
        id,
        name,
        kind,
        source: None,
        group: None,
        display_group: None,
        health: Health::Unknown,
        running: 0,
        desired: None,
        product,
    }
}
