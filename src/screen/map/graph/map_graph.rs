//! Map graph: the items, groups and edges to show, as input of the layout. It changes only with the set of
//! nodes and calls, never with their health.

use super::{
    detail_level::DetailLevel,
    hubs,
    item::{Item, ItemKind, LabelWidth, NO_BADGES_NAME_CELLS, SizeOptions},
};
use crate::{
    layout::{Direction, Edge, Graph, Group, Key, Node as Sized, Options},
    model::NodeId,
    screen::{map::interaction::view_state::ViewState, widget::text},
    store::Store,
    topology::{Node, Strength},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Items, groups and edges to show, and the layout graph with the same indices.
#[derive(Clone, Debug, Default)]
pub(in crate::screen::map) struct MapGraph {
    /// Item at each index.
    pub items: Vec<Item>,
    /// Item that contains each node.
    item_of_node: BTreeMap<NodeId, usize>,
    /// Key and title of each expanded group.
    pub groups: Vec<(String, String)>,
    /// Edges; those with a line come first.
    pub edges: Vec<MapEdge>,
    /// Input of the layout.
    pub layout_graph: Arc<Graph>,
    /// Detail shown for each node.
    pub level: DetailLevel,
    /// Width of labels.
    pub label_width: LabelWidth,
    /// Title of the group whose frame was dropped to save space.
    pub frameless_group: Option<String>,
}

/// Map graph with layout options: one way to draw the map.
#[derive(Clone, Debug)]
pub(in crate::screen::map) struct MapVariant {
    /// Graph to draw.
    pub graph: Arc<MapGraph>,
    /// Layout options, such as direction and gaps.
    pub options: Options,
}

/// All calls between two items, drawn as one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::screen::map) struct MapEdge {
    /// Calling and called item.
    pub ends: (usize, usize),
    /// Calls as pairs of caller and called node.
    pub calls: Vec<(NodeId, NodeId)>,
    /// Condition under which the line is drawn.
    pub visibility: EdgeVisibility,
}

/// Condition under which an edge has a line. Edges without a line take no space in the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::screen::map) enum EdgeVisibility {
    /// Drawn in every state.
    #[default]
    Always,
    /// Drawn dim, unless one of its ends is selected or it leads to a faulty node.
    Dim,
    /// Not drawn, to keep the others readable. The panel lists it when one of its ends is selected.
    PanelOnly,
    /// Not drawn: both ends have a badge.
    Badge,
}

impl EdgeVisibility {
    /// Returns true if the edge has a line.
    fn is_drawn(self) -> bool {
        matches!(self, Self::Always | Self::Dim)
    }
}

/// Maximum number of edges with which possible edges are shown.
const MAX_EDGES_WITH_POSSIBLE: usize = 80;

/// Maximum number of lines on a map of groups. Beyond it, each group keeps only its heaviest lines, and the
/// panel lists the others.
const MAX_GROUP_LINES: usize = 60;
/// Maximum number of lines on a map of groups, per group.
const MAX_LINES_PER_GROUP: usize = 4;

/// Maximum number of lines between expanded groups that are drawn brightly. Beyond it they are dim, so that
/// the inside of each group stays readable and the selection stands out.
const MAX_BRIGHT_LINES_BETWEEN_GROUPS: usize = 12;

/// Share of all services, in percent, from which a group loses its frame where space is short.
const FRAMELESS_SHARE_PERCENT: usize = 60;

/// Largest area of all boxes, in screens, with which boxes are tried at all.
const MAX_SCREENS_OF_BOXES: usize = 4;

/// Number of cells of a short name with the characters around it.
const SHORT_NAME_CELLS: usize = 16;

/// Free rows between names one above the other, and between the lines beside them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RowSpacing {
    /// A free row between names, between lines, and between both.
    BetweenAll,
    /// A free row between names only.
    BetweenNames,
    /// No free rows.
    None,
}

/// Options of a map graph beside the store.
#[derive(Clone, Copy)]
pub(in crate::screen::map) struct GraphOptions<'a> {
    /// Focus, detail level and collapsed groups that the user chose.
    pub view_state: &'a ViewState,
    /// Columns and rows available.
    pub available_size: (u16, u16),
    /// True if two services of an overview share a cell.
    pub half_cells: bool,
    /// True if badges replace the lines to hubs.
    pub with_hub_badges: bool,
}

impl MapVariant {
    /// Creates the variant of `graph` from left to right.
    fn left_to_right(graph: &Arc<MapGraph>, spacing: RowSpacing) -> Self {
        let names = graph.level == DetailLevel::Names;
        let gap_rows = u16::from(graph.level <= DetailLevel::Names && spacing != RowSpacing::None);
        let airy = names && spacing == RowSpacing::BetweenAll;
        Self {
            options: Options { gap_rows, row_gap_between_lines: airy, ..Options::default() },
            graph: Arc::clone(graph),
        }
    }

