//! Lines that run against the flow without need: turned, one at a layout, where few boxes have to move for it.
//!
//! A call that is new may lead from a later layer to an earlier one of a known picture without closing a circle. It
//! would run back for as long as the picture is known, and read as if there were one. A picture of many layers does not
//! grow by this: one layer more for each line that is turned makes it sparse.
use std::collections::BTreeMap;

/// No more boxes than this move to turn a line.
const MOST_MOVED: usize = 4;
/// A picture of fewer layers than this may grow.
const FEW_LAYERS: i32 = 6;

/// Gives other ranks to the few boxes for which one more of the arcs runs with the flow.
pub fn turn(arcs: &[(usize, usize)], ranks: &mut [Option<i32>]) {
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
    let push = |&(from, to, a, _): &(usize, usize, i32, i32)| moved(&called, ranks, (to, a + 1), from, 1);
    let pull = |&(from, to, _, b): &(usize, usize, i32, i32)| moved(&callers, ranks, (from, b - 1), to, -1);
    let (low, high) = span(ranks.iter().flatten());
    let fits = |moved: &BTreeMap<usize, i32>| {
        let (first, last) = span(moved.values());
        last.max(high) - first.min(low) < FEW_LAYERS.max(high - low + 1)
    };
    let ways = against.iter().flat_map(|arc| [push(arc), pull(arc)]).flatten().filter(fits);
    for (node, rank) in ways.min_by_key(BTreeMap::len).unwrap_or_default() {
        ranks[node] = Some(rank);
    }
}

/// The least and the greatest.
fn span<'r>(ranks: impl Iterator<Item = &'r i32>) -> (i32, i32) {
    ranks.fold((i32::MAX, i32::MIN), |(low, high), &rank| (low.min(rank), high.max(rank)))
}

/// The ranks of all who have to move for one to have that rank: those that it is joined with in that direction, and that
/// were ahead of it, stay so. Who merely was beside it need not, else two that call each other would chase each other.
/// None where they are too many, or where `other`, which must not move, is among them.
fn moved(
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
                if ahead == other || (moved.len() == MOST_MOVED && !moved.contains_key(&ahead)) {
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
    use super::turn;

    #[test]
    fn two_that_call_each_other_side_by_side_do_not_chase_each_other() {
        let mut ranks = [Some(2), Some(1), Some(1)];
        turn(&[(0, 1), (1, 2), (2, 1)], &mut ranks);
        assert!(ranks[0] < ranks[1], "{ranks:?}");
    }
}
