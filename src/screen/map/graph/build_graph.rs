//! Building of the map graph from the nodes and calls in the store.

use super::{
    detail_level::DetailLevel,
    hubs,
    item::{Item, ItemKind, LabelWidth, SizeOptions},
    map_choices::MapChoices,
    map_edge::{EdgeVisibility, MapEdge},
    map_graph::MapGraph,
};
use crate::{
    layout::{Edge, Graph, Group, Key, Node as Sized},
    model::NodeId,
    screen::widget::text,
    store::Store,
    topology::{Node, Strength},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Maximum number of edges in the topology at which the map still shows edges of strength `Possible`. With
/// more edges, it leaves those out.
const MAX_EDGES_WITH_POSSIBLE: usize = 80;

/// Maximum number of lines on a map of collapsed groups. If there are more, each group keeps only the
/// outgoing lines that stand for the most calls. Any other line appears while a group at one of its ends is
/// selected.
const MAX_GROUP_LINES: usize = 60;
/// Maximum ratio of lines to items on a map of collapsed groups. It applies in addition to `MAX_GROUP_LINES`.
const MAX_LINES_PER_ITEM: usize = 4;

/// Maximum number of bright lines between expanded groups. If there are more, all of them are dim, so that
/// the inside of each group stays readable and the selection stands out.
const MAX_BRIGHT_LINES_BETWEEN_GROUPS: usize = 12;

/// Maximum number of lines on a map. If there are more, each appears only while a service at one of its ends
/// is selected. No reader could follow so many lines, and the layout needs several kilobytes for each.
const MAX_LINES: usize = 10_000;

/// Percentage of the grouped nodes. A group that contains at least this percentage has no frame, which saves
/// space.
const MIN_FRAMELESS_GROUP_PERCENT: usize = 60;

/// Options for building a map graph from the data in the store.
#[derive(Clone, Copy)]
pub(in crate::screen::map) struct GraphOptions<'a> {
    /// Focus, detail level and collapsed groups that the user chose.
    pub map_choices: &'a MapChoices,
    /// Columns and rows that are available on the screen for the map.
    pub available_size: (u16, u16),
    /// True if one cell shows the health of two services at the level `Overview`.
    pub half_cells: bool,
    /// True if the map draws no permanent lines to hubs, which are nodes with very many callers.
    pub hides_hub_lines: bool,
    /// True if groups have frames. Without frames, a name includes the group, except for nodes of the group
    /// that dominates the map.
    pub has_frames: bool,
}

impl MapGraph {
    /// Builds the graph of the nodes that the filters show, with labels of full width.
    pub(in crate::screen::map) fn build(
        store: &Store,
        options: GraphOptions<'_>,
        level: DetailLevel,
    ) -> Self {
        Self::build_with_labels(store, options, level, LabelWidth::default())
    }

    /// Builds the graph of the nodes that the filters show, with labels of the width `label_width`.
    pub(in crate::screen::map) fn build_with_labels(
        store: &Store,
        options: GraphOptions<'_>,
        level: DetailLevel,
        label_width: LabelWidth,
    ) -> Self {
        let focus = options.map_choices.focused_nodes(store);
        let listed = store.nodes_of_all_groups();
        let (shown, outside): (Vec<&Node>, Vec<&Node>) =
            listed.into_iter().partition(|n| focus.as_ref().is_none_or(|focus| focus.contains(&n.id)));
        let mut graph = Self::new(level, label_width);
        let mut group_of_item = graph.add_nodes(store, options.map_choices, &shown);
        if level == DetailLevel::Names {
            graph.drop_dominant_frame(&mut group_of_item);
        }
        if !options.has_frames {
            graph.drop_frames(&mut group_of_item);
        }
        if options.map_choices.has_stubs(store) {
            graph.add_stubs(store, &outside);
        }
        graph.add_edges(store);
        if options.hides_hub_lines {
            hubs::hide_hub_lines(&mut graph, store, options.map_choices);
            graph.thin_group_edges();
        }
        graph.limit_lines();
        let sized = graph.items.iter().enumerate().map(|(index, item)| {
            let (width, height) = graph.item_size(store, options, item);
            let group = group_of_item.get(index).copied().flatten();
            Sized { key: item.key(), width, height, group, hint: item.rank_hint(store) }
        });
        let nodes = sized.collect();
        // Edges without a line come last, so that the edges of the layout have the same indices as here.
        graph.edges.sort_by_key(|calls| !calls.visibility.is_drawn());
        let lines = graph.edges.iter().filter(|calls| calls.visibility.is_drawn());
        let edges = lines.map(|calls| Edge {
            from: calls.ends.0,
            to: calls.ends.1,
            class: line_class(calls.strength),
        });
        let groups = graph.groups.iter().map(|(key, title)| {
            let title_width = text::display_width(title) as u16 + 2;
            Group { key: Key::from(key.as_str()), title_width }
        });
        graph.layout_graph = Arc::new(Graph { nodes, edges: edges.collect(), groups: groups.collect() });
        graph.dim_edges();
        graph
    }

