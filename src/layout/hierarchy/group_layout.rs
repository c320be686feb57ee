//! Layout of a graph with groups: lays out each group separately, then the root, where each group is a box of
//! the resulting size.
//!
//! The layout of a subgraph that equals a recent one comes from the cache. So a change affects only one group
//! and the root.
use super::{assemble::SubgraphLayouts, canonical_graph::CanonicalGraph, indexed_subgraph::IndexedSubgraph};
use crate::layout::{
    diagram::{Diagram, Seed},
    graph::{Graph, Options},
    incremental::{
        layout_cache::{CachedLayout, LayoutCache},
        placeholders,
    },
    pipeline,
    subgraph::Subgraph,
};
use std::sync::Arc;

/// Lays out a graph together with placeholders of removed nodes; see [`crate::layout::layout`].
pub fn layout(graph: &Graph, seed: Option<&Seed>, options: &Options) -> Diagram {
    let seed = seed.filter(|s| s.options.is_some_and(|o| o.direction == options.direction));
    let with_placeholders = seed.map(|s| placeholders::with_placeholders(graph, &s.laid_out));
    let canonical = CanonicalGraph::new(with_placeholders.as_ref().unwrap_or(graph), options);
    let mut diagram = layout_best(&canonical, seed);
    diagram.nodes.truncate(graph.nodes.len());
    diagram.groups.truncate(graph.groups.len());
    diagram.routes.truncate(graph.edges.len());
    diagram.seed.laid_out = Arc::new(canonical.to_graph());
    diagram
}

/// Lays out the graph. If there is no seed and edges cross the borders of groups, lays it out twice and
/// returns the better diagram.
///
/// The second layout orders the ports of each group by the rows on which their lines continue outside the
/// group. Later layouts reuse that order.
fn layout_best(canonical: &CanonicalGraph<'_>, seed: Option<&Seed>) -> Diagram {
    let mut inner: Vec<IndexedSubgraph> =
        (0..canonical.group_indices.len()).map(|g| canonical.group_subgraph(g)).collect();
    for (subgraph, &group) in inner.iter_mut().zip(&canonical.group_indices) {
        if let Some(cache) = seed.and_then(|s| s.groups.get(&canonical.graph.groups[group].key)) {
            subgraph.reuse_port_order(cache);
        }
    }
    let first = layout_subgraphs(canonical, inner, seed);
    if seed.is_some() || !first.has_border_ports() {
        return first.into_diagram(seed);
    }
    let second = layout_subgraphs(canonical, first.subgraphs_with_ordered_ports(), None).into_diagram(None);
    let first = first.into_diagram(None);
    let merit = |d: &Diagram| (d.quality.crossings, d.quality.length);
    if merit(&second) < merit(&first) { second } else { first }
}

/// Lays out all groups, then the root.
fn layout_subgraphs<'a>(
    canonical: &'a CanonicalGraph<'a>,
    inner: Vec<IndexedSubgraph>,
    seed: Option<&Seed>,
) -> SubgraphLayouts<'a> {
    let cache_of = |group: usize| seed.and_then(|s| s.groups.get(&canonical.graph.groups[group].key));
    let drawn: Vec<Arc<CachedLayout>> = inner
        .iter()
        .zip(&canonical.group_indices)
        .map(|(subgraph, &group)| layout_cached(&subgraph.subgraph, cache_of(group)))
        .collect();
    let outer = canonical.root_subgraph(&inner, &drawn);
    let top = layout_cached(&outer.subgraph, seed.map(|s| &s.root));
    SubgraphLayouts {
        canonical,
        group_subgraphs: inner,
        group_layouts: drawn,
        root_subgraph: outer,
        root_layout: top,
    }
}

/// Returns the cached layout of an equal subgraph. If there is none, returns a new layout that is close to
/// the newest one in the cache.
fn layout_cached(subgraph: &Subgraph, cache: Option<&LayoutCache>) -> Arc<CachedLayout> {
    if let Some(cached) = cache.and_then(|p| p.get(subgraph)) {
        return Arc::clone(cached);
    }
    let layout = pipeline::layout_subgraph(
        subgraph,
        cache.and_then(LayoutCache::newest).map(|cached| &cached.layout.seed),
    );
    Arc::new(CachedLayout { subgraph: subgraph.clone(), layout })
}
