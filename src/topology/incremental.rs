//! Incremental inference of the topology. After a change of a few services, it resolves only their references
//! again.
//!
//! The result equals that of [`super::infer()`] on the whole inventory. A property test checks this.

use super::{
    CatalogueMatches, Edge, Evidence, KNOWN_PRODUCTS, NodeKind, Product, Resolution, Resolver, Topology,
    edge::EdgeKey,
    evidence::{EVIDENCE_KINDS, EvidenceInput, ignores_outside_addresses},
    infer::{TopologyBuilder, build_topology, service_node},
};
use crate::model::{
    Inventory, NodeId, Reference, ReferenceKind, ReferenceTarget, Service, ServiceId, SnapshotDiff,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A topology that can be updated after a change without inferring all of it again.
#[derive(Clone, Debug, Default)]
pub struct IncrementalTopology {
    topology: Topology,
    resolver: Resolver,
    matches: CatalogueMatches,
}

impl IncrementalTopology {
    /// Infers the topology of the whole `inventory`.
    #[must_use]
    pub fn new(inventory: &Inventory) -> Self {
        let (resolver, matches) = (Resolver::new(inventory), CatalogueMatches::new(inventory));
        let topology = build_topology(EvidenceInput { inventory, matches: &matches }, &resolver);
        Self { topology, resolver, matches }
    }

    /// Returns the topology.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Returns the matches of services with checkouts and their catalogued entities.
    #[must_use]
    pub fn matches(&self) -> &CatalogueMatches {
        &self.matches
    }

    /// Updates the topology after `inventory` changed by `change`.
    pub fn update(&mut self, inventory: &Inventory, change: &SnapshotDiff) {
        match change {
            SnapshotDiff::Unchanged | SnapshotDiff::MetadataOnly => {}
            SnapshotDiff::Services(before)
                if !before.iter().any(|(id, old)| proxy_labels_changed(inventory, id, old)) =>
            {
                self.update_services(inventory, before);
            }
            SnapshotDiff::Services(_) | SnapshotDiff::Everything => *self = Self::new(inventory),
        }
    }

    /// Updates the nodes of the changed services and resolves their changed references again. `before` holds
    /// the previous state of each changed service.
    fn update_services(&mut self, inventory: &Inventory, before: &BTreeMap<ServiceId, Arc<Service>>) {
        let mut anew: BTreeSet<ServiceId> = BTreeSet::new();
        let mut outside: BTreeSet<NodeId> = BTreeSet::new();
        let Self { topology, resolver, .. } = self;
        for (id, old) in before {
            let Some(service) = inventory.service(id) else { continue };
            let news = changed_references(&old.references, &service.references);
            if !news.is_empty() {
                anew.insert(id.clone());
            }
            outside.extend(news.iter().filter_map(|reference| dependency_node_id(reference)));
        }
        for id in before.keys() {
            if let Some(service) = inventory.service(id) {
                let mut node = service_node(service);
                if let Some(known) = topology.nodes.get_mut(&node.id) {
                    node.display_group = known.display_group.take();
                }
                topology.nodes.insert(node.id.clone(), node);
            }
        }
        let mut edges: BTreeSet<EdgeKey> =
            anew.iter().flat_map(|id| topology.remove_reference_evidence(&NodeId::from(id))).collect();
        // Edges without evidence must be removed first, because supporting evidence must not keep them.
        topology.edges.remove_without_evidence();
        let mut builder = TopologyBuilder::new(resolver, topology);
        for kind in EVIDENCE_KINDS {
            for service in anew.iter().filter_map(|id| inventory.service(id)) {
                kind.visit_service_candidates(service, &mut |reference| {
                    builder.add_candidate(kind, &reference);
                });
            }
        }
        edges.extend(builder.finish());
        topology.corroborate_and_sort(edges);
        for node in outside {
            self.refresh_dependency(inventory, &node);
        }
    }

    /// Removes the dependency `node` if it has no callers left. Otherwise determines its product again from
    /// all references to it.
    fn refresh_dependency(&mut self, inventory: &Inventory, node: &NodeId) {
        let Self { topology, resolver, .. } = self;
        if topology.nodes.get(node).is_none_or(|known| known.kind != NodeKind::Dependency) {
            return;
        }
        let callers: Vec<NodeId> = topology.callers(node).map(|(from, _)| from.clone()).collect();
        if callers.is_empty() {
            topology.nodes.remove(node);
            return;
        }
        let services = callers.iter().filter_map(|id| inventory.service(&ServiceId::new(id.as_str())));
        let mentions = services.flat_map(|service| service.references.iter().map(move |m| (service, m)));
        let addresses = mentions.filter_map(|(service, reference)| match &reference.target {
            ReferenceTarget::Address(address) if dependency_node_id(reference).as_ref() == Some(node) => {
                (resolver.resolve(service, address) == Resolution::Outside).then_some(address)
            }
            _ => None,
        });
        let rank = |product: &&Product| KNOWN_PRODUCTS.iter().position(|known| known.id == product.id);
        let product = addresses.filter_map(Product::of_address).min_by_key(rank);
        if let Some(known) = topology.nodes.get_mut(node) {
            known.product = product;
        }
    }
}

impl Topology {
    /// Removes all evidence that comes from references of the service `from`. Returns the edges that lost
    /// evidence.
    fn remove_reference_evidence(&mut self, from: &NodeId) -> Vec<EdgeKey> {
        let said = |evidence: &Evidence| evidence.kind.comes_from_references();
        let first = (from.clone(), NodeId::new(""));
        let mine = self.edges.range_mut(first..).take_while(|((caller, _), _)| caller == from);
        let forgotten = mine.filter_map(|(ends, edge): (&EdgeKey, &mut Edge)| {
            let before = edge.evidence.len();
            edge.evidence.retain(|evidence| !said(evidence));
            (edge.evidence.len() != before).then(|| ends.clone())
        });
        let forgotten = forgotten.collect();
        self.dangling.retain(|dangling| &dangling.from != from);
        forgotten
    }
}

/// Returns true if the proxy labels of a service changed. Such a change affects edges of other services,
/// because the proxies are the callers.
fn proxy_labels_changed(inventory: &Inventory, id: &ServiceId, old: &Service) -> bool {
    let asks = |service: &Service| -> BTreeSet<ReferenceTarget> {
        let labels = service.references.iter().filter(|m| m.kind == ReferenceKind::ProxyLabel);
        labels.map(|m| m.target.clone()).collect()
    };
    inventory.service(id).is_none_or(|new| asks(new) != asks(old))
}

/// Returns the references that are only in `old` or only in `new`.
fn changed_references<'a>(old: &'a [Reference], new: &'a [Reference]) -> Vec<&'a Reference> {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
    before.symmetric_difference(&after).copied().collect()
}

/// Returns the id of the dependency to which a reference leads if its address is outside the estate (all
/// services of all sources). Returns `None` if the reference has no address, or if its kind never makes a
/// dependency.
fn dependency_node_id(reference: &Reference) -> Option<NodeId> {
    match &reference.target {
        ReferenceTarget::Address(address) if !ignores_outside_addresses(reference.kind) => {
            Some(NodeId::dependency(&address.host.to_string()))
        }
        _ => None,
    }
}