    /// Creates the variant of `graph` from top to bottom.
    fn top_down(graph: &Arc<MapGraph>) -> Self {
        let gap_columns = if graph.label_width.is_short() { 1 } else { 2 };
        let options = Options { direction: Direction::TopDown, gap_columns, ..Options::default() };
        Self { options, graph: Arc::clone(graph) }
    }

    /// Returns everything that the layout depends on.
    pub(in crate::screen::map) fn layout_input(&self) -> (&Graph, Options) {
        (&self.graph.layout_graph, self.options)
    }

    /// Returns true if the variant is hard to read: no free rows between lines beside names, or very short
    /// names.
    pub(in crate::screen::map) fn is_hard_to_read(&self) -> bool {
        let Options { direction, row_gap_between_lines: airy, .. } = self.options;
        let close = self.graph.level == DetailLevel::Names && direction == Direction::LeftToRight && !airy;
        close || matches!(self.graph.label_width, LabelWidth::NoBadges(_))
    }
}

impl MapGraph {
    /// Returns the variants in which the filtered data can be drawn, the most informative first.
    ///
    /// Left to right comes before top down, because cells are taller than wide and names wider than tall.
    /// Variants with dense lines come last.
    pub(in crate::screen::map) fn variants(store: &Store, options: GraphOptions<'_>) -> Vec<MapVariant> {
        let GraphOptions { view_state: sight, available_size: room, .. } = options;
        let of = |level| Arc::new(Self::build(store, options, level));
        let mut plans = vec![of(sight.level.unwrap_or(DetailLevel::Boxes))];
        let most = MAX_SCREENS_OF_BOXES * (usize::from(room.0) * usize::from(room.1)).max(1);
        let may_close = sight.level.is_none() && sight.focus.is_none() && plans[0].groups.len() > 1;
        if sight.level.is_none() && !(may_close && plans[0].min_name_cells() > most) {
            let pills = [LabelWidth::Full, LabelWidth::NoCounts, LabelWidth::Short];
            plans.extend(
                pills.map(|space| {
                    Arc::new(Self::build_with_labels(store, options, DetailLevel::Names, space))
                }),
            );
        }
        let mut coarse = Vec::new();
        if may_close {
            plans.retain(|plan| plan.box_cells() <= most);
            coarse.extend([of(DetailLevel::Groups), of(DetailLevel::Overview)]);
        }
        let both = |plans: &[Arc<Self>]| -> Vec<MapVariant> {
            let across = plans.iter().map(|plan| MapVariant::left_to_right(plan, RowSpacing::BetweenAll));
            across.chain(plans.iter().map(MapVariant::top_down)).collect()
        };
        let mut all = both(&plans);
        // Dense lines are hard to follow, so these variants are a last resort. A level that the user chose
        // may exceed the screen.
        let names = || plans.iter().filter(|plan| plan.level == DetailLevel::Names && sight.level.is_none());
        all.extend(names().map(|plan| MapVariant::left_to_right(plan, RowSpacing::BetweenNames)));
        let Some(least) = names().next_back() else {
            all.extend(both(&coarse));
            return all;
        };
        let pills = |space| Arc::new(Self::build_with_labels(store, options, DetailLevel::Names, space));
        let scant = NO_BADGES_NAME_CELLS.map(|cells| pills(LabelWidth::NoBadges(cells)));
        all.extend(scant.iter().map(|plan| MapVariant::left_to_right(plan, RowSpacing::BetweenAll)));
        all.extend(both(&coarse));
        all.extend(
            [least, &pills(LabelWidth::NoBracket), &scant[2]]
                .map(|plan| MapVariant::left_to_right(plan, RowSpacing::None)),
        );
        all
    }

    /// Builds the graph of the nodes that the filters show, with full labels.
    pub(in crate::screen::map) fn build(
        store: &Store,
        options: GraphOptions<'_>,
        level: DetailLevel,
    ) -> Self {
        Self::build_with_labels(store, options, level, LabelWidth::Full)
    }

