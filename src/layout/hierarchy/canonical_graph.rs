//! The graph in canonical order, and its division into flat subgraphs: one for each group and one for the
//! root.
//!
//! A line between two groups has three parts, which meet in ports. A port is a cell in the border of a group.
//! The first part leads from the caller to a port in the right border of the caller's group. The second part
//! leads through the root to a port in the left border of the callee's group. The third part leads from there
//! to the callee. All parts are bundled by callee and class, so the lines of one class to one callee form a
//! tree.
use super::indexed_subgraph::{Bundle, IndexedSubgraph, Member};
use crate::layout::{
    graph::{Direction, Edge, Graph, Key, Node, Options, RankHint},
    incremental::layout_cache::CachedLayout,
    subgraph::{NodeRole, Subgraph, SubgraphNode},
};
use std::{collections::BTreeSet, sync::Arc};

/// Columns that the title of a group needs in addition to its width: two for the corners and two for the
/// border.
const TITLE_MARGIN_COLUMNS: i32 = 4;

/// A graph in an order that does not depend on the order of the input: nodes and groups are sorted by key,
/// and each edge occurs once.
pub struct CanonicalGraph<'a> {
    pub graph: &'a Graph,
    pub options: &'a Options,
    /// Indices of the nodes in the graph, sorted by key.
    pub node_indices: Vec<usize>,
    /// Indices of the groups in the graph, sorted by key.
    pub group_indices: Vec<usize>,
    /// Group of each sorted node, as a position in `group_indices`; `None` for a node outside all groups.
    pub group_of: Vec<Option<usize>>,
    /// The edges without duplicates and self loops. Each consists of the caller's position in `node_indices`,
    /// and of the bundle: the callee and the class of the line.
    pub edges: BTreeSet<(usize, Bundle)>,
    /// Position of each node of the graph in `node_indices`.
    pub position_of: Vec<usize>,
}

impl<'a> CanonicalGraph<'a> {
    pub fn new(graph: &'a Graph, options: &'a Options) -> Self {
        let mut node_indices: Vec<usize> = (0..graph.nodes.len()).collect();
        node_indices.sort_by(|&a, &b| graph.nodes[a].key.cmp(&graph.nodes[b].key));
        let mut group_indices: Vec<usize> = (0..graph.groups.len()).collect();
        group_indices.sort_by(|&a, &b| graph.groups[a].key.cmp(&graph.groups[b].key));
        let mut group_place = vec![0; group_indices.len()];
        group_indices.iter().enumerate().for_each(|(place, &group)| group_place[group] = place);
        let mut position_of = vec![0; node_indices.len()];
        node_indices.iter().enumerate().for_each(|(at, &node)| position_of[node] = at);
        let group_of = node_indices
            .iter()
            .map(|&n| graph.nodes[n].group.filter(|&g| g < group_indices.len()).map(|g| group_place[g]))
            .collect();
        let count = node_indices.len();
        let drawable = graph.edges.iter().filter(|e| e.from < count && e.to < count && e.from != e.to);
        let bundle = |e: &Edge| Bundle { node: position_of[e.to], class: e.class };
        let edges = drawable.map(|e| (position_of[e.from], bundle(e))).collect();
        Self { graph, options, node_indices, group_indices, group_of, edges, position_of }
    }

    /// Returns the graph with its nodes, groups and edges in canonical order.
    pub fn to_graph(&self) -> Graph {
        let node =
            |(&node, &group): (&usize, &Option<usize>)| Node { group, ..self.graph.nodes[node].clone() };
        Graph {
            nodes: self.node_indices.iter().zip(&self.group_of).map(node).collect(),
            edges: self.edges.iter().map(|&(from, to)| Edge { from, to: to.node, class: to.class }).collect(),
            groups: self.group_indices.iter().map(|&group| self.graph.groups[group].clone()).collect(),
        }
    }

    /// Returns `width` and `height` as the pipeline uses them: swapped for a top-down diagram. In the
    /// pipeline, the flow always runs from left to right.
    pub fn flow_size(&self, width: i32, height: i32) -> (i32, i32) {
        match self.options.direction {
            Direction::TopDown => (height, width),
            Direction::LeftToRight | Direction::Outline => (width, height),
        }
    }

    /// Copies the options of the layout to a subgraph.
    fn apply_options(&self, subgraph: &mut Subgraph) {
        let Options { direction, gap_rows, gap_columns, row_gap_between_lines } = *self.options;
        subgraph.top_down = direction == Direction::TopDown;
        subgraph.row_gap = i32::from(if subgraph.top_down { gap_columns } else { gap_rows });
        subgraph.row_gap_between_lines = row_gap_between_lines;
    }

    fn key(&self, node: usize) -> &Key {
        &self.graph.nodes[self.node_indices[node]].key
    }

