//! Nodes and edges of the world that a filter selects.

use super::World;
use crate::store::GroupFilter;
use crate::{
    model::{NodeId, Severity, SourceId},
    topology::{Edge, EdgeFilter, Node, NodeKind, drift::DriftContext, nodes_reaching},
};
use std::collections::BTreeSet;

impl World {
    /// Returns the data from which the drift of an edge is computed.
    #[must_use]
    pub fn drift_context(&self) -> DriftContext<'_> {
        DriftContext { inventory: &self.inventory, topology: self.topology(), now: self.now }
    }

    /// Returns the edges that pass `filter`, each with its ends.
    pub fn edges_passing(&self, filter: EdgeFilter) -> impl Iterator<Item = (&NodeId, &NodeId, &Edge)> {
        let all = self.topology().edges.iter().map(|((from, to), edge)| (from, to, edge));
        all.filter(move |(from, to, edge)| self.drift_context().passes_filter(filter, from, to, edge))
    }

    /// Returns the nodes for which `is_wanted` returns true, in reading order: services first, then by
    /// source, group and name.
    pub fn nodes_in_reading_order(&self, is_wanted: impl Fn(&Node) -> bool) -> Vec<&Node> {
        let mut nodes: Vec<_> = self.topology().nodes.values().filter(|node| is_wanted(node)).collect();
        nodes.sort_by(|a, b| reading_order_key(a).cmp(&reading_order_key(b)));
        nodes
    }

    /// Returns the nodes with a finding more severe than `Info`, their direct and indirect callers, and their
    /// direct callees.
    #[must_use]
    pub fn faulty_nodes_with_callers_and_callees(&self) -> BTreeSet<NodeId> {
        let bad = self.findings.iter().filter(|f| f.severity > Severity::Info).filter_map(|f| f.node.clone());
        let bad: BTreeSet<NodeId> = bad.collect();
        let called = bad.iter().flat_map(|node| self.topology().calls(node)).map(|(to, _)| to.clone());
        let called: Vec<NodeId> = called.collect();
        let mut shown = nodes_reaching(self.topology(), bad);
        shown.extend(called);
        shown
    }

    /// Returns the nodes of `source`, and their neighbours that belong to no source, such as dependencies.
    #[must_use]
    pub fn nodes_of_source(&self, source: &SourceId) -> BTreeSet<NodeId> {
        self.with_neighbours(|node| node.source.as_ref() == Some(source), |node| node.source.is_none())
    }

    /// Returns the nodes of a group, and their neighbours that are not services, such as databases and load
    /// balancers.
    #[must_use]
    pub fn nodes_of_group(&self, group: &GroupFilter) -> BTreeSet<NodeId> {
        self.with_neighbours(|node| group.contains(self, node), |node| !node.is_service())
    }

    /// Returns the nodes for which `is_member` returns true, and their neighbours for which `is_wanted`
    /// returns true.
    fn with_neighbours(
        &self,
        is_member: impl Fn(&Node) -> bool,
        is_wanted: impl Fn(&Node) -> bool,
    ) -> BTreeSet<NodeId> {
        let nodes = &self.topology().nodes;
        let members: BTreeSet<NodeId> =
            nodes.values().filter(|node| is_member(node)).map(|node| node.id.clone()).collect();
        let mut shown = members.clone();
        for (from, to) in self.topology().edges.keys() {
            for (inner, outer) in [(from, to), (to, from)] {
                if members.contains(inner) && nodes.get(outer).is_some_and(&is_wanted) {
                    shown.insert(outer.clone());
                }
            }
        }
        shown
    }
}

/// Returns the key that sorts nodes into reading order: services first, then by source, group and name.
fn reading_order_key(node: &Node) -> (bool, &Option<SourceId>, &Option<String>, &str) {
    (!matches!(node.kind, NodeKind::Service(_)), &node.source, &node.group, &node.name)
}
