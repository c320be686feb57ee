//! Crossing reduction: the order of the vertices within each layer.
//!
//! Alternating barycentre and median sweeps (Sugiyama 1981, Eades and Wormald 1994) with exchanges of neighbours
//! (Gansner 1993), sifting on small layers (Matuszewski, Schoenfeld and Molitor 1999), several starts on small graphs.
//! All budgets count steps, never time, so the answer is the same on every machine. With a previous drawing the known
//! vertices keep their order and only new ones look for a place (semi-interactive crossing minimisation, ELK).
use super::crossing::{self, Swap};
use super::ends::Ends;
use super::layered::Layered;

const SWEEPS: usize = 24;
const STALLS: usize = 5;
/// Lines times starts must not be more than this.
const START_BUDGET: usize = 3_000;
const STARTS: usize = 4;
/// Up to this many lines neighbours are exchanged after each sweep, above it only at the end.
const EXCHANGE_LIMIT: usize = 4_000;
/// Wider layers are not sifted.
const SIFT_LIMIT: usize = 160;
const SIFT_ROUNDS: usize = 3;
/// Passes of exchanges after a sweep, and after all of them.
const ROUNDS: usize = 4;
const ROUNDS_AT_LAST: usize = 64;

/// An order under construction.
#[derive(Clone)]
struct Order {
    layers: Vec<Vec<usize>>,
    place: Vec<usize>,
}

/// Orders the layers of the graph in place and tells the crossings that remain.
///
/// `rows` are the rows of the previous drawing, where known.
pub fn order(graph: &mut Layered, rows: &[Option<i32>]) -> usize {
    let ends = Ends::new(graph);
    let best =
        if rows.iter().any(Option::is_some) { seeded(graph, &ends, rows) } else { fresh(graph, &ends) };
    graph.layers.clone_from(&best.layers);
    crossing::count(&ends, &best.layers, &best.place)
}

impl Order {
    fn new(layers: Vec<Vec<usize>>, count: usize) -> Self {
        let mut order = Self { layers, place: vec![0; count] };
        for layer in 0..order.layers.len() {
            order.number(layer);
        }
        order
    }

    fn number(&mut self, layer: usize) {
        for (place, &vertex) in self.layers[layer].iter().enumerate() {
            self.place[vertex] = place;
        }
    }

    fn swap(&mut self, layer: usize, upper: usize) {
        self.layers[layer].swap(upper, upper + 1);
        self.place[self.layers[layer][upper]] = upper;
        self.place[self.layers[layer][upper + 1]] = upper + 1;
    }
}

fn fresh(graph: &Layered, ends: &Ends) -> Order {
    let lines: usize = ends.right.iter().map(Vec::len).sum();
    let starts = (START_BUDGET / lines.max(1)).clamp(1, STARTS);
    let mut swap = Swap::new(ends);
    let runs = (0..starts).map(|start| {
        let order = run(graph, ends, &mut swap, start, lines <= EXCHANGE_LIMIT);
        (crossing::count(ends, &order.layers, &order.place), order)
    });
    let best = runs.min_by_key(|(crossings, _)| *crossings);
    let mut best =
        best.map_or_else(|| Order::new(graph.layers.clone(), graph.vertices.len()), |(_, order)| order);
    polish(&mut best, &mut swap);
    best
}

/// One start: by key or against it, forward or backward first, by barycentre or median first.
fn run(graph: &Layered, ends: &Ends, swap: &mut Swap<'_>, start: usize, exchange_often: bool) -> Order {
    let mut layers = graph.layers.clone();
    if start % 2 == 1 {
        layers.iter_mut().for_each(|layer| layer.reverse());
    }
    let mut order = Order::new(layers, graph.vertices.len());
    let mut best = order.clone();
    let mut fewest = usize::MAX;
    let mut stalls = 0;
    for step in 0..SWEEPS {
        let forward = (step + start / 2) % 2 == 0;
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

/// Sifting and exchanges in turn, until neither helps.
fn polish(order: &mut Order, swap: &mut Swap<'_>) {
    for _ in 0..SIFT_ROUNDS {
        let moved = sift(order, swap, |_| true);
        if !exchange(order, swap, ROUNDS_AT_LAST) && !moved {
            break;
        }
    }
}

/// Sorts each layer by where its lines come from; a vertex without lines on that side keeps its place.
fn sweep(ends: &Ends, order: &mut Order, forward: bool, median: bool) {
    let count = order.layers.len();
    for step in 0..count {
        let layer = if forward { step } else { count - 1 - step };
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
        Some((positions[middle] + lower) / 2)
    } else {
        Some(positions.iter().sum::<i64>() / positions.len() as i64)
    }
}

/// Swaps neighbours while that saves crossings; tells whether it did.
fn exchange(order: &mut Order, swap: &mut Swap<'_>, rounds: usize) -> bool {
    let mut ever = false;
    let mut dirty = vec![true; order.layers.len()];
    for _ in 0..rounds {
        let mut moved = false;
        for layer in 0..order.layers.len() {
            if !std::mem::take(&mut dirty[layer]) {
                continue;
            }
            swap.look(&order.layers[layer], &order.place);
            for upper in 1..order.layers[layer].len() {
                let (a, b) = (order.layers[layer][upper - 1], order.layers[layer][upper]);
                if swap.gain(a, b, &order.place) < 0 {
                    order.swap(layer, upper - 1);
                    moved = true;
                    let around = layer.saturating_sub(1)..(layer + 2).min(dirty.len());
                    dirty[around].fill(true);
                }
            }
        }
        ever |= moved;
        if !moved {
            break;
        }
    }
    ever
}

/// Carries single vertices through their layer to the place with the fewest crossings.
fn sift(order: &mut Order, swap: &mut Swap<'_>, may_move: impl Fn(usize) -> bool) -> bool {
    let mut moved = false;
    for layer in 0..order.layers.len() {
        let size = order.layers[layer].len();
        if size > SIFT_LIMIT {
            continue;
        }
        swap.look(&order.layers[layer], &order.place);
        for vertex in order.layers[layer].clone() {
            if may_move(vertex) {
                moved |= carry(swap, order, layer, vertex);
            }
        }
    }
    moved
}

/// Tries every place for one vertex; it stays where it was unless another place is strictly better.
fn carry(swap: &Swap<'_>, order: &mut Order, layer: usize, vertex: usize) -> bool {
    let start = order.place[vertex];
    let (mut total, mut best, mut best_place) = (0, 0, start);
    for upper in (0..start).rev() {
        total += swap.gain(order.layers[layer][upper], vertex, &order.place);
        order.swap(layer, upper);
        if total < best {
            (best, best_place) = (total, upper);
        }
    }
    for upper in 0..start {
        order.swap(layer, upper);
    }
    total = 0;
    for upper in start..order.layers[layer].len() - 1 {
        total += swap.gain(vertex, order.layers[layer][upper + 1], &order.place);
        order.swap(layer, upper);
        if total < best {
            (best, best_place) = (total, upper + 1);
        }
    }
    for upper in (best_place..order.layers[layer].len() - 1).rev() {
        order.swap(layer, upper);
    }
    best_place != start
}

/// Known vertices in their old order; new ones first beside their neighbours, then wherever they cross least.
fn seeded(graph: &Layered, ends: &Ends, rows: &[Option<i32>]) -> Order {
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
    let mut order = Order::new(layers, graph.vertices.len());
    let mut swap = Swap::new(ends);
    for _ in 0..SIFT_ROUNDS {
        if !sift(&mut order, &mut swap, |v| rows[v].is_none()) {
            break;
        }
    }
    order
}
