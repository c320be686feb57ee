//! Tests with many changes in a row: a node that returns gets its old place, and diagrams that have become
//! much worse are detected.
use super::invariants::{Random, assert_valid, service_graph};
use super::stability::{
    mean_movement, order_flips, with_extra_node, without_isolated_nodes, without_last_node,
};
use super::text_drawing::parse_graph;
use crate::layout::{Diagram, Edge, Graph, Key, Node, Options, Seed, layout};

fn layout_from_seed(graph: &Graph, seed: &Seed) -> Diagram {
    layout(graph, Some(seed), &Options::default())
}

/// Returns the graph without the node `gone` and its edges.
fn without_node(graph: &Graph, gone: usize) -> Graph {
    let mut less = graph.clone();
    less.nodes.remove(gone);
    less.edges.retain(|e| e.from != gone && e.to != gone);
    for edge in &mut less.edges {
        edge.from -= usize::from(edge.from > gone);
        edge.to -= usize::from(edge.to > gone);
    }
    less
}

#[test]
fn systems_of_all_sizes_stay_where_they_are() {
    for (count, seeds) in [(30, 9), (200, 4), (1_000, 1)] {
        let (mut rows, mut columns, mut runs) = (0.0, 0.0, 0.0);
        for seed in 0..seeds {
            let graph = without_isolated_nodes(service_graph(count, seed, 3, 0));
            let before = layout(&graph, None, &Options::default());
            let (more, less) = (with_extra_node(&graph, count / 4, "n00007x"), without_last_node(&graph));
            let after = layout_from_seed(&more, &before.seed);
            assert_eq!(order_flips(&before, &after), 0, "{count} services, seed {seed}");
            let mut moves = vec![mean_movement(&before, &after)];
            // A node that loses its last edge moves to the grid of isolated nodes. Such cases are not
            // compared.
            if without_isolated_nodes(less.clone()) == less {
                let fewer = layout_from_seed(&less, &before.seed);
                assert_eq!(order_flips(&fewer, &before), 0, "{count} services less one, seed {seed}");
                moves.push(mean_movement(&fewer, &before));
            }
            for (down, across) in moves {
                rows += down;
                columns += across;
                runs += 1.0;
            }
        }
        println!("{count} services: {:.2} rows, {:.2} columns", rows / runs, columns / runs);
        assert!(rows / runs <= 0.5, "{count} services: {} rows", rows / runs);
    }
}

#[test]
fn a_service_that_comes_back_finds_everything_as_it_was() {
    for groups in [0, 3] {
        for gone in [0, 7, 20, 39] {
            let graph = service_graph(40, 3, 3, groups);
            let before = layout(&graph, None, &Options::default());
            let away = layout_from_seed(&without_node(&graph, gone), &before.seed);
            let still_away = layout_from_seed(&without_node(&graph, gone), &away.seed);
            let back = layout_from_seed(&graph, &still_away.seed);
            assert_eq!(back.nodes, before.nodes, "{groups} groups, service {gone}");
            assert_eq!(back.routes, before.routes, "{groups} groups, service {gone}");
        }
    }
}

#[test]
fn a_service_that_comes_back_to_something_new_stands_in_its_column_and_row() {
    let (mut off, mut cases) = (0.0, 0.0);
    for gone in [3, 7, 20, 31] {
        let graph = without_isolated_nodes(service_graph(40, 3, 3, 0));
        let before = layout(&graph, None, &Options::default());
        let away = layout_from_seed(&without_node(&graph, gone), &before.seed);
        let more = with_extra_node(&graph, 5, "n00009x");
        let meanwhile = layout_from_seed(&without_node(&more, gone), &away.seed);
        let back = layout_from_seed(&more, &meanwhile.seed);
        assert_valid(&more, &back);
        assert_eq!(order_flips(&before, &back), 0);
        off += mean_movement(&before, &back).0;
        cases += 1.0;
    }
    println!("{:.2} rows off", off / cases);
    assert!(off / cases <= 0.5, "{} rows", off / cases);
}

