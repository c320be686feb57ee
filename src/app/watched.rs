//! What people look at just now: it is worth reading first and often.

use super::App;
use crate::model::ServiceId;
use std::{collections::BTreeSet, iter};

/// How many neighbours of what is selected are watched closely.
const MOST_WATCHED: usize = 20;

impl App {
    /// The services that people look at just now: what is selected, what calls it, and what it calls.
    #[must_use]
    pub fn watched(&self) -> BTreeSet<ServiceId> {
        let topology = self.store.topology();
        let Some(node) = self.store.node() else { return BTreeSet::new() };
        let beside =
            topology.callers(&node.id).chain(topology.calls(&node.id)).map(|(id, _)| id).take(MOST_WATCHED);
        let nodes = iter::once(&node.id).chain(beside).filter_map(|id| topology.nodes.get(id));
        nodes.filter_map(|node| Some(self.store.service_of(node)?.id.clone())).collect()
    }
}
