//! Crossing reduction: the order of the vertices within each layer.
//!
//! Alternating barycentre and median sweeps (Sugiyama 1981, Eades and Wormald 1994) with exchanges of neighbours
//! (Gansner 1993), sifting on small layers (Matuszewski, Schoenfeld and Molitor 1999), several starts on small graphs.
//! All budgets count steps, never time, so the answer is the same on every machine. With a previous drawing the known
//! boxes keep their order; new ones and lanes look for a place (semi-interactive crossing minimisation, ELK).
use super::crossing::{self, Swap};
use super::ends::Ends;
use super::layered::{Layered, Net};
use super::parts::Parts;
use super::refine::{Order, SIFT_ROUNDS, exchange, mend, polish, sift};

const SWEEPS: usize = 24;
const STALLS: usize = 5;
/// Lines times starts must not be more than this.
const START_BUDGET: usize = 3_000;
const STARTS: usize = 16;
/// Passes of exchanges after a sweep.
const ROUNDS: usize = 4;
/// Up to this many lines neighbours are exchanged after each sweep, above it only at the end.
const EXCHANGE_LIMIT: usize = 16_000;
/// Up to this many lines the lanes of a known picture may find other ways.
const LANES_LIMIT: usize = 3_000;
/// A known box changes its place for so many crossings fewer, and no less than such a share of all. With less, a service
/// that comes or goes moves others.
const WORTH_A_MOVE: usize = 5;
const SHARE_WORTH_A_MOVE: usize = 60;

/// Orders the layers of the graph in place and tells the crossings that remain.
///
/// `rows` are the rows of the previous drawing, where known; who does not keep its place is not known any more.
pub fn order(graph: &mut Layered, rows: &mut [Option<i32>]) -> usize {
    let ends = Ends::new(graph);
    let best =
        if rows.iter().any(Option::is_some) { seeded(graph, &ends, rows) } else { fresh(graph, &ends) };
    graph.layers.clone_from(&best.layers);
    crossing::count(&ends, &best.layers, &best.place)
}

fn fresh(graph: &Layered, ends: &Ends) -> Order {
    let lines: usize = ends.right.iter().map(Vec::len).sum();
    let starts = (START_BUDGET / lines.max(1)).clamp(1, STARTS);
    let mut swap = Swap::new(ends);
    let runs = (0..starts).map(|start| {
        let mut order = run(graph, ends, &mut swap, start, lines <= EXCHANGE_LIMIT);
        polish(&mut order, &mut swap);
        (crossing::count(ends, &order.layers, &order.place), order)
    });
    let best = runs.min_by_key(|(crossings, _)| *crossings);
    let best = best.map_or_else(|| Order::new(graph.layers.clone(), graph), |(_, order)| order);
    if graph.settled.contains(&true) { best } else { apart(best, graph) }
}

/// The same with unlinked parts one below the other in all layers alike, so that none crosses another.
fn apart(order: Order, graph: &Layered) -> Order {
    let pins = |net: &Net| net.ins.iter().map(|pin| (pin.vertex, net.out.vertex)).collect::<Vec<_>>();
    let joins = graph.nets.iter().flat_map(pins);
    let parts = Parts::new(graph.vertices.len(), joins, |vertex| !graph.is_lane(vertex));
    let mut layers = order.layers;
    layers.iter_mut().for_each(|layer| layer.sort_by_key(|&vertex| parts.of(vertex)));
    Order::new(layers, graph)
}

/// One start: by key or against it, later ones shuffled; forward or backward first, by barycentre or median first.
fn run(graph: &Layered, ends: &Ends, swap: &mut Swap<'_>, start: usize, exchange_often: bool) -> Order {
    let mut layers = graph.layers.clone();
    for (layer, _) in layers.iter_mut().zip(&graph.settled).filter(|(_, settled)| !**settled) {
        match start {
            0 | 2 => {}
            1 | 3 => layer.reverse(),
            _ => shuffle(layer, start),
        }
    }
    let mut order = Order::new(layers, graph);
    let mut best = order.clone();
    let mut fewest = usize::MAX;
    let mut stalls = 0;
    for step in 0..SWEEPS {
        let forward = (step + start / 2).is_multiple_of(2);
        sweep(ends, &mut order, forward, (step / 2 + start / 2) % 2 == 1);
        if exchange_often {
            exchange(&mut order, swap, ROUNDS);
        }
        let crossings = crossing::count(ends, &order.layers, &order.place);
        if crossings < fewest {
            fewest = crossings;
            best = order.clone();
            stalls = 0;
        } else {
            stalls += 1;
        }
        if stalls > STALLS || fewest == 0 {
            break;
        }
    }
    best
}

