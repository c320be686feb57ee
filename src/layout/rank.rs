//! Layering: every node gets a rank so that edges run from lower to higher ones and stay short.
//!
//! Small graphs by network simplex ([`super::simplex`]), larger ones by moving each node, a few times over, to the
//! end of its slack where more of its edges pull (the median of the wished ranks). With a previous drawing the known
//! nodes keep their ranks unless a new edge pushes them on, or makes their edges much too long; only a fresh drawing
//! packs its unlinked parts ([`super::parts`]).
use super::graph::RankHint;
use super::parts::{self, Parts};
use super::simplex;

/// Above this many nodes the network simplex gives way to median tightening, and known nodes keep their ranks.
pub const SIMPLEX_LIMIT: usize = 500;
/// Passes of the median tightening.
const PASSES: usize = 8;
/// A known node changes its rank for edges that are shorter by so many ranks together. With 3 or less, a service that
/// comes and goes moves others; with 5 or more, the map is tangled by half as many changes.
const WORTH_A_MOVE: i32 = 4;

/// What the layering needs to know of a node.
pub struct Shape {
    pub hint: RankHint,
    pub width: i32,
    pub height: i32,
    /// It has an edge that the previous drawing did not have.
    pub rewired: bool,
    /// It is joined with a gate in the border.
    pub bound: bool,
}

/// The ranks, starting at 0, and how far known ranks were shifted.
pub fn ranks(
    arcs: &[(usize, usize)],
    known: &[Option<i32>],
    shapes: &[Shape],
    down: bool,
) -> (Vec<i32>, i32) {
    let count = shapes.len();
    let topo = Topology::new(count, arcs);
    if known.iter().any(Option::is_some) {
        let mut rank = seeded(&topo, known);
        if count <= SIMPLEX_LIMIT {
            relax(&topo, &mut rank, shapes);
        }
        let low = rank.iter().copied().min().unwrap_or(0);
        return (rank.iter().map(|r| r - low).collect(), -low);
    }
    let mut rank = longest_path(&topo);
    if count <= SIMPLEX_LIMIT {
        rank = simplex::tighten(count, arcs, &rank);
    } else {
        tighten(&topo, &mut rank);
    }
    let parts = Parts::new(count, arcs.iter().copied(), |_| true);
    settle(&parts, &mut rank);
    grant(&topo, &parts, shapes, &mut rank);
    parts::spread(&parts, &mut rank, shapes, down);
    (rank, 0)
}

/// Arcs by node and an order in which callers come first.
struct Topology {
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    order: Vec<usize>,
}

impl Topology {
    fn new(count: usize, arcs: &[(usize, usize)]) -> Self {
        let mut before = vec![Vec::new(); count];
        let mut after = vec![Vec::new(); count];
        for &(from, to) in arcs {
            before[to].push(from);
            after[from].push(to);
        }
        let mut open: Vec<usize> = before.iter().map(Vec::len).collect();
        let mut order: Vec<usize> = (0..count).filter(|&n| open[n] == 0).collect();
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            for &to in &after[node] {
                open[to] -= 1;
                if open[to] == 0 {
                    order.push(to);
                }
            }
        }
        Self { before, after, order }
    }

    fn earliest(&self, rank: &[i32], node: usize) -> Option<i32> {
        self.before[node].iter().map(|&b| rank[b] + 1).max()
    }

    fn latest(&self, rank: &[i32], node: usize) -> Option<i32> {
        self.after[node].iter().map(|&a| rank[a] - 1).min()
    }
}

fn longest_path(topo: &Topology) -> Vec<i32> {
    let mut rank = vec![0; topo.before.len()];
    for &node in &topo.order {
        rank[node] = topo.earliest(&rank, node).unwrap_or(0);
    }
    rank
}

fn seeded(topo: &Topology, known: &[Option<i32>]) -> Vec<i32> {
    let mut rank = vec![0; known.len()];
    for &node in &topo.order {
        let earliest = topo.earliest(&rank, node);
        let before_the_called = || topo.after[node].iter().filter_map(|&a| known[a]).min().map(|r| r - 1);
        rank[node] = match (known[node], earliest) {
            (Some(old), Some(push)) => old.max(push),
            (Some(old), None) => old,
            (None, Some(push)) => push,
            (None, None) => before_the_called().unwrap_or(0),
        };
    }
    rank
}

/// Moves nodes of a known picture that have new edges, where that is worth it.
fn relax(topo: &Topology, rank: &mut [i32], shapes: &[Shape]) {
    let there_and_back = topo.order.iter().rev().chain(&topo.order);
    for &node in there_and_back.filter(|&&node| shapes[node].rewired && shapes[node].hint == RankHint::Free) {
        let (ins, outs) = (topo.before[node].len() as i32, topo.after[node].len() as i32);
        let wish = if ins > outs { topo.earliest(rank, node) } else { topo.latest(rank, node) };
        if let Some(wish) = wish.filter(|w| (w - rank[node]) * (outs - ins) >= WORTH_A_MOVE) {
            rank[node] = wish;
        }
    }
}

fn tighten(topo: &Topology, rank: &mut [i32]) {
    for pass in 0..PASSES {
        let mut moved = false;
        for step in 0..topo.order.len() {
            let node = topo.order[if pass % 2 == 0 { topo.order.len() - 1 - step } else { step }];
            let (ins, outs) = (topo.before[node].len(), topo.after[node].len());
            let wish = match ins.cmp(&outs) {
                std::cmp::Ordering::Less => topo.latest(rank, node),
                std::cmp::Ordering::Greater => topo.earliest(rank, node),
                std::cmp::Ordering::Equal => None,
            };
            if let Some(wish) = wish.filter(|&w| w != rank[node]) {
                rank[node] = wish;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
}

/// Shifts every part so that it starts at rank 0.
fn settle(parts: &Parts, rank: &mut [i32]) {
    let spans = parts.spans(rank);
    for (node, rank) in rank.iter_mut().enumerate() {
        *rank -= spans[parts.of(node)].0;
    }
}

/// Grants wishes, each within its part.
fn grant(topo: &Topology, parts: &Parts, shapes: &[Shape], rank: &mut [i32]) {
    let spans = parts.spans(rank);
    for (node, shape) in shapes.iter().enumerate() {
        match shape.hint {
            RankHint::First if topo.before[node].is_empty() => rank[node] = 0,
            RankHint::Last if topo.after[node].is_empty() => rank[node] = spans[parts.of(node)].1,
            _ => {}
        }
    }
}
