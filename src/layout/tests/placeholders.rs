//! Tests of placeholders: nothing moves when services are removed and return, whatever else changes in
//! between.
use super::invariants::{Random, assert_valid, service_graph};
use super::laws::{any_graph, any_options};
use super::stability::with_extra_node;
use super::text_drawing::parse_graph;
use crate::layout::{Diagram, Edge, Graph, Key, Node, Options, Rect, layout};
use proptest::prelude::*;

/// Calls between twelve services. One service stands between two entry points and all other services.
const GATEWAY_CALLS: &str = "
    web > gateway
    mobile > gateway
    gateway > users catalog orders payments
    users > redis postgres
    catalog > redis postgres
    orders > postgres payments rabbit
    payments > rabbit
    workers > rabbit postgres
    mailer > rabbit";

/// Returns the graph of the services for which `there` is true, and their indices in the full graph.
fn subset(graph: &Graph, there: &[bool]) -> (Graph, Vec<usize>) {
    let indices: Vec<usize> = (0..graph.nodes.len()).filter(|&n| there[n]).collect();
    let new = |old: usize| indices.iter().position(|&n| n == old);
    let edge = |e: &Edge| Some(Edge::new(new(e.from)?, new(e.to)?));
    let nodes = indices.iter().map(|&n| graph.nodes[n].clone()).collect();
    (
        Graph { nodes, edges: graph.edges.iter().filter_map(edge).collect(), groups: graph.groups.clone() },
        indices,
    )
}

fn rects_of(diagram: &Diagram, indices: &[usize]) -> Vec<Rect> {
    indices.iter().map(|&n| diagram.nodes[n]).collect()
}

#[test]
fn nothing_moves_when_services_leave_or_return() {
    for (name, graph) in [
        ("shop", parse_graph(GATEWAY_CALLS, 3)),
        ("flat", service_graph(40, 3, 3, 0)),
        ("groups", service_graph(40, 3, 3, 3)),
        ("pills", service_graph(30, 5, 1, 2)),
    ] {
        let whole = layout(&graph, None, &Options::default());
        let (mut there, mut diagram, mut dice) = (vec![true; graph.nodes.len()], whole.clone(), Random(7));
        for step in 0..60 {
            let one = dice.below(there.len());
            if !there[one] || there.iter().filter(|there| !**there).count() < 6 {
                there[one] = !there[one];
            }
            let (now, indices) = subset(&graph, &there);
            diagram = layout(&now, Some(&diagram.seed), &Options::default());
            assert_valid(&now, &diagram);
            assert_eq!(diagram.nodes, rects_of(&whole, &indices), "{name}, step {step}: {there:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn up_to_six_nodes_of_any_graph_may_leave(
        graph in any_graph(), options in any_options(), gone in prop::collection::btree_set(0_usize..26, 0..6)
    ) {
        let whole = layout(&graph, None, &options);
        let there: Vec<bool> = (0..graph.nodes.len()).map(|n| !gone.contains(&n)).collect();
        let (less, indices) = subset(&graph, &there);
        let after = layout(&less, Some(&whole.seed), &options);
        assert_valid(&less, &after);
        prop_assert_eq!(&after.nodes, &rects_of(&whole, &indices));
        prop_assert_eq!(layout(&graph, Some(&after.seed), &options).nodes, whole.nodes);
    }
}

#[test]
fn a_placeholder_survives_other_changes() {
    let first = parse_graph(GATEWAY_CALLS, 3);
    let whole = layout(&first, None, &Options::default());
    let gateway = first.nodes.iter().position(|n| &*n.key == "gateway").expect("it is one of them");
    let there: Vec<bool> = (0..first.nodes.len()).map(|n| n != gateway).collect();
    let (without, _) = subset(&first, &there);
    let away = layout(&without, Some(&whole.seed), &Options::default());
    let meanwhile = layout(&with_extra_node(&without, 0, "search"), Some(&away.seed), &Options::default());
    let back = layout(&first, Some(&meanwhile.seed), &Options::default());
    assert_valid(&first, &back);
    let of =
        |d: &Diagram, name: &str| d.nodes[first.nodes.iter().position(|n| &*n.key == name).expect("named")];
    let [web, there, users] = ["web", "gateway", "users"].map(|name| of(&back, name));
    assert_eq!(there.y - web.y, of(&whole, "gateway").y - of(&whole, "web").y);
    assert!(web.x < there.x && there.x < users.x, "{web:?} {there:?} {users:?}");
}

#[test]
fn too_many_placeholders_compact_the_drawing() {
    let graph = service_graph(40, 3, 3, 3);
    let whole = layout(&graph, None, &Options::default());
    let there: Vec<bool> = (0..40).map(|n| n % 2 == 0).collect();
    let (half, indices) = subset(&graph, &there);
    let closed = layout(&half, Some(&whole.seed), &Options::default());
    assert_valid(&half, &closed);
    assert_ne!(closed.nodes, rects_of(&whole, &indices));
    assert!(closed.quality.area < whole.quality.area);
}

#[test]
fn a_seed_for_another_graph_leaves_no_placeholders() {
    let graph = parse_graph(GATEWAY_CALLS, 3);
    let whole = layout(&graph, None, &Options::default());
    let there: Vec<bool> = (0..graph.nodes.len()).map(|n| n > 2).collect();
    let (less, indices) = subset(&graph, &there);
    let options = Options::default();
    let left = layout(&less, Some(&whole.seed), &options);
    assert_eq!(left.nodes, rects_of(&whole, &indices));
    let other = layout(&less, Some(&whole.seed.without_placeholders()), &options);
    assert!(other.size.0 < left.size.0, "{:?} {:?}", other.size, left.size);
}

#[test]
fn nothing_moves_for_a_removed_edge() {
    for (name, graph) in [("flat", service_graph(40, 3, 3, 0)), ("groups", service_graph(40, 3, 3, 3))] {
        let whole = layout(&graph, None, &Options::default());
        for gone in 0..graph.edges.len() {
            let mut less = graph.clone();
            less.edges.remove(gone);
            let after = layout(&less, Some(&whole.seed), &Options::default());
            assert_valid(&less, &after);
            assert_eq!(after.nodes, whole.nodes, "{name}, line {gone}");
        }
    }
}

#[test]
fn nothing_moves_for_a_new_node_without_edges() {
    for groups in [0, 3] {
        for seed in 0..12 {
            let graph = service_graph(40, seed, 3, groups);
            let whole = layout(&graph, None, &Options::default());
            let mut more = graph.clone();
            more.nodes.push(Node { key: Key::from("newcomer"), group: None, ..graph.nodes[0].clone() });
            let after = layout(&more, Some(&whole.seed), &Options::default());
            assert_valid(&more, &after);
            assert_eq!(after.nodes[..40], whole.nodes, "{groups} groups, seed {seed}");
        }
    }
}
