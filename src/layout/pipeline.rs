//! Pipeline for the layout of one subgraph: breaks cycles, assigns layers, orders vertices, assigns rows, and
//! converts the result to cells.
use super::{
    coordinates::{cell_layout::CellLayout, row_assignment},
    graph::Key,
    layering::{
        back_edges, cycle_removal,
        layered_graph::{LayeredGraph, Vertex, VertexKind},
        rank_input::RankInput,
        ranks,
    },
    ordering::sweeps,
    subgraph::{NodeRole, Subgraph, SubgraphNode},
    subgraph_layout::{SubgraphLayout, SubgraphSeed},
};

/// Lays out one subgraph. The layout is close to the previous one if there is a seed.
pub fn layout_subgraph(subgraph: &Subgraph, seed: Option<&SubgraphSeed>) -> SubgraphLayout {
    let none = SubgraphSeed::default();
    let seed = seed.unwrap_or(&none);
    let LayerAssignment { layer_of: of, layer_count: count, rank_shift: shift } =
        assign_layers(subgraph, seed);
    let mut graph = LayeredGraph::new(subgraph, &of, count);
    let mut anchors = previous_rows(subgraph, &graph, seed, shift);
    let crossings = sweeps::order_layers(&mut graph, &mut anchors);
    let rows =
        row_assignment::assign_rows(&graph, (subgraph.row_gap, subgraph.row_gap_between_lines), &anchors);
    let mut cells = CellLayout::new(subgraph, graph, rows);
    cells.route_channels(seed, shift);
    cells.measure_widths(seed, shift);
    let mut layout = cells.into_layout(crossings, seed);
    layout.seed.linked_keys = linked_keys(subgraph);
    layout
}

/// The assignment of a subgraph's nodes to layers.
struct LayerAssignment {
    /// Layer of each node; `None` for an isolated node, which is in no layer.
    layer_of: Vec<Option<usize>>,
    /// Number of layers.
    layer_count: usize,
    /// Number by which the ranks are higher than in the seed.
    rank_shift: i32,
}

fn assign_layers(subgraph: &Subgraph, seed: &SubgraphSeed) -> LayerAssignment {
    let placed = layered_nodes(subgraph, seed);
    let boxes: Vec<usize> =
        (0..subgraph.nodes.len()).filter(|&i| placed[i] && subgraph.nodes[i].role == NodeRole::Box).collect();
    let mut number = vec![usize::MAX; subgraph.nodes.len()];
    boxes.iter().enumerate().for_each(|(n, &item)| number[item] = n);
    let mut arcs: Vec<(usize, usize)> = subgraph
        .links
        .iter()
        .map(|l| (number[l.from], number[subgraph.targets[l.target].node]))
        .filter(|&(from, to)| from != usize::MAX && to != usize::MAX && from != to)
        .collect();
    arcs.sort_unstable();
    arcs.dedup();
    let mut known: Vec<Option<i32>> =
        boxes.iter().map(|&i| seed.ranks.get(&subgraph.nodes[i].key).copied()).collect();
    back_edges::fix_one_back_edge(&arcs, &mut known);
    let guessed = cycle_removal::guess_ranks(&arcs, &known);
    let against = cycle_removal::find_back_edges(boxes.len(), &arcs, &guessed);
    let mut forward: Vec<(usize, usize)> =
        arcs.iter().zip(against).map(|(&(a, b), back)| if back { (b, a) } else { (a, b) }).collect();
    forward.sort_unstable();
    forward.dedup();
    let bound = nodes_linked_to_border(subgraph);
    let rewired = newly_linked_nodes(subgraph, seed);
    let shape = |&i: &usize| {
        let SubgraphNode { hint, width, height, .. } = subgraph.nodes[i];
        RankInput { hint, width, height, newly_linked: rewired[i], linked_to_border: bound[i] }
    };
    let shapes: Vec<RankInput> = boxes.iter().map(shape).collect();
    let (ranks, shift) = ranks::assign_ranks(&forward, &known, &shapes, subgraph.top_down);
    let layers = ranks.iter().max().map_or(0, |&r| r + 1);
    let first = i32::from(subgraph.bordered);
    let place = |item: usize| match subgraph.nodes[item].role {
        NodeRole::Box => placed[item].then(|| ranks[number[item]] + first),
        NodeRole::EntryPort => Some(0),
        NodeRole::ExitPort => Some(layers + first),
    };
    let of = (0..subgraph.nodes.len()).map(|i| place(i).and_then(|l| usize::try_from(l).ok())).collect();
    LayerAssignment {
        layer_of: of,
        layer_count: usize::try_from(layers + 2 * first).unwrap_or(0),
        rank_shift: shift,
    }
}

