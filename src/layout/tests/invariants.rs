//! Generators of graphs for the tests, and assertions that must hold for every diagram.
use crate::layout::{Diagram, Edge, Graph, Group, Key, Node, Point, RankHint, Rect};
use std::collections::{BTreeMap, BTreeSet};

/// Returns a graph of `count` numbered nodes. They are spread evenly over `groups` groups and the root, which
/// contains the nodes without a group.
pub fn numbered_graph(count: usize, edges: &[(usize, usize)], height: u16, groups: usize) -> Graph {
    let node = |n: usize| Node {
        key: Key::from(format!("n{n:05}")),
        width: 6 + (n * 7 % 9) as u16,
        height,
        group: (n % (groups + 1)).checked_sub(1),
        hint: [RankHint::Free, RankHint::Free, RankHint::First, RankHint::Last][n % 4],
    };
    Graph {
        nodes: (0..count).map(node).collect(),
        edges: edges.iter().map(|&(from, to)| Edge::new(from, to)).collect(),
        groups: (0..groups).map(|g| Group { key: Key::from(format!("g{g}")), title_width: 5 }).collect(),
    }
}

/// Pseudo-random number generator with the same numbers on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// Returns a graph like a real system: tiers that mostly call the next tier, shared databases, and a few
/// calls in the other direction.
pub fn service_graph(count: usize, seed: u64, height: u16, groups: usize) -> Graph {
    let mut dice = Random(seed);
    let mut edges = Vec::new();
    let tier = |n: usize| n * 6 / count.max(1);
    for _ in 0..count * 9 / 5 {
        let (mut from, mut to) = (dice.below(count), dice.below(count));
        if tier(from) > tier(to) && dice.below(40) > 0 {
            (from, to) = (to, from);
        }
        if dice.below(5) == 0 {
            to = count - 1 - dice.below(count / 15 + 1);
        }
        edges.push((from, to));
    }
    numbered_graph(count, &edges, height, groups)
}

/// Panics with a reason if the diagram violates a rule for boxes, routes or shared cells.
pub fn assert_valid(graph: &Graph, diagram: &Diagram) {
    assert_boxes(graph, diagram);
    assert_routes(graph, diagram);
    assert_shared_cells(graph, diagram);
}

fn is_within(inner: &Rect, outer: &Rect) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height
}

fn assert_boxes(graph: &Graph, diagram: &Diagram) {
    let all = Rect { x: 0, y: 0, width: diagram.size.0, height: diagram.size.1 };
    for (index, rect) in diagram.nodes.iter().enumerate() {
        let node = &graph.nodes[index];
        assert_eq!(
            (rect.width, rect.height),
            (i32::from(node.width), i32::from(node.height)),
            "size of {index}"
        );
        assert!(is_within(rect, &all), "node {index} outside");
        if let Some(group) = node.group {
            let frame = diagram.groups[group];
            let inside =
                Rect { x: frame.x + 1, y: frame.y + 1, width: frame.width - 2, height: frame.height - 2 };
            assert!(is_within(rect, &inside), "node {index} {rect:?} not inside its group {frame:?}");
        }
    }
    let loose = (0..graph.nodes.len()).filter(|&n| graph.nodes[n].group.is_none()).map(|n| diagram.nodes[n]);
    let outer: Vec<Rect> = diagram.groups.iter().copied().chain(loose).collect();
    for rects in [&diagram.nodes, &outer] {
        let mut sorted: Vec<&Rect> = rects.iter().collect();
        sorted.sort_by_key(|r| r.x);
        for (index, rect) in sorted.iter().enumerate() {
            let near = sorted[index + 1..].iter().take_while(|other| other.x < rect.x + rect.width);
            near.for_each(|other| assert!(!rect.overlaps(other), "{rect:?} overlaps {other:?}"));
        }
    }
}

/// Returns the cells of a route, in order.
pub fn route_cells(points: &[Point]) -> Vec<Point> {
    let mut cells = points.first().copied().into_iter().collect::<Vec<_>>();
    for ends in points.windows(2) {
        let mut at = ends[0];
        assert!((at.x == ends[1].x) != (at.y == ends[1].y), "a slanted or empty stretch: {ends:?}");
        while at != ends[1] {
            at.x += (ends[1].x - at.x).signum();
            at.y += (ends[1].y - at.y).signum();
            cells.push(at);
        }
    }
    cells
}

