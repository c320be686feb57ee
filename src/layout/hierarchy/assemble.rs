//! Assembly of the subgraph layouts into one diagram: moves boxes into their groups, joins the parts of each
//! route, and transposes top-down diagrams.
use super::{
    canonical_graph::CanonicalGraph,
    indexed_subgraph::{Bundle, IndexedSubgraph, Member},
};
use crate::layout::{
    diagram::{Diagram, Route, Seed},
    geometry::{Point, Rect},
    graph::{Direction, Edge, Key},
    incremental::layout_cache::{CachedLayout, LayoutCache},
    quality::Quality,
    subgraph::NodeRole,
};
use std::{collections::BTreeMap, sync::Arc};

/// The finished layouts of all groups and of the root, from which one diagram is assembled.
pub struct SubgraphLayouts<'a> {
    pub canonical: &'a CanonicalGraph<'a>,
    /// Subgraph of each group, in canonical order.
    pub group_subgraphs: Vec<IndexedSubgraph>,
    /// Layout of each group, in the order of `group_subgraphs`.
    pub group_layouts: Vec<Arc<CachedLayout>>,
    /// Root subgraph: the nodes outside all groups, and each group as a single node.
    pub root_subgraph: IndexedSubgraph,
    pub root_layout: Arc<CachedLayout>,
}

