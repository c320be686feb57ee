//! Crossing numbers: counts the crossings of an order, and how a swap changes them.
use super::adjacency::Adjacency;

/// Returns the number of all crossings. `layers` is the order, and `place` is the position of each vertex in
/// its layer.
pub fn count(adjacency: &Adjacency, layers: &[Vec<usize>], place: &[usize]) -> usize {
    layers
        .iter()
        .map(|layer| crossings_between(adjacency, layer, place) + u_turn_crossings(adjacency, layer, place))
        .sum()
}

/// Returns the number of crossings between `layer` and the next one.
///
/// Lines arrive sorted by their left ends, except for the rows within one vertex.
fn crossings_between(adjacency: &Adjacency, layer: &[usize], place: &[usize]) -> usize {
    let count = layer.iter().map(|&v| adjacency.right[v].len()).sum();
    let mut lines: Vec<(i64, i64)> = Vec::with_capacity(count);
    for &vertex in layer {
        let own = place[vertex] as i64 * adjacency.stride;
        let of_vertex = lines.len();
        lines.extend(
            adjacency.right[vertex]
                .iter()
                .map(|e| (own + i64::from(e.own_row), adjacency.position(e, place))),
        );
        lines[of_vertex..].sort_unstable();
    }
    let size = lines.iter().map(|l| l.1).max().map_or(0, |last| last + 1);
    let mut tree = vec![0_usize; usize::try_from(size).unwrap_or(0) + 1];
    let mut crossings = 0;
    for (seen, &(_, to)) in lines.iter().enumerate() {
        let slot = usize::try_from(to).unwrap_or(0) + 1;
        crossings += seen - fenwick_sum(&tree, slot);
        fenwick_add(&mut tree, slot);
    }
    crossings
}

/// Returns the sum of all entries up to `slot` of a Fenwick tree.
fn fenwick_sum(tree: &[usize], mut slot: usize) -> usize {
    let mut sum = 0;
    while slot > 0 {
        sum += tree[slot];
        slot &= slot - 1;
    }
    sum
}

/// Adds one to the entry `slot` of a Fenwick tree.
fn fenwick_add(tree: &mut [usize], mut slot: usize) {
    while slot < tree.len() {
        tree[slot] += 1;
        slot += slot & slot.wrapping_neg();
    }
}

/// Returns the number of lines that the U-turns within a layer cross.
fn u_turn_crossings(adjacency: &Adjacency, layer: &[usize], place: &[usize]) -> usize {
    let mut crossings = 0;
    for &vertex in layer {
        for &(partner, right) in &adjacency.u_turns[vertex] {
            if place[vertex] < place[partner] {
                let between = &layer[place[vertex] + 1..place[partner]];
                crossings += between.iter().map(|&v| adjacency.side(right)[v].len()).sum::<usize>();
            }
        }
    }
    crossings
}

/// Computes how the crossings change when two neighbours in a layer swap places and everything else stays.
pub struct SwapEvaluator<'a> {
    adjacency: &'a Adjacency,
    /// Sorted positions of the neighbours of each vertex, on the left and on the right.
    neighbour_positions: Vec<[Vec<i64>; 2]>,
}

impl<'a> SwapEvaluator<'a> {
    pub fn new(adjacency: &'a Adjacency) -> Self {
        Self { adjacency, neighbour_positions: vec![[Vec::new(), Vec::new()]; adjacency.left.len()] }
    }

    /// Reads the positions of the neighbours of all vertices in `layer`.
    pub fn load_layer(&mut self, layer: &[usize], place: &[usize]) {
        for &vertex in layer {
            for right in [false, true] {
                let positions = &mut self.neighbour_positions[vertex][usize::from(right)];
                positions.clear();
                positions.extend(
                    self.adjacency.side(right)[vertex].iter().map(|e| self.adjacency.position(e, place)),
                );
                positions.sort_unstable();
            }
        }
    }

    /// Returns true if any vertex in the layer has a U-turn.
    pub fn has_u_turns(&self, layer: &[usize]) -> bool {
        layer.iter().any(|&v| !self.adjacency.u_turns[v].is_empty())
    }

    /// Returns the change in crossings if `lower` moves above its neighbour `upper`; negative if that saves
    /// some.
    pub fn crossing_change(&self, upper: usize, lower: usize, place: &[usize]) -> i64 {
        let mut gain = 0;
        for side in 0..2 {
            gain += crossings_of_pair(
                &self.neighbour_positions[lower][side],
                &self.neighbour_positions[upper][side],
            );
            gain -= crossings_of_pair(
                &self.neighbour_positions[upper][side],
                &self.neighbour_positions[lower][side],
            );
        }
        gain + self.u_turn_change(upper, lower, place, true) + self.u_turn_change(lower, upper, place, false)
    }

    /// Returns the change for the U-turns of `mover` when it passes `other`, downwards if `down`.
    fn u_turn_change(&self, mover: usize, other: usize, place: &[usize], down: bool) -> i64 {
        let mut gain = 0;
        for &(partner, right) in &self.adjacency.u_turns[mover] {
            if partner != other {
                let lines = self.neighbour_positions[other][usize::from(right)].len() as i64;
                let nearer = (place[partner] > place[mover]) == down;
                gain += if nearer { -lines } else { lines };
            }
        }
        gain
    }
}

/// Returns the number of crossings between the lines of an upper vertex and those of a lower one.
fn crossings_of_pair(upper: &[i64], lower: &[i64]) -> i64 {
    let (mut crossings, mut passed) = (0, 0);
    for &end in upper {
        while passed < lower.len() && lower[passed] < end {
            passed += 1;
        }
        crossings += passed as i64;
    }
    crossings
}
