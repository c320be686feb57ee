//! Filtering: the nodes and edges that the current filters show.

use crate::{
    model::{NodeId, Severity, SourceId},
    store::Store,
    topology::{
        Edge, EdgeFilter, Node, NodeKind,
        drift::{DriftContext, MIN_MONITORED_SECONDS},
        nodes_reaching,
    },
};
use std::collections::BTreeSet;

impl Store {
    /// Returns the data that drift is computed from.
    #[must_use]
    pub fn drift_context(&self) -> DriftContext<'_> {
        DriftContext { inventory: &self.inventory, topology: self.topology(), now: self.now }
    }

    /// Returns true if the current edge filter shows the edge between `from` and `to`.
    #[must_use]
    pub fn shows_edge(&self, from: &NodeId, to: &NodeId, edge: &Edge) -> bool {
        self.drift_context().passes_filter(self.edge_filter, from, to, edge)
    }

    /// Returns the edges that the current filter shows, each with its ends.
    pub fn shown_edges(&self) -> impl Iterator<Item = (&NodeId, &NodeId, &Edge)> {
        let all = self.topology().edges.iter().map(|((from, to), edge)| (from, to, edge));
        all.filter(|(from, to, edge)| self.shows_edge(from, to, edge))
    }

    /// Describes the edge filter and its number of edges. Adds a note if observation is too short to call an
    /// edge never observed.
    #[must_use]
    pub fn edge_filter_summary(&self) -> String {
        let (shown, all) = (self.shown_edges().count(), self.topology().edges.len());
        let words = format!("{shown} of {all} edges: {}", self.edge_filter.description());
        let watched =
            self.inventory.first_snapshot_at().map_or(0, |begun| self.now.as_second() - begun.as_second());
        if self.edge_filter != EdgeFilter::NeverObserved || watched >= MIN_MONITORED_SECONDS {
            return words;
        }
        format!(
            "{words}; needs {} min of monitoring, {} min so far",
            MIN_MONITORED_SECONDS / 60,
            watched / 60
        )
    }

    /// Returns the nodes that the filters show, in reading order: services first, then by source, group and
    /// name.
    #[must_use]
    pub fn visible_nodes(&self) -> Vec<&Node> {
        let faulty = self.faults_only.then(|| self.faulty_nodes_and_neighbours());
        let of_source = self.only_source.as_ref().map(|source| self.nodes_of_source(source));
        let is_shown = |node: &&Node| {
            [&faulty, &of_source, &self.only_nodes].into_iter().flatten().all(|s| s.contains(&node.id))
        };
        let mut nodes: Vec<_> = self.topology().nodes.values().filter(is_shown).collect();
        nodes.sort_by(|a, b| reading_order_key(a).cmp(&reading_order_key(b)));
        nodes
    }

    /// Returns the nodes with a finding above `Info`, all nodes that call them directly or indirectly, and
    /// the nodes that they call.
    #[must_use]
    pub fn faulty_nodes_and_neighbours(&self) -> BTreeSet<NodeId> {
        let bad = self.findings.iter().filter(|f| f.severity > Severity::Info).filter_map(|f| f.node.clone());
        let bad: BTreeSet<NodeId> = bad.collect();
        let called = bad.iter().flat_map(|node| self.topology().calls(node)).map(|(to, _)| to.clone());
        let called: Vec<NodeId> = called.collect();
        let mut shown = nodes_reaching(self.topology(), bad);
        shown.extend(called);
        shown
    }

    /// Returns true if the search matches the label, the health or the source of `node`.
    #[must_use]
    pub fn matches_search(&self, node: &Node) -> bool {
        let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
        self.search.matches(&format!("{} {} {source}", node.label(), node.health.as_str()))
    }

    /// Returns the nodes that `source` runs, and the nodes without a source that are connected to them.
    fn nodes_of_source(&self, source: &SourceId) -> BTreeSet<NodeId> {
        let nodes = &self.topology().nodes;
        let runs = |id: &NodeId| nodes.get(id).is_some_and(|node| node.source.as_ref() == Some(source));
        let is_outside = |id: &NodeId| nodes.get(id).is_some_and(|node| node.source.is_none());
        let mut shown: BTreeSet<NodeId> = nodes.keys().filter(|id| runs(id)).cloned().collect();
        for (from, to) in self.topology().edges.keys() {
            for (inner, outer) in [(from, to), (to, from)] {
                if runs(inner) && is_outside(outer) {
                    shown.insert(outer.clone());
                }
            }
        }
        shown
    }

    /// Shows only the next source; after the last one, all sources.
    pub fn cycle_source_filter(&mut self) {
        let place = self.only_source.as_ref().and_then(|id| self.sources.iter().position(|s| &s.id == id));
        let next = place.map_or(0, |place| place + 1);
        self.only_source = self.sources.get(next).map(|source| source.id.clone());
        let listed = self.visible_nodes();
        let lost = self.selected.as_ref().is_none_or(|id| !listed.iter().any(|node| &node.id == id));
        if let (true, Some(first)) = (lost, listed.first().map(|node| node.id.clone())) {
            self.select(first);
        }
    }
}

/// Returns the sort key of the reading order: services first, then by source, group and name.
fn reading_order_key(node: &Node) -> (bool, &Option<SourceId>, &Option<String>, &str) {
    (!matches!(node.kind, NodeKind::Service(_)), &node.source, &node.group, &node.name)
}
