//! Rank assignment: gives each node a rank, so that edges run from lower to higher ranks and are short. The
//! rank becomes the layer.
//!
//! - Without a seed, graphs of up to [`SIMPLEX_MAX_NODES`] nodes use network simplex ([`super::simplex`]). In
//!   larger graphs, a few passes of median tightening move each node next to its callers or next to its
//!   callees, whichever are more numerous. Then unconnected components are packed ([`super::components`]).
//! - With a seed, known nodes keep their ranks, unless a new edge pushes them on or makes their edges much
//!   too long.
use super::{
    components::{self, Components},
    rank_input::RankInput,
    simplex,
};
use crate::layout::graph::RankHint;

/// Maximum number of nodes for network simplex. Larger graphs use median tightening, and their known nodes
/// don't move to shorten new edges.
pub const SIMPLEX_MAX_NODES: usize = 500;
/// Maximum number of passes of median tightening.
const MAX_MEDIAN_PASSES: usize = 8;
/// Minimum total length, in ranks, that moving a known node must save on its edges. With 3 or less, a service
/// that comes and goes moves others. With 5 or more, half as many changes are enough to tangle the map.
const MIN_RANKS_SAVED: i32 = 4;

/// Returns the rank of each node, and the number that was added to all known ranks. The lowest rank is 0.
///
/// `arcs` must be acyclic. `known` holds the rank of each node in the seed; `None` for a new node. `down` is
/// true for a top-down diagram.
pub fn assign_ranks(
    arcs: &[(usize, usize)],
    known: &[Option<i32>],
    inputs: &[RankInput],
    down: bool,
) -> (Vec<i32>, i32) {
    let count = inputs.len();
    let acyclic = AcyclicGraph::new(count, arcs);
    if known.iter().any(Option::is_some) {
        let mut rank = ranks_from_seed(&acyclic, known);
        if count <= SIMPLEX_MAX_NODES {
            move_newly_linked(&acyclic, &mut rank, inputs);
        }
        let low = rank.iter().copied().min().unwrap_or(0);
        return (rank.iter().map(|r| r - low).collect(), -low);
    }
    let mut rank = longest_path_ranks(&acyclic);
    if count <= SIMPLEX_MAX_NODES {
        rank = simplex::minimize_edge_length(count, arcs, &rank);
    } else {
        tighten_by_median(&acyclic, &mut rank);
    }
    let components = Components::new(count, arcs.iter().copied(), |_| true);
    normalize(&components, &mut rank);
    apply_hints(&acyclic, &components, inputs, &mut rank);
    components::place_components(&components, &mut rank, inputs, down);
    (rank, 0)
}

/// The acyclic graph for the rank assignment: the callers and callees of each node, and a topological order.
struct AcyclicGraph {
    /// Callers of each node.
    predecessors: Vec<Vec<usize>>,
    /// Callees of each node.
    successors: Vec<Vec<usize>>,
    /// All nodes in topological order: callers before callees.
    topological_order: Vec<usize>,
}

impl AcyclicGraph {
    fn new(count: usize, arcs: &[(usize, usize)]) -> Self {
        let mut predecessors = vec![Vec::new(); count];
        let mut successors = vec![Vec::new(); count];
        for &(from, to) in arcs {
            predecessors[to].push(from);
            successors[from].push(to);
        }
        let mut open: Vec<usize> = predecessors.iter().map(Vec::len).collect();
        let mut topological_order: Vec<usize> = (0..count).filter(|&n| open[n] == 0).collect();
        let mut next = 0;
        while let Some(&node) = topological_order.get(next) {
            next += 1;
            for &to in &successors[node] {
                open[to] -= 1;
                if open[to] == 0 {
                    topological_order.push(to);
                }
            }
        }
        Self { predecessors, successors, topological_order }
    }

    fn earliest_rank(&self, rank: &[i32], node: usize) -> Option<i32> {
        self.predecessors[node].iter().map(|&b| rank[b] + 1).max()
    }

