//! Tests of diagrams with several unconnected components.
use super::invariants::{assert_valid, service_graph};
use super::stability::without_isolated_nodes;
use super::text_drawing::{TextDrawing, parse_graph};
use crate::layout::{Diagram, Direction, Edge, Glyphs, Graph, Key, Node, Options, Rect, layout};

const COMPONENTS_GRAPH: &str = "
    a > b c
    b > d
    c > d
    d > e
    f > g
    h > i
    j > k
    l > m n";

const PACKED_COMPONENTS: &str = "
    ╭─▸▐b▌─┬─▸▐d▌──▸▐e▌
    │      │
▐a▌─┴─▸▐c▌─╯

    ╭─▸▐m▌    ▐f▌──▸▐g▌
    │
▐l▌─┴─▸▐n▌    ▐h▌──▸▐i▌

▐j▌───▸▐k▌
";

/// Options with a free row between lines. So no line needs a detour that could cross the edges of another
/// component.
const LINE_GAP_OPTIONS: Options =
    Options { direction: Direction::LeftToRight, gap_rows: 1, gap_columns: 2, row_gap_between_lines: true };

#[test]
fn components_lie_side_by_side_on_a_wide_screen() {
    let graph = parse_graph(COMPONENTS_GRAPH, 1);
    let picture = TextDrawing::new(&graph, &layout(&graph, None, &LINE_GAP_OPTIONS), Glyphs::Unicode);
    assert_eq!(picture.to_text().trim_end(), PACKED_COMPONENTS.trim_matches('\n'));
}

/// Returns a graph of several unconnected systems, the first of which is the largest.
fn separate_systems() -> Graph {
    let mut all = Graph::default();
    for (number, count) in [40, 9, 25, 6, 14, 5].into_iter().enumerate() {
        let first = all.nodes.len();
        let part = without_isolated_nodes(service_graph(count, number as u64, 1, 0));
        let named = |node: Node| Node { key: Key::from(format!("{number} {}", node.key)), ..node };
        all.nodes.extend(part.nodes.into_iter().map(named));
        all.edges.extend(part.edges.iter().map(|e| Edge::new(e.from + first, e.to + first)));
    }
    all
}

/// Returns for each node the lowest node index in its component.
fn component_of(graph: &Graph) -> Vec<usize> {
    let mut part: Vec<usize> = (0..graph.nodes.len()).collect();
    for _ in 0..graph.nodes.len() {
        for edge in &graph.edges {
            let least = part[edge.from].min(part[edge.to]);
            (part[edge.from], part[edge.to]) = (least, least);
        }
    }
    part
}

/// Returns a rectangle for each straight part of the route of an edge.
fn route_rects(diagram: &Diagram, edge: usize) -> Vec<Rect> {
    let leg = |w: &[crate::layout::Point]| Rect {
        x: w[0].x.min(w[1].x),
        y: w[0].y.min(w[1].y),
        width: (w[0].x - w[1].x).abs() + 1,
        height: (w[0].y - w[1].y).abs() + 1,
    };
    diagram.routes[edge].points.windows(2).map(leg).collect()
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

#[test]
fn edges_of_different_components_never_cross() {
    let graph = separate_systems();
    let part = component_of(&graph);
    for direction in [Direction::LeftToRight, Direction::TopDown] {
        let diagram = layout(&graph, None, &Options { direction, ..LINE_GAP_OPTIONS });
        assert_valid(&graph, &diagram);
        for a in 0..graph.edges.len() {
            for b in 0..a {
                let strangers = part[graph.edges[a].from] != part[graph.edges[b].from];
                let crossed = strangers
                    && route_rects(&diagram, a)
                        .iter()
                        .any(|x| route_rects(&diagram, b).iter().any(|y| overlap(x, y)));
                assert!(!crossed, "{direction:?}: {:?} and {:?}", graph.edges[a], graph.edges[b]);
            }
        }
    }
}
