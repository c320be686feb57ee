//! Cache of the recent layouts of one subgraph. The seed passes the cache from one layout to the next.
//!
//! If a subgraph changes and then changes back, it gets exactly its earlier layout again, unless
//! [`MAX_CACHED_LAYOUTS`] or more other layouts came in between. The cache counts layouts rather than time.
//! It does not keep places free for removed nodes; [`super::placeholders`] does that.
use crate::layout::{graph::Key, subgraph::Subgraph, subgraph_layout::SubgraphLayout};
use std::{collections::BTreeMap, sync::Arc};

/// Maximum number of cached layouts for one subgraph.
const MAX_CACHED_LAYOUTS: usize = 6;

/// Entry of a [`LayoutCache`]: a subgraph, and its layout to reuse when an equal subgraph is laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct CachedLayout {
    pub subgraph: Subgraph,
    pub layout: SubgraphLayout,
}

/// The recent layouts of one group or of the root, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayoutCache {
    entries: Vec<Arc<CachedLayout>>,
}

impl LayoutCache {
    /// Returns the newest layout, or `None` if the cache is empty.
    pub fn newest(&self) -> Option<&Arc<CachedLayout>> {
        self.entries.first()
    }

    /// Returns the cached layout of a subgraph that equals `subgraph`, or `None` if there is none.
    pub fn get(&self, subgraph: &Subgraph) -> Option<&Arc<CachedLayout>> {
        self.entries.iter().find(|entry| entry.subgraph == *subgraph)
    }

    /// Returns the most recent position of each port in its border, by the port's key.
    pub fn port_order(&self) -> BTreeMap<&Key, usize> {
        let items = self.entries.iter().rev().flat_map(|entry| &entry.subgraph.nodes);
        items.filter_map(|item| item.port_order.map(|order| (&item.key, order))).collect()
    }

    /// Returns a copy of the cache `before` with `entry` as its newest layout.
    pub fn with_newest(before: Option<&Self>, entry: &Arc<CachedLayout>) -> Self {
        let others = before.iter().flat_map(|cache| &cache.entries).filter(|old| !Arc::ptr_eq(old, entry));
        let entries = [entry].into_iter().chain(others).take(MAX_CACHED_LAYOUTS).map(Arc::clone).collect();
        Self { entries }
    }
}
