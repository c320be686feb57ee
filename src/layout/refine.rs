//! Small steps that save crossings: exchanging neighbours, and sifting single vertices through their layer.
use super::crossing::Swap;
use super::layered::Layered;

/// Wider layers are not sifted.
const SIFT_LIMIT: usize = 400;
/// Turns of sifting and exchanging.
pub const SIFT_ROUNDS: usize = 3;
/// Passes of exchanges after all sweeps.
const ROUNDS_AT_LAST: usize = 64;

/// An order under construction.
#[derive(Clone)]
pub struct Order {
    pub layers: Vec<Vec<usize>>,
    pub place: Vec<usize>,
    /// Layers that must stay as they are.
    pub settled: Vec<bool>,
}

impl Order {
    pub fn new(layers: Vec<Vec<usize>>, graph: &Layered) -> Self {
        let mut order = Self { layers, place: vec![0; graph.vertices.len()], settled: graph.settled.clone() };
        for layer in 0..order.layers.len() {
            order.number(layer);
        }
        order
    }

    pub fn number(&mut self, layer: usize) {
        for (place, &vertex) in self.layers[layer].iter().enumerate() {
            self.place[vertex] = place;
        }
    }

    /// Carries the vertex at one place to another; those between move up by one.
    fn bring(&mut self, layer: usize, from: usize, to: usize) {
        let (low, high) = (from.min(to), from.max(to));
        let moved = &mut self.layers[layer][low..=high];
        if from < to {
            moved.rotate_left(1);
        } else {
            moved.rotate_right(1);
        }
        for (place, &vertex) in (low..).zip(moved.iter()) {
            self.place[vertex] = place;
        }
    }

    pub fn swap(&mut self, layer: usize, upper: usize) {
        self.layers[layer].swap(upper, upper + 1);
        self.place[self.layers[layer][upper]] = upper;
        self.place[self.layers[layer][upper + 1]] = upper + 1;
    }
}

/// Sifting and exchanges in turn, until neither helps.
pub fn polish(order: &mut Order, swap: &mut Swap<'_>) {
    for _ in 0..SIFT_ROUNDS {
        let moved = sift(order, swap, |_| true);
        if !exchange(order, swap, ROUNDS_AT_LAST) && !moved {
            break;
        }
    }
}

/// Swaps neighbours while that saves crossings; tells whether it did.
pub fn exchange(order: &mut Order, swap: &mut Swap<'_>, rounds: usize) -> bool {
    let mut ever = false;
    let mut dirty = vec![true; order.layers.len()];
    for _ in 0..rounds {
        let mut moved = false;
        for layer in 0..order.layers.len() {
            if !std::mem::take(&mut dirty[layer]) || order.settled[layer] {
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
pub fn sift(order: &mut Order, swap: &mut Swap<'_>, may_move: impl Fn(usize) -> bool) -> bool {
    let mut moved = false;
    for layer in 0..order.layers.len() {
        let size = order.layers[layer].len();
        if size > SIFT_LIMIT || order.settled[layer] {
            continue;
        }
        swap.look(&order.layers[layer], &order.place);
        // What a line that turns round crosses depends on who stands where; all other gains do not.
        let turning = swap.turns_in(&order.layers[layer]);
        for vertex in order.layers[layer].clone() {
            if may_move(vertex) {
                let (start, (_, place)) =
                    (order.place[vertex], best_place(swap, order, vertex, layer, turning));
                order.bring(layer, start, place);
                moved |= start != place;
            }
        }
    }
    moved
}

/// Carries the one vertex to its best place that saves the most crossings by that, if it saves at least so many.
pub fn mend(
    order: &mut Order,
    swap: &mut Swap<'_>,
    may_move: impl Fn(usize) -> bool,
    worth: i64,
) -> Option<usize> {
    let mut best = (-worth + 1, None);
    for layer in 0..order.layers.len() {
        if order.layers[layer].len() > SIFT_LIMIT || order.settled[layer] {
            continue;
        }
        swap.look(&order.layers[layer], &order.place);
        let turning = swap.turns_in(&order.layers[layer]);
        for vertex in order.layers[layer].clone().into_iter().filter(|&vertex| may_move(vertex)) {
            let (change, place) = best_place(swap, order, vertex, layer, turning);
            if change < best.0 {
                best = (change, Some((layer, vertex, place)));
            }
        }
    }
    let (layer, vertex, place) = best.1?;
    order.bring(layer, order.place[vertex], place);
    Some(vertex)
}

/// The place for one vertex with the fewest crossings, and how they change by it: its own unless another is strictly
/// better.
fn best_place(
    swap: &Swap<'_>,
    order: &mut Order,
    vertex: usize,
    layer: usize,
    turning: bool,
) -> (i64, usize) {
    let start = order.place[vertex];
    let (mut total, mut best, mut best_place) = (0, 0, start);
    for upper in (0..start).rev() {
        total += swap.gain(order.layers[layer][upper], vertex, &order.place);
        if turning {
            order.swap(layer, upper);
        }
        if total < best {
            (best, best_place) = (total, upper);
        }
    }
    if turning {
        order.bring(layer, 0, start);
    }
    total = 0;
    for upper in start..order.layers[layer].len() - 1 {
        total += swap.gain(vertex, order.layers[layer][upper + 1], &order.place);
        if turning {
            order.swap(layer, upper);
        }
        if total < best {
            (best, best_place) = (total, upper + 1);
        }
    }
    if turning {
        order.bring(layer, order.place[vertex], start);
    }
    (best, best_place)
}
