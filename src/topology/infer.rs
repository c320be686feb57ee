//! Inference is one join: what is referred to, against who answers.

use super::{
    Evidence, Node, NodeKind, PRODUCTS, Product, Resolution, Resolver, Strength, Topology,
    evidence::{Caller, KINDS, Kind, Reference, Referent, Weight},
    graph::Dangling,
    resolve::gateway_node,
};
use crate::model::{Address, Gateway, Health, Host, Inventory, NodeId, Service, SourceId};
use std::collections::{BTreeMap, BTreeSet};

/// The topology of everything in `inventory`. The same for any order of sources and services.
#[must_use]
pub fn infer(inventory: &Inventory) -> Topology {
    join(inventory, &Resolver::new(inventory))
}

/// The topology of everything, where `resolver` knows who answers.
pub(super) fn join(inventory: &Inventory, resolver: &Resolver) -> Topology {
    let mut topology = Topology::default();
    let mut draft = Draft::new(resolver, &mut topology);
    for service in inventory.services() {
        draft.place(service_node(service));
    }
    for (source, gateway) in inventory.gateways() {
        draft.place(load_balancer(source, gateway));
    }
    draft.topology.tell_homes_apart();
    for kind in KINDS {
        kind.find(inventory, &mut |reference| draft.join(kind, &reference));
    }
    let edges = draft.finish();
    topology.tidy(edges);
    topology
}

/// A topology in the making.
pub(super) struct Draft<'a> {
    resolver: &'a Resolver,
    topology: &'a mut Topology,
    /// What makes no edge by itself, by the edge that it would support.
    support: BTreeMap<Ends, Vec<Evidence>>,
    /// The edges that something was said of.
    touched: BTreeSet<Ends>,
}

/// Who calls, and who is called.
pub(super) type Ends = (NodeId, NodeId);

impl<'a> Draft<'a> {
    /// A draft that adds to `topology`.
    pub(super) fn new(resolver: &'a Resolver, topology: &'a mut Topology) -> Self {
        Self { resolver, topology, support: BTreeMap::new(), touched: BTreeSet::new() }
    }

    /// Adds a node, unless it is there.
    fn place(&mut self, node: Node) -> NodeId {
        let id = node.id.clone();
        self.topology.nodes.entry(id.clone()).or_insert(node);
        id
    }

    /// Adds the dependency that an address names. Of the products that its addresses tell of, the first in the table
    /// counts, whoever was asked first.
    fn place_dependency(&mut self, address: &Address) -> NodeId {
        let id = self.place(dependency(address));
        if let Some(node) = self.topology.nodes.get_mut(&id) {
            let rank = |product: &&Product| PRODUCTS.iter().position(|known| known.id == product.id);
            node.product = node.product.into_iter().chain(Product::of_address(address)).min_by_key(rank);
        }
        id
    }

    /// Turns a reference into edges to whoever it leads to.
    pub(super) fn join(&mut self, kind: &Kind, reference: &Reference<'a>) {
        let from = match reference.from {
            Caller::Service(service) => NodeId::from(&service.id),
            Caller::Gateway(source, gateway) => gateway_node(source, gateway),
            Caller::Internet => self.place(internet()),
            Caller::Address(address) => match self.resolver.anywhere(address) {
                Some(node) => node,
                None => return,
            },
        };
        for (to, detail) in self.targets(kind, &from, reference) {
            if from == to {
                continue;
            }
            let nodes = &self.topology.nodes;
            let Some(Weight { strength, alone }) =
                nodes.get(&to).map(|node| kind.weigh(nodes.get(&from), node))
            else {
                continue;
            };
            let (place, seen) = (reference.place.clone(), reference.seen);
            let (first_seen, last_seen) = (seen.map(|s| s.first), seen.map(|s| s.last));
            let evidence = Evidence { kind: kind.id, strength, place, detail, first_seen, last_seen };
            let ends = (from.clone(), to);
            self.touched.insert(ends.clone());
            let all = if alone {
                &mut self.topology.edges.entry(ends).or_default().evidence
            } else {
                self.support.entry(ends).or_default()
            };
            if !all.contains(&evidence) {
                all.push(evidence);
            }
        }
    }

    /// Who a reference leads to, each with what it names and how the target answers to that.
    fn targets(&mut self, kind: &Kind, from: &NodeId, reference: &Reference<'a>) -> Vec<(NodeId, String)> {
        match &reference.to {
            Referent::Gateway(source, gateway) => {
                let named =
                    gateway.host.as_ref().map_or_else(|| gateway.name.to_string(), ToString::to_string);
                vec![(gateway_node(source, gateway), named)]
            }
            Referent::Service(id, port) => {
                let node = self.topology.nodes.get(&NodeId::from(*id));
                let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                node.map(|node| (node.id.clone(), format!("{}{port}", node.label()))).into_iter().collect()
            }
            Referent::Named(name) => {
                let Caller::Service(caller) = reference.from else { return Vec::new() };
                let node = self.resolver.named(caller, name);
                node.map(|node| (node, (*name).to_owned())).into_iter().collect()
            }
            Referent::Address(address) | Referent::Local(address) => {
                let (resolution, address) = (self.resolve(reference.from, address), address.clone());
                // What makes no line by itself makes no node either.
                let local = matches!(reference.to, Referent::Local(_)) || kind.is_about_services_only();
                match resolution {
                    Resolution::Nodes(nodes) => {
                        nodes.into_iter().map(|(node, by)| (node, format!("{address}, its {by}"))).collect()
                    }
                    _ if local => Vec::new(),
                    Resolution::Outside => vec![(self.place_outside(kind, &address), address.to_string())],
                    Resolution::Dangling => {
                        if kind.strength == Strength::Declared && is_clear(&address) {
                            let (from, place) = (from.clone(), reference.place.clone());
                            self.topology.dangling.push(Dangling {
                                from,
                                place,
                                address: address.to_string(),
                            });
                        }
                        Vec::new()
                    }
                }
            }
        }
    }