    /// Builds the graph with labels of the width `label_width`.
    fn build_with_labels(
        store: &Store,
        options: GraphOptions<'_>,
        level: DetailLevel,
        label_width: LabelWidth,
    ) -> Self {
        let measure = SizeOptions { level, label_width, half_cells: options.half_cells };
        let focus = options.view_state.focused_nodes(store);
        let listed = store.visible_nodes();
        let (shown, outside): (Vec<&Node>, Vec<&Node>) =
            listed.into_iter().partition(|n| focus.as_ref().is_none_or(|focus| focus.contains(&n.id)));
        let mut graph = Self { level, label_width, ..Self::default() };
        let mut group_of_item = graph.add_nodes(store, options.view_state, &shown);
        if label_width.hides_counts() {
            graph.drop_dominant_frame(&mut group_of_item);
        }
        if options.view_state.has_stubs() {
            graph.add_stubs(store, &outside);
        }
        graph.add_edges(store);
        if options.with_hub_badges {
            hubs::mark_hubs(&mut graph, store, options.view_state);
            if matches!(label_width, LabelWidth::NoBadges(_)) {
                hubs::hide_badges(&mut graph);
            }
            graph.thin_group_edges();
        }
        let sized = graph.items.iter().enumerate().map(|(index, item)| {
            let inside = item.kind == ItemKind::Node
                && options.view_state.instances_shown_for.as_ref() == item.representative();
            let (width, height) = item.size(store, measure, inside);
            let group = group_of_item.get(index).copied().flatten();
            Sized { key: item.key(), width, height, group, hint: item.rank_hint(store) }
        });
        let nodes = sized.collect();
        // Edges without a line come last, so that edge indices match those of the layout.
        graph.edges.sort_by_key(|calls| !calls.visibility.is_drawn());
        let lines = graph.edges.iter().filter(|calls| calls.visibility.is_drawn());
        let edges = lines.map(|calls| Edge { from: calls.ends.0, to: calls.ends.1 }).collect();
        let groups = graph.groups.iter().map(|(key, title)| {
            let title_width = text::display_width(title) as u16 + 2;
            Group { key: Key::from(key.as_str()), title_width }
        });
        graph.layout_graph = Arc::new(Graph { nodes, edges, groups: groups.collect() });
        graph.dim_edges();
        graph
    }

    /// Dims edges between expanded groups if there are too many, and all edges to stubs.
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

    /// Returns the index of the item that contains `id`.
    pub(in crate::screen::map) fn item_index(&self, id: &NodeId) -> Option<usize> {
        self.item_of_node.get(id).copied()
    }

    /// Returns the item that contains `id`.
    pub(in crate::screen::map) fn item_of(&self, id: &NodeId) -> Option<&Item> {
        self.item_index(id).and_then(|index| self.items.get(index))
    }

    /// Returns the total area of the boxes, in cells.
    fn box_cells(&self) -> usize {
        self.layout_graph.nodes.iter().map(|node| usize::from(node.width) * usize::from(node.height)).sum()
    }

    /// Returns the minimum area of the names in these boxes, in cells, without frames.
    fn min_name_cells(&self) -> usize {
        self.layout_graph
            .nodes
            .iter()
            .map(|node| usize::from(node.width.saturating_sub(2)).min(SHORT_NAME_CELLS))
            .sum()
    }

    fn add_item(&mut self, item: Item) {
        self.item_of_node.extend(item.members.iter().map(|member| (member.clone(), self.items.len())));
        self.items.push(item);
    }

    /// Adds nodes and collapsed groups. Returns the expanded group of each node.
    fn add_nodes(&mut self, store: &Store, view_state: &ViewState, shown: &[&Node]) -> Vec<Option<usize>> {
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

    /// Removes the frame of the group that contains most of the services.
    fn drop_dominant_frame(&mut self, group_of_item: &mut [Option<usize>]) {
        let size = |group: usize| group_of_item.iter().filter(|home| **home == Some(group)).count();
        let all = group_of_item.iter().flatten().count();
        let most =
            (0..self.groups.len()).find(|group| 100 * size(*group) >= FRAMELESS_SHARE_PERCENT * all.max(1));
        let Some(most) = most else { return };
        self.frameless_group = Some(self.groups.remove(most).1);
        for home in group_of_item {
            *home = home.filter(|group| *group != most).map(|group| group - usize::from(group > most));
        }
    }

    /// Adds stubs for the nodes outside the focus with calls from or to it, one stub per group and direction.
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
                        .map_or("others".to_owned(), |(_, t)| t);
                    stubs.entry((called, title)).or_default().insert(outer.clone());
                }
            }
        }
        for ((called, title), members) in stubs {
            self.add_item(Item::new(ItemKind::Stub(title, called), members.into_iter().collect(), store));
        }
    }

    /// Adds the edges between the items; calls inside a collapsed group are left out.
    fn add_edges(&mut self, store: &Store) {
        let edges = &store.world.topology().edges;
        let crowded = edges.len() > MAX_EDGES_WITH_POSSIBLE;
        let mut calls: BTreeMap<(usize, usize), Vec<(NodeId, NodeId)>> = BTreeMap::new();
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
            calls.entry((start, end)).or_default().push((from.clone(), to.clone()));
        }
        let calls = calls.into_iter();
        self.edges = calls
            .map(|(ends, pairs)| MapEdge { ends, calls: pairs, visibility: EdgeVisibility::Always })
            .collect();
    }

    /// Hides all but the heaviest lines of each group if there are too many; the panel lists the hidden ones.
    fn thin_group_edges(&mut self) {
        let many = MAX_GROUP_LINES.min(MAX_LINES_PER_GROUP * self.items.len());
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
                calls.visibility = EdgeVisibility::PanelOnly;
            }
        }
    }
}
