//! Filters: the nodes, edges and findings that pass the session's filters, and are therefore shown.

use crate::{
    model::{Finding, NodeId, ProfileField},
    store::Store,
    topology::{Edge, EdgeFilter, Node, NodeKind, drift::MIN_MONITORED_SECONDS},
};
use std::collections::BTreeSet;

impl Store {
    /// Returns true if the search matches the label, health, source or owner of `node`. A search for a field,
    /// such as `tier:1`, tests only the values of that field in the node's profile.
    #[must_use]
    pub fn matches_search(&self, node: &Node) -> bool {
        let search = &self.session.search;
        let profile = match &node.kind {
            NodeKind::Service(id) => self.world.profiles.of(id),
            _ => None,
        };
        let values = |field: ProfileField| {
            let facts = profile.map_or(&[][..], |profile| profile.facts(field));
            facts.iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>().join(" ")
        };
        if let Some(field) = search.field() {
            return search.matches(&values(field));
        }
        let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
        let owner = values(ProfileField::Owner);
        search.matches(format!("{} {} {source} {owner}", node.label(), node.health.as_str()).trim_end())
    }

    /// Returns true if the edge from `from` to `to` passes the current edge filter.
    #[must_use]
    pub fn shows_edge(&self, from: &NodeId, to: &NodeId, edge: &Edge) -> bool {
        self.world.drift_context().passes_filter(self.session.edge_filter, from, to, edge)
    }

    /// Returns the edges that pass the current filter, each with its ends.
    pub fn shown_edges(&self) -> impl Iterator<Item = (&NodeId, &NodeId, &Edge)> {
        self.world.edges_passing(self.session.edge_filter)
    }

    /// Returns the edges between visible nodes that pass the current filter, each with its ends.
    pub fn visible_edges(&self) -> impl Iterator<Item = (&NodeId, &NodeId, &Edge)> {
        let nodes: BTreeSet<&NodeId> = self.visible_nodes().into_iter().map(|node| &node.id).collect();
        self.shown_edges().filter(move |(from, to, _)| nodes.contains(from) && nodes.contains(to))
    }

    /// Returns a text with the edge filter and the number of edges that pass it. If Portolan has not run long
    /// enough to call an edge never observed, the text says so.
    #[must_use]
    pub fn edge_filter_summary(&self) -> String {
        let (shown, all) = (self.shown_edges().count(), self.world.topology().edges.len());
        let words = format!("{shown} of {all} calls: {}", self.session.edge_filter.description());
        let watched = self
            .world
            .inventory
            .first_snapshot_at()
            .map_or(0, |begun| self.world.now.as_second() - begun.as_second());
        if self.session.edge_filter != EdgeFilter::NeverObserved || watched >= MIN_MONITORED_SECONDS {
            return words;
        }
        format!(
            "{words}; Portolan must run for {} min to tell, and has for {}",
            MIN_MONITORED_SECONDS / 60,
            watched / 60
        )
    }

    /// Returns the nodes that pass all filters, in reading order: services first, then by source, group and
    /// name.
    #[must_use]
    pub fn visible_nodes(&self) -> Vec<&Node> {
        let of_group = self.nodes_of_group();
        let mut nodes = self.nodes_of_all_groups();
        nodes.retain(|node| of_group.as_ref().is_none_or(|group| group.contains(&node.id)));
        nodes
    }

    /// Returns the nodes that pass all filters except the limit to one group, in reading order.
    #[must_use]
    pub fn nodes_of_all_groups(&self) -> Vec<&Node> {
        let Self { world, session } = self;
        let faulty = session.faults_only.then(|| world.faulty_nodes_with_callers_and_callees());
        let of_source = session.only_source.as_ref().map(|source| world.nodes_of_source(source));
        let of_part = session.only_part.as_ref().map(|part| &part.nodes);
        let filters = [faulty.as_ref(), of_source.as_ref(), of_part];
        world.nodes_in_reading_order(|node| filters.into_iter().flatten().all(|s| s.contains(&node.id)))
    }

    /// Returns the nodes of the group to which the screens are limited, or `None` if they are not limited to
    /// a group.
    #[must_use]
    pub fn nodes_of_group(&self) -> Option<BTreeSet<NodeId>> {
        self.session.only_group.as_ref().map(|group| self.world.nodes_of_group(group))
    }

    /// Returns the findings about visible nodes. If all nodes are visible, also returns the findings that
    /// concern no node.
    pub fn visible_findings(&self) -> impl Iterator<Item = &Finding> {
        let nodes: BTreeSet<&NodeId> = self.visible_nodes().into_iter().map(|node| &node.id).collect();
        let is_whole = nodes.len() == self.world.topology().nodes.len();
        let is_shown = move |finding: &&Finding| {
            is_whole || finding.node.as_ref().is_some_and(|node| nodes.contains(node))
        };
        self.world.findings.iter().filter(is_shown)
    }

    /// Shows only the next source, or all sources after the last one.
    pub fn cycle_source_filter(&mut self) {
        let place = self
            .session
            .only_source
            .as_ref()
            .and_then(|id| self.world.sources.iter().position(|s| &s.id == id));
        let next = place.map_or(0, |place| place + 1);
        self.session.only_source = self.world.sources.get(next).map(|source| source.id.clone());
        self.select_visible();
    }

    /// Selects the first visible node, unless the selected node is visible.
    pub fn select_visible(&mut self) {
        let listed = self.visible_nodes();
        let lost = self.session.selected.as_ref().is_none_or(|id| !listed.iter().any(|node| &node.id == id));
        if let (true, Some(first)) = (lost, listed.first().map(|node| node.id.clone())) {
            self.session.select(first);
        }
    }
}
