//! What is shown: which nodes and edges the filters let through.

use super::Store;
use crate::{
    model::{NodeId, Severity, SourceId},
    topology::{
        Edge, EdgeFilter, Node, NodeKind,
        drift::{WATCHED_ENOUGH, Watch},
        leading_to,
    },
};
use std::collections::BTreeSet;

impl Store {
    /// What drift is judged by.
    #[must_use]
    pub fn watch(&self) -> Watch<'_> {
        Watch { inventory: &self.inventory, topology: self.topology(), now: self.now }
    }

    /// Whether the present filter shows the edge between those two.
    #[must_use]
    pub fn shows(&self, from: &NodeId, to: &NodeId, edge: &Edge) -> bool {
        self.watch().shows(self.edges, from, to, edge)
    }

    /// The edges to show under the present filter, by both their ends.
    pub fn shown_edges(&self) -> impl Iterator<Item = (&NodeId, &NodeId, &Edge)> {
        let all = self.topology().edges.iter().map(|((from, to), edge)| (from, to, edge));
        all.filter(|(from, to, edge)| self.shows(from, to, edge))
    }

    /// How many edges the present filter lets through, and which those are, in words; and where it is too early to say that
    /// nothing came, that it is.
    #[must_use]
    pub fn tell_edges(&self) -> String {
        let (shown, all) = (self.shown_edges().count(), self.topology().edges.len());
        let words = format!("{shown} of {all} edges: {}", self.edges.about());
        let watched = self.inventory.begun().map_or(0, |begun| self.now.as_second() - begun.as_second());
        if self.edges != EdgeFilter::NeverObserved || watched >= WATCHED_ENOUGH {
            return words;
        }
        format!("{words}; to say that takes {} min of watching, {} so far", WATCHED_ENOUGH / 60, watched / 60)
    }

    /// The nodes to show under the present search and filter, in reading order: by group, then by name.
    #[must_use]
    pub fn listed(&self) -> Vec<&Node> {
        let faulty = self.only_faulty.then(|| self.faulty_and_before());
        let of_source = self.only_source.as_ref().map(|source| self.of_source(source));
        let is_shown = |node: &&Node| {
            [&faulty, &of_source, &self.only_nodes].into_iter().flatten().all(|s| s.contains(&node.id))
        };
        let mut nodes: Vec<_> = self.topology().nodes.values().filter(is_shown).collect();
        nodes.sort_by(|a, b| place(a).cmp(&place(b)));
        nodes
    }

    /// Everything with a finding that is more than worth knowing, all that leads to it by calls, and what it calls.
    #[must_use]
    pub fn faulty_and_before(&self) -> BTreeSet<NodeId> {
        let bad = self.findings.iter().filter(|f| f.severity > Severity::Info).filter_map(|f| f.node.clone());
        let bad: BTreeSet<NodeId> = bad.collect();
        let called = bad.iter().flat_map(|node| self.topology().calls(node)).map(|(to, _)| to.clone());
        let called: Vec<NodeId> = called.collect();
        let mut shown = leading_to(self.topology(), bad);
        shown.extend(called);
        shown
    }

    /// Whether the search finds this node: by its name, its group or its source.
    #[must_use]
    pub fn finds(&self, node: &Node) -> bool {
        let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
        self.search.matches(&format!("{} {} {source}", node.label(), node.health.word()))
    }

    /// What `source` runs, and what no source runs but is joined to that.
    fn of_source(&self, source: &SourceId) -> BTreeSet<NodeId> {
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

    /// Shows the next source alone, and after the last one all.
    pub fn next_source(&mut self) {
        let place = self.only_source.as_ref().and_then(|id| self.sources.iter().position(|s| &s.id == id));
        let next = place.map_or(0, |place| place + 1);
        self.only_source = self.sources.get(next).map(|source| source.id.clone());
        let listed = self.listed();
        let lost = self.selected.as_ref().is_none_or(|id| !listed.iter().any(|node| &node.id == id));
        if let (true, Some(first)) = (lost, listed.first().map(|node| node.id.clone())) {
            self.select(first);
        }
    }
}

/// What the reading order goes by: services first, then by source, group and name.
fn place(node: &Node) -> (bool, &Option<SourceId>, &Option<String>, &str) {
    (!matches!(node.kind, NodeKind::Service(_)), &node.source, &node.group, &node.name)
}
