//! Row assignment by isotonic regression: moves the vertices of each layer close to their neighbours in other
//! layers.
//!
//! The order of the vertices in a layer and the minimum distances between them are given. Pooling adjacent
//! violators (Ayer et al. 1955; Barlow et al. 1972) finds the rows with the least squared distances to the
//! neighbours in linear time. Lines between dummy vertices have the highest weight, which makes long lines
//! straight. The rows of the previous layout act as anchors.
//!
//! If there are row gaps between lines, all lines meet boxes and dummy vertices on even rows. So there is
//! always a free row between two lines, on which a third line can pass from one vertical line to another.
use super::straighten::Straightener;
use crate::layout::{
    layering::layered_graph::{LayeredGraph, VertexKind},
    ordering::adjacency::{Adjacency, Neighbour},
};

/// Number of steps per row for the first sweeps. The last sweeps round to whole rows.
const SUBROWS_PER_ROW: i64 = 16;
/// Number of sweeps over all layers that move vertices by fractions of a row, for a layout without a seed.
const SUBROW_SWEEPS: usize = 12;
/// Number of final sweeps over all layers in whole rows.
const WHOLE_ROW_SWEEPS: usize = 4;
/// Number of sweeps over all layers that move vertices by fractions of a row, for a layout with a seed.
const ANCHORED_SWEEPS: usize = 3;
/// Weight of the row that a box has in the seed. It outweighs any number of lines, so the box moves only if
/// new boxes need its place.
const NODE_ANCHOR_WEIGHT: i64 = 1 << 20;
/// Weight of the row that a dummy vertex has in the seed. It outweighs lines but not boxes.
const DUMMY_ANCHOR_WEIGHT: i64 = 1 << 14;

/// Returns the top row of each vertex. The order of the vertices within their layers stays the same.
///
/// `gap` is the number of free rows between two boxes. If `row_gap_between_lines` is true, there is a free
/// row between lines. `anchors` holds the row of each vertex in the previous layout; `None` for a new vertex,
/// and for a box that the ordering of the layers moved.
pub fn assign_rows(
    graph: &LayeredGraph,
    (gap, row_gap_between_lines): (i32, bool),
    anchors: &[Option<i32>],
) -> Vec<i32> {
    let parity = if row_gap_between_lines { row_parity(graph) } else { Vec::new() };
    let mut placer =
        RowAssigner { graph, adjacency: Adjacency::new(graph), gap, parity, anchors, offsets: Vec::new() };
    placer.offsets = placer.stacked_offsets();
    let mut row = placer.initial_rows();
    let anchored = anchors.iter().any(Option::is_some);
    let sweeps = if anchored { ANCHORED_SWEEPS } else { SUBROW_SWEEPS };
    for sweep in 0..sweeps + WHOLE_ROW_SWEEPS {
        let unit = if sweep < sweeps { 1 } else { SUBROWS_PER_ROW << u32::from(row_gap_between_lines) };
        let forward = sweep % 2 == 0;
        let both = anchored || sweep >= sweeps || sweep % 6 > 3;
        for step in 0..graph.layers.len() {
            let layer = if forward { step } else { graph.layers.len() - 1 - step };
            placer.align_layer(layer, &mut row, [both || forward, both || !forward], unit);
        }
    }
    let mut rows: Vec<i32> =
        row.iter().map(|r| i32::try_from(r.div_euclid(SUBROWS_PER_ROW)).unwrap_or(0)).collect();
    let distance = |upper, lower| i32::try_from(placer.distance(upper, lower) / SUBROWS_PER_ROW).unwrap_or(0);
    Straightener::new(graph, anchors, distance).run(&mut rows);
    rows
}

/// State of the row assignment: the layered graph, and the distances and anchors for the rows of its
/// vertices.
struct RowAssigner<'a> {
    graph: &'a LayeredGraph,
    adjacency: Adjacency,
    /// Number of free rows between two boxes.
    gap: i32,
    /// For each vertex, the parity (0 or 1) of the top row that puts its lines on even rows. Empty if there
    /// are no row gaps between lines.
    parity: Vec<i32>,
    /// Row of each vertex in the previous layout; `None` for a new vertex, and for a box that the ordering of
    /// the layers moved.
    anchors: &'a [Option<i32>],
    /// Offset of each vertex from row 0 if its layer is stacked as tightly as allowed, in units of
    /// 1/[`SUBROWS_PER_ROW`] of a row.
    offsets: Vec<i64>,
}

/// Returns for each vertex the parity (0 or 1) of the top row that puts its lines on even rows.
fn row_parity(graph: &LayeredGraph) -> Vec<i32> {
    let mut parity = vec![0; graph.vertices.len()];
    for pin in graph.nets.iter().flat_map(|net| net.inputs.iter().chain([&net.output])) {
        parity[pin.vertex] = pin.row & 1;
    }
    parity
}

