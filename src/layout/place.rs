//! Rows: every layer is moved towards its neighbours by isotonic regression.
//!
//! In a layer the order and the distances are fixed, so the best rows in the sense of least squares are found by
//! pooling adjacent violators (Ayer et al. 1955; Barlow et al. 1972), in linear time. Lines between lanes weigh most,
//! which makes long lines straight. Rows of the previous drawing act as anchors.
//!
//! In an airy picture all lines meet boxes and lanes on even rows. So between two of them there is always a free row, for
//! a tick or for a way round, and no line needs a loop for want of one.
use super::ends::{End, Ends};
use super::layered::{Layered, Occupant};
use super::straight::Straightener;

/// Rows are computed in this many parts of a cell, and rounded to whole cells in the last sweeps.
const PARTS: i64 = 16;
const SWEEPS: usize = 12;
const WHOLE_SWEEPS: usize = 4;
const ANCHORED_SWEEPS: usize = 3;
/// Known rows hold against the pull of any number of lines, and give way only to new boxes; lanes give way to boxes.
const ANCHOR_ITEM: i64 = 1 << 20;
const ANCHOR_LANE: i64 = 1 << 14;

/// The uppermost row of each vertex, given the order of the layers.
pub fn rows(graph: &Layered, (gap, airy): (i32, bool), anchors: &[Option<i32>]) -> Vec<i32> {
    let odd = if airy { odd(graph) } else { Vec::new() };
    let placer = Placer { graph, ends: Ends::new(graph), gap, odd, anchors };
    let mut row = placer.stacked();
    let anchored = anchors.iter().any(Option::is_some);
    let sweeps = if anchored { ANCHORED_SWEEPS } else { SWEEPS };
    for sweep in 0..sweeps + WHOLE_SWEEPS {
        let unit = if sweep < sweeps { 1 } else { PARTS << u32::from(airy) };
        let forward = sweep % 2 == 0;
        let both = anchored || sweep >= sweeps || sweep % 6 > 3;
        for step in 0..graph.layers.len() {
            let layer = if forward { step } else { graph.layers.len() - 1 - step };
            placer.settle(layer, &mut row, [both || forward, both || !forward], unit);
        }
    }
    let mut rows: Vec<i32> = row.iter().map(|r| i32::try_from(r.div_euclid(PARTS)).unwrap_or(0)).collect();
    let distance = |upper, lower| i32::try_from(placer.distance(upper, lower) / PARTS).unwrap_or(0);
    Straightener::new(graph, anchors, distance).run(&mut rows);
    rows
}

struct Placer<'a> {
    graph: &'a Layered,
    ends: Ends,
    gap: i32,
    /// In an airy picture, the least row (0 or 1) of each vertex with which its lines are on even rows.
    odd: Vec<i32>,
    anchors: &'a [Option<i32>],
}

/// See [`Placer::odd`].
fn odd(graph: &Layered) -> Vec<i32> {
    let mut odd = vec![0; graph.vertices.len()];
    for pin in graph.nets.iter().flat_map(|net| net.ins.iter().chain([&net.out])) {
        odd[pin.vertex] = pin.row & 1;
    }
    odd
}

impl Placer<'_> {
    /// The distance between the upper edges of two neighbours, in parts.
    fn distance(&self, upper: usize, lower: usize) -> i64 {
        let is_item = |v: usize| matches!(self.graph.vertices[v].role, Occupant::Item(_));
        let gap = if is_item(upper) && is_item(lower) { self.gap } else { 0 };
        let distance = self.graph.vertices[upper].height + gap;
        let uneven = (distance + self.first(upper) + self.first(lower)) & i32::from(!self.odd.is_empty());
        i64::from(distance + uneven) * PARTS
    }

    /// The least row on which a vertex may be.
    fn first(&self, vertex: usize) -> i32 {
        self.odd.get(vertex).copied().unwrap_or(0)
    }

    /// Layers stacked from the top without a wish, centred on row 0; known rows are taken as they are.
    fn stacked(&self) -> Vec<i64> {
        let mut row = vec![0; self.graph.vertices.len()];
        for layer in &self.graph.layers {
            let mut at = 0;
            for (index, &vertex) in layer.iter().enumerate() {
                if index > 0 {
                    at += self.distance(layer[index - 1], vertex);
                }
                row[vertex] = at;
            }
            let middle = at / 2 / PARTS * PARTS;
            for &vertex in layer {
                row[vertex] = self.anchors[vertex].map_or(row[vertex] - middle, |r| i64::from(r) * PARTS);
            }
        }
        row
    }

    /// Moves one layer to where the chosen sides (left, right) pull it.
    fn settle(&self, layer: usize, row: &mut [i64], sides: [bool; 2], unit: i64) {
        let order = &self.graph.layers[layer];
        let mut blocks: Vec<Block> = Vec::with_capacity(order.len());
        let start = order.first().map_or(0, |&v| i64::from(self.first(v)) * PARTS);
        let mut offset = start;
        for (index, &vertex) in order.iter().enumerate() {
            if index > 0 {
                offset += self.distance(order[index - 1], vertex);
            }
            let (pull, weight) = self.pull(vertex, row, sides);
            blocks.push(Block { pull: pull - offset * weight, weight, size: 1 });
            while let [.., upper, lower] = blocks.as_slice() {
                if upper.level(unit) <= lower.level(unit) {
                    break;
                }
                let joined = Block {
                    pull: upper.pull + lower.pull,
                    weight: upper.weight + lower.weight,
                    size: upper.size + lower.size,
                };
                blocks.truncate(blocks.len() - 2);
                blocks.push(joined);
            }
        }
        let levels = blocks.iter().flat_map(|b| std::iter::repeat_n(b.level(unit), b.size));
        let mut offset = start;
        for (index, (&vertex, level)) in order.iter().zip(levels).enumerate() {
            if index > 0 {
                offset += self.distance(order[index - 1], vertex);
            }
            row[vertex] = level + offset;
        }
    }

    /// The weighted sum of the rows a vertex is pulled to, and the sum of the weights (never zero).
    fn pull(&self, vertex: usize, row: &[i64], sides: [bool; 2]) -> (i64, i64) {
        let (mut pull, mut sum) = (0, 0);
        let mut add = |to: i64, weight: i64| {
            pull += to * weight;
            sum += weight;
        };
        let lane = |v: usize| matches!(self.graph.vertices[v].role, Occupant::Lane { .. });
        let wanted = |end: &End| row[end.vertex] + i64::from(end.row - end.own) * PARTS;
        for (side, _) in sides.iter().enumerate().filter(|(_, used)| **used) {
            for end in &self.ends.side(side == 1)[vertex] {
                let weight = [1, 2, 8][usize::from(lane(vertex)) + usize::from(lane(end.vertex))];
                add(wanted(end), weight);
            }
        }
        for &(partner, _) in &self.ends.turns[vertex] {
            add(row[partner], 1);
        }
        if let Some(anchor) = self.anchors[vertex] {
            add(i64::from(anchor) * PARTS, if lane(vertex) { ANCHOR_LANE } else { ANCHOR_ITEM });
        }
        if sum == 0 { (row[vertex], 1) } else { (pull, sum) }
    }
}

/// Neighbours that have to move together.
#[derive(Clone, Copy)]
struct Block {
    pull: i64,
    weight: i64,
    size: usize,
}

impl Block {
    /// The common row, rounded to the unit.
    const fn level(&self, unit: i64) -> i64 {
        let doubled = 2 * self.pull + self.weight * unit;
        doubled.div_euclid(2 * self.weight * unit) * unit
    }
}
