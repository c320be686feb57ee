//! Subgraph with an index of its members (nodes, groups and ports), to find their rectangles and paths.
use crate::layout::{
    geometry::{Point, Rect},
    graph::Key,
    incremental::layout_cache::LayoutCache,
    subgraph::{Link, Subgraph, SubgraphNode, Target},
    subgraph_layout::SubgraphLayout,
};
use std::collections::BTreeMap;

/// Lines of one class to one node, which share one tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bundle {
    /// Position of the called node in the canonical order.
    pub node: usize,
    /// Class of the lines.
    pub class: u8,
}

/// Node, group or port in a subgraph. The number is the position of the node or group in the canonical order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// Node of the graph.
    Node(usize),
    /// Group of the graph.
    Group(usize),
    /// Port in the left border through which these lines from callers outside enter.
    EntryPort(Bundle),
    /// Port in the right border through which these lines to a node outside leave.
    ExitPort(Bundle),
}

/// Subgraph with an index of its members, to find their rectangles and paths.
pub struct IndexedSubgraph {
    pub subgraph: Subgraph,
    /// Index in [`Subgraph::nodes`] of each member.
    pub node_of: BTreeMap<Member, usize>,
    /// Index in [`Subgraph::targets`] of each bundle, even if its lines end outside this subgraph.
    target_of: BTreeMap<Bundle, usize>,
}

impl IndexedSubgraph {
    pub fn new(items: impl Iterator<Item = (Member, SubgraphNode)>) -> Self {
        let (members, items): (Vec<Member>, Vec<SubgraphNode>) = items.unzip();
        let node_of = members.into_iter().enumerate().map(|(index, member)| (member, index)).collect();
        Self {
            subgraph: Subgraph { nodes: items, ..Subgraph::default() },
            node_of,
            target_of: BTreeMap::new(),
        }
    }

    /// Adds a link from a row of one member to a row of another, as a part of a line of `bundle`, whose key is
    /// `key`.
    pub fn add_link(
        &mut self,
        (from, row): (Member, i32),
        (to, at): (Member, i32),
        bundle: Bundle,
        key: Key,
    ) {
        let (Some(&from), Some(&item)) = (self.node_of.get(&from), self.node_of.get(&to)) else { return };
        let targets = &mut self.subgraph.targets;
        let target = *self.target_of.entry(bundle).or_insert_with(|| {
            targets.push(Target { key, node: item, row: at });
            targets.len() - 1
        });
        self.subgraph.links.push(Link { target, from, row });
    }

    /// Takes the order of the ports from the cached layouts of this subgraph.
    pub fn reuse_port_order(&mut self, cache: &LayoutCache) {
        let order = cache.port_order();
        for item in &mut self.subgraph.nodes {
            item.port_order = order.get(&item.key).copied();
        }
    }

    /// Sorts the links and removes duplicates, as the pipeline requires.
    pub fn finish(mut self) -> Self {
        self.subgraph.links.sort_unstable();
        self.subgraph.links.dedup();
        self
    }

    /// Returns the path in this subgraph that the lines of `bundle` take from a member, in cells of the
    /// subgraph; empty if there is none.
    pub fn path_towards<'p>(&self, layout: &'p SubgraphLayout, from: Member, bundle: Bundle) -> &'p [Point] {
        let (Some(&from), Some(&target)) = (self.node_of.get(&from), self.target_of.get(&bundle)) else {
            return &[];
        };
        let link = self.subgraph.links.partition_point(|l| (l.target, l.from) < (target, from));
        layout.paths.get(link).map_or(&[], Vec::as_slice)
    }

    /// Returns the rectangle of a member, in the cells of this subgraph.
    pub fn rect_of(&self, layout: &SubgraphLayout, member: Member) -> Rect {
        let Some(&item) = self.node_of.get(&member) else { return Rect::default() };
        let (at, size) = (layout.positions[item], &self.subgraph.nodes[item]);
        Rect { x: at.x, y: at.y, width: size.width, height: size.height }
    }
}
