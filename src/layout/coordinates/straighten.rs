//! Straightening: moves nodes and lines by a few rows where there is room, so that fewer lines bend.
//!
//! The isotonic regression of [`super::row_assignment`] minimises squared distances, which leaves many lines
//! off by one row. Straightening moves each node, and each straight stretch of dummy vertices, as a whole. A
//! move must make trunks (vertical lines) shorter or unnecessary, and must not change the order of a layer.
use crate::layout::layering::layered_graph::{LayeredGraph, Net, Pin, VertexKind};
use std::ops::Range;

/// Fixed cost of a trunk, expressed as rows of trunk length.
const TRUNK_COST_ROWS: i64 = 4;
/// Maximum number of passes over all vertices.
const MAX_PASSES: usize = 6;
/// Maximum number of moves to try for one node, or for one straight stretch of dummy vertices.
const MAX_TRIED_MOVES: usize = 12;

/// Straightener of lines: moves vertices of a layered graph by a few rows, so that fewer lines bend.
/// `distance` returns the minimum number of rows between the top rows of two neighbours in a layer. Vertices
/// with an anchor, which is a row in the previous layout, don't move.
pub struct Straightener<'a, D: Fn(usize, usize) -> i32> {
    graph: &'a LayeredGraph,
    anchors: &'a [Option<i32>],
    distance: D,
    /// For each vertex, the nets that have a pin at it.
    nets: Vec<Vec<usize>>,
    /// For each vertex, its upper neighbour in the layer.
    above: Vec<Option<usize>>,
    /// For each vertex, its lower neighbour in the layer.
    below: Vec<Option<usize>>,
}

impl<'a, D: Fn(usize, usize) -> i32> Straightener<'a, D> {
    pub fn new(graph: &'a LayeredGraph, anchors: &'a [Option<i32>], distance: D) -> Self {
        let count = graph.vertices.len();
        let mut nets = vec![Vec::new(); count];
        for (index, net) in graph.nets.iter().enumerate() {
            pins_of(net).for_each(|pin| nets[pin.vertex].push(index));
        }
        let (mut above, mut below) = (vec![None; count], vec![None; count]);
        for pair in graph.layers.iter().flat_map(|layer| layer.windows(2)) {
            below[pair[0]] = Some(pair[1]);
            above[pair[1]] = Some(pair[0]);
        }
        Self { graph, anchors, distance, nets, above, below }
    }

    /// Moves nodes and straight stretches of dummy vertices until no move reduces the cost of the nets, or
    /// until [`MAX_PASSES`] passes are done.
    pub fn run(&self, rows: &mut [i32]) {
        for pass in 0..MAX_PASSES {
            let mut moved = false;
            for step in 0..rows.len() {
                let vertex = if pass % 2 == 0 { step } else { rows.len() - 1 - step };
                moved |= self.move_stretch(vertex, rows);
            }
            if !moved {
                break;
            }
        }
    }

    /// Moves the stretch that begins with `vertex` to the rows with the lowest cost. A stretch is a node, or
    /// a straight row of dummy vertices. Returns true if the stretch moved. Does nothing if `vertex` is not
    /// the beginning of a stretch, or if any vertex of the stretch has an anchor.
    fn move_stretch(&self, vertex: usize, rows: &mut [i32]) -> bool {
        if vertex > 0 && self.continues_straight(vertex - 1, rows) {
            return false;
        }
        let mut end = vertex + 1;
        while self.continues_straight(end - 1, rows) {
            end += 1;
        }
        if (vertex..end).any(|v| self.anchors[v].is_some()) {
            return false;
        }
        let spans = self.net_spans(vertex..end, rows);
        let (up, down) = self.move_range(vertex..end, rows);
        let mut tries: Vec<i32> =
            spans.iter().flat_map(NetSpan::aligning_moves).filter(|s| (up..=down).contains(s)).collect();
        tries.sort_unstable_by_key(|s| (s.abs(), *s));
        tries.dedup();
        let cost = |by: i32| spans.iter().map(|s| s.cost(by)).sum::<i64>();
        match tries.into_iter().take(MAX_TRIED_MOVES).map(|by| (cost(by), by.abs(), by)).min() {
            Some((least, _, by)) if least < cost(0) => {
                rows[vertex..end].iter_mut().for_each(|row| *row += by);
                true
            }
            _ => false,
        }
    }

