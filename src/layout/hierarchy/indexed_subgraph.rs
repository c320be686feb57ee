//! A subgraph with an index of its members, which are nodes, groups and ports. The index finds the rectangles
//! of members, and the paths from them.
use crate::layout::{
    geometry::{Point, Rect},
    graph::Key,
    incremental::layout_cache::LayoutCache,
    subgraph::{Link, Subgraph, SubgraphNode, Target},
    subgraph_layout::SubgraphLayout,
};
use std::collections::BTreeMap;

/// The lines of one class to one callee. On their way, they join like the branches of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bundle {
    /// Position of the callee in canonical order.
    pub node: usize,
    /// Class of the lines.
    pub class: u8,
}

/// A node, group or port in a subgraph. Numbers are positions in canonical order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// A node of the graph.
    Node(usize),
    /// A group of the graph, as a box in the root.
    Group(usize),
    /// A port in the left border, through which the lines of a bundle enter from callers outside.
    EntryPort(Bundle),
    /// A port in the right border, through which the lines of a bundle leave to a callee outside.
    ExitPort(Bundle),
}

/// The inside of one group, or the root, with an index of its members: nodes, groups and ports.
pub struct IndexedSubgraph {
    pub subgraph: Subgraph,
    /// For each member, its index in [`Subgraph::nodes`].
    pub node_of: BTreeMap<Member, usize>,
    /// For each bundle, its index in [`Subgraph::targets`], even if its lines end outside this subgraph.
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

    /// Adds a link from the row of one member to the row of another. The link is a part of a line of
    /// `bundle`, whose key is `key`. Does nothing if a member is missing.
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

    /// Returns the path of the lines of `bundle` from the member `from`, in cells of this subgraph. The path
    /// is empty if there is none.
    pub fn path_towards<'p>(&self, layout: &'p SubgraphLayout, from: Member, bundle: Bundle) -> &'p [Point] {
        let (Some(&from), Some(&target)) = (self.node_of.get(&from), self.target_of.get(&bundle)) else {
            return &[];
        };
        let link = self.subgraph.links.partition_point(|l| (l.target, l.from) < (target, from));
        layout.paths.get(link).map_or(&[], Vec::as_slice)
    }

    /// Returns the rectangle of a member, in cells of this subgraph.
    pub fn rect_of(&self, layout: &SubgraphLayout, member: Member) -> Rect {
        let Some(&item) = self.node_of.get(&member) else { return Rect::default() };
        let (at, size) = (layout.positions[item], &self.subgraph.nodes[item]);
        Rect { x: at.x, y: at.y, width: size.width, height: size.height }
    }
}
