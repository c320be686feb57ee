//! Crossing numbers.
//!
//! Between two layers: sort the lines by their left ends and count the inversions of the right ends with a Fenwick
//! tree, O(E log V) (Barth, Juenger and Mutzel, "Simple and Efficient Bilayer Cross Counting", 2002). A line that
//! turns round crosses the lines of the vertices it passes in its own layer.
use super::ends::Ends;

/// All crossings of an order: `layers` in order, `place` of each vertex in its layer.
pub fn count(ends: &Ends, layers: &[Vec<usize>], place: &[usize]) -> usize {
    layers.iter().map(|layer| between(ends, layer, place) + turning(ends, layer, place)).sum()
}

/// Crossings between a layer and the next one; lines come sorted by their left ends, but for rows of one vertex.
fn between(ends: &Ends, layer: &[usize], place: &[usize]) -> usize {
    let count = layer.iter().map(|&v| ends.right[v].len()).sum();
    let mut lines: Vec<(i64, i64)> = Vec::with_capacity(count);
    for &vertex in layer {
        let own = place[vertex] as i64 * ends.stride;
        let of_vertex = lines.len();
        lines.extend(ends.right[vertex].iter().map(|e| (own + i64::from(e.own), ends.position(e, place))));
        lines[of_vertex..].sort_unstable();
    }
    let size = lines.iter().map(|l| l.1).max().map_or(0, |last| last + 1);
    let mut tree = vec![0_usize; usize::try_from(size).unwrap_or(0) + 1];
    let mut crossings = 0;
    for (seen, &(_, to)) in lines.iter().enumerate() {
        let slot = usize::try_from(to).unwrap_or(0) + 1;
        crossings += seen - prefix(&tree, slot);
        add(&mut tree, slot);
    }
    crossings
}

fn prefix(tree: &[usize], mut slot: usize) -> usize {
    let mut sum = 0;
    while slot > 0 {
        sum += tree[slot];
        slot &= slot - 1;
    }
    sum
}

fn add(tree: &mut [usize], mut slot: usize) {
    while slot < tree.len() {
        tree[slot] += 1;
        slot += slot & slot.wrapping_neg();
    }
}

/// Lines passed by the lines that turn round within a layer.
fn turning(ends: &Ends, layer: &[usize], place: &[usize]) -> usize {
    let mut crossings = 0;
    for &vertex in layer {
        for &(partner, right) in &ends.turns[vertex] {
            if place[vertex] < place[partner] {
                let between = &layer[place[vertex] + 1..place[partner]];
                crossings += between.iter().map(|&v| ends.side(right)[v].len()).sum::<usize>();
            }
        }
    }
    crossings
}

/// What changes when two neighbours in a layer swap places, while everything else stays.
pub struct Swap<'a> {
    ends: &'a Ends,
    /// For each vertex, the sorted positions of its ends on the left and on the right.
    near: Vec<[Vec<i64>; 2]>,
}

impl<'a> Swap<'a> {
    pub fn new(ends: &'a Ends) -> Self {
        Self { ends, near: vec![[Vec::new(), Vec::new()]; ends.left.len()] }
    }

    /// Reads the positions around a layer anew.
    pub fn look(&mut self, layer: &[usize], place: &[usize]) {
        for &vertex in layer {
            for right in [false, true] {
                let positions = &mut self.near[vertex][usize::from(right)];
                positions.clear();
                positions.extend(self.ends.side(right)[vertex].iter().map(|e| self.ends.position(e, place)));
                positions.sort_unstable();
            }
        }
    }

    /// Whether any line turns round in this layer.
    pub fn turns_in(&self, layer: &[usize]) -> bool {
        layer.iter().any(|&v| !self.ends.turns[v].is_empty())
    }

    /// Crossings gained by putting `lower` above `upper`, its neighbour.
    pub fn gain(&self, upper: usize, lower: usize, place: &[usize]) -> i64 {
        let mut gain = 0;
        for side in 0..2 {
            gain += crossed(&self.near[lower][side], &self.near[upper][side]);
            gain -= crossed(&self.near[upper][side], &self.near[lower][side]);
        }
        gain + self.turn_gain(upper, lower, place, true) + self.turn_gain(lower, upper, place, false)
    }

    /// The same for the lines of `mover` that turn round, when it passes `other` downwards or upwards.
    fn turn_gain(&self, mover: usize, other: usize, place: &[usize], down: bool) -> i64 {
        let mut gain = 0;
        for &(partner, right) in &self.ends.turns[mover] {
            if partner != other {
                let lines = self.near[other][usize::from(right)].len() as i64;
                let nearer = (place[partner] > place[mover]) == down;
                gain += if nearer { -lines } else { lines };
            }
        }
        gain
    }
}

/// Pairs of a line of the upper vertex and a line of the lower one that cross.
fn crossed(upper: &[i64], lower: &[i64]) -> i64 {
    let (mut crossings, mut passed) = (0, 0);
    for &end in upper {
        while passed < lower.len() && lower[passed] < end {
            passed += 1;
        }
        crossings += passed as i64;
    }
    crossings
}