    /// Returns the graph with labels of the width `label_width`, or `None` if no item would change its size.
    pub(in crate::screen::map) fn with_label_width(
        &self,
        store: &Store,
        options: GraphOptions<'_>,
        label_width: LabelWidth,
    ) -> Option<Self> {
        let mut graph = self.clone();
        graph.label_width = label_width;
        let sizes: Vec<_> = graph.items.iter().map(|item| graph.item_size(store, options, item)).collect();
        let nodes = &self.layout_graph.nodes;
        if nodes.iter().map(|node| (node.width, node.height)).eq(sizes.iter().copied()) {
            return None;
        }
        let sized =
            nodes.iter().zip(sizes).map(|(node, (width, height))| Sized { width, height, ..node.clone() });
        graph.layout_graph = Arc::new(Graph { nodes: sized.collect(), ..Graph::clone(&self.layout_graph) });
        Some(graph)
    }

    /// Returns the width and height of an item.
    fn item_size(&self, store: &Store, options: GraphOptions<'_>, item: &Item) -> (u16, u16) {
        let measure =
            SizeOptions { level: self.level, label_width: self.label_width, half_cells: options.half_cells };
        let inside = item.kind == ItemKind::Node
            && options.map_choices.instances_shown_for.as_ref() == item.representative();
        item.size(store, measure, inside)
    }

    /// Dims all edges from or to stubs, and the edges between expanded groups if there are too many of them.
    fn dim_edges(&mut self) {
        let (nodes, items) = (&self.layout_graph.nodes, &self.items);
        let between = |calls: &MapEdge| {
            let (from, to) = (nodes[calls.ends.0].group, nodes[calls.ends.1].group);
            from.is_some() && to.is_some() && from != to && calls.visibility == EdgeVisibility::Always
        };
        let thicket =
            self.edges.iter().filter(|calls| between(calls)).count() > MAX_BRIGHT_LINES_BETWEEN_GROUPS;
        let is_ghost = |index: usize| matches!(items[index].kind, ItemKind::Stub(..));
        for calls in self.edges.iter_mut().filter(|calls| calls.visibility == EdgeVisibility::Always) {
            if (thicket && between(calls)) || is_ghost(calls.ends.0) || is_ghost(calls.ends.1) {
                calls.visibility = EdgeVisibility::Dim;
            }
        }
    }

    /// Adds nodes and collapsed groups as items. Returns the index of the expanded group for each added node,
    /// or `None` for a node in no group.
    fn add_nodes(&mut self, store: &Store, view_state: &MapChoices, shown: &[&Node]) -> Vec<Option<usize>> {
        let mut group_of_item = Vec::new();
        let mut open: BTreeMap<String, usize> = BTreeMap::new();
        let mut collapsed: BTreeMap<(String, String), Vec<NodeId>> = BTreeMap::new();
        for node in shown {
            let group = store.session.map_settings.grouping.group_of(&store.world, node);
            if let Some((key, title)) =
                group.clone().filter(|(key, _)| view_state.is_collapsed(key, self.level))
            {
                collapsed.entry((key, title)).or_default().push(node.id.clone());
                continue;
            }
            group_of_item.push(group.map(|(key, title)| {
                *open.entry(key.clone()).or_insert_with(|| {
                    self.groups.push((key, title));
                    self.groups.len() - 1
                })
            }));
            self.add_item(Item::new(ItemKind::Node, vec![node.id.clone()], store));
        }
        for ((key, title), members) in collapsed {
            self.add_item(Item::new(ItemKind::CollapsedGroup(key, title), members, store));
        }
        group_of_item
    }

    /// Removes the frame of a group that contains at least `MIN_FRAMELESS_GROUP_PERCENT` of the nodes in groups.
    fn drop_dominant_frame(&mut self, group_of_item: &mut [Option<usize>]) {
        let size = |group: usize| group_of_item.iter().filter(|home| **home == Some(group)).count();
        let all = group_of_item.iter().flatten().count();
        let most = (0..self.groups.len())
            .find(|group| 100 * size(*group) >= MIN_FRAMELESS_GROUP_PERCENT * all.max(1));
        let Some(most) = most else { return };
        self.frameless_group = Some(self.groups.remove(most).1);
        for home in group_of_item {
            *home = home.filter(|group| *group != most).map(|group| group - usize::from(group > most));
        }
    }

