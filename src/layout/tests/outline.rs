//! Tests of the outline: its rows and routes, and a simulated reader who follows its lines.
use super::{
    invariants::{assert_shared_cells, numbered_graph, route_cells, service_graph},
    laws::any_graph,
    text_drawing::{TextDrawing, parse_graph},
};
use crate::layout::{Diagram, Direction, Glyphs, Graph, Options, Point, layout};
use proptest::prelude::*;

/// Outline of a service with two callees that share a database, and of two more services.
const OUTLINE_DRAWN: &str = "
▐web▌
├─▸▐users▌──╮
╰─▸▐orders▌ │
   ╰─▸▐db▌◂─┤
▐report▌────╯
▐lone▌
";

fn outline(graph: &Graph) -> Diagram {
    layout(graph, None, &Options { direction: Direction::Outline, ..Options::default() })
}

/// Asserts that no boxes overlap, and that each edge begins at its caller and ends beside its callee.
fn assert_outline(graph: &Graph, diagram: &Diagram) {
    for (index, rect) in diagram.nodes.iter().enumerate() {
        assert!(
            rect.x >= 0 && rect.x + rect.width <= diagram.size.0 && rect.y + rect.height <= diagram.size.1
        );
        assert!(diagram.nodes[index + 1..].iter().all(|other| !rect.overlaps(other)), "{rect:?}");
    }
    for (edge, route) in graph.edges.iter().zip(&diagram.routes).filter(|(edge, _)| edge.from != edge.to) {
        let (from, to) = (diagram.nodes[edge.from], diagram.nodes[edge.to]);
        let cells = route_cells(&route.points);
        let (start, end) = (cells[0], cells[cells.len() - 1]);
        assert!(from.contains(start) || from.contains(Point { x: start.x - 1, ..start }), "{edge:?}");
        assert!([end.x - 1, end.x + 1].iter().any(|x| to.contains(Point { x: *x, ..end })), "{edge:?}");
        let is_inside = |at: &&Point| diagram.nodes.iter().any(|rect| rect.contains(**at) && *rect != from);
        assert_eq!(cells.iter().find(is_inside), None, "{edge:?} runs through a box");
    }
    assert_shared_cells(graph, diagram);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn nothing_overlaps_in_an_outline(graph in any_graph()) {
        let graph = Graph { nodes: graph.nodes.into_iter().map(|n| crate::layout::Node { height: 1, ..n }).collect(), ..graph };
        assert_outline(&graph, &outline(&graph));
    }
}

#[test]
fn systems_fit_narrow_screens() {
    for seed in 0..40 {
        let graph = service_graph(15, seed, 1, 0);
        let diagram = outline(&graph);
        assert_outline(&graph, &diagram);
        assert!(diagram.size.0 <= 80, "{:?}", diagram.size);
    }
}

#[test]
fn a_long_chain_and_a_hub_need_no_recursion() {
    let chain: Vec<(usize, usize)> = (1..3_000).map(|n| (n - 1, n)).collect();
    assert_eq!(outline(&numbered_graph(3_000, &chain, 1, 0)).size.1, 3_000);
    let hub: Vec<(usize, usize)> = (1..=500).map(|n| (n, 0)).collect();
    assert_eq!(outline(&numbered_graph(501, &hub, 1, 0)).size.1, 501);
}

#[test]
fn the_lines_of_an_outline_are_a_tree_at_the_left_and_rails_at_the_right() {
    let graph = parse_graph("web > users orders\nusers > db\norders > db\nreport > db\nlone", 1);
    let drawn = TextDrawing::new(&graph, &outline(&graph), Glyphs::Unicode).to_text();
    assert_eq!(drawn.trim_end(), OUTLINE_DRAWN.trim_matches('\n'));
}