    /// Who answers to an address when `from` asks for it.
    fn resolve(&self, from: Caller<'_>, address: &Address) -> Resolution {
        match from {
            Caller::Service(service) => self.resolver.resolve(service, address),
            // What a load balancer, or an address that was seen calling, means by an address is its own affair.
            Caller::Gateway(..) | Caller::Internet | Caller::Address(_) => {
                match self.resolver.anywhere(address) {
                    Some(node) => Resolution::Nodes(vec![(node, "instance address")]),
                    None => Resolution::Dangling,
                }
            }
        }
    }

    /// The node of something outside. Connections to public addresses, which say little by themselves, lead to one
    /// node for all.
    fn place_outside(&mut self, kind: &Kind, address: &Address) -> NodeId {
        match address.host {
            Host::Ip(_) if kind.strength == Strength::Observed => self.place(public_addresses()),
            _ => self.place_dependency(address),
        }
    }

    /// Adds what only supports to the edges that are there. Gives the edges that something was said of.
    pub(super) fn finish(self) -> BTreeSet<Ends> {
        for (ends, more) in self.support {
            if let Some(edge) = self.topology.edges.get_mut(&ends) {
                edge.evidence.extend(more);
            }
        }
        self.touched
    }
}

impl Topology {
    /// Puts the source before the groups of which several sources have one of that name.
    fn tell_homes_apart(&mut self) {
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
                node.home = Some(format!("{source}/{group}"));
            }
        }
    }

    /// Weighs the evidence of those edges together, and puts all in the order that does not depend on how it was found.
    pub(super) fn tidy(&mut self, edges: BTreeSet<Ends>) {
        let rank =
            |e: &Evidence| (KINDS.iter().position(|k| k.id == e.kind), e.place.clone(), e.detail.clone());
        for ends in edges {
            if let Some(edge) = self.edges.get_mut(&ends) {
                agree(&mut edge.evidence);
                edge.evidence.sort_by_cached_key(rank);
            }
        }
        self.dangling.sort();
        self.dangling.dedup();
    }
}

/// Raises what is only possible where two witnesses of a call agree, each of which is little by itself.
fn agree(evidence: &mut [Evidence]) {
    if evidence.iter().any(|e| e.strength != Strength::Possible) {
        return;
    }
    let kinds = evidence.iter().filter_map(|e| KINDS.iter().find(|kind| kind.id == e.kind));
    let witnesses: BTreeSet<&str> = kinds.filter_map(Kind::witness).collect();
    if witnesses.len() > 1 {
        evidence.iter_mut().for_each(|e| e.strength = Strength::Declared);
    }
}

/// Whether an address is surely one, so that its dangling is worth a word: it has a scheme or a port.
fn is_clear(address: &Address) -> bool {
    address.scheme.is_some() || address.port.is_some()
}

/// The node of a service.
pub(super) fn service_node(service: &Service) -> Node {
    Node {
        id: NodeId::from(&service.id),
        name: service.name.to_string(),
        kind: NodeKind::Service(service.id.clone()),
        source: Some(service.source()),
        group: service.group.clone().map(Into::into),
        home: service.group.clone().map(Into::into),
        health: Health::of(service),
        running: service.running(),
        // Beside a count of what runs it would read as a fault.
        desired: service.desired.filter(|_| !service.is_declared()),
        product: Product::of_service(service),
    }
}

/// The node of something that no source runs.
fn dependency(address: &Address) -> Node {
    let name = address.host.to_string();
    outside(
        NodeId::new(format!("dependency:{name}")),
        name,
        NodeKind::Dependency,
        Product::of_address(address),
    )
}

/// The node of a load balancer.
fn load_balancer(source: &SourceId, gateway: &Gateway) -> Node {
    let node = outside(gateway_node(source, gateway), gateway.name.to_string(), NodeKind::LoadBalancer, None);
    Node { source: Some(source.clone()), ..node }
}

/// The node of everybody outside.
fn internet() -> Node {
    outside(NodeId::new("internet"), "internet".to_owned(), NodeKind::Internet, None)
}

/// The node of all public addresses that somebody was seen to call.
fn public_addresses() -> Node {
    let name = "public addresses";
    outside(NodeId::new(format!("dependency:{name}")), name.to_owned(), NodeKind::Dependency, None)
}

/// A node without instances.
fn outside(id: NodeId, name: String, kind: NodeKind, product: Option<&'static Product>) -> Node {
    Node {
        id,
        name,
        kind,
        source: None,
        group: None,
        home: None,
        health: Health::Unknown,
        running: 0,
        desired: None,
        product,
    }
}