impl SubgraphLayouts<'_> {
    /// Returns true if any edge crosses the border of a group, so that the border has a port.
    pub fn has_border_ports(&self) -> bool {
        self.group_subgraphs
            .iter()
            .flat_map(|subgraph| &subgraph.subgraph.nodes)
            .any(|item| item.role != NodeRole::Box)
    }

    /// Returns the subgraphs of the groups with their ports in a new order. A port is a cell in the border of
    /// a group, through which lines pass. The ports are sorted by the rows on which their lines continue
    /// outside the group in this layout.
    pub fn subgraphs_with_ordered_ports(&self) -> Vec<IndexedSubgraph> {
        let rows: Vec<i32> = (0..self.canonical.node_indices.len())
            .map(|n| self.node_rect(n).y + self.canonical.line_row(n))
            .collect();
        let mut callers: BTreeMap<Bundle, (i32, i32)> = BTreeMap::new();
        for &(from, to) in &self.canonical.edges {
            if self.canonical.group_of[from] != self.canonical.group_of[to.node] {
                let (sum, count) = callers.entry(to).or_default();
                (*sum, *count) = (*sum + rows[from], *count + 1);
            }
        }
        let beyond = |port: Member| match port {
            Member::ExitPort(to) => Some(rows[to.node]),
            Member::EntryPort(to) => callers.get(&to).and_then(|(sum, count)| sum.checked_div(*count)),
            Member::Node(_) | Member::Group(_) => None,
        };
        let settle = |group: usize| {
            let mut subgraph = self.canonical.group_subgraph(group);
            let port_row = |&port: &Member| beyond(port).map(|row| (row, port));
            let mut ports: Vec<(i32, Member)> = subgraph.node_of.keys().filter_map(port_row).collect();
            ports.sort_unstable();
            for (order, (_, port)) in ports.into_iter().enumerate() {
                subgraph.subgraph.nodes[subgraph.node_of[&port]].port_order = Some(order);
            }
            subgraph
        };
        (0..self.group_subgraphs.len()).map(settle).collect()
    }

    /// Assembles all layouts into one diagram.
    pub fn into_diagram(self, before: Option<&Seed>) -> Diagram {
        let graph = self.canonical.graph;
        let mut diagram = Diagram {
            nodes: vec![Rect::default(); graph.nodes.len()],
            groups: vec![Rect::default(); graph.groups.len()],
            routes: Vec::with_capacity(graph.edges.len()),
            size: self.canonical.flow_size(self.root_layout.layout.size.0, self.root_layout.layout.size.1),
            direction: self.canonical.options.direction,
            ..Diagram::default()
        };
        for (place, &group) in self.canonical.group_indices.iter().enumerate() {
            diagram.groups[group] = self.transpose_if_top_down(self.group_rect(place));
        }
        for (place, &node) in self.canonical.node_indices.iter().enumerate() {
            diagram.nodes[node] = self.transpose_if_top_down(self.node_rect(place));
        }
        let ways: BTreeMap<(usize, Bundle), Route> = self
            .canonical
            .edges
            .iter()
            .map(|&(from, to)| ((from, to), self.route_between(from, to)))
            .collect();
        let place = |node: usize| self.canonical.position_of.get(node).copied();
        let way = |e: &Edge| {
            let bundle = Bundle { node: place(e.to)?, class: e.class };
            Some(ways.get(&(place(e.from)?, bundle))?.clone())
        };
        diagram.routes.extend(graph.edges.iter().map(|e| way(e).unwrap_or_default()));
        diagram.quality = self.total_quality(ways.values());
        diagram.quality.area = usize::try_from(diagram.size.0 * diagram.size.1).unwrap_or(usize::MAX);
        diagram.seed = self.into_seed(before);
        diagram
    }

    fn group_rect(&self, group: usize) -> Rect {
        self.root_subgraph.rect_of(&self.root_layout.layout, Member::Group(group))
    }

    fn node_rect(&self, node: usize) -> Rect {
        let Some(group) = self.canonical.group_of[node] else {
            return self.root_subgraph.rect_of(&self.root_layout.layout, Member::Node(node));
        };
        let (frame, inside) = (
            self.group_rect(group),
            self.group_subgraphs[group].rect_of(&self.group_layouts[group].layout, Member::Node(node)),
        );
        Rect { x: frame.x + inside.x, y: frame.y + inside.y, ..inside }
    }

    /// Returns the route of an edge between two nodes. It has up to three parts: in the caller's group, in
    /// the root, and in the callee's group.
    fn route_between(&self, from: usize, to: Bundle) -> Route {
        let (here, there) = (self.canonical.group_of[from], self.canonical.group_of[to.node]);
        let mut points =
            here.map(|group| self.path_inside(group, Member::Node(from), to)).unwrap_or_default();
        if here.is_none() || here != there {
            let member = here.map_or(Member::Node(from), Member::Group);
            points.extend(self.root_subgraph.path_towards(&self.root_layout.layout, member, to));
            points.extend(
                there.map(|group| self.path_inside(group, Member::EntryPort(to), to)).unwrap_or_default(),
            );
        }
        let mut route = Route { points: drop_collinear_points(&points) };
        if self.canonical.options.direction == Direction::TopDown {
            route.points.iter_mut().for_each(|p| *p = Point { x: p.y, y: p.x });
        }
        route
    }

    /// Returns the path of the lines in the bundle `to` from the member `from` to the border or the callee,
    /// within one group. The points are in cells of the diagram.
    fn path_inside(&self, group: usize, from: Member, to: Bundle) -> Vec<Point> {
        let frame = self.group_rect(group);
        let path = self.group_subgraphs[group].path_towards(&self.group_layouts[group].layout, from, to);
        path.iter().map(|p| Point { x: p.x + frame.x, y: p.y + frame.y }).collect()
    }

    fn transpose_if_top_down(&self, rect: Rect) -> Rect {
        match self.canonical.options.direction {
            Direction::TopDown => Rect { x: rect.y, y: rect.x, width: rect.height, height: rect.width },
            Direction::LeftToRight | Direction::Outline => rect,
        }
    }

    fn total_quality<'r>(&self, routes: impl Iterator<Item = &'r Route>) -> Quality {
        let levels = self.group_layouts.iter().chain([&self.root_layout]).map(|cached| cached.layout.quality);
        let mut total = levels.fold(Quality::default(), |sum, level| Quality {
            crossings: sum.crossings + level.crossings,
            back_edges: sum.back_edges + level.back_edges,
            doglegs: sum.doglegs + level.doglegs,
            ..sum
        });
        for route in routes {
            total.bends += route.points.len().saturating_sub(2);
            let steps = route.points.windows(2).map(|w| w[0].x.abs_diff(w[1].x) + w[0].y.abs_diff(w[1].y));
            total.length += steps.map(|s| s as usize).sum::<usize>();
        }
        total
    }

    /// Returns the seed for the next layout.
    fn into_seed(self, before: Option<&Seed>) -> Seed {
        let key = |place: usize| &self.canonical.graph.groups[self.canonical.group_indices[place]].key;
        let cache_of = |key: &Key| before.and_then(|b| b.groups.get(key));
        let drawn = self.group_layouts.iter().enumerate().map(|(place, cached)| {
            let key = key(place);
            (key.clone(), LayoutCache::with_newest(cache_of(key), cached))
        });
        let groups: BTreeMap<Key, LayoutCache> = drawn.collect();
        let top = LayoutCache::with_newest(before.map(|b| &b.root), &self.root_layout);
        Seed { options: Some(*self.canonical.options), groups, root: top, ..Seed::default() }
    }
}

/// Returns the start, the turns and the end of a path.
fn drop_collinear_points(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for &point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept.as_slice()
            && ((a.x == b.x && b.x == point.x) || (a.y == b.y && b.y == point.y))
        {
            kept.pop();
        }
        kept.push(point);
    }
    kept
}