impl RowAssigner<'_> {
    /// Returns the minimum distance between the top rows of two neighbours in a layer, in units of
    /// 1/[`SUBROWS_PER_ROW`] of a row.
    fn distance(&self, upper: usize, lower: usize) -> i64 {
        let is_item = |v: usize| matches!(self.graph.vertices[v].kind, VertexKind::Node(_));
        let gap = if is_item(upper) && is_item(lower) { self.gap } else { 0 };
        let distance = self.graph.vertices[upper].height + gap;
        let uneven =
            (distance + self.parity_of(upper) + self.parity_of(lower)) & i32::from(!self.parity.is_empty());
        i64::from(distance + uneven) * SUBROWS_PER_ROW
    }

    /// Returns the parity (0 or 1) of the top row of `vertex`; 0 if every row is allowed.
    fn parity_of(&self, vertex: usize) -> i32 {
        self.parity.get(vertex).copied().unwrap_or(0)
    }

    /// Computes the `offsets` of all vertices.
    fn stacked_offsets(&self) -> Vec<i64> {
        let mut offsets = vec![0; self.graph.vertices.len()];
        for layer in &self.graph.layers {
            let mut offset = layer.first().map_or(0, |&v| i64::from(self.parity_of(v)) * SUBROWS_PER_ROW);
            for (index, &vertex) in layer.iter().enumerate() {
                if index > 0 {
                    offset += self.distance(layer[index - 1], vertex);
                }
                offsets[vertex] = offset;
            }
        }
        offsets
    }

    /// Returns the initial rows: each layer stacked as tightly as allowed, and centred on row 0. Vertices
    /// with an anchor get the row of that anchor instead.
    fn initial_rows(&self) -> Vec<i64> {
        let mut row = vec![0; self.graph.vertices.len()];
        for layer in &self.graph.layers {
            let (Some(&first), Some(&last)) = (layer.first(), layer.last()) else { continue };
            let top = self.offsets[first];
            let middle = (self.offsets[last] - top) / 2 / SUBROWS_PER_ROW * SUBROWS_PER_ROW;
            for &vertex in layer {
                let stacked = self.offsets[vertex] - top - middle;
                row[vertex] = self.anchors[vertex].map_or(stacked, |r| i64::from(r) * SUBROWS_PER_ROW);
            }
        }
        row
    }

    /// Moves the vertices of one layer as close as possible to their neighbours on the chosen `sides` (left,
    /// right). Rounds rows to multiples of `unit`.
    fn align_layer(&self, layer: usize, row: &mut [i64], sides: [bool; 2], unit: i64) {
        let order = &self.graph.layers[layer];
        let mut blocks: Vec<PooledBlock> = Vec::with_capacity(order.len());
        for &vertex in order {
            let (pull, weight) = self.pull(vertex, row, sides);
            blocks.push(PooledBlock { pull: pull - self.offsets[vertex] * weight, weight, size: 1 });
            while let [.., upper, lower] = blocks.as_slice() {
                if upper.common_row(unit) <= lower.common_row(unit) {
                    break;
                }
                let joined = PooledBlock {
                    pull: upper.pull + lower.pull,
                    weight: upper.weight + lower.weight,
                    size: upper.size + lower.size,
                };
                blocks.truncate(blocks.len() - 2);
                blocks.push(joined);
            }
        }
        let levels = blocks.iter().flat_map(|b| std::iter::repeat_n(b.common_row(unit), b.size));
        for (&vertex, level) in order.iter().zip(levels) {
            row[vertex] = level + self.offsets[vertex];
        }
    }

    /// Returns the weighted sum of the rows towards which `vertex` is pulled, and the sum of the weights,
    /// which is never zero.
    fn pull(&self, vertex: usize, row: &[i64], sides: [bool; 2]) -> (i64, i64) {
        let (mut pull, mut sum) = (0, 0);
        let mut add = |to: i64, weight: i64| {
            pull += to * weight;
            sum += weight;
        };
        let is_dummy = |v: usize| matches!(self.graph.vertices[v].kind, VertexKind::Dummy { .. });
        let wanted = |end: &Neighbour| row[end.vertex] + i64::from(end.row - end.own_row) * SUBROWS_PER_ROW;
        for (side, _) in sides.iter().enumerate().filter(|(_, used)| **used) {
            for end in &self.adjacency.side(side == 1)[vertex] {
                let weight = [1, 2, 8][usize::from(is_dummy(vertex)) + usize::from(is_dummy(end.vertex))];
                add(wanted(end), weight);
            }
        }
        for &(partner, _) in &self.adjacency.u_turns[vertex] {
            add(row[partner], 1);
        }
        if let Some(anchor) = self.anchors[vertex] {
            add(
                i64::from(anchor) * SUBROWS_PER_ROW,
                if is_dummy(vertex) { DUMMY_ANCHOR_WEIGHT } else { NODE_ANCHOR_WEIGHT },
            );
        }
        if sum == 0 { (row[vertex], 1) } else { (pull, sum) }
    }
}

/// A block of consecutive vertices in a layer that touch each other and therefore move together.
#[derive(Clone, Copy)]
struct PooledBlock {
    pull: i64,
    weight: i64,
    size: usize,
}

impl PooledBlock {
    /// Returns the row to which the block moves, rounded to a multiple of `unit`.
    const fn common_row(&self, unit: i64) -> i64 {
        let doubled = 2 * self.pull + self.weight * unit;
        doubled.div_euclid(2 * self.weight * unit) * unit
    }
}
