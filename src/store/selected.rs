//! What is selected: what somebody chose, and what stands in for it when it is gone.

use super::Store;
use crate::model::{InstanceId, NodeId, Service, Severity};
use std::collections::BTreeSet;

/// What is selected, by what outlives its name.
#[derive(Default)]
pub(super) struct Held {
    /// Its neighbours: who calls it first, then what it calls.
    neighbours: Vec<NodeId>,
    /// Its instances.
    instances: BTreeSet<InstanceId>,
}

impl Store {
    /// Selects that node, as somebody asked.
    pub fn select(&mut self, node: NodeId) {
        if let (false, Some(first)) = (self.chosen, &self.selected) {
            self.trail.step(first);
        }
        self.trail.step(&node);
        (self.selected, self.chosen, self.missed) = (Some(node), true, None);
    }

    /// Selects what was selected before, or after that. Returns whether there is anything.
    pub fn retrace(&mut self, back: bool) -> bool {
        let topology = self.inference.topology();
        let there = self.trail.go(back, |node| topology.nodes.contains_key(node));
        let found = there.is_some();
        if found {
            (self.selected, self.chosen, self.missed) = (there, true, None);
        }
        found
    }

    /// Selects that node for a while, as something that may be taken back.
    pub fn glance(&mut self, node: Option<NodeId>) {
        self.selected = node;
    }

    /// What is selected, as it is before a look at a source.
    pub(super) fn held(&self) -> Held {
        let Some(node) = &self.selected else { return Held::default() };
        let topology = self.topology();
        let neighbours = topology.callers(node).chain(topology.calls(node)).map(|(kin, _)| kin.clone());
        let instances = self.service().into_iter().flat_map(|service| &service.instances);
        Held {
            neighbours: neighbours.collect(),
            instances: instances.map(|instance| instance.id.clone()).collect(),
        }
    }

    /// The node of the service that has any of those instances: a container may get another name, and with it its service.
    fn renamed(&self, instances: &BTreeSet<InstanceId>) -> Option<NodeId> {
        let has = |service: &&Service| service.instances.iter().any(|i| instances.contains(&i.id));
        let mut services = self.inventory.services().filter(|_| !instances.is_empty());
        services.find(has).map(|service| NodeId::from(&service.id))
    }

    /// Selects something else where what is selected is gone: what its instances belong to now, else one of its neighbours if
    /// somebody chose it, until it comes back. Before all sources have answered, `complete`, what nobody chose is what is worst.
    pub(super) fn keep_selected(&mut self, held: &Held, complete: bool) {
        let nodes = &self.inference.topology().nodes;
        if let Some(back) = self.missed.take_if(|missed| nodes.contains_key(missed)) {
            self.selected = Some(back);
            return;
        }
        let lost = self.selected.as_ref().is_none_or(|id| !nodes.contains_key(id));
        if !lost && (self.chosen || complete) {
            return;
        }
        if let Some(renamed) = self.renamed(&held.instances).filter(|_| lost) {
            self.selected = Some(renamed);
            return;
        }
        let nodes = &self.inference.topology().nodes;
        let near = held.neighbours.iter().find(|kin| self.chosen && nodes.contains_key(*kin)).cloned();
        if self.chosen && self.missed.is_none() {
            self.missed.clone_from(&self.selected);
        }
        self.selected = near.or_else(|| self.first_choice());
    }

    /// What to select when nothing is: the worst fault's service, else the first service, else anything.
    pub(super) fn first_choice(&self) -> Option<NodeId> {
        let faults = self.findings.iter().filter(|f| f.severity > Severity::Info);
        let worst = faults.into_iter().find_map(|f| f.node.clone());
        worst.or_else(|| self.listed().first().map(|node| node.id.clone()))
    }

    /// Of what the search finds, that whose name it fits best; of several the first in reading order.
    #[must_use]
    pub fn best_match(&self) -> Option<NodeId> {
        let found = self.listed().into_iter().filter(|node| !self.search.is_empty() && self.finds(node));
        found.min_by_key(|node| self.search.fit(&node.name)).map(|node| node.id.clone())
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{sample::*, *},
        store::{Search, Store},
    };

    fn calling(name: &str, callee: &str) -> Service {
        let peer = mention("PEER_URL", Address::name(callee).with_port(80));
        Service { mentions: vec![peer], ..service(name) }
    }

    fn showing(services: Vec<Service>) -> Store {
        let status = SourceStatus::new(SourceId::new("docker"), "docker", String::new());
        let mut store = Store::new(Inventory::default(), vec![status], 0, ago(0));
        look(&mut store, services);
        store
    }

    fn look(store: &mut Store, services: Vec<Service>) {
        store.absorb(&SourceId::new("docker"), Ok(snapshot("docker", services)));
    }

    fn node(name: &str) -> NodeId {
        NodeId::from(&id(name))
    }

    #[test]
    fn a_caller_stands_in_for_what_is_gone_until_it_is_back() {
        let all = || vec![service("a"), calling("web", "orders"), service("orders"), service("z")];
        let mut store = showing(all());
        store.select(node("orders"));
        look(&mut store, vec![service("a"), calling("web", "orders"), service("z")]);
        assert_eq!(store.selected, Some(node("web")));
        look(&mut store, all());
        assert_eq!(store.selected, Some(node("orders")));
        look(&mut store, vec![service("a"), calling("web", "orders")]);
        store.select(node("a"));
        look(&mut store, all());
        assert_eq!(store.selected, Some(node("a")), "somebody has chosen another one since");
    }

    #[test]
    fn what_gets_another_name_stays_selected() {
        let called = |name: &str, container: &str| Service {
            id: ServiceId::new(format!("docker/{name}")),
            instances: vec![instance(container)],
            ..service(name)
        };
        let mut store = showing(vec![called("web", "1"), called("db", "2")]);
        store.select(NodeId::new("docker/web"));
        look(&mut store, vec![called("old-web", "1"), called("db", "2")]);
        assert_eq!(store.selected, Some(NodeId::new("docker/old-web")));
        look(&mut store, vec![called("db", "2")]);
        assert_eq!(store.selected, Some(NodeId::new("docker/db")), "it is gone");
    }

    #[test]
    fn the_name_that_fits_best_is_found_first() {
        let mut store = showing(["all-orders", "border", "orders", "orders-api"].map(service).to_vec());
        let mut best = |typed: &str| {
            store.search = Search::new(typed);
            store.best_match()
        };
        assert_eq!(best("order"), Some(node("orders")));
        assert_eq!(best("orders"), Some(node("orders")));
        assert_eq!(best("api"), Some(node("orders-api")));
        assert_eq!(best("nothing"), None);
        assert_eq!(best(""), None);
    }
}