    /// Removes all frames. The label of each node that had a frame around it then includes its group.
    fn drop_frames(&mut self, group_of_item: &mut [Option<usize>]) {
        self.groups.clear();
        for (item, group) in self.items.iter_mut().zip(group_of_item) {
            item.shows_group |= group.take().is_some();
        }
    }

    /// Adds stubs, which are boxes for nodes outside the focus that call a node in the focus or are called by
    /// one. There is one stub for each group and direction.
    fn add_stubs(&mut self, store: &Store, outside: &[&Node]) {
        let outside: BTreeMap<&NodeId, &Node> = outside.iter().map(|node| (&node.id, *node)).collect();
        let mut stubs: BTreeMap<(bool, String), BTreeSet<NodeId>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for called in [true, false] {
            for (from, to) in store.world.topology().edges.keys() {
                let (inner, outer) = if called { (from, to) } else { (to, from) };
                let Some(node) = outside.get(outer).filter(|_| self.item_index(inner).is_some()) else {
                    continue;
                };
                if seen.insert(outer.clone()) {
                    let title = store
                        .session
                        .map_settings
                        .grouping
                        .group_of(&store.world, node)
                        .map_or("ungrouped".to_owned(), |(_, t)| t);
                    stubs.entry((called, title)).or_default().insert(outer.clone());
                }
            }
        }
        for ((called, title), members) in stubs {
            self.add_item(Item::new(ItemKind::Stub(title, called), members.into_iter().collect(), store));
        }
    }

    /// Adds the edges between items. Leaves out calls within a collapsed group, calls between stubs, and, if
    /// the topology has very many edges, calls that are only possible.
    fn add_edges(&mut self, store: &Store) {
        let edges = &store.world.topology().edges;
        let crowded = edges.len() > MAX_EDGES_WITH_POSSIBLE;
        let mut drawn: BTreeMap<(usize, usize), MapEdge> = BTreeMap::new();
        for ((from, to), edge) in edges {
            let (Some(start), Some(end)) = (self.item_index(from), self.item_index(to)) else { continue };
            let is_ghost = |index: usize| matches!(self.items[index].kind, ItemKind::Stub(..));
            let vague = crowded && edge.strength() == Strength::Possible;
            if vague
                || (is_ghost(start) && is_ghost(end))
                || (start == end && self.items[start].members.len() > 1)
            {
                continue;
            }
            let drawn = drawn.entry((start, end)).or_insert_with(|| MapEdge {
                ends: (start, end),
                calls: Vec::new(),
                strength: edge.strength(),
                visibility: EdgeVisibility::Always,
            });
            drawn.strength = edge.strength().max(drawn.strength);
            drawn.calls.push((from.clone(), to.clone()));
        }
        self.edges = drawn.into_values().collect();
    }

    /// Hides lines between collapsed groups if there are too many. Each group keeps the outgoing lines that
    /// stand for the most calls. A hidden line appears while a group at one of its ends is selected.
    fn thin_group_edges(&mut self) {
        let many = MAX_GROUP_LINES.min(MAX_LINES_PER_ITEM * self.items.len());
        if !self.level.is_low_detail() || self.edges.len() <= many {
            return;
        }
        let mut heaviest: BTreeMap<usize, usize> = BTreeMap::new();
        for calls in &self.edges {
            let most = heaviest.entry(calls.ends.0).or_default();
            *most = calls.calls.len().max(*most);
        }
        for calls in self.edges.iter_mut().filter(|calls| calls.visibility == EdgeVisibility::Always) {
            if heaviest.get(&calls.ends.0).is_some_and(|most| calls.calls.len() < *most) {
                calls.visibility = EdgeVisibility::WhenSelected;
            }
        }
    }

    /// Hides all lines if there are more than [`MAX_LINES`].
    fn limit_lines(&mut self) {
        let lines = self.edges.iter_mut().filter(|calls| calls.visibility.is_drawn());
        let lines: Vec<&mut MapEdge> = lines.collect();
        if lines.len() > MAX_LINES {
            lines.into_iter().for_each(|calls| calls.visibility = EdgeVisibility::WhenSelected);
        }
    }
}

/// Returns the line class for edges of this strength. The layout never bundles lines of different classes
/// into one trunk.
const fn line_class(strength: Strength) -> u8 {
    match strength {
        Strength::Observed => 0,
        Strength::Declared => 1,
        Strength::Possible => 2,
    }
}
