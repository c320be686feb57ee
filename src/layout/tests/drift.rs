//! Many changes, one after the other: who flaps comes back to its place, and what drifts is known to.
use super::picture::graph;
use super::shapes::{Dice, check, system};
use super::stability::{flips, grown, linked, movement, shrunk};
use crate::layout::{Diagram, Edge, Graph, Key, Node, Options, Seed, layout};

fn lay(graph: &Graph, seed: &Seed) -> Diagram {
    layout(graph, Some(seed), &Options::default())
}

/// The graph without the calls of one node, and without the node if it is the last.
fn without(graph: &Graph, gone: usize) -> Graph {
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
            let graph = linked(system(count, seed, 3, 0));
            let before = layout(&graph, None, &Options::default());
            let (more, less) = (grown(&graph, count / 4, "n00007x"), shrunk(&graph));
            let after = lay(&more, &before.seed);
            assert_eq!(flips(&before, &after), 0, "{count} services, seed {seed}");
            let mut moves = vec![movement(&before, &after)];
            // Who loses the last call with it goes to the grid of lone ones, and is not compared.
            if linked(less.clone()) == less {
                let fewer = lay(&less, &before.seed);
                assert_eq!(flips(&fewer, &before), 0, "{count} services less one, seed {seed}");
                moves.push(movement(&fewer, &before));
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
            let graph = system(40, 3, 3, groups);
            let before = layout(&graph, None, &Options::default());
            let away = lay(&without(&graph, gone), &before.seed);
            let still_away = lay(&without(&graph, gone), &away.seed);
            let back = lay(&graph, &still_away.seed);
            assert_eq!(back.nodes, before.nodes, "{groups} groups, service {gone}");
            assert_eq!(back.routes, before.routes, "{groups} groups, service {gone}");
        }
    }
}

#[test]
fn a_service_that_comes_back_to_something_new_stands_in_its_column_and_row() {
    let (mut off, mut cases) = (0.0, 0.0);
    for gone in [3, 7, 20, 31] {
        let graph = linked(system(40, 3, 3, 0));
        let before = layout(&graph, None, &Options::default());
        let away = lay(&without(&graph, gone), &before.seed);
        let more = grown(&graph, 5, "n00009x");
        let meanwhile = lay(&without(&more, gone), &away.seed);
        let back = lay(&more, &meanwhile.seed);
        check(&more, &back);
        assert_eq!(flips(&before, &back), 0);
        off += movement(&before, &back).0;
        cases += 1.0;
    }
    println!("{:.2} rows off", off / cases);
    assert!(off / cases <= 0.5, "{} rows", off / cases);
}

#[test]
fn a_new_call_that_closes_no_circle_runs_with_the_flow() {
    let before = graph("a > b\nc > d", 1);
    let drawn = layout(&before, None, &Options::default());
    let mut after = before.clone();
    after.edges.push(Edge { from: 1, to: 2 });
    let told = lay(&after, &drawn.seed);
    assert_eq!(told.quality.against, 0);
    check(&after, &told);
    let mut circle = after.clone();
    circle.edges.push(Edge { from: 3, to: 0 });
    assert_eq!(lay(&circle, &told.seed).quality.against, 1);
}

#[test]
fn what_is_tangled_is_mended_by_one_box_at_each_change() {
    const PAIRS: usize = 12;
    let wired = |to: &dyn Fn(usize) -> usize| {
        let lines = (0..PAIRS).map(|n| format!("root > a{n:02}\na{n:02} > b{:02}\nb{n:02} > sink\n", to(n)));
        graph(&lines.collect::<String>(), 1)
    };
    let mut diagram = layout(&wired(&|n| n), None, &Options::default());
    assert_eq!(diagram.quality.crossings, 0);
    let mut crossings = vec![PAIRS * (PAIRS - 1) / 2];
    for step in 0..PAIRS {
        // Every line crosses every other, and something else is new each time.
        let mut now = wired(&|n| PAIRS - 1 - n);
        now.nodes.push(Node { key: Key::from(format!("z{step}")), ..now.nodes[0].clone() });
        now.edges.push(Edge { from: 0, to: now.nodes.len() - 1 });
        diagram = lay(&now, &diagram.seed);
        check(&now, &diagram);
        crossings.push(diagram.quality.crossings);
    }
    assert!(crossings.windows(2).all(|w| w[1] <= w[0] && w[0] - w[1] < PAIRS), "{crossings:?}");
    assert!(crossings.last() < Some(&PAIRS), "{crossings:?}");
}

/// How many times worse the drawing is than a fresh one of the same graph: crossings, and area.
fn drift(graph: &Graph, diagram: &Diagram) -> (f64, f64, bool) {
    let fresh = layout(graph, None, &Options::default()).quality;
    let times = |a: usize, b: usize| a as f64 / b.max(1) as f64;
    let (crossings, area) =
        (times(diagram.quality.crossings, fresh.crossings), times(diagram.quality.area, fresh.area));
    (crossings, area, diagram.quality.drifted_from(&fresh))
}

#[test]
fn after_many_changes_the_drift_is_known() {
    let mut graph = linked(system(60, 1, 3, 0));
    let mut diagram = layout(&graph, None, &Options::default());
    let mut dice = Dice(11);
    for step in 0..200 {
        let count = graph.nodes.len();
        if dice.roll(2) == 0 && count > 40 {
            graph = without(&graph, dice.roll(count));
        } else {
            let like = graph.nodes[dice.roll(count)].clone();
            graph.nodes.push(Node { key: Key::from(format!("m{step:05}")), ..like });
            for _ in 0..2 {
                let other = dice.roll(count);
                let ends = if dice.roll(2) == 0 { (count, other) } else { (other, count) };
                graph.edges.push(Edge { from: ends.0, to: ends.1 });
            }
        }
        diagram = lay(&graph, &diagram.seed);
    }
    check(&graph, &diagram);
    let (crossings, area, drifted) = drift(&graph, &diagram);
    println!(
        "after 200 changes: {crossings:.2} times the crossings ({}), {area:.2} times the area",
        diagram.quality.crossings
    );
    assert_eq!(drifted, crossings > 1.3 || area > 1.3);
    let tidied = layout(&graph, None, &Options::default());
    assert!(!drift(&graph, &tidied).2);
}