    /// Returns the row span of each net that has a pin in the stretch.
    fn net_spans(&self, stretch: Range<usize>, rows: &[i32]) -> Vec<NetSpan> {
        let mut nets: Vec<usize> = stretch.clone().flat_map(|v| self.nets[v].iter().copied()).collect();
        nets.sort_unstable();
        nets.dedup();
        let span = |net: usize| {
            let mut span = NetSpan { moving: None, fixed: None };
            for pin in pins_of(&self.graph.nets[net]) {
                let row = rows[pin.vertex] + pin.row;
                let part = if stretch.contains(&pin.vertex) { &mut span.moving } else { &mut span.fixed };
                *part = Some(part.map_or((row, row), |(low, high)| (row.min(low), row.max(high))));
            }
            span
        };
        nets.into_iter().map(span).collect()
    }

    /// Returns the range of possible moves for a stretch, in rows: the farthest move up (negative) and the
    /// farthest move down.
    fn move_range(&self, stretch: Range<usize>, rows: &[i32]) -> (i32, i32) {
        let room = |v: usize| {
            let up = self.above[v].map_or(i32::MIN / 2, |a| rows[a] + (self.distance)(a, v) - rows[v]);
            let down = self.below[v].map_or(i32::MAX / 2, |b| rows[b] - (self.distance)(v, b) - rows[v]);
            (up, down)
        };
        stretch.map(room).fold((i32::MIN, i32::MAX), |(a, b), (c, d)| (a.max(c), b.min(d)))
    }
    /// Returns true if `vertex` and the next vertex are dummy vertices of the lines to one target, run in the
    /// same direction, and are on the same row.
    ///
    /// Such dummy vertices have consecutive indices, in the order of their layers.
    fn continues_straight(&self, vertex: usize, rows: &[i32]) -> bool {
        let role = |v: usize| self.graph.vertices.get(v).map(|v| v.kind);
        matches!(role(vertex), Some(VertexKind::Dummy { .. }))
            && role(vertex) == role(vertex + 1)
            && rows[vertex] == rows[vertex + 1]
    }
}

/// The rows that a net (the lines to one target) covers in a gap, to compute its cost after a move. Its pins,
/// which are the ends of its lines, are split into those that move with a stretch and those that stay.
struct NetSpan {
    /// First and last row of the pins that move with the stretch; `None` if there are none.
    moving: Option<(i32, i32)>,
    /// First and last row of the pins that stay; `None` if there are none.
    fixed: Option<(i32, i32)>,
}

impl NetSpan {
    /// Returns the cost of the net if the stretch moves by `by` rows.
    fn cost(&self, by: i32) -> i64 {
        let (Some(own), Some(other)) = (self.moving, self.fixed) else { return 0 };
        let length = (own.1 + by).max(other.1) - (own.0 + by).min(other.0);
        i64::from(length) + if length > 0 { TRUNK_COST_ROWS } else { 0 }
    }

    /// Returns the moves, in rows, that align an end of the moving span with an end of the fixed span.
    fn aligning_moves(&self) -> impl Iterator<Item = i32> + use<> {
        let wishes = self
            .moving
            .zip(self.fixed)
            .map(|(own, other)| [other.0 - own.0, other.1 - own.0, other.0 - own.1, other.1 - own.1]);
        wishes.into_iter().flatten()
    }
}

fn pins_of(net: &Net) -> impl Iterator<Item = &Pin> {
    net.inputs.iter().chain([&net.output])
}
