//! Local search for fewer crossings. It swaps neighbours, and it sifts: it tries all places in the layer for
//! one vertex.
use super::crossings::SwapEvaluator;
use crate::layout::layering::layered_graph::LayeredGraph;

/// Maximum number of vertices in a layer for sifting.
const SIFT_MAX_VERTICES: usize = 400;
/// Maximum number of rounds of sifting over all layers. Without a seed, exchanges of neighbours follow each
/// round.
pub const MAX_SIFT_ROUNDS: usize = 3;
/// Maximum number of passes of neighbour exchanges after each round of sifting.
const FINAL_EXCHANGE_ROUNDS: usize = 64;

/// The order of the vertices in their layers, which the ordering stage improves step by step.
#[derive(Clone)]
pub struct LayerOrder {
    /// Vertices of each layer, from top to bottom.
    pub layers: Vec<Vec<usize>>,
    /// Position of each vertex in its layer.
    pub place: Vec<usize>,
    /// For each layer, true if its order must not change.
    pub fixed: Vec<bool>,
}

impl LayerOrder {
    pub fn new(layers: Vec<Vec<usize>>, graph: &LayeredGraph) -> Self {
        let mut order = Self { layers, place: vec![0; graph.vertices.len()], fixed: graph.fixed.clone() };
        for layer in 0..order.layers.len() {
            order.renumber(layer);
        }
        order
    }

    /// Updates `place` for all vertices in `layer`.
    pub fn renumber(&mut self, layer: usize) {
        for (place, &vertex) in self.layers[layer].iter().enumerate() {
            self.place[vertex] = place;
        }
    }

    /// Moves a vertex from one place in `layer` to another. The vertices in between shift by one place.
    fn move_vertex(&mut self, layer: usize, from: usize, to: usize) {
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

    /// Swaps the vertices at the places `upper` and `upper + 1` of `layer`.
    pub fn swap_neighbours(&mut self, layer: usize, upper: usize) {
        self.layers[layer].swap(upper, upper + 1);
        self.place[self.layers[layer][upper]] = upper;
        self.place[self.layers[layer][upper + 1]] = upper + 1;
    }
}

/// Alternates sifting and neighbour exchanges until neither reduces crossings, for at most
/// `MAX_SIFT_ROUNDS` rounds.
pub fn sift_and_exchange(order: &mut LayerOrder, swap: &mut SwapEvaluator<'_>) {
    for _ in 0..MAX_SIFT_ROUNDS {
        let moved = sift(order, swap, |_| true);
        if !exchange_neighbours(order, swap, FINAL_EXCHANGE_ROUNDS) && !moved {
            break;
        }
    }
}

/// Swaps neighbours as long as that reduces crossings, for at most `rounds` passes. Returns true if it
/// swapped any.
pub fn exchange_neighbours(order: &mut LayerOrder, swap: &mut SwapEvaluator<'_>, rounds: usize) -> bool {
    let mut ever = false;
    let mut dirty = vec![true; order.layers.len()];
    for _ in 0..rounds {
        let mut moved = false;
        for layer in 0..order.layers.len() {
            if !std::mem::take(&mut dirty[layer]) || order.fixed[layer] {
                continue;
            }
            swap.load_layer(&order.layers[layer], &order.place);
            for upper in 1..order.layers[layer].len() {
                let (a, b) = (order.layers[layer][upper - 1], order.layers[layer][upper]);
                if swap.crossing_change(a, b, &order.place) < 0 {
                    order.swap_neighbours(layer, upper - 1);
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

/// Moves each vertex for which `may_move` returns true to the place in its layer with the fewest crossings.
/// Returns true if any vertex moved.
pub fn sift(order: &mut LayerOrder, swap: &mut SwapEvaluator<'_>, may_move: impl Fn(usize) -> bool) -> bool {
    let mut moved = false;
    for layer in 0..order.layers.len() {
        let size = order.layers[layer].len();
        if size > SIFT_MAX_VERTICES || order.fixed[layer] {
            continue;
        }
        swap.load_layer(&order.layers[layer], &order.place);
        // The crossings of U-turns depend on the order within the layer. All other crossings don't.
        let turning = swap.has_u_turns;
        for vertex in order.layers[layer].clone() {
            if may_move(vertex) {
                let (start, (_, place)) =
                    (order.place[vertex], best_place(swap, order, vertex, layer, turning));
                order.move_vertex(layer, start, place);
                moved |= start != place;
            }
        }
    }
    moved
}

/// Moves the vertex whose move saves the most crossings, and returns it.
///
/// Returns `None`, and moves nothing, if no move saves at least `min_saved` crossings.
pub fn move_best_vertex(
    order: &mut LayerOrder,
    swap: &mut SwapEvaluator<'_>,
    may_move: impl Fn(usize) -> bool,
    min_saved: i64,
) -> Option<usize> {
    let mut best = (-min_saved + 1, None);
    for layer in 0..order.layers.len() {
        if order.layers[layer].len() > SIFT_MAX_VERTICES || order.fixed[layer] {
            continue;
        }
        swap.load_layer(&order.layers[layer], &order.place);
        let turning = swap.has_u_turns;
        for vertex in order.layers[layer].clone().into_iter().filter(|&vertex| may_move(vertex)) {
            let (change, place) = best_place(swap, order, vertex, layer, turning);
            if change < best.0 {
                best = (change, Some((layer, vertex, place)));
            }
        }
    }
    let (layer, vertex, place) = best.1?;
    order.move_vertex(layer, order.place[vertex], place);
    Some(vertex)
}

/// Returns the best place of `vertex` in its layer, as (change in crossings, place). Returns the present
/// place unless another one is better.
fn best_place(
    swap: &SwapEvaluator<'_>,
    order: &mut LayerOrder,
    vertex: usize,
    layer: usize,
    turning: bool,
) -> (i64, usize) {
    let start = order.place[vertex];
    let (mut total, mut best, mut best_place) = (0, 0, start);
    for upper in (0..start).rev() {
        total += swap.crossing_change(order.layers[layer][upper], vertex, &order.place);
        if turning {
            order.swap_neighbours(layer, upper);
        }
        if total < best {
            (best, best_place) = (total, upper);
        }
    }
    if turning {
        order.move_vertex(layer, 0, start);
    }
    total = 0;
    for upper in start..order.layers[layer].len() - 1 {
        total += swap.crossing_change(vertex, order.layers[layer][upper + 1], &order.place);
        if turning {
            order.swap_neighbours(layer, upper);
        }
        if total < best {
            (best, best_place) = (total, upper + 1);
        }
    }
    if turning {
        order.move_vertex(layer, order.place[vertex], start);
    }
    (best, best_place)
}
