//! Property tests with rules that hold for every directed graph.
use super::invariants::{assert_valid, numbered_graph, service_graph};
use crate::layout::{
    Direction, Graph, Options, Point, Raster, Rect, Route, layout, route_hidden_edges,
    routing::{
        channel::route_channel,
        channel_net::{ChannelNet, ChannelPin},
    },
};
use proptest::prelude::*;

fn any_edges() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (0_usize..26).prop_flat_map(|count| {
        let ends = 0..count.max(1);
        let limit = if count == 0 { 1 } else { 50 };
        (Just(count), prop::collection::vec((ends.clone(), ends), 0..limit))
    })
}

pub fn any_graph() -> impl Strategy<Value = Graph> {
    (any_edges(), prop::sample::select(vec![1_u16, 2, 3, 5]), 0_usize..4)
        .prop_map(|((count, edges), height, groups)| numbered_graph(count, &edges, height, groups))
}

pub fn any_options() -> impl Strategy<Value = Options> {
    (any::<bool>(), 0_u16..3, 0_u16..3, any::<bool>()).prop_map(
        |(down, gap_rows, gap_columns, row_gap_between_lines)| Options {
            direction: if down { Direction::TopDown } else { Direction::LeftToRight },
            gap_rows,
            gap_columns,
            row_gap_between_lines,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn nothing_overlaps_and_nothing_is_lost(graph in any_graph(), options in any_options()) {
        assert_valid(&graph, &layout(&graph, None, &options));
    }

    #[test]
    fn the_same_graph_is_drawn_the_same(graph in any_graph(), options in any_options()) {
        let first = layout(&graph, None, &options);
        prop_assert_eq!(&layout(&graph, Some(&first.seed), &options), &first);
    }

    #[test]
    fn input_order_does_not_matter(
        (graph, nodes, edges) in any_graph().prop_flat_map(|g| {
            let nodes = Just((0..g.nodes.len()).collect::<Vec<_>>()).prop_shuffle();
            let edges = Just((0..g.edges.len()).collect::<Vec<_>>()).prop_shuffle();
            (Just(g), nodes, edges)
        })
    ) {
        let plain = layout(&graph, None, &Options::default());
        let mut shuffled = graph.clone();
        for (old, &new) in nodes.iter().enumerate() {
            shuffled.nodes[new] = graph.nodes[old].clone();
        }
        for (old, &new) in edges.iter().enumerate() {
            let edge = graph.edges[old];
            shuffled.edges[new] = crate::layout::Edge { from: nodes[edge.from], to: nodes[edge.to], ..edge };
        }
        let other = layout(&shuffled, None, &Options::default());
        for (old, &new) in nodes.iter().enumerate() {
            prop_assert_eq!(plain.nodes[old], other.nodes[new]);
        }
        for (old, &new) in edges.iter().enumerate() {
            prop_assert_eq!(&plain.routes[old], &other.routes[new]);
        }
        prop_assert_eq!(&plain.groups, &other.groups);
    }

    #[test]
    fn a_changed_graph_keeps_the_laws((graph, other) in (any_graph(), any_graph()), options in any_options()) {
        let first = layout(&graph, None, &options);
        assert_valid(&other, &layout(&other, Some(&first.seed), &options));
    }
}

/// Nearly all nodes of a layer call the same databases, so the line to each database shares its row with
/// lines to all the others.
#[test]
fn a_channel_of_conflicting_nets_is_routed() {
    let nets: [(&[i32], i32); 4] = [
        (&[2, 4, 6, 8, 10, 12, 14, 16, 18, 19, 20], 12),
        (&[8, 10, 12, 14, 16, 18, 20, 21], 20),
        (&[1, 2, 4, 8, 10, 12, 14, 16], 6),
        (&[2, 6, 7, 8, 10, 12, 14, 18], 10),
    ];
    let pin = |row, right| ChannelPin { row, right };
    let wirings = nets.map(|(ins, out)| ChannelNet {
        inputs: ins.iter().map(|row| pin(*row, false)).collect(),
        output: pin(out, true),
    });
    let channel = route_channel(&wirings);
    assert!(
        channel.dogleg_count <= 4 && channel.bends.iter().map(Vec::len).eq(nets.map(|(ins, _)| ins.len()))
    );
}

#[test]
fn edges_with_an_invalid_index_are_not_drawn() {
    let graph = numbered_graph(2, &[(0, 1), (0, 7), (9, 1)], 3, 0);
    let diagram = layout(&graph, None, &Options::default());
    assert_eq!(diagram.routes.iter().map(|r| r.points.len() > 1).collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn a_node_in_a_group_that_does_not_exist_is_loose() {
    let mut graph = numbered_graph(2, &[(0, 1)], 3, 0);
    graph.nodes[0].group = Some(4);
    assert_eq!(layout(&graph, None, &Options::default()).nodes.len(), 2);
}

#[test]
fn a_long_chain_needs_no_recursion() {
    let edges: Vec<(usize, usize)> = (1..10_000).map(|n| (n - 1, n)).collect();
    let graph = numbered_graph(10_000, &edges, 1, 0);
    let diagram = layout(&graph, None, &Options::default());
    assert_eq!(diagram.size.1, 1);
    assert!(diagram.nodes.windows(2).all(|pair| pair[0].x < pair[1].x));
}

#[test]
fn a_long_cycle_turns_round_once() {
    let edges: Vec<(usize, usize)> = (0..300).map(|n| (n, (n + 1) % 300)).collect();
    let graph = numbered_graph(300, &edges, 3, 0);
    let diagram = layout(&graph, None, &Options::default());
    assert_eq!(diagram.quality.back_edges, 1);
    assert_valid(&graph, &diagram);
}

#[test]
fn a_hub_of_two_thousand_is_one_bus() {
    let edges: Vec<(usize, usize)> = (1..=2_000).map(|n| (n, 0)).collect();
    let graph = numbered_graph(2_001, &edges, 1, 0);
    let diagram = layout(&graph, None, &Options::default());
    assert_eq!(diagram.quality.crossings, 0);
    assert!(diagram.size.0 < 60, "{:?}", diagram.size);
}

#[test]
fn systems_keep_the_laws_at_two_hundred() {
    for seed in 1..2 {
        for groups in [0, 7] {
            let graph = service_graph(200, seed, 3, groups);
            assert_valid(&graph, &layout(&graph, None, &Options::default()));
        }
    }
}

#[test]
fn names_of_any_script_are_keys() {
    let mut graph = numbered_graph(6, &[(0, 1), (1, 2), (2, 2), (3, 1), (1, 4)], 3, 0);
    for (node, name) in graph.nodes.iter_mut().zip(["支払い", "注文", "재고", "مخزن", "🚢 docks", ""])
    {
        node.key = crate::layout::Key::from(name);
    }
    let diagram = layout(&graph, None, &Options::default());
    assert_valid(&graph, &diagram);
    assert_eq!(layout(&graph, Some(&diagram.seed), &Options::default()), diagram);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Hidden edges avoid the boxes and their corners, and cross layout edges only in a straight line.
    #[test]
    fn hidden_edges_cross_and_never_join(
        graph in any_graph(), options in any_options(), ends in prop::collection::vec((0_usize..26, 0_usize..26), 0..6)
    ) {
        let drawn = layout(&graph, None, &options);
        let lines = Raster::new(&drawn);
        let edges: Vec<_> = ends.into_iter().filter(|(from, to)| from != to).collect();
        let revealed = route_hidden_edges(&graph, &drawn, &edges);
        prop_assert_eq!(revealed.routes.len(), edges.len());
        for (Route { points }, (from, to)) in revealed.routes.iter().zip(&edges).filter(|(r, _)| !r.points.is_empty()) {
            // A line beside a corner would look like part of the border.
            let beside = |box_: &Rect, at: &Point| {
                let margin = |side: i32| i32::from(side > 2);
                let (dx, dy) = (margin(box_.width), margin(box_.height));
                let rows = Rect { x: box_.x - 1, y: box_.y + dy, width: box_.width + 2, height: box_.height - 2 * dy };
                let columns = Rect { x: box_.x + dx, y: box_.y - 1, width: box_.width - 2 * dx, height: box_.height + 2 };
                rows.contains(*at) || columns.contains(*at)
            };
            prop_assert!(beside(&drawn.nodes[*from], &points[0]) && beside(&drawn.nodes[*to], &points[points.len() - 1]));
            for stretch in points.windows(2) {
                let (a, b) = (stretch[0], stretch[1]);
                prop_assert!((a.x == b.x) != (a.y == b.y));
                for x in a.x.min(b.x)..=a.x.max(b.x) {
                    for y in a.y.min(b.y)..=a.y.max(b.y) {
                        let at = Point { x, y };
                        prop_assert!(!drawn.nodes.iter().any(|node| node.contains(at)));
                        let ends = at == a || at == b;
                        let sides = lines.sides_at(at);
                        let along = if a.y == b.y { [false, true, false, true] } else { [true, false, true, false] };
                        let clear = sides == [false; 4] || (!ends && sides == along.map(|own| !own));
                        prop_assert!(clear, "{at:?} {sides:?}");
                    }
                }
            }
        }
    }
}
