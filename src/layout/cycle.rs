//! Cycle removal: which edges must run against the flow so that the rest has a direction.
//!
//! A depth-first search with a stack of its own (no recursion, so a chain of any length is fine): an arc to a node
//! that is still open closes a cycle. Arcs that ran against the flow last time do so again, as in the interactive
//! mode of ELK's layered algorithm.

/// For each arc whether it runs against the flow.
///
/// `ranks` are the layers of the previous drawing, where known; `roots` is the order in which to start.
pub fn against(count: usize, arcs: &[(usize, usize)], ranks: &[Option<i32>], roots: &[usize]) -> Vec<bool> {
    let mut back: Vec<bool> = arcs
        .iter()
        .map(|&(from, to)| matches!((ranks[from], ranks[to]), (Some(a), Some(b)) if a > b))
        .collect();
    let mut out = vec![Vec::new(); count];
    for (arc, &(from, to)) in arcs.iter().enumerate() {
        if !back[arc] {
            out[from].push((to, arc));
        }
    }
    let mut state = vec![State::New; count];
    let mut stack = Vec::new();
    for &root in roots {
        if state[root] != State::New {
            continue;
        }
        state[root] = State::Open;
        stack.push((root, 0));
        while let Some(top) = stack.last_mut() {
            let (node, next) = *top;
            top.1 += 1;
            match out[node].get(next) {
                None => {
                    state[node] = State::Done;
                    stack.pop();
                }
                Some(&(to, arc)) => match state[to] {
                    State::New => {
                        state[to] = State::Open;
                        stack.push((to, 0));
                    }
                    State::Open => back[arc] = true,
                    State::Done => {}
                },
            }
        }
    }
    back
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// The layers of the last drawing, completed by a guess for new nodes: after their callers, else before the called.
pub fn guess(arcs: &[(usize, usize)], known: &[Option<i32>]) -> Vec<Option<i32>> {
    let mut guessed = known.to_vec();
    for &(from, to) in arcs {
        if let (Some(rank), None) = (known[from], known[to]) {
            guessed[to] = guessed[to].max(Some(rank + 1));
        }
    }
    let after_callers = guessed.clone();
    for &(from, to) in arcs {
        if let (None, Some(rank)) = (after_callers[from], known[to]) {
            guessed[from] = Some(guessed[from].map_or(rank - 1, |now| now.min(rank - 1)));
        }
    }
    guessed
}

/// Where the search starts: what is called by nobody first, then what calls most and is called least.
pub fn roots(count: usize, arcs: &[(usize, usize)], ranks: &[Option<i32>]) -> Vec<usize> {
    let mut calls = vec![0_i64; count];
    let mut called = vec![0_i64; count];
    for &(from, to) in arcs {
        calls[from] += 1;
        called[to] += 1;
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&n| (called[n] > 0, ranks[n].unwrap_or(i32::MAX), called[n] - calls[n], n));
    order
}