    /// Returns the key of a bundle of lines. For class 0 it is the key of the callee.
    fn bundle_key(&self, Bundle { node, class }: Bundle) -> Key {
        match class {
            0 => self.key(node).clone(),
            class => Key::from(format!("{}\u{1}{class}", self.key(node))),
        }
    }

    fn box_node(&self, node: usize) -> SubgraphNode {
        let node = &self.graph.nodes[self.node_indices[node]];
        let (width, height) = self.flow_size(i32::from(node.width.max(1)), i32::from(node.height.max(1)));
        SubgraphNode {
            key: node.key.clone(),
            width,
            height,
            hint: node.hint,
            role: NodeRole::Box,
            port_order: None,
        }
    }

    /// Returns the row of a node's box, counted from its top, on which all lines of the node arrive and
    /// leave.
    pub fn line_row(&self, node: usize) -> i32 {
        (self.box_node(node).height - 1) / 2
    }

    fn border_port(&self, to: Bundle, role: NodeRole) -> SubgraphNode {
        let prefix = if role == NodeRole::EntryPort { "\u{1}in " } else { "\u{1}out " };
        let key = Key::from(format!("{prefix}{}", self.bundle_key(to)));
        SubgraphNode { key, width: 1, height: 1, hint: RankHint::Free, role, port_order: None }
    }

    /// Returns the subgraph of the nodes and ports of a group.
    pub fn group_subgraph(&self, group: usize) -> IndexedSubgraph {
        let inside = |node: usize| self.group_of[node] == Some(group);
        let mut members: BTreeSet<Member> =
            (0..self.node_indices.len()).filter(|&n| inside(n)).map(Member::Node).collect();
        for &(from, to) in &self.edges {
            match (inside(from), inside(to.node)) {
                (true, false) => members.insert(Member::ExitPort(to)),
                (false, true) => members.insert(Member::EntryPort(to)),
                _ => false,
            };
        }
        let item = |member: Member| match member {
            Member::EntryPort(to) => self.border_port(to, NodeRole::EntryPort),
            Member::ExitPort(to) => self.border_port(to, NodeRole::ExitPort),
            Member::Node(node) | Member::Group(node) => self.box_node(node),
        };
        let mut subgraph = IndexedSubgraph::new(members.into_iter().map(|s| (s, item(s))));
        let title = i32::from(self.graph.groups[self.group_indices[group]].title_width);
        subgraph.subgraph.min_size = self.flow_size(title + TITLE_MARGIN_COLUMNS, 2);
        subgraph.subgraph.bordered = true;
        self.apply_options(&mut subgraph.subgraph);
        for &(from, to) in &self.edges {
            let (caller, row) = if inside(from) {
                (Member::Node(from), self.line_row(from))
            } else {
                (Member::EntryPort(to), 0)
            };
            let (called, at) = if inside(to.node) {
                (Member::Node(to.node), self.line_row(to.node))
            } else {
                (Member::ExitPort(to), 0)
            };
            if inside(from) || inside(to.node) {
                subgraph.add_link((caller, row), (called, at), to, self.bundle_key(to));
            }
        }
        subgraph.finish()
    }

    /// Returns the root subgraph. `inner` and `drawn` are the subgraphs and layouts of the groups.
    pub fn root_subgraph(&self, inner: &[IndexedSubgraph], drawn: &[Arc<CachedLayout>]) -> IndexedSubgraph {
        let without = (0..self.node_indices.len()).filter(|&n| self.group_of[n].is_none());
        let nodes = without.map(|n| (Member::Node(n), self.box_node(n)));
        let groups = drawn.iter().enumerate().map(|(group, cached)| {
            let key = Key::from(format!("\u{1}group {}", self.graph.groups[self.group_indices[group]].key));
            let (width, height) = cached.layout.size;
            (
                Member::Group(group),
                SubgraphNode {
                    key,
                    width,
                    height,
                    hint: RankHint::Free,
                    role: NodeRole::Box,
                    port_order: None,
                },
            )
        });
        let mut subgraph = IndexedSubgraph::new(nodes.chain(groups));
        self.apply_options(&mut subgraph.subgraph);
        subgraph.subgraph.row_gap = subgraph.subgraph.row_gap.max(i32::from(!drawn.is_empty()));
        let end = |node: usize, port: Member| match self.group_of[node] {
            None => (Member::Node(node), self.line_row(node)),
            Some(group) => {
                let item = inner[group].node_of.get(&port).copied();
                (Member::Group(group), item.map_or(0, |i| drawn[group].layout.positions[i].y))
            }
        };
        for &(from, to) in &self.edges {
            if self.group_of[from].is_none() || self.group_of[from] != self.group_of[to.node] {
                subgraph.add_link(
                    end(from, Member::ExitPort(to)),
                    end(to.node, Member::EntryPort(to)),
                    to,
                    self.bundle_key(to),
                );
            }
        }
        subgraph.finish()
    }
}
