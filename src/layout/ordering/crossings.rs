//! Counting of line crossings for a given order of the vertices, and of the change if two vertices swap
//! places.
use super::adjacency::Adjacency;

/// Returns the total number of crossings. `layers` holds the order of the vertices in each layer, and `place`
/// the place of each vertex in its layer.
pub fn count(adjacency: &Adjacency, layers: &[Vec<usize>], place: &[usize]) -> usize {
    layers
        .iter()
        .map(|layer| crossings_between(adjacency, layer, place) + u_turn_crossings(adjacency, layer, place))
        .sum()
}

/// Returns the number of crossings between `layer` and the next one.
///
/// Two lines cross if they have one order at their left ends and the reverse order at their right ends. The
/// function counts such pairs with a Fenwick tree.
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

/// Returns the sum of the entries 1 to `slot` of a Fenwick tree.
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

/// Returns the number of crossings between the U-turns in a layer and other lines.
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

/// Evaluates swaps: computes the change in crossings if two neighbours in a layer swap places.
pub struct SwapEvaluator<'a> {
    adjacency: &'a Adjacency,
    /// For each vertex, the sorted positions of its left and of its right neighbours.
    neighbour_positions: Vec<[Vec<i64>; 2]>,
    /// True if any vertex in the layer that was loaded last has a U-turn.
    pub has_u_turns: bool,
}

impl<'a> SwapEvaluator<'a> {
    pub fn new(adjacency: &'a Adjacency) -> Self {
        let neighbour_positions = vec![[Vec::new(), Vec::new()]; adjacency.left.len()];
        Self { adjacency, neighbour_positions, has_u_turns: false }
    }

    /// Updates the neighbour positions of all vertices in `layer`. This must be called before evaluating
    /// swaps in that layer.
    pub fn load_layer(&mut self, layer: &[usize], place: &[usize]) {
        self.has_u_turns = layer.iter().any(|&v| !self.adjacency.u_turns[v].is_empty());
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

    /// Returns the change in the number of crossings if `lower` swaps places with `upper`, its upper
    /// neighbour. A negative change means fewer crossings.
    pub fn crossing_change(&self, upper: usize, lower: usize, place: &[usize]) -> i64 {
        let (upper_ends, lower_ends) = (&self.neighbour_positions[upper], &self.neighbour_positions[lower]);
        let change =
            change_of_pair(&upper_ends[0], &lower_ends[0]) + change_of_pair(&upper_ends[1], &lower_ends[1]);
        if !self.has_u_turns {
            return change;
        }
        change
            + self.u_turn_change(upper, lower, place, true)
            + self.u_turn_change(lower, upper, place, false)
    }

    /// Returns the change in crossings with the U-turns of `mover` if `mover` moves past `other`. The move is
    /// downwards if `down` is true.
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

/// Returns the change in crossings between the lines of two neighbours on one side if they swap places.
/// `upper` and `lower` are the sorted positions of the lines' other ends.
fn change_of_pair(upper: &[i64], lower: &[i64]) -> i64 {
    let (Some(last_upper), Some(last_lower)) = (upper.last(), lower.last()) else { return 0 };
    let pairs = (upper.len() * lower.len()) as i64;
    // In most cases the lines of one vertex all end before those of the other.
    if *last_upper < lower[0] {
        pairs
    } else if *last_lower < upper[0] {
        -pairs
    } else {
        crossings_of_pair(lower, upper) - crossings_of_pair(upper, lower)
    }
}

/// Returns the number of crossings between the lines of an upper and of a lower vertex, given the positions
/// of their ends.
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
