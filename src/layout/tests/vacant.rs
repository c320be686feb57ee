//! Services that leave and come back: nothing moves for them, whatever leaves and comes meanwhile.
use super::laws::{any_graph, any_options};
use super::picture::graph;
use super::shapes::{Dice, check, system};
use super::stability::grown;
use crate::layout::{Diagram, Edge, Graph, Key, Node, Options, Rect, layout};
use proptest::prelude::*;

/// Twelve services of which one stands between two entrances and all the rest.
const SHOP: &str = "
    web > gateway
    mobile > gateway
    gateway > users catalog orders payments
    users > redis postgres
    catalog > redis postgres
    orders > postgres payments rabbit
    payments > rabbit
    workers > rabbit postgres
    mailer > rabbit";

/// The graph of those services alone, and what indices they had.
fn only(graph: &Graph, there: &[bool]) -> (Graph, Vec<usize>) {
    let indices: Vec<usize> = (0..graph.nodes.len()).filter(|&n| there[n]).collect();
    let new = |old: usize| indices.iter().position(|&n| n == old);
    let edge = |e: &Edge| Some(Edge { from: new(e.from)?, to: new(e.to)? });
    let nodes = indices.iter().map(|&n| graph.nodes[n].clone()).collect();
    (
        Graph { nodes, edges: graph.edges.iter().filter_map(edge).collect(), groups: graph.groups.clone() },
        indices,
    )
}

fn places(diagram: &Diagram, indices: &[usize]) -> Vec<Rect> {
    indices.iter().map(|&n| diagram.nodes[n]).collect()
}

#[test]
fn nobody_moves_for_whom_leaves_or_comes_back() {
    for (name, graph) in [
        ("shop", graph(SHOP, 3)),
        ("flat", system(40, 3, 3, 0)),
        ("groups", system(40, 3, 3, 3)),
        ("pills", system(30, 5, 1, 2)),
    ] {
        let whole = layout(&graph, None, &Options::default());
        let (mut there, mut diagram, mut dice) = (vec![true; graph.nodes.len()], whole.clone(), Dice(7));
        for step in 0..60 {
            let one = dice.roll(there.len());
            if !there[one] || there.iter().filter(|there| !**there).count() < 6 {
                there[one] = !there[one];
            }
            let (now, indices) = only(&graph, &there);
            diagram = layout(&now, Some(&diagram.seed), &Options::default());
            check(&now, &diagram);
            assert_eq!(diagram.nodes, places(&whole, &indices), "{name}, step {step}: {there:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn of_any_graph_up_to_six_may_leave(
        graph in any_graph(), options in any_options(), gone in prop::collection::btree_set(0_usize..26, 0..6)
    ) {
        let whole = layout(&graph, None, &options);
        let there: Vec<bool> = (0..graph.nodes.len()).map(|n| !gone.contains(&n)).collect();
        let (less, indices) = only(&graph, &there);
        let after = layout(&less, Some(&whole.seed), &options);
        check(&less, &after);
        prop_assert_eq!(&after.nodes, &places(&whole, &indices));
        prop_assert_eq!(layout(&graph, Some(&after.seed), &options).nodes, whole.nodes);
    }
}

#[test]
fn a_place_is_kept_whatever_comes_meanwhile() {
    let first = graph(SHOP, 3);
    let whole = layout(&first, None, &Options::default());
    let gateway = first.nodes.iter().position(|n| &*n.key == "gateway").expect("it is one of them");
    let there: Vec<bool> = (0..first.nodes.len()).map(|n| n != gateway).collect();
    let (without, _) = only(&first, &there);
    let away = layout(&without, Some(&whole.seed), &Options::default());
    let meanwhile = layout(&grown(&without, 0, "search"), Some(&away.seed), &Options::default());
    let back = layout(&first, Some(&meanwhile.seed), &Options::default());
    check(&first, &back);
    let of =
        |d: &Diagram, name: &str| d.nodes[first.nodes.iter().position(|n| &*n.key == name).expect("named")];
    let [web, there, users] = ["web", "gateway", "users"].map(|name| of(&back, name));
    assert_eq!(there.y - web.y, of(&whole, "gateway").y - of(&whole, "web").y);
    assert!(web.x < there.x && there.x < users.x, "{web:?} {there:?} {users:?}");
}

#[test]
fn where_too_many_have_left_the_picture_closes_up() {
    let graph = system(40, 3, 3, 3);
    let whole = layout(&graph, None, &Options::default());
    let there: Vec<bool> = (0..40).map(|n| n % 2 == 0).collect();
    let (half, indices) = only(&graph, &there);
    let closed = layout(&half, Some(&whole.seed), &Options::default());
    check(&half, &closed);
    assert_ne!(closed.nodes, places(&whole, &indices));
    assert!(closed.quality.area < whole.quality.area);
}

#[test]
fn another_picture_has_no_gaps() {
    let graph = graph(SHOP, 3);
    let whole = layout(&graph, None, &Options::default());
    let there: Vec<bool> = (0..graph.nodes.len()).map(|n| n > 2).collect();
    let (less, indices) = only(&graph, &there);
    let options = Options::default();
    let left = layout(&less, Some(&whole.seed), &options);
    assert_eq!(left.nodes, places(&whole, &indices));
    let other = layout(&less, Some(&whole.seed.elsewhere()), &options);
    assert!(other.size.0 < left.size.0, "{:?} {:?}", other.size, left.size);
}

#[test]
fn nobody_moves_for_a_line_that_goes() {
    for (name, graph) in [("flat", system(40, 3, 3, 0)), ("groups", system(40, 3, 3, 3))] {
        let whole = layout(&graph, None, &Options::default());
        for gone in 0..graph.edges.len() {
            let mut less = graph.clone();
            less.edges.remove(gone);
            let after = layout(&less, Some(&whole.seed), &Options::default());
            check(&less, &after);
            assert_eq!(after.nodes, whole.nodes, "{name}, line {gone}");
        }
    }
}

#[test]
fn nobody_moves_for_a_newcomer_without_lines() {
    for groups in [0, 3] {
        for seed in 0..12 {
            let graph = system(40, seed, 3, groups);
            let whole = layout(&graph, None, &Options::default());
            let mut more = graph.clone();
            more.nodes.push(Node { key: Key::from("newcomer"), group: None, ..graph.nodes[0].clone() });
            let after = layout(&more, Some(&whole.seed), &Options::default());
            check(&more, &after);
            assert_eq!(after.nodes[..40], whole.nodes, "{groups} groups, seed {seed}");
        }
    }
}
