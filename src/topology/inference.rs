//! Inference kept up to date: where a few services say something else, only what they say is joined anew.
//!
//! The result is the same as that of [`super::infer()`] on everything, which a property test holds.

use super::{
    Edge, Evidence, NodeKind, PRODUCTS, Product, Resolution, Resolver, Topology,
    evidence::{KINDS, is_about_services_only},
    infer::{Draft, Ends, join, service_node},
};
use crate::model::{Change, Inventory, Mention, NodeId, Service, ServiceId, Target, Via};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A topology, and what is needed to change it.
#[derive(Clone, Debug, Default)]
pub struct Inference {
    topology: Topology,
    resolver: Resolver,
}

impl Inference {
    /// Everything that follows from `inventory`.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let resolver = Resolver::new(inventory);
        Self { topology: join(inventory, &resolver), resolver }
    }

    /// Who calls whom.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Follows a change of `inventory`, which has happened.
    pub fn update(&mut self, inventory: &Inventory, change: &Change) {
        match change {
            Change::Nothing | Change::Circumstances => {}
            Change::Services(before) if !before.iter().any(|(id, old)| asks_a_proxy(inventory, id, old)) => {
                self.follow(inventory, before);
            }
            Change::Services(_) | Change::Everything => *self = Self::of(inventory),
        }
    }

    /// Joins anew what the changed services say.
    fn follow(&mut self, inventory: &Inventory, before: &BTreeMap<ServiceId, Arc<Service>>) {
        let mut anew: BTreeSet<ServiceId> = BTreeSet::new();
        let mut outside: BTreeSet<NodeId> = BTreeSet::new();
        let Self { topology, resolver } = self;
        for (id, old) in before {
            let Some(service) = inventory.service(id) else { continue };
            let news = difference(&old.mentions, &service.mentions);
            if !news.is_empty() {
                anew.insert(id.clone());
            }
            outside.extend(news.iter().filter_map(|mention| dependency_of(mention)));
        }
        for id in before.keys() {
            if let Some(service) = inventory.service(id) {
                let mut node = service_node(service);
                if let Some(known) = topology.nodes.get_mut(&node.id) {
                    node.home = known.home.take();
                }
                topology.nodes.insert(node.id.clone(), node);
            }
        }
        let mut edges: BTreeSet<Ends> =
            anew.iter().flat_map(|id| topology.forget(&NodeId::from(id))).collect();
        // An edge of which nothing is left must be gone before anything is said to support it.
        topology.edges.retain(|_, edge| !edge.evidence.is_empty());
        let mut draft = Draft::new(resolver, topology);
        for kind in KINDS {
            for service in anew.iter().filter_map(|id| inventory.service(id)) {
                kind.find_in(service, &mut |reference| draft.join(kind, &reference));
            }
        }
        edges.extend(draft.finish());
        topology.tidy(edges);
        for node in outside {
            self.settle(inventory, &node);
        }
    }

    /// Removes a dependency that nobody names any more; else finds again what product it is by all that name it.
    fn settle(&mut self, inventory: &Inventory, node: &NodeId) {
        let Self { topology, resolver } = self;
        if topology.nodes.get(node).is_none_or(|known| known.kind != NodeKind::Dependency) {
            return;
        }
        let callers: Vec<NodeId> = topology.callers(node).map(|(from, _)| from.clone()).collect();
        if callers.is_empty() {
            topology.nodes.remove(node);
            return;
        }
        let services = callers.iter().filter_map(|id| inventory.service(&ServiceId::new(id.as_str())));
        let mentions = services.flat_map(|service| service.mentions.iter().map(move |m| (service, m)));
        let addresses = mentions.filter_map(|(service, mention)| match &mention.target {
            Target::Address(address) if dependency_of(mention).as_ref() == Some(node) => {
                (resolver.resolve(service, address) == Resolution::Outside).then_some(address)
            }
            _ => None,
        });
        let rank = |product: &&Product| PRODUCTS.iter().position(|known| known.id == product.id);
        let product = addresses.filter_map(Product::of_address).min_by_key(rank);
        if let Some(known) = topology.nodes.get_mut(node) {
            known.product = product;
        }
    }
}

impl Topology {
    /// Takes away what the mentions of `from` gave. Gives the edges that it was evidence of.
    fn forget(&mut self, from: &NodeId) -> Vec<Ends> {
        let said = |evidence: &Evidence| KINDS.iter().any(|k| k.id == evidence.kind && k.is_of_mentions());
        let first = (from.clone(), NodeId::new(""));
        let mine = self.edges.range_mut(first..).take_while(|((caller, _), _)| caller == from);
        let forgotten = mine.filter_map(|(ends, edge): (&Ends, &mut Edge)| {
            let before = edge.evidence.len();
            edge.evidence.retain(|evidence| !said(evidence));
            (edge.evidence.len() != before).then(|| ends.clone())
        });
        let forgotten = forgotten.collect();
        self.dangling.retain(|dangling| &dangling.from != from);
        forgotten
    }
}

/// Whether a service asks, or asked, a proxy for something: then the proxy's edges change too.
fn asks_a_proxy(inventory: &Inventory, id: &ServiceId, old: &Service) -> bool {
    let asks = |service: &Service| -> BTreeSet<Target> {
        let labels = service.mentions.iter().filter(|m| m.via == Via::ProxyLabel);
        labels.map(|m| m.target.clone()).collect()
    };
    inventory.service(id).is_none_or(|new| asks(new) != asks(old))
}

/// The mentions that stand on one side only.
fn difference<'a>(old: &'a [Mention], new: &'a [Mention]) -> Vec<&'a Mention> {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
    before.symmetric_difference(&after).copied().collect()
}

/// The dependency that a mention leads to, if it leads outside.
fn dependency_of(mention: &Mention) -> Option<NodeId> {
    match &mention.target {
        Target::Address(address) if !is_about_services_only(mention.via) => {
            Some(NodeId::new(format!("dependency:{}", address.host)))
        }
        _ => None,
    }
}
