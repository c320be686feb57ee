//! Crossing reduction by sweeps over the layers: orders the vertices within each layer so that few lines
//! cross.
//!
//! - Without a seed, barycentre and median sweeps (Sugiyama 1981, Eades and Wormald 1994) alternate with
//!   exchanges of neighbours (Gansner 1993). Small layers are sifted (Matuszewski, Schoenfeld and Molitor
//!   1999). Small graphs are ordered from several starts, and the best result is used.
//! - With a seed, known boxes keep their order, and only new boxes and dummy vertices move to their best
//!   places (semi-interactive crossing minimisation, ELK).
//! - All limits count steps rather than time, so the result is the same on every machine.
use super::{
    adjacency::Adjacency,
    crossings::{self, SwapEvaluator},
    local_search::{
        LayerOrder, MAX_SIFT_ROUNDS, exchange_neighbours, move_best_vertex, sift, sift_and_exchange,
    },
};
use crate::layout::layering::{
    components::Components,
    layered_graph::{LayeredGraph, Net},
};

/// Maximum number of sweeps from one start.
const MAX_SWEEPS: usize = 24;
/// Maximum number of successive sweeps without an improvement. One more such sweep ends the search.
const MAX_STALLED_SWEEPS: usize = 5;
/// Maximum product of the number of lines and the number of starts. Larger graphs get fewer starts.
const MAX_LINES_TIMES_STARTS: usize = 3_000;
/// Maximum number of starts, which are initial orders of the vertices in their layers.
const MAX_STARTS: usize = 16;
/// Maximum number of passes of neighbour exchanges after each sweep.
const EXCHANGE_ROUNDS_PER_SWEEP: usize = 4;
/// Maximum number of lines for exchanges after each sweep. In larger graphs, exchanges run only at the end.
const EXCHANGE_MAX_LINES: usize = 16_000;
/// Maximum number of lines in a graph whose dummy vertices may leave the rows that they had in the seed.
const MOVE_DUMMIES_MAX_LINES: usize = 3_000;
/// Minimum number of crossings that moving a known box must save. With a lower limit, a service that comes or
/// goes moves others.
const MIN_CROSSINGS_SAVED: usize = 5;
/// Number of crossings in the diagram for each crossing that moving a known box must save. For example, with
/// 600 crossings a move must save 10.
const CROSSINGS_PER_MIN_SAVED: usize = 60;

/// Orders the layers of `graph` in place, and returns the number of remaining crossings.
///
/// `rows` holds the row of each vertex in the seed; `None` for a new vertex. If the function moves a known
/// box, it sets the row of that box to `None`.
pub fn order_layers(graph: &mut LayeredGraph, rows: &mut [Option<i32>]) -> usize {
    let adjacency = Adjacency::new(graph);
    let best = if rows.iter().any(Option::is_some) {
        order_from_seed(graph, &adjacency, rows)
    } else {
        order_fresh(graph, &adjacency)
    };
    graph.layers.clone_from(&best.layers);
    crossings::count(&adjacency, &best.layers, &best.place)
}

/// Orders the layers without a seed. Runs from several starts, and returns the order with the fewest
/// crossings.
fn order_fresh(graph: &LayeredGraph, adjacency: &Adjacency) -> LayerOrder {
    let lines: usize = adjacency.right.iter().map(Vec::len).sum();
    let starts = (MAX_LINES_TIMES_STARTS / lines.max(1)).clamp(1, MAX_STARTS);
    let mut swap = SwapEvaluator::new(adjacency);
    let runs = (0..starts).map(|start| {
        let mut order = run_from_start(graph, adjacency, &mut swap, start, lines <= EXCHANGE_MAX_LINES);
        sift_and_exchange(&mut order, &mut swap);
        (crossings::count(adjacency, &order.layers, &order.place), order)
    });
    let best = runs.min_by_key(|(crossings, _)| *crossings);
    let best = best.map_or_else(|| LayerOrder::new(graph.layers.clone(), graph), |(_, order)| order);
    if graph.fixed.contains(&true) { best } else { separate_components(best, graph) }
}

