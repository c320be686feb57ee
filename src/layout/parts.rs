//! Unlinked parts of one picture: found, kept apart, and packed along the flow.
//!
//! All parts would begin in the first layer, one below the other, in a tall picture for a wide screen. So each part is
//! taken as a rectangle of its layers and of the rows of its fullest one, and put, the largest first, where there is
//! room the highest up (Baker, Coffman and Rivest, "Orthogonal Packings in Two Dimensions", 1980), among as many layers
//! as give the picture about the shape of a screen.
use super::rank::Shape;
use std::cmp::Reverse;

/// A screen has about this many times more columns than rows.
const ASPECT: i32 = 4;
/// The columns, or in a turned picture the rows, that a gap between layers takes, about.
const GAP: i32 = 6;

/// The part of each node; parts are numbered from the largest to the smallest.
pub struct Parts {
    of: Vec<usize>,
    count: usize,
}

impl Parts {
    /// The parts of so many nodes that are joined like that; `counts` says who makes a part large.
    pub fn new(
        nodes: usize,
        joins: impl Iterator<Item = (usize, usize)>,
        counts: impl Fn(usize) -> bool,
    ) -> Self {
        let mut above: Vec<usize> = (0..nodes).collect();
        for (a, b) in joins {
            let (a, b) = (root(&mut above, a), root(&mut above, b));
            above[a.max(b)] = a.min(b);
        }
        let roots: Vec<usize> = (0..nodes).map(|node| root(&mut above, node)).collect();
        let mut size = vec![0_usize; nodes];
        (0..nodes).filter(|&node| counts(node)).for_each(|node| size[roots[node]] += 1);
        let mut firsts: Vec<usize> = (0..nodes).filter(|&node| roots[node] == node).collect();
        firsts.sort_by_key(|&first| Reverse(size[first]));
        let mut number = vec![0; nodes];
        firsts.iter().enumerate().for_each(|(place, &first)| number[first] = place);
        Self { of: roots.into_iter().map(|root| number[root]).collect(), count: firsts.len() }
    }

    /// The number of a node's part.
    pub fn of(&self, node: usize) -> usize {
        self.of[node]
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The least and the greatest rank of each part.
    pub fn spans(&self, rank: &[i32]) -> Vec<(i32, i32)> {
        let mut spans = vec![(i32::MAX, i32::MIN); self.count];
        for (&part, &rank) in self.of.iter().zip(rank) {
            let span = &mut spans[part];
            *span = (span.0.min(rank), span.1.max(rank));
        }
        spans
    }
}

fn root(above: &mut [usize], mut node: usize) -> usize {
    while above[node] != node {
        above[node] = above[above[node]];
        node = above[node];
    }
    node
}

/// Moves whole parts along the flow, each of which begins at rank 0; those that are joined with the border stay.
pub fn spread(parts: &Parts, rank: &mut [i32], shapes: &[Shape], down: bool) {
    if parts.count() < 2 {
        return;
    }
    let blocks = blocks(parts, rank, shapes);
    let longest = blocks.iter().map(|block| block.layers).max().unwrap_or(1);
    let all: usize = blocks.iter().map(|block| block.layers).sum();
    let mut best: Option<(i32, Vec<usize>)> = None;
    let mut layers = longest;
    while layers <= all {
        let (first, rows) = pack(&blocks, layers);
        let columns = columns(parts, rank, shapes, (&first, layers));
        let (across, along) = if down { (rows, ASPECT * columns) } else { (ASPECT * rows, columns) };
        if best.as_ref().is_none_or(|(least, _)| across.max(along) < *least) {
            best = Some((across.max(along), first));
        }
        if along >= across {
            break;
        }
        layers += 1 + layers / 4;
    }
    let first = best.map(|(_, first)| first).unwrap_or_default();
    for (node, rank) in rank.iter_mut().enumerate() {
        *rank += first.get(parts.of(node)).map_or(0, |&first| i32::try_from(first).unwrap_or(0));
    }
}

/// A part as a rectangle.
#[derive(Clone, Default)]
struct Block {
    layers: usize,
    rows: i32,
    /// It is joined with the border, so it begins there.
    bound: bool,
}

fn blocks(parts: &Parts, rank: &[i32], shapes: &[Shape]) -> Vec<Block> {
    let mut loads: Vec<Vec<i32>> = vec![Vec::new(); parts.count()];
    let mut bound = vec![false; parts.count()];
    for (node, shape) in shapes.iter().enumerate() {
        let (part, layer) = (parts.of(node), usize::try_from(rank[node]).unwrap_or(0));
        let load = &mut loads[part];
        load.resize(load.len().max(layer + 1), 0);
        load[layer] += shape.height + 1;
        bound[part] |= shape.bound;
    }
    let block = |(load, bound): (Vec<i32>, bool)| Block {
        layers: load.len(),
        rows: load.into_iter().max().unwrap_or(0),
        bound,
    };
    loads.into_iter().zip(bound).map(block).collect()
}

/// The first layer of each block among so many, and the rows that they take together.
fn pack(blocks: &[Block], layers: usize) -> (Vec<usize>, i32) {
    let mut floor = vec![0; layers];
    let mut firsts = Vec::with_capacity(blocks.len());
    for block in blocks {
        let last = if block.bound { 0 } else { layers.saturating_sub(block.layers) };
        let top = |at: usize| floor[at..at + block.layers].iter().copied().max().unwrap_or(0);
        let (top, at) = (0..=last).map(|at| (top(at), at)).min().unwrap_or_default();
        floor[at..at + block.layers].fill(top + block.rows);
        firsts.push(at);
    }
    (firsts, floor.into_iter().max().unwrap_or(0))
}

/// The columns that the layers take when parts begin at those.
fn columns(parts: &Parts, rank: &[i32], shapes: &[Shape], (first, layers): (&[usize], usize)) -> i32 {
    let mut widths = vec![0; layers];
    for (node, shape) in shapes.iter().enumerate() {
        let layer = first[parts.of(node)] + usize::try_from(rank[node]).unwrap_or(0);
        widths[layer] = shape.width.max(widths[layer]);
    }
    widths.iter().sum::<i32>() + GAP * (i32::try_from(layers).unwrap_or(0) - 1)
}