/// Mixes a layer, always in the same way (Fisher and Yates, 1938, with the generator of Knuth's MMIX for the dice).
fn shuffle(layer: &mut [usize], start: usize) {
    let mut state = start as u64;
    for last in (1..layer.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        layer.swap(last, (state >> 33) as usize % (last + 1));
    }
}

/// Sorts each layer by where its lines come from; a vertex without lines on that side keeps its place.
fn sweep(ends: &Ends, order: &mut Order, forward: bool, median: bool) {
    let count = order.layers.len();
    for step in 0..count {
        let layer = if forward { step } else { count - 1 - step };
        if order.settled[layer] {
            continue;
        }
        let old = &order.layers[layer];
        let wishes: Vec<Option<i64>> =
            old.iter().map(|&v| wish(ends, &order.place, v, !forward, median)).collect();
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
        order.number(layer);
    }
}

/// Where a vertex would like to be, in 64ths of a position; lines that turn round want to be beside their partner.
fn wish(ends: &Ends, place: &[usize], vertex: usize, right: bool, median: bool) -> Option<i64> {
    let near = &ends.side(right)[vertex];
    if near.is_empty() {
        let &(partner, _) = ends.turns[vertex].first()?;
        let there = ends.side(right)[partner].first().map_or_else(
            || place[partner] as i64 * ends.stride * 64,
            |_| {
                ends.side(right)[partner].iter().map(|e| ends.position(e, place) * 64).sum::<i64>()
                    / ends.side(right)[partner].len() as i64
            },
        );
        return Some(there + 1);
    }
    let mut positions: Vec<i64> =
        near.iter().map(|e| (ends.position(e, place) - i64::from(e.own)) * 64).collect();
    if median {
        positions.sort_unstable();
        let middle = positions.len() / 2;
        let lower = positions[(positions.len() - 1) / 2];
        Some(lower.midpoint(positions[middle]))
    } else {
        Some(positions.iter().sum::<i64>() / positions.len() as i64)
    }
}

/// Known boxes in their old order; new ones first beside their neighbours, then wherever they cross least. Lanes are
/// free to follow them there: that a line takes another way is less of a change than lines that tangle more and more.
///
/// Where lines have become tangled over many changes, one box at a layout leaves its place, if that saves much.
fn seeded(graph: &Layered, ends: &Ends, rows: &mut [Option<i32>]) -> Order {
    let near_rows = |vertex: usize| {
        let lines = ends.left[vertex].iter().chain(&ends.right[vertex]).map(|e| e.vertex);
        let around = lines.chain(ends.turns[vertex].iter().map(|&(partner, _)| partner));
        let known: Vec<i32> = around.filter_map(|v| rows[v]).collect();
        known.iter().sum::<i32>().checked_div(i32::try_from(known.len()).unwrap_or(0))
    };
    let mut layers = graph.layers.clone();
    for layer in &mut layers {
        layer.sort_by_key(|&v| (rows[v].or_else(|| near_rows(v)).unwrap_or(i32::MAX), rows[v].is_none()));
    }
    let mut order = Order::new(layers, graph);
    let mut swap = Swap::new(ends);
    let lines: usize = ends.right.iter().map(Vec::len).sum();
    let lanes_move = lines <= LANES_LIMIT;
    let free = |known: Option<i32>, v: usize| known.is_none() || (lanes_move && graph.is_lane(v));
    settle(&mut order, &mut swap, |v| free(rows[v], v));
    if !lanes_move {
        return order;
    }
    let worth = WORTH_A_MOVE.max(crossing::count(ends, &order.layers, &order.place) / SHARE_WORTH_A_MOVE);
    if let Some(moved) = mend(&mut order, &mut swap, |v| !free(rows[v], v), worth as i64) {
        rows[moved] = None;
        settle(&mut order, &mut swap, |v| free(rows[v], v));
    }
    order
}

/// Sifts those who may move until that does not help.
fn settle(order: &mut Order, swap: &mut Swap<'_>, may_move: impl Fn(usize) -> bool) {
    for _ in 0..SIFT_ROUNDS {
        if !sift(order, swap, &may_move) {
            break;
        }
    }
}