    fn latest_rank(&self, rank: &[i32], node: usize) -> Option<i32> {
        self.successors[node].iter().map(|&a| rank[a] - 1).min()
    }
}

/// Returns the lowest feasible rank of each node, which is the length of the longest path to it.
fn longest_path_ranks(acyclic: &AcyclicGraph) -> Vec<i32> {
    let mut rank = vec![0; acyclic.predecessors.len()];
    for &node in &acyclic.topological_order {
        rank[node] = acyclic.earliest_rank(&rank, node).unwrap_or(0);
    }
    rank
}

/// Returns the known ranks, raised where an edge requires it. New nodes get the rank after their callers, or
/// else the rank before their callees.
fn ranks_from_seed(acyclic: &AcyclicGraph, known: &[Option<i32>]) -> Vec<i32> {
    let mut rank = vec![0; known.len()];
    for &node in &acyclic.topological_order {
        let earliest = acyclic.earliest_rank(&rank, node);
        let before_the_called =
            || acyclic.successors[node].iter().filter_map(|&a| known[a]).min().map(|r| r - 1);
        rank[node] = match (known[node], earliest) {
            (Some(old), Some(push)) => old.max(push),
            (Some(old), None) => old,
            (None, Some(push)) => push,
            (None, None) => before_the_called().unwrap_or(0),
        };
    }
    rank
}

/// Moves newly linked nodes without a rank hint, if that shortens their edges by at least
/// [`MIN_RANKS_SAVED`].
fn move_newly_linked(acyclic: &AcyclicGraph, rank: &mut [i32], inputs: &[RankInput]) {
    let there_and_back = acyclic.topological_order.iter().rev().chain(&acyclic.topological_order);
    for &node in
        there_and_back.filter(|&&node| inputs[node].newly_linked && inputs[node].hint == RankHint::Free)
    {
        let (ins, outs) = (acyclic.predecessors[node].len() as i32, acyclic.successors[node].len() as i32);
        let target_rank =
            if ins > outs { acyclic.earliest_rank(rank, node) } else { acyclic.latest_rank(rank, node) };
        if let Some(target_rank) = target_rank.filter(|w| (w - rank[node]) * (outs - ins) >= MIN_RANKS_SAVED)
        {
            rank[node] = target_rank;
        }
    }
}

/// Moves each node next to its callers or next to its callees, whichever are more numerous. This shortens its
/// edges.
fn tighten_by_median(acyclic: &AcyclicGraph, rank: &mut [i32]) {
    for pass in 0..MAX_MEDIAN_PASSES {
        let mut moved = false;
        for step in 0..acyclic.topological_order.len() {
            let node = acyclic.topological_order
                [if pass % 2 == 0 { acyclic.topological_order.len() - 1 - step } else { step }];
            let (ins, outs) = (acyclic.predecessors[node].len(), acyclic.successors[node].len());
            let wish = match ins.cmp(&outs) {
                std::cmp::Ordering::Less => acyclic.latest_rank(rank, node),
                std::cmp::Ordering::Greater => acyclic.earliest_rank(rank, node),
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

/// Shifts every component so that its lowest rank is 0.
fn normalize(components: &Components, rank: &mut [i32]) {
    let spans = components.rank_spans(rank);
    for (node, rank) in rank.iter_mut().enumerate() {
        *rank -= spans[components.component_of(node)].0;
    }
}

/// Applies the rank hints: moves nodes to the first or last rank of their component, unless an edge forbids
/// it.
fn apply_hints(acyclic: &AcyclicGraph, components: &Components, inputs: &[RankInput], rank: &mut [i32]) {
    let spans = components.rank_spans(rank);
    for (node, shape) in inputs.iter().enumerate() {
        match shape.hint {
            RankHint::First if acyclic.predecessors[node].is_empty() => rank[node] = 0,
            RankHint::Last if acyclic.successors[node].is_empty() => {
                rank[node] = spans[components.component_of(node)].1;
            }
            _ => {}
        }
    }
}
