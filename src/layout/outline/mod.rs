//! Outline: a layout with one node per row, indented like a directory tree. It needs the fewest columns, so
//! it suits screens that are too narrow for layers side by side.
//!
//! - Each callee stands below one of its callers (`spanning_tree`). The line between them runs on the left,
//!   as in a directory tree.
//! - The lines from its other callers run on the right (`rails`). Each leads from the row of the caller to a
//!   rail, which is a vertical line that leads only to this callee.
//! - Nodes without edges share rows at the bottom.
//!
//! Each row on the right belongs to a single line. Because two lines never join on it, the reader can't take
//! the wrong one.
mod spanning_tree;
mod rails;

use super::{
    diagram::{Diagram, Route, Seed},
    geometry::{Point, Rect},
    graph::{Direction, Edge, Graph, Options},
    quality::Quality,
};
use spanning_tree::SpanningTree;
use std::{collections::BTreeSet, sync::Arc};

/// Columns by which a callee is indented, for the corner, the line and the arrow head.
const INDENT_COLUMNS: i32 = 3;
/// Free columns between two nodes without edges.
const LOOSE_GAP_COLUMNS: i32 = 2;
/// Width in columns up to which nodes without edges share a row. The limit is greater if the rest of the
/// outline is wider.
const LOOSE_ROW_COLUMNS: i32 = 64;

/// Lays out `graph` as an outline. Groups get no frames. The result does not depend on earlier layouts.
pub fn layout(graph: &Graph, options: &Options) -> Diagram {
    let edges = drawable_edges(graph);
    let tree = SpanningTree::new(graph, &edges);
    let mut outline = Outline {
        graph,
        edges: &edges,
        rects: vec![Rect::default(); graph.nodes.len()],
        spare_rows: vec![None; edges.len()],
        rows: 0,
    };
    outline.place(&tree);
    let rails = rails::route(&edges, &tree, &outline.rects, &outline.spare_rows);
    let width = rails.iter().flatten().map(|point| point.x + 1);
    let width = width.chain(outline.rects.iter().map(|r| r.x + r.width)).max().unwrap_or(0);
    outline.place_loose(&tree, width.max(LOOSE_ROW_COLUMNS));
    let width = outline.rects.iter().map(|r| r.x + r.width).chain([width]).max().unwrap_or(0);
    let route = |edge: &Edge| {
        let index = edges.binary_search_by_key(&sort_key(edge), sort_key).ok()?;
        let below = tree.parent_edge[edge.to] == Some(index);
        Some(Route { points: if below { outline.tree_route(edge) } else { rails[index].clone() } })
    };
    let routes: Vec<Route> = graph.edges.iter().map(|edge| route(edge).unwrap_or_default()).collect();
    let quality = Quality {
        bends: routes.iter().map(|route| route.points.len().saturating_sub(2)).sum(),
        area: usize::try_from(width * outline.rows).unwrap_or(usize::MAX),
        ..Quality::default()
    };
    Diagram {
        nodes: outline.rects,
        groups: vec![Rect::default(); graph.groups.len()],
        routes,
        size: (width, outline.rows),
        direction: Direction::Outline,
        seed: Seed { options: Some(*options), laid_out: Arc::new(graph.clone()), ..Seed::default() },
        quality,
    }
}

/// Returns the edges between existing nodes, without duplicates and self loops. They are sorted by the
/// indices of their ends and by class.
fn drawable_edges(graph: &Graph) -> Vec<Edge> {
    let count = graph.nodes.len();
    let drawable = graph.edges.iter().filter(|e| e.from < count && e.to < count && e.from != e.to);
    let distinct: BTreeSet<(usize, usize, u8)> = drawable.map(sort_key).collect();
    distinct.into_iter().map(|(from, to, class)| Edge { from, to, class }).collect()
}

const fn sort_key(edge: &Edge) -> (usize, usize, u8) {
    (edge.from, edge.to, edge.class)
}

/// An outline under construction, with the rectangles of the nodes placed so far.
struct Outline<'a> {
    graph: &'a Graph,
    edges: &'a [Edge],
    rects: Vec<Rect>,
    /// For each edge, the row below its caller on which it leaves to the right. It is `None` if the edge
    /// leaves on the row of the caller, or runs on the left.
    spare_rows: Vec<Option<i32>>,
    /// Number of rows used so far.
    rows: i32,
}

impl Outline<'_> {
    /// Assigns rows to the nodes of the tree, and spare rows to lines.
    ///
    /// One line leaves on the row of the caller itself, unless a line to the caller arrives there. Each
    /// further line gets a spare row below the caller.
    fn place(&mut self, tree: &SpanningTree) {
        let is_rail = |&index: &usize| tree.parent_edge[self.edges[index].to] != Some(index);
        let rails: Vec<usize> = (0..self.edges.len()).filter(is_rail).collect();
        let mut leaving = vec![Vec::new(); self.graph.nodes.len()];
        let mut has_arrival = vec![false; self.graph.nodes.len()];
        for index in rails {
            leaving[self.edges[index].from].push(index);
            has_arrival[self.edges[index].to] = true;
        }
        for edges in &mut leaving {
            edges.sort_by_key(|&index: &usize| {
                (&self.graph.nodes[self.edges[index].to].key, self.edges[index].class)
            });
        }
        for &(node, depth) in &tree.order {
            let size = &self.graph.nodes[node];
            let (width, height) = (i32::from(size.width.max(1)), i32::from(size.height.max(1)));
            let depth = i32::try_from(depth).unwrap_or(0);
            self.rects[node] = Rect { x: depth * INDENT_COLUMNS, y: self.rows, width, height };
            self.rows += height;
            for &index in leaving[node].iter().skip(usize::from(!has_arrival[node])) {
                self.spare_rows[index] = Some(self.rows);
                self.rows += 1;
            }
        }
    }

    /// Places the nodes without edges in rows of at most `width` columns.
    fn place_loose(&mut self, tree: &SpanningTree, width: i32) {
        let mut at = Point { x: 0, y: self.rows };
        for &node in &tree.loose {
            let size = &self.graph.nodes[node];
            let (own, height) = (i32::from(size.width.max(1)), i32::from(size.height.max(1)));
            if at.x > 0 && at.x + own > width {
                at = Point { x: 0, y: self.rows };
            }
            self.rects[node] = Rect { x: at.x, y: at.y, width: own, height };
            self.rows = self.rows.max(at.y + height);
            at.x += own + LOOSE_GAP_COLUMNS;
        }
    }

    /// Returns the route of an edge in the tree. It begins in the first cell of the caller, where the symbol
    /// of the caller covers the line. So the line seems to come out of the symbol.
    fn tree_route(&self, edge: &Edge) -> Vec<Point> {
        let (from, to) = (self.rects[edge.from], self.rects[edge.to]);
        vec![
            Point { x: from.x, y: from.y + from.height - 1 },
            Point { x: from.x, y: to.y },
            Point { x: to.x - 1, y: to.y },
        ]
    }
}
