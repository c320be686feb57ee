//! Cache of the recent layouts of each subgraph, kept from one layout to the next.
//!
//! A subgraph that comes back gets exactly its earlier layout, unless over [`MAX_ENTRIES`] others came in
//! between. The cache counts layouts, never time. Nodes that stay away keep their places by other means: see
//! [`super::placeholders`].
use crate::layout::{graph::Key, subgraph::Subgraph, subgraph_layout::SubgraphLayout};
use std::{collections::BTreeMap, sync::Arc};

/// Limit for the cached layouts of one subgraph.
const MAX_ENTRIES: usize = 6;

/// Subgraph and its layout.
#[derive(Clone, Debug, PartialEq)]
pub struct CachedLayout {
    pub subgraph: Subgraph,
    pub layout: SubgraphLayout,
}

/// Recent layouts of one subgraph, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayoutCache {
    entries: Vec<Arc<CachedLayout>>,
}

impl LayoutCache {
    /// Returns the newest layout.
    pub fn newest(&self) -> Option<&Arc<CachedLayout>> {
        self.entries.first()
    }

    /// Returns the layout of exactly this subgraph.
    pub fn get(&self, subgraph: &Subgraph) -> Option<&Arc<CachedLayout>> {
        self.entries.iter().find(|entry| entry.subgraph == *subgraph)
    }

    /// Returns the most recent position of each port, by key.
    pub fn port_order(&self) -> BTreeMap<&Key, usize> {
        let items = self.entries.iter().rev().flat_map(|entry| &entry.subgraph.nodes);
        items.filter_map(|item| item.port_order.map(|order| (&item.key, order))).collect()
    }

    /// Returns the cache with `entry` as its newest layout.
    pub fn with_newest(before: Option<&Self>, entry: &Arc<CachedLayout>) -> Self {
        let others = before.iter().flat_map(|cache| &cache.entries).filter(|old| !Arc::ptr_eq(old, entry));
        let entries = [entry].into_iter().chain(others).take(MAX_ENTRIES).map(Arc::clone).collect();
        Self { entries }
    }
}
