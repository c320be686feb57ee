//! Tests of the raster: it draws parts of a diagram, finds the edges in a cell, and changes the style of
//! edges without a new layout.
use super::invariants::{route_cells, service_graph};
use crate::layout::{
    Diagram, Direction, Edge, Glyphs, Graph, Key, LineCell, LineStyle, Node, Options, Point, RankHint,
    Raster, Rect, Stroke, layout,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn default_style(_: usize) -> Option<LineStyle> {
    Some(LineStyle::default())
}

fn whole_view(diagram: &Diagram) -> Rect {
    Rect { x: 0, y: 0, width: diagram.size.0, height: diagram.size.1 }
}

fn drawn_cells(
    raster: &Raster,
    view: Rect,
    style_of: &dyn Fn(usize) -> Option<LineStyle>,
) -> BTreeMap<Point, (char, u8)> {
    let mut found = BTreeMap::new();
    raster.draw(view, Glyphs::Unicode, style_of, &mut |cell: LineCell<'_>| {
        assert!(found.insert(cell.at, (cell.glyph, cell.tone)).is_none(), "painted twice: {:?}", cell.at);
    });
    found
}

/// Returns a graph of two nodes, in which a straight line that nothing crosses leads from `a` to `b`.
fn two_node_graph() -> Graph {
    let node = |key| Node { key: Key::from(key), width: 5, height: 1, group: None, hint: RankHint::Free };
    Graph { nodes: vec![node("a"), node("b")], edges: vec![Edge::new(0, 1); 2], groups: Vec::new() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn any_view_is_a_crop_of_the_whole(
        (seed, count, groups, down) in (0_u64..99, 0_usize..40, 0_usize..3, any::<bool>()),
        (x, y, width, height) in (-9_i32..150, -9_i32..60, 0_i32..120, 0_i32..50),
    ) {
        let direction = if down { Direction::TopDown } else { Direction::LeftToRight };
        let options = Options { direction, ..Options::default() };
        let diagram = layout(&service_graph(count, seed, 3, groups), None, &options);
        let raster = Raster::new(&diagram);
        let view = Rect { x, y, width, height };
        let mut expected = drawn_cells(&raster, whole_view(&diagram), &default_style);
        expected.retain(|at, _| view.contains(*at));
        prop_assert_eq!(drawn_cells(&raster, view, &default_style), expected);
    }

    #[test]
    fn a_cell_knows_the_edges_that_run_through_it(seed in 0_u64..99, groups in 0_usize..3) {
        let diagram = layout(&service_graph(25, seed, 1, groups), None, &Options::default());
        let raster = Raster::new(&diagram);
        let mut owners: BTreeMap<Point, Vec<usize>> = BTreeMap::new();
        for (edge, route) in diagram.routes.iter().enumerate() {
            let way: BTreeSet<Point> = route_cells(&route.points).into_iter().collect();
            way.into_iter().for_each(|at| owners.entry(at).or_default().push(edge));
        }
        for y in 0..diagram.size.1 {
            for x in 0..diagram.size.0 {
                let at = Point { x, y };
                prop_assert_eq!(raster.edges_at(at), owners.get(&at).cloned().unwrap_or_default());
            }
        }
        prop_assert_eq!(drawn_cells(&raster, whole_view(&diagram), &default_style).len(), owners.len());
    }
}

#[test]
fn the_strongest_edge_of_a_shared_line_is_painted() {
    let diagram = layout(&two_node_graph(), None, &Options::default());
    let raster = Raster::new(&diagram);
    let style_of =
        |edge: usize| Some(LineStyle { stroke: [Stroke::Dotted, Stroke::Heavy][edge], tone: [7, 2][edge] });
    let text: Vec<(char, u8)> = drawn_cells(&raster, whole_view(&diagram), &style_of).into_values().collect();
    assert_eq!(text, [('━', 7), ('━', 7), ('▸', 7)]);
}

#[test]
fn a_hidden_edge_paints_nothing() {
    let diagram = layout(&two_node_graph(), None, &Options::default());
    let raster = Raster::new(&diagram);
    assert!(drawn_cells(&raster, whole_view(&diagram), &|_| None).is_empty());
    let one = |edge: usize| (edge == 0).then_some(LineStyle { stroke: Stroke::Dashed, tone: 1 });
    let glyphs: String =
        drawn_cells(&raster, whole_view(&diagram), &one).into_values().map(|(glyph, _)| glyph).collect();
    assert_eq!(glyphs, "╌╌▸");
}

#[test]
fn a_crossing_is_no_join() {
    let arms = [Some(Stroke::Solid); 4];
    assert_eq!(Glyphs::Unicode.glyph_for(arms, false, None), '┼');
    assert_eq!(Glyphs::Unicode.glyph_for(arms, true, None), '╋');
    assert_eq!(Glyphs::Unicode.glyph_for([Some(Stroke::Heavy); 4], false, None), '┿');
    assert_eq!(Glyphs::Ascii.glyph_for(arms, false, None), '|');
    assert_eq!(Glyphs::Ascii.glyph_for(arms, true, None), '*');
}

#[test]
fn strokes_of_different_weight_meet() {
    let (light, heavy) = (Some(Stroke::Dashed), Some(Stroke::Heavy));
    assert_eq!(Glyphs::Unicode.glyph_for([None, heavy, light, light], true, None), '┮');
    assert_eq!(Glyphs::Unicode.glyph_for([heavy, None, heavy, light], true, None), '┨');
    assert_eq!(Glyphs::Unicode.glyph_for([None, heavy, heavy, None], true, None), '┏');
    assert_eq!(Glyphs::Unicode.glyph_for([light, light, None, None], true, None), '╰');
}
