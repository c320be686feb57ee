//! The last cells: what is nearly in line with a neighbour is put in line, where there is room.
//!
//! Isotonic regression finds the least squares, which leaves many lines off by a row. Here each item, and each stretch
//! of a lane that is already straight, is moved as a whole if that makes trunks shorter or needless, and overtakes
//! nothing.
use super::layered::{Layered, Net, Occupant, Pin};
use std::ops::Range;

/// What a trunk costs, in rows of its length.
const TRUNK: i64 = 4;
const PASSES: usize = 6;
/// Rows that are tried for one stretch.
const TRIES: usize = 12;

/// The picture so far; `distance` is between the upper edges of two neighbours in a layer.
pub struct Straightener<'a, D: Fn(usize, usize) -> i32> {
    graph: &'a Layered,
    anchors: &'a [Option<i32>],
    distance: D,
    /// The nets that each vertex has a pin of, and its neighbours in its layer.
    nets: Vec<Vec<usize>>,
    above: Vec<Option<usize>>,
    below: Vec<Option<usize>>,
}

impl<'a, D: Fn(usize, usize) -> i32> Straightener<'a, D> {
    pub fn new(graph: &'a Layered, anchors: &'a [Option<i32>], distance: D) -> Self {
        let count = graph.vertices.len();
        let mut nets = vec![Vec::new(); count];
        for (index, net) in graph.nets.iter().enumerate() {
            pins(net).for_each(|pin| nets[pin.vertex].push(index));
        }
        let (mut above, mut below) = (vec![None; count], vec![None; count]);
        for pair in graph.layers.iter().flat_map(|layer| layer.windows(2)) {
            below[pair[0]] = Some(pair[1]);
            above[pair[1]] = Some(pair[0]);
        }
        Self { graph, anchors, distance, nets, above, below }
    }

    /// Improves the rows, never making anything worse.
    pub fn run(&self, rows: &mut [i32]) {
        for pass in 0..PASSES {
            let mut moved = false;
            for step in 0..rows.len() {
                let vertex = if pass % 2 == 0 { step } else { rows.len() - 1 - step };
                moved |= self.improve(vertex, rows);
            }
            if !moved {
                break;
            }
        }
    }

    /// Moves the stretch that begins with a vertex to where it is best; tells whether it did.
    fn improve(&self, vertex: usize, rows: &mut [i32]) -> bool {
        if vertex > 0 && self.in_line(vertex - 1, rows) {
            return false;
        }
        let mut end = vertex + 1;
        while self.in_line(end - 1, rows) {
            end += 1;
        }
        if (vertex..end).any(|v| self.anchors[v].is_some()) {
            return false;
        }
        let spans = self.spans(vertex..end, rows);
        let (up, down) = self.room(vertex..end, rows);
        let mut tries: Vec<i32> =
            spans.iter().flat_map(Span::wishes).filter(|s| (up..=down).contains(s)).collect();
        tries.sort_unstable_by_key(|s| (s.abs(), *s));
        tries.dedup();
        let cost = |by: i32| spans.iter().map(|s| s.cost(by)).sum::<i64>();
        match tries.into_iter().take(TRIES).map(|by| (cost(by), by.abs(), by)).min() {
            Some((least, _, by)) if least < cost(0) => {
                rows[vertex..end].iter_mut().for_each(|row| *row += by);
                true
            }
            _ => false,
        }
    }

    /// The nets around a stretch.
    fn spans(&self, stretch: Range<usize>, rows: &[i32]) -> Vec<Span> {
        let mut nets: Vec<usize> = stretch.clone().flat_map(|v| self.nets[v].iter().copied()).collect();
        nets.sort_unstable();
        nets.dedup();
        let span = |net: usize| {
            let mut span = Span { own: None, other: None };
            for pin in pins(&self.graph.nets[net]) {
                let row = rows[pin.vertex] + pin.row;
                let part = if stretch.contains(&pin.vertex) { &mut span.own } else { &mut span.other };
                *part = Some(part.map_or((row, row), |(low, high)| (row.min(low), row.max(high))));
            }
            span
        };
        nets.into_iter().map(span).collect()
    }

    /// How far a stretch can move up and down.
    fn room(&self, stretch: Range<usize>, rows: &[i32]) -> (i32, i32) {
        let room = |v: usize| {
            let up = self.above[v].map_or(i32::MIN / 2, |a| rows[a] + (self.distance)(a, v) - rows[v]);
            let down = self.below[v].map_or(i32::MAX / 2, |b| rows[b] - (self.distance)(v, b) - rows[v]);
            (up, down)
        };
        stretch.map(room).fold((i32::MIN, i32::MAX), |(a, b), (c, d)| (a.max(c), b.min(d)))
    }
    /// Whether a vertex and the next one are parts of one lane on the same row; lanes are numbered along their way.
    fn in_line(&self, vertex: usize, rows: &[i32]) -> bool {
        let role = |v: usize| self.graph.vertices.get(v).map(|v| v.role);
        matches!(role(vertex), Some(Occupant::Lane { .. }))
            && role(vertex) == role(vertex + 1)
            && rows[vertex] == rows[vertex + 1]
    }
}

/// The rows of a net that move with a stretch, and those that do not: the first and the last.
struct Span {
    own: Option<(i32, i32)>,
    other: Option<(i32, i32)>,
}

impl Span {
    /// What the net costs when the stretch has moved by so much.
    fn cost(&self, by: i32) -> i64 {
        let (Some(own), Some(other)) = (self.own, self.other) else { return 0 };
        let length = (own.1 + by).max(other.1) - (own.0 + by).min(other.0);
        i64::from(length) + if length > 0 { TRUNK } else { 0 }
    }

    /// Moves that put the stretch in line with the first or last of the others.
    fn wishes(&self) -> impl Iterator<Item = i32> + use<> {
        let wishes = self
            .own
            .zip(self.other)
            .map(|(own, other)| [other.0 - own.0, other.1 - own.0, other.0 - own.1, other.1 - own.1]);
        wishes.into_iter().flatten()
    }
}

fn pins(net: &Net) -> impl Iterator<Item = &Pin> {
    net.ins.iter().chain([&net.out])
}