/// Returns `order` with unconnected components one below the other in all layers, so that lines of different
/// components don't cross.
fn separate_components(order: LayerOrder, graph: &LayeredGraph) -> LayerOrder {
    let pins = |net: &Net| net.inputs.iter().map(|pin| (pin.vertex, net.output.vertex)).collect::<Vec<_>>();
    let joins = graph.nets.iter().flat_map(pins);
    let parts = Components::new(graph.vertices.len(), joins, |vertex| !graph.is_dummy(vertex));
    let mut layers = order.layers;
    layers.iter_mut().for_each(|layer| layer.sort_by_key(|&vertex| parts.component_of(vertex)));
    LayerOrder::new(layers, graph)
}

/// Runs all sweeps from the start with the number `start`, and returns the best order.
///
/// Starts 0 to 3 begin with the order of the keys or its reverse, and later starts with a shuffled order.
/// Starts also differ in the direction of the first sweep, and in whether it uses the barycentre or the
/// median.
fn run_from_start(
    graph: &LayeredGraph,
    adjacency: &Adjacency,
    swap: &mut SwapEvaluator<'_>,
    start: usize,
    exchange_often: bool,
) -> LayerOrder {
    let mut layers = graph.layers.clone();
    for (layer, _) in layers.iter_mut().zip(&graph.fixed).filter(|(_, settled)| !**settled) {
        match start {
            0 | 2 => {}
            1 | 3 => layer.reverse(),
            _ => shuffle(layer, start),
        }
    }
    let mut order = LayerOrder::new(layers, graph);
    let mut best = order.clone();
    let mut fewest = usize::MAX;
    let mut stalls = 0;
    for step in 0..MAX_SWEEPS {
        let forward = (step + start / 2).is_multiple_of(2);
        sweep(adjacency, &mut order, forward, (step / 2 + start / 2) % 2 == 1);
        if exchange_often {
            exchange_neighbours(&mut order, swap, EXCHANGE_ROUNDS_PER_SWEEP);
        }
        let crossings = crossings::count(adjacency, &order.layers, &order.place);
        if crossings < fewest {
            fewest = crossings;
            best = order.clone();
            stalls = 0;
        } else {
            stalls += 1;
        }
        if stalls > MAX_STALLED_SWEEPS || fewest == 0 {
            break;
        }
    }
    best
}

/// Shuffles a layer (Fisher and Yates, 1938, with the random generator of Knuth's MMIX). The same `start`
/// always gives the same order.
fn shuffle(layer: &mut [usize], start: usize) {
    let mut state = start as u64;
    for last in (1..layer.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        layer.swap(last, (state >> 33) as usize % (last + 1));
    }
}

/// Sorts the vertices of each layer by their desired positions, layer by layer, from left to right if
/// `forward` is true. A vertex without a U-turn and without neighbours in the preceding layer keeps its
/// place.
fn sweep(adjacency: &Adjacency, order: &mut LayerOrder, forward: bool, median: bool) {
    let count = order.layers.len();
    for step in 0..count {
        let layer = if forward { step } else { count - 1 - step };
        if order.fixed[layer] {
            continue;
        }
        let old = &order.layers[layer];
        let wishes: Vec<Option<i64>> =
            old.iter().map(|&v| desired_position(adjacency, &order.place, v, !forward, median)).collect();
        let mut wished: Vec<(i64, usize)> =
            old.iter().zip(&wishes).filter_map(|(&v, wish)| wish.map(|w| (w, v))).collect();
        wished.sort_by_key(|&(value, _)| value);
        let mut sorted = wished.iter().map(|&(_, v)| v);
        let next: Vec<usize> = old
            .iter()
            .zip(&wishes)
            .map(|(&v, wish)| if wish.is_some() { sorted.next().unwrap_or(v) } else { v })
            .collect();
        order.layers[layer] = next;
        order.renumber(layer);
    }
}

