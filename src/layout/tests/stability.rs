//! Tests of small changes to a graph: existing nodes stay in place, or nearly so.
use super::invariants::service_graph;
use crate::layout::{Diagram, Direction, Edge, Graph, Key, Node, Options, layout};

/// Returns the graph with one more service, which has one caller and two dependencies.
pub fn with_extra_node(graph: &Graph, caller: usize, name: &str) -> Graph {
    let mut more = graph.clone();
    let (new, count) = (graph.nodes.len(), graph.nodes.len());
    more.nodes.push(Node { key: Key::from(name), ..graph.nodes[caller].clone() });
    more.edges.push(Edge::new(caller, new));
    more.edges.push(Edge::new(new, (caller + count / 3).min(count - 1)));
    more.edges.push(Edge::new(new, count - 1));
    more
}

/// Returns the graph without its last node.
pub fn without_last_node(graph: &Graph) -> Graph {
    let mut less = graph.clone();
    let gone = less.nodes.len() - 1;
    less.nodes.pop();
    less.edges.retain(|e| e.from != gone && e.to != gone);
    less
}

/// Returns the graph with more edges, so that every service has an edge, and no service is in the grid of
/// isolated nodes.
pub fn without_isolated_nodes(mut graph: Graph) -> Graph {
    let count = graph.nodes.len();
    let isolated: Vec<usize> = (0..count)
        .filter(|&n| graph.edges.iter().all(|e| (e.from != n && e.to != n) || e.from == e.to))
        .collect();
    graph.edges.extend(isolated.into_iter().map(|from| Edge::new(from, (from + count / 3) % count)));
    graph
}

/// Returns the mean movement of the nodes that both diagrams have, in rows and in columns. A shift of the
/// whole diagram does not count.
pub fn mean_movement(before: &Diagram, after: &Diagram) -> (f64, f64) {
    let both = before.nodes.iter().zip(&after.nodes);
    let (mut columns, mut rows): (Vec<i32>, Vec<i32>) = both.map(|(a, b)| (b.x - a.x, b.y - a.y)).unzip();
    (mean_deviation(&mut rows), mean_deviation(&mut columns))
}

fn mean_deviation(moves: &mut [i32]) -> f64 {
    moves.sort_unstable();
    let middle = moves[moves.len() / 2];
    moves.iter().map(|m| f64::from((m - middle).abs())).sum::<f64>() / moves.len() as f64
}

/// Returns the number of node pairs that share a column in both diagrams, but in opposite order.
pub fn order_flips(before: &Diagram, after: &Diagram) -> usize {
    let count = before.nodes.len().min(after.nodes.len());
    let pairs = (0..count).flat_map(|a| (0..count).map(move |b| (a, b)));
    let flipped = |&(a, b): &(usize, usize)| {
        let (old, new) = (&before.nodes, &after.nodes);
        old[a].x == old[b].x && new[a].x == new[b].x && old[a].y < old[b].y && new[a].y > new[b].y
    };
    pairs.filter(flipped).count()
}

#[test]
fn one_more_service_moves_the_others_by_little() {
    let (mut rows, mut columns, mut runs) = (0.0, 0.0, 0.0);
    for count in [13, 30, 100] {
        for seed in 0..4 {
            let graph = without_isolated_nodes(service_graph(count, seed, 3, 0));
            let before = layout(&graph, None, &Options::default());
            for caller in [0, count / 4, count / 2] {
                let more = with_extra_node(&graph, caller, "n00007x");
                let after = layout(&more, Some(&before.seed), &Options::default());
                assert_eq!(order_flips(&before, &after), 0, "{count} services, seed {seed}, caller {caller}");
                let (down, across) = mean_movement(&before, &after);
                assert!(
                    down <= 4.0 && across <= 25.0,
                    "{count}, {seed}, {caller}: {down} rows, {across} columns"
                );
                rows += down;
                columns += across;
                runs += 1.0;
            }
        }
    }
    println!("{:.2} rows, {:.2} columns", rows / runs, columns / runs);
    assert!(rows / runs <= 0.5, "{} rows", rows / runs);
    assert!(columns / runs <= 4.0, "{} columns", columns / runs);
}

#[test]
fn one_service_less_moves_the_others_by_less() {
    let (mut rows, mut runs) = (0.0, 0.0);
    for seed in 0..8 {
        let graph = service_graph(40, seed, 3, 0);
        let before = layout(&graph, None, &Options::default());
        let after = layout(&without_last_node(&graph), Some(&before.seed), &Options::default());
        assert_eq!(order_flips(&after, &before), 0);
        rows += mean_movement(&after, &before).0;
        runs += 1.0;
    }
    assert!(rows / runs <= 0.3, "{} rows", rows / runs);
}

#[test]
fn a_change_in_one_group_moves_nothing_inside_the_others() {
    let graph = service_graph(60, 5, 3, 4);
    let before = layout(&graph, None, &Options::default());
    let mut more = graph.clone();
    let member = (0..60).find(|&n| graph.nodes[n].group == Some(2)).unwrap();
    more.nodes.push(Node { key: Key::from("n00031x"), ..graph.nodes[member].clone() });
    more.edges.push(Edge::new(member, 60));
    let after = layout(&more, Some(&before.seed), &Options::default());
    for (node, grouped) in graph.nodes.iter().enumerate().filter(|(_, n)| n.group.is_some_and(|g| g != 2)) {
        let group = grouped.group.unwrap();
        let inside = |d: &Diagram| (d.nodes[node].x - d.groups[group].x, d.nodes[node].y - d.groups[group].y);
        assert_eq!(inside(&before), inside(&after));
    }
}

#[test]
fn an_isolated_service_takes_a_free_slot() {
    let mut graph = service_graph(20, 1, 3, 0);
    graph.edges.retain(|e| e.from % 5 != 1 && e.to % 5 != 1);
    let before = layout(&graph, None, &Options::default());
    graph.nodes.push(Node { key: Key::from("n00000x"), ..graph.nodes[1].clone() });
    let after = layout(&graph, Some(&before.seed), &Options::default());
    assert_eq!(before.nodes, after.nodes[..20]);
}

#[test]
fn a_node_without_its_last_edge_stays_and_nothing_moves() {
    let mut graph = service_graph(20, 1, 3, 0);
    let lines = |n: usize| graph.edges.iter().filter(|e| e.from == n || e.to == n).count();
    let loose = (0..20).find(|&n| lines(n) == 1).expect("one has a single line");
    let before = layout(&graph, None, &Options::default());
    graph.edges.retain(|e| e.from != loose && e.to != loose);
    let after = layout(&graph, Some(&before.seed), &Options::default());
    assert_eq!(before.nodes, after.nodes);
    assert_ne!(
        layout(&graph, None, &Options::default()).nodes,
        after.nodes,
        "afresh it would be packed apart"
    );
}

#[test]
fn another_direction_starts_afresh() {
    let graph = service_graph(20, 1, 3, 0);
    let down = Options { direction: Direction::TopDown, ..Options::default() };
    let across = layout(&graph, None, &Options::default());
    assert_eq!(layout(&graph, Some(&across.seed), &down), layout(&graph, None, &down));
}
