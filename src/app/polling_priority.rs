//! Polling priority: sources poll the services that the user is viewing first and more often.

use super::App;
use crate::model::ServiceId;
use std::{collections::BTreeSet, iter};

/// Maximum number of neighbours of the selected node that are polled with priority.
const MAX_PRIORITY_NEIGHBOURS: usize = 20;

impl App {
    /// Returns the services to poll with priority: the selected one, its callers, and the services that it
    /// calls.
    #[must_use]
    pub fn priority_services(&self) -> BTreeSet<ServiceId> {
        let topology = self.store.world.topology();
        let Some(node) = self.store.selected_node() else { return BTreeSet::new() };
        let neighbours = topology
            .callers(&node.id)
            .chain(topology.calls(&node.id))
            .map(|(id, _)| id)
            .take(MAX_PRIORITY_NEIGHBOURS);
        let nodes = iter::once(&node.id).chain(neighbours).filter_map(|id| topology.nodes.get(id));
        nodes.filter_map(|node| Some(self.store.world.service_of(node)?.id.clone())).collect()
    }
}