fn assert_routes(graph: &Graph, diagram: &Diagram) {
    assert_eq!(diagram.routes.len(), graph.edges.len());
    let mut inside: BTreeMap<Point, usize> = BTreeMap::new();
    for (node, r) in diagram.nodes.iter().enumerate() {
        for y in r.y..r.y + r.height {
            inside.extend((r.x..r.x + r.width).map(|x| (Point { x, y }, node)));
        }
    }
    let border = |at: &Point| {
        diagram.groups.iter().find(|r| {
            r.contains(*at)
                && (at.x == r.x || at.y == r.y || at.x == r.x + r.width - 1 || at.y == r.y + r.height - 1)
        })
    };
    for (edge, route) in graph.edges.iter().zip(&diagram.routes) {
        if edge.from == edge.to {
            assert!(route.points.is_empty(), "a self loop has no route");
            continue;
        }
        let cells = route_cells(&route.points);
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
            panic!("edge {edge:?} is lost")
        };
        assert!(is_departure_cell(&diagram.nodes[edge.from], *first), "{edge:?} starts at {first:?}");
        assert!(is_arrival_cell(&diagram.nodes[edge.to], *last), "{edge:?} ends at {last:?}");
        for (index, cell) in cells.iter().enumerate() {
            assert!(!inside.contains_key(cell), "{edge:?} runs through a box at {cell:?}");
            assert!(cell.x >= 0 && cell.y >= 0 && cell.x < diagram.size.0 && cell.y < diagram.size.1);
            if let Some(r) = border(cell) {
                let across = cells[index - 1].y == cell.y && cells[index + 1].y == cell.y;
                let side = (cell.x == r.x || cell.x == r.x + r.width - 1)
                    && cell.y > r.y
                    && cell.y < r.y + r.height - 1;
                let along = cells[index - 1].x == cell.x && cells[index + 1].x == cell.x;
                let top = (cell.y == r.y || cell.y == r.y + r.height - 1)
                    && cell.x > r.x
                    && cell.x < r.x + r.width - 1;
                assert!(
                    (across && side) || (along && top),
                    "{edge:?} runs along the border {r:?} at {cell:?}"
                );
            }
        }
    }
}

fn is_departure_cell(r: &Rect, at: Point) -> bool {
    (at.x == r.x + r.width && at.y >= r.y && at.y < r.y + r.height)
        || (at.y == r.y + r.height && at.x >= r.x && at.x < r.x + r.width)
}

fn is_arrival_cell(r: &Rect, at: Point) -> bool {
    (at.x == r.x - 1 && at.y >= r.y && at.y < r.y + r.height)
        || (at.y == r.y - 1 && at.x >= r.x && at.x < r.x + r.width)
}

/// Asserts that two edges share a cell only if they have a common caller or callee, or if one crosses the
/// other in a straight line.
pub fn assert_shared_cells(graph: &Graph, diagram: &Diagram) {
    let mut owners: BTreeMap<Point, BTreeSet<(usize, bool, bool)>> = BTreeMap::new();
    for (edge, route) in diagram.routes.iter().enumerate() {
        let cells = route_cells(&route.points);
        for (index, at) in cells.iter().enumerate() {
            let near = [index.checked_sub(1).map(|i| cells[i]), cells.get(index + 1).copied()];
            let across = near.iter().flatten().any(|n| n.y == at.y);
            let down = near.iter().flatten().any(|n| n.x == at.x);
            owners.entry(*at).or_default().insert((edge, across, down));
        }
    }
    for (at, owners) in &owners {
        let owners: Vec<_> = owners.iter().collect();
        for (index, &&(a, across, down)) in owners.iter().enumerate() {
            for &&(b, other_across, other_down) in &owners[index + 1..] {
                let (first, second) = (graph.edges[a], graph.edges[b]);
                let kin = first.from == second.from || first.to == second.to;
                let touch = (across && other_across) || (down && other_down);
                assert!(kin || !touch, "{first:?} and {second:?} share {at:?}");
                let turns = (across && down) || (other_across && other_down);
                assert!(kin || !turns, "{first:?} and {second:?} seem joined at {at:?}");
            }
        }
    }
}
