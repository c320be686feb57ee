//! Correction of needless back edges: edges that run against the flow although they don't close a cycle. Each
//! layout corrects at most one of them, and only if few nodes have to move.
//!
//! Needless back edges appear because known nodes keep their layers, so a new edge may lead from a later
//! layer to an earlier one. Without a correction, the edge would look like part of a cycle in all later
//! layouts. In a diagram with many layers, a correction must not add a layer, because one more layer for each
//! corrected edge would make the diagram sparse.
use std::collections::BTreeMap;

/// Maximum number of nodes that may move to correct one edge.
const MAX_MOVED_NODES: usize = 4;
/// Number of layers up to which a diagram may grow to correct an edge.
const GROWTH_MAX_LAYERS: i32 = 6;

/// Corrects one back edge, if possible: changes the known `ranks` so that one more of the `arcs` runs with
/// the flow. Chooses the arc for which the fewest nodes move.
pub fn fix_one_back_edge(arcs: &[(usize, usize)], ranks: &mut [Option<i32>]) {
    let known = |&(from, to): &(usize, usize)| Some((from, to, ranks[from]?, ranks[to]?));
    let against: Vec<_> = arcs.iter().filter_map(known).filter(|(_, _, a, b)| a > b).collect();
    if against.is_empty() {
        return;
    }
    let (mut called, mut callers) = (vec![Vec::new(); ranks.len()], vec![Vec::new(); ranks.len()]);
    for &(from, to) in arcs {
        called[from].push(to);
        callers[to].push(from);
    }
    let push =
        |&(from, to, a, _): &(usize, usize, i32, i32)| required_moves(&called, ranks, (to, a + 1), from, 1);
    let pull =
        |&(from, to, _, b): &(usize, usize, i32, i32)| required_moves(&callers, ranks, (from, b - 1), to, -1);
    let (low, high) = min_max(ranks.iter().flatten());
    let fits = |moved: &BTreeMap<usize, i32>| {
        let (first, last) = min_max(moved.values());
        last.max(high) - first.min(low) < GROWTH_MAX_LAYERS.max(high - low + 1)
    };
    let ways = against.iter().flat_map(|arc| [push(arc), pull(arc)]).flatten().filter(fits);
    for (node, rank) in ways.min_by_key(BTreeMap::len).unwrap_or_default() {
        ranks[node] = Some(rank);
    }
}

/// Returns the lowest and the highest rank.
fn min_max<'r>(ranks: impl Iterator<Item = &'r i32>) -> (i32, i32) {
    ranks.fold((i32::MAX, i32::MIN), |(low, high), &rank| (low.min(rank), high.max(rank)))
}

/// Returns the new ranks of `start` (a node and its new rank) and of all nodes that must move with it.
///
/// A neighbour that is ahead of a moving node must stay ahead of it. `next` holds the neighbours of each node
/// in the direction of the move, and `sign` is that direction (1 or -1). Neighbours on the same rank don't
/// move, because two nodes that call each other would otherwise push each other forever.
///
/// Returns `None` if more than [`MAX_MOVED_NODES`] nodes would have to move, or if `other`, the node at the
/// other end of the edge to correct, would have to move.
fn required_moves(
    next: &[Vec<usize>],
    ranks: &[Option<i32>],
    start: (usize, i32),
    other: usize,
    sign: i32,
) -> Option<BTreeMap<usize, i32>> {
    let mut moved = BTreeMap::from([start]);
    let mut open = vec![start.0];
    while let Some(node) = open.pop() {
        let (old, new) = (ranks[node]?, moved[&node]);
        for &ahead in &next[node] {
            let Some(rank) = ranks[ahead] else { continue };
            let now = moved.get(&ahead).copied().unwrap_or(rank);
            let (was_ahead, is_ahead) = ((rank - old) * sign > 0, (now - new) * sign > 0);
            if was_ahead && !is_ahead {
                if ahead == other || (moved.len() == MAX_MOVED_NODES && !moved.contains_key(&ahead)) {
                    return None;
                }
                moved.insert(ahead, new + sign);
                open.push(ahead);
            }
        }
    }
    Some(moved)
}

#[cfg(test)]
mod tests {
    use super::fix_one_back_edge;

    #[test]
    fn two_nodes_of_one_rank_that_call_each_other_do_not_chase_each_other() {
        let mut ranks = [Some(2), Some(1), Some(1)];
        fix_one_back_edge(&[(0, 1), (1, 2), (2, 1)], &mut ranks);
        assert!(ranks[0] < ranks[1], "{ranks:?}");
    }
}
