//! Selection of a node: the user's choice, and a replacement if that node disappears.

use crate::{
    model::{InstanceId, NodeId, Service, Severity},
    store::Store,
    topology::Node,
};
use std::collections::BTreeSet;

/// Neighbours and instances of the selected node before a snapshot is applied. If the snapshot removes or
/// renames the node, they determine its replacement.
#[derive(Default)]
pub(in crate::store) struct SelectionAnchor {
    /// Neighbours of the selected node, callers first.
    neighbours: Vec<NodeId>,
    /// Instances of the selected service.
    instances: BTreeSet<InstanceId>,
}

impl Store {
    /// Returns the selected node.
    #[must_use]
    pub fn selected_node(&self) -> Option<&Node> {
        self.session.selected.as_ref().and_then(|id| self.world.topology().nodes.get(id))
    }

    /// Returns the selected service.
    #[must_use]
    pub fn selected_service(&self) -> Option<&Service> {
        self.selected_node().and_then(|node| self.world.service_of(node))
    }

    /// Selects the next node in the selection history that still exists, going back if `back` is true, or
    /// else forward. Returns false if there is no such node.
    pub fn step_selection_history(&mut self, back: bool) -> bool {
        let topology = self.world.topology();
        let there = self.session.selection_history.navigate(back, |node| topology.nodes.contains_key(node));
        let found = there.is_some();
        if found {
            (self.session.selected, self.session.selected_by_user, self.session.lost_selection) =
                (there, true, None);
        }
        found
    }

    /// Returns true if the selection history has an existing node to go back to if `back` is true, or else to
    /// go forward to.
    #[must_use]
    pub fn can_step_selection_history(&self, back: bool) -> bool {
        let topology = self.world.topology();
        self.session.selection_history.find(back, |node| topology.nodes.contains_key(node)).is_some()
    }

    /// Returns the neighbours and instances of the selected node. The caller needs them before it applies a
    /// snapshot.
    pub(in crate::store) fn selection_anchor(&self) -> SelectionAnchor {
        let Some(node) = &self.session.selected else { return SelectionAnchor::default() };
        let topology = self.world.topology();
        let neighbours =
            topology.callers(node).chain(topology.calls(node)).map(|(neighbour, _)| neighbour.clone());
        let instances = self.selected_service().into_iter().flat_map(|service| &service.instances);
        SelectionAnchor {
            neighbours: neighbours.collect(),
            instances: instances.map(|instance| instance.id.clone()).collect(),
        }
    }

    /// Returns the node whose service has one of `instances`. A renamed container appears as a new service
    /// with the same instance.
    fn node_with_instances(&self, instances: &BTreeSet<InstanceId>) -> Option<NodeId> {
        let has = |service: &&Service| service.instances.iter().any(|i| instances.contains(&i.id));
        let mut services = self.world.inventory.services().filter(|_| !instances.is_empty());
        services.find(has).map(|service| NodeId::from(&service.id))
    }

    /// Selects another node if the selected one has disappeared.
    ///
    /// The first choice is the node that has the instances of the lost node now. If the user made the
    /// selection, the second choice is a neighbour. If the lost node returns later, it is selected again.
    ///
    /// `complete` is false until all sources have been read. Until then, a selection that Portolan made
    /// follows the worst finding.
    pub(in crate::store) fn restore_or_replace_selection(&mut self, held: &SelectionAnchor, complete: bool) {
        let nodes = &self.world.topology().nodes;
        if let Some(back) = self.session.lost_selection.take_if(|missed| nodes.contains_key(missed)) {
            self.session.selected = Some(back);
            return;
        }
        let lost = self.session.selected.as_ref().is_none_or(|id| !nodes.contains_key(id));
        if !lost && (self.session.selected_by_user || complete) {
            return;
        }
        if let Some(renamed) = self.node_with_instances(&held.instances).filter(|_| lost) {
            self.session.selected = Some(renamed);
            return;
        }
        let nodes = &self.world.topology().nodes;
        let near = held
            .neighbours
            .iter()
            .find(|neighbour| self.session.selected_by_user && nodes.contains_key(*neighbour))
            .cloned();
        if self.session.selected_by_user && self.session.lost_selection.is_none() {
            self.session.lost_selection.clone_from(&self.session.selected);
        }
        self.session.selected = near.or_else(|| self.default_selection());
    }