/// Returns true for each node that belongs in a layer: nodes with links, and boxes that were in a layer
/// before.
///
/// So a node does not jump into the grid of isolated nodes when it loses its last link.
fn layered_nodes(subgraph: &Subgraph, seed: &SubgraphSeed) -> Vec<bool> {
    let stays = |item: &SubgraphNode| item.role == NodeRole::Box && seed.ranks.contains_key(&item.key);
    let mut placed: Vec<bool> = subgraph.nodes.iter().map(stays).collect();
    for link in &subgraph.links {
        placed[link.from] = true;
        placed[subgraph.targets[link.target].node] = true;
    }
    placed
}

/// Returns the index pairs (caller, callee) of linked nodes.
fn linked_pairs(subgraph: &Subgraph) -> impl Iterator<Item = (usize, usize)> {
    subgraph.links.iter().map(|link| (link.from, subgraph.targets[link.target].node))
}

/// Returns the sorted key pairs of linked nodes. Returns nothing for a large graph, because its ranking does
/// not need them.
fn linked_keys(subgraph: &Subgraph) -> Vec<(Key, Key)> {
    if subgraph.nodes.len() > ranks::SIMPLEX_MAX_NODES {
        return Vec::new();
    }
    let key = |item: usize| subgraph.nodes[item].key.clone();
    let mut joined: Vec<(Key, Key)> = linked_pairs(subgraph).map(|(from, to)| (key(from), key(to))).collect();
    joined.sort_unstable();
    joined
}

/// Returns true for each node that has a link which the seed lacks. Returns false for all nodes of a large
/// graph, because its ranking does not need this.
fn newly_linked_nodes(subgraph: &Subgraph, seed: &SubgraphSeed) -> Vec<bool> {
    let mut rewired = vec![false; subgraph.nodes.len()];
    if subgraph.nodes.len() > ranks::SIMPLEX_MAX_NODES {
        return rewired;
    }
    let key = |item: usize| &subgraph.nodes[item].key;
    for (from, to) in linked_pairs(subgraph) {
        let known = seed.linked_keys.binary_search_by(|(a, b)| (a, b).cmp(&(key(from), key(to)))).is_ok();
        rewired[from] |= !known;
        rewired[to] |= !known;
    }
    rewired
}

/// Returns true for each node that has a link to or from a port.
fn nodes_linked_to_border(subgraph: &Subgraph) -> Vec<bool> {
    let mut bound = vec![false; subgraph.nodes.len()];
    for link in &subgraph.links {
        let to = subgraph.targets[link.target].node;
        let is_port = |item: usize| subgraph.nodes[item].role != NodeRole::Box;
        bound[link.from] |= is_port(to);
        bound[to] |= is_port(link.from);
    }
    bound
}

/// Returns the row of each vertex in the seed; `None` for a new vertex. `shift` is the number by which the
/// layer numbers are higher than in the seed.
fn previous_rows(
    subgraph: &Subgraph,
    graph: &LayeredGraph,
    seed: &SubgraphSeed,
    shift: i32,
) -> Vec<Option<i32>> {
    let row = |vertex: &Vertex| match vertex.kind {
        VertexKind::Node(item) => seed.rows.get(&subgraph.nodes[item].key).copied(),
        VertexKind::Dummy { target, backward: back } => {
            let layer = i32::try_from(vertex.layer).unwrap_or(0) - shift;
            seed.dummy_rows.get(&(subgraph.targets[target].key.clone(), back, layer)).copied()
        }
    };
    graph.vertices.iter().map(row).collect()
}