#[test]
fn a_new_call_that_closes_no_cycle_runs_with_the_flow() {
    let before = parse_graph("a > b\nc > d", 1);
    let drawn = layout(&before, None, &Options::default());
    let mut after = before.clone();
    after.edges.push(Edge::new(1, 2));
    let drawn_after = layout_from_seed(&after, &drawn.seed);
    assert_eq!(drawn_after.quality.back_edges, 0);
    assert_valid(&after, &drawn_after);
    let mut circle = after.clone();
    circle.edges.push(Edge::new(3, 0));
    assert_eq!(layout_from_seed(&circle, &drawn_after.seed).quality.back_edges, 1);
}

#[test]
fn each_change_moves_one_box_to_save_crossings() {
    const PAIR_COUNT: usize = 12;
    let crossed_pairs = |to: &dyn Fn(usize) -> usize| {
        let lines =
            (0..PAIR_COUNT).map(|n| format!("root > a{n:02}\na{n:02} > b{:02}\nb{n:02} > sink\n", to(n)));
        parse_graph(&lines.collect::<String>(), 1)
    };
    let mut diagram = layout(&crossed_pairs(&|n| n), None, &Options::default());
    assert_eq!(diagram.quality.crossings, 0);
    let mut crossings = vec![PAIR_COUNT * (PAIR_COUNT - 1) / 2];
    for step in 0..PAIR_COUNT {
        // Every line crosses every other line, and each step adds another new node.
        let mut now = crossed_pairs(&|n| PAIR_COUNT - 1 - n);
        now.nodes.push(Node { key: Key::from(format!("z{step}")), ..now.nodes[0].clone() });
        now.edges.push(Edge::new(0, now.nodes.len() - 1));
        diagram = layout_from_seed(&now, &diagram.seed);
        assert_valid(&now, &diagram);
        crossings.push(diagram.quality.crossings);
    }
    assert!(crossings.windows(2).all(|w| w[1] <= w[0] && w[0] - w[1] < PAIR_COUNT), "{crossings:?}");
    assert!(crossings.last() < Some(&PAIR_COUNT), "{crossings:?}");
}

/// Compares a diagram with a layout of the same graph without a seed. Returns the ratio of the crossings, the
/// ratio of the areas, and true if the diagram counts as much worse.
fn compare_with_fresh(graph: &Graph, diagram: &Diagram) -> (f64, f64, bool) {
    let fresh = layout(graph, None, &Options::default()).quality;
    let times = |a: usize, b: usize| a as f64 / b.max(1) as f64;
    let (crossings, area) =
        (times(diagram.quality.crossings, fresh.crossings), times(diagram.quality.area, fresh.area));
    (crossings, area, diagram.quality.is_much_worse_than(&fresh))
}

#[test]
fn after_many_changes_a_much_worse_drawing_is_detected() {
    let mut graph = without_isolated_nodes(service_graph(60, 1, 3, 0));
    let mut diagram = layout(&graph, None, &Options::default());
    let mut dice = Random(11);
    for step in 0..200 {
        let count = graph.nodes.len();
        if dice.below(2) == 0 && count > 40 {
            graph = without_node(&graph, dice.below(count));
        } else {
            let like = graph.nodes[dice.below(count)].clone();
            graph.nodes.push(Node { key: Key::from(format!("m{step:05}")), ..like });
            for _ in 0..2 {
                let other = dice.below(count);
                let ends = if dice.below(2) == 0 { (count, other) } else { (other, count) };
                graph.edges.push(Edge::new(ends.0, ends.1));
            }
        }
        diagram = layout_from_seed(&graph, &diagram.seed);
    }
    assert_valid(&graph, &diagram);
    let (crossings, area, drifted) = compare_with_fresh(&graph, &diagram);
    println!(
        "after 200 changes: {crossings:.2} times the crossings ({}), {area:.2} times the area",
        diagram.quality.crossings
    );
    assert_eq!(drifted, crossings > 1.3 || area > 1.3);
    let tidied = layout(&graph, None, &Options::default());
    assert!(!compare_with_fresh(&graph, &tidied).2);
}
