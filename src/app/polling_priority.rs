//! Polling priority: sources poll the services that the user is viewing first, and more often than others.

use super::App;
use crate::model::{InstanceId, ServiceId, SourceId};
use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

/// Maximum number of the selected node's neighbours that get priority.
const MAX_PRIORITY_NEIGHBOURS: usize = 20;

impl App {
    /// Returns the instances that the operations act on whose result is awaited, by source.
    #[must_use]
    pub fn watched_instances(&self) -> BTreeMap<SourceId, BTreeSet<InstanceId>> {
        self.store.world.operations.watched_instances()
    }

    /// Returns the services to poll with priority: the selected service, its callers and callees, and the
    /// services of running operations.
    #[must_use]
    pub fn priority_services(&self) -> BTreeSet<ServiceId> {
        let topology = self.store.world.topology();
        let acted_on = self.store.world.operations.watched_services();
        let Some(node) = self.store.selected_node() else { return acted_on };
        let neighbours = topology
            .callers(&node.id)
            .chain(topology.calls(&node.id))
            .map(|(id, _)| id)
            .take(MAX_PRIORITY_NEIGHBOURS);
        let nodes = iter::once(&node.id).chain(neighbours).filter_map(|id| topology.nodes.get(id));
        let viewed = nodes.filter_map(|node| Some(self.store.world.service_of(node)?.id.clone()));
        viewed.chain(acted_on).collect()
    }
}