    /// Returns the node to select while the user has selected none: the node with the worst finding, or else
    /// the first visible node.
    pub(in crate::store) fn default_selection(&self) -> Option<NodeId> {
        let faults = self.world.findings.iter().filter(|f| f.severity > Severity::Info);
        let worst = faults.into_iter().find_map(|f| f.node.clone());
        worst.or_else(|| self.visible_nodes().first().map(|node| node.id.clone()))
    }

    /// Returns the visible node whose name matches the search best. Among equal matches, returns the first
    /// one in reading order.
    #[must_use]
    pub fn best_match(&self) -> Option<NodeId> {
        let found = self
            .visible_nodes()
            .into_iter()
            .filter(|node| !self.session.search.is_empty() && self.matches_search(node));
        found.min_by_key(|node| self.session.search.match_rank(&node.name)).map(|node| node.id.clone())
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{fixtures::*, *},
        store::{Search, Store},
    };

    fn calling(name: &str, callee: &str) -> Service {
        let peer = reference("PEER_URL", Address::from_host_name(callee).with_port(80));
        Service { references: vec![peer], ..service(name) }
    }

    fn store_with(services: Vec<Service>) -> Store {
        let status = SourceStatus::new(SourceId::new("docker"), "docker", String::new());
        let mut store = Store::new(Inventory::default(), vec![status], 0, ago(0));
        apply_services(&mut store, services);
        store
    }

    fn apply_services(store: &mut Store, services: Vec<Service>) {
        store.apply_poll_result(&SourceId::new("docker"), Ok(snapshot("docker", services)));
    }

    fn node(name: &str) -> NodeId {
        NodeId::from(&service_id(name))
    }

    #[test]
    fn a_caller_stands_in_for_what_is_gone_until_it_is_back() {
        let all = || vec![service("a"), calling("web", "orders"), service("orders"), service("z")];
        let mut store = store_with(all());
        store.session.select(node("orders"));
        apply_services(&mut store, vec![service("a"), calling("web", "orders"), service("z")]);
        assert_eq!(store.session.selected, Some(node("web")));
        apply_services(&mut store, all());
        assert_eq!(store.session.selected, Some(node("orders")));
        apply_services(&mut store, vec![service("a"), calling("web", "orders")]);
        store.session.select(node("a"));
        apply_services(&mut store, all());
        assert_eq!(store.session.selected, Some(node("a")), "somebody has chosen another one since");
    }

    #[test]
    fn a_renamed_service_stays_selected() {
        let called = |name: &str, container: &str| Service {
            id: ServiceId::new(format!("docker/{name}")),
            instances: vec![instance(container)],
            ..service(name)
        };
        let mut store = store_with(vec![called("web", "1"), called("db", "2")]);
        store.session.select(NodeId::new("docker/web"));
        apply_services(&mut store, vec![called("old-web", "1"), called("db", "2")]);
        assert_eq!(store.session.selected, Some(NodeId::new("docker/old-web")));
        apply_services(&mut store, vec![called("db", "2")]);
        assert_eq!(store.session.selected, Some(NodeId::new("docker/db")), "it is gone");
    }

    #[test]
    fn the_name_that_fits_best_is_found_first() {
        let mut store = store_with(["all-orders", "border", "orders", "orders-api"].map(service).to_vec());
        let mut best = |typed: &str| {
            store.session.search = Search::new(typed);
            store.best_match()
        };
        assert_eq!(best("order"), Some(node("orders")));
        assert_eq!(best("orders"), Some(node("orders")));
        assert_eq!(best("api"), Some(node("orders-api")));
        assert_eq!(best("nothing"), None);
        assert_eq!(best(""), None);
    }
}