/// Returns the desired position of `vertex` in 64ths of a position: the median or mean of its neighbours on
/// one side. Returns `None` if it has no neighbours on that side and no U-turns.
///
/// A vertex without neighbours on that side goes beside the other end of its first U-turn.
fn desired_position(
    adjacency: &Adjacency,
    place: &[usize],
    vertex: usize,
    right: bool,
    median: bool,
) -> Option<i64> {
    let near = &adjacency.side(right)[vertex];
    if near.is_empty() {
        let &(partner, _) = adjacency.u_turns[vertex].first()?;
        let there = adjacency.side(right)[partner].first().map_or_else(
            || place[partner] as i64 * adjacency.stride * 64,
            |_| {
                adjacency.side(right)[partner].iter().map(|e| adjacency.position(e, place) * 64).sum::<i64>()
                    / adjacency.side(right)[partner].len() as i64
            },
        );
        return Some(there + 1);
    }
    let mut positions: Vec<i64> =
        near.iter().map(|e| (adjacency.position(e, place) - i64::from(e.own_row)) * 64).collect();
    if median {
        positions.sort_unstable();
        let middle = positions.len() / 2;
        let lower = positions[(positions.len() - 1) / 2];
        Some(lower.midpoint(positions[middle]))
    } else {
        Some(positions.iter().sum::<i64>() / positions.len() as i64)
    }
}

/// Orders known boxes as in the seed. Places new boxes beside their neighbours, and then moves them to where
/// their lines have the fewest crossings.
///
/// Dummy vertices may also move, because moving a line disturbs the reader less than a tangle that grows over
/// many changes. For the same reason, each layout may move one known box if that saves many crossings.
fn order_from_seed(graph: &LayeredGraph, adjacency: &Adjacency, rows: &mut [Option<i32>]) -> LayerOrder {
    let near_rows = |vertex: usize| {
        let lines = adjacency.left[vertex].iter().chain(&adjacency.right[vertex]).map(|e| e.vertex);
        let around = lines.chain(adjacency.u_turns[vertex].iter().map(|&(partner, _)| partner));
        let known: Vec<i32> = around.filter_map(|v| rows[v]).collect();
        known.iter().sum::<i32>().checked_div(i32::try_from(known.len()).unwrap_or(0))
    };
    let mut layers = graph.layers.clone();
    for layer in &mut layers {
        layer.sort_by_key(|&v| (rows[v].or_else(|| near_rows(v)).unwrap_or(i32::MAX), rows[v].is_none()));
    }
    let mut order = LayerOrder::new(layers, graph);
    let mut swap = SwapEvaluator::new(adjacency);
    let lines: usize = adjacency.right.iter().map(Vec::len).sum();
    let lanes_move = lines <= MOVE_DUMMIES_MAX_LINES;
    let free = |known: Option<i32>, v: usize| known.is_none() || (lanes_move && graph.is_dummy(v));
    sift_until_stable(&mut order, &mut swap, |v| free(rows[v], v));
    if !lanes_move {
        return order;
    }
    let worth = MIN_CROSSINGS_SAVED
        .max(crossings::count(adjacency, &order.layers, &order.place) / CROSSINGS_PER_MIN_SAVED);
    if let Some(moved) = move_best_vertex(&mut order, &mut swap, |v| !free(rows[v], v), worth as i64) {
        rows[moved] = None;
        sift_until_stable(&mut order, &mut swap, |v| free(rows[v], v));
    }
    order
}

/// Moves each vertex for which `may_move` returns true to the best place in its layer. Repeats this until no
/// move reduces crossings, for at most [`MAX_SIFT_ROUNDS`] rounds.
fn sift_until_stable(order: &mut LayerOrder, swap: &mut SwapEvaluator<'_>, may_move: impl Fn(usize) -> bool) {
    for _ in 0..MAX_SIFT_ROUNDS {
        if !sift(order, swap, &may_move) {
            break;
        }
    }
}
