//! Cycle removal: which edges must run against the flow so that the rest has a direction.
//!
//! The greedy heuristic of Eades, Lin and Smyth ("A Fast and Effective Heuristic for the Feedback Arc Set Problem",
//! 1993): nodes that call nobody go to the right end of a sequence, nodes that nobody calls to the left end, and when
//! there is neither, the one that calls most and is called least goes left. No edge of an acyclic graph is turned.
//! Arcs that ran against the flow last time do so again, as in the interactive mode of ELK's layered algorithm.
use std::collections::BTreeSet;

/// For each arc whether it runs against the flow; `ranks` are the layers of the previous drawing, where known.
pub fn against(count: usize, arcs: &[(usize, usize)], ranks: &[Option<i32>]) -> Vec<bool> {
    let known =
        |&(from, to): &(usize, usize)| matches!((ranks[from], ranks[to]), (Some(a), Some(b)) if a > b);
    let free: Vec<(usize, usize)> = arcs.iter().filter(|a| !known(a)).copied().collect();
    let place = Sequence::new(count, &free, ranks).places();
    arcs.iter().map(|arc| known(arc) || place[arc.0] > place[arc.1]).collect()
}

/// Nodes on their way into a sequence.
struct Sequence<'a> {
    calls: Vec<Vec<usize>>,
    called: Vec<Vec<usize>>,
    /// How many of them are not yet in the sequence.
    outs: Vec<usize>,
    ins: Vec<usize>,
    ranks: &'a [Option<i32>],
    waiting: BTreeSet<(i32, i64, usize)>,
    sources: Vec<usize>,
    sinks: Vec<usize>,
}

impl<'a> Sequence<'a> {
    fn new(count: usize, arcs: &[(usize, usize)], ranks: &'a [Option<i32>]) -> Self {
        let (mut calls, mut called) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for &(from, to) in arcs {
            calls[from].push(to);
            called[to].push(from);
        }
        let outs: Vec<usize> = calls.iter().map(Vec::len).collect();
        let ins: Vec<usize> = called.iter().map(Vec::len).collect();
        let sources = (0..count).filter(|&n| ins[n] == 0).collect();
        let sinks = (0..count).filter(|&n| outs[n] == 0 && ins[n] > 0).collect();
        let mut sequence = Self { calls, called, outs, ins, ranks, waiting: BTreeSet::new(), sources, sinks };
        sequence.waiting = (0..count).map(|n| sequence.urge(n)).collect();
        sequence
    }

    /// Sorts the nodes by who should go left first when none is free to go.
    fn urge(&self, node: usize) -> (i32, i64, usize) {
        (self.ranks[node].unwrap_or(0), self.ins[node] as i64 - self.outs[node] as i64, node)
    }

    /// The place of every node in the finished sequence.
    fn places(mut self) -> Vec<usize> {
        let count = self.ranks.len();
        let mut place = vec![0; count];
        let (mut left, mut right) = (0, count);
        while left < right {
            let sink = self.free(true);
            if let Some(node) = sink {
                right -= 1;
                place[node] = right;
                self.take(node);
                continue;
            }
            let source = self.free(false);
            let Some(node) = source.or_else(|| self.waiting.first().map(|&(.., n)| n)) else { break };
            place[node] = left;
            left += 1;
            self.take(node);
        }
        place
    }

    /// A node that calls nobody who is left, or that nobody who is left calls.
    fn free(&mut self, sink: bool) -> Option<usize> {
        loop {
            let node = if sink { self.sinks.pop() } else { self.sources.pop() }?;
            if self.waiting.contains(&self.urge(node)) {
                return Some(node);
            }
        }
    }

    /// Removes a node and tells its neighbours.
    fn take(&mut self, node: usize) {
        self.waiting.remove(&self.urge(node));
        for index in 0..self.calls[node].len() {
            let to = self.calls[node][index];
            if self.waiting.remove(&self.urge(to)) {
                self.ins[to] -= 1;
                self.waiting.insert(self.urge(to));
                if self.ins[to] == 0 {
                    self.sources.push(to);
                }
            }
        }
        for index in 0..self.called[node].len() {
            let from = self.called[node][index];
            if self.waiting.remove(&self.urge(from)) {
                self.outs[from] -= 1;
                self.waiting.insert(self.urge(from));
                if self.outs[from] == 0 {
                    self.sinks.push(from);
                }
            }
        }
    }
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
