//! Cycle removal: chooses back edges, which run against the flow, so that the other edges form no cycle.
//!
//! The greedy heuristic of Eades, Lin and Smyth ("A Fast and Effective Heuristic for the Feedback Arc Set
//! Problem", 1993) builds a sequence of nodes. Sinks (nodes without callees) go to its right end, and sources
//! (nodes without callers) to its left end. If there are neither, the node with the most callees and fewest
//! callers goes left. An acyclic graph gets no back edges. Back edges of the previous layout stay back edges,
//! as in the interactive mode of ELK's layered algorithm.
use std::collections::BTreeSet;

/// Returns true for each of the `arcs` that must run against the flow. `ranks` holds the rank of each node in
/// the previous layout, or a guess; `None` for any other node.
pub fn find_back_edges(count: usize, arcs: &[(usize, usize)], ranks: &[Option<i32>]) -> Vec<bool> {
    let known =
        |&(from, to): &(usize, usize)| matches!((ranks[from], ranks[to]), (Some(a), Some(b)) if a > b);
    let free: Vec<(usize, usize)> = arcs.iter().filter(|a| !known(a)).copied().collect();
    let place = NodeSequence::new(count, &free, ranks).places();
    arcs.iter().map(|arc| known(arc) || place[arc.0] > place[arc.1]).collect()
}

/// The sequence of nodes that cycle removal builds, and the remaining graph, whose nodes are not in the
/// sequence yet.
struct NodeSequence<'a> {
    /// Callees of each node.
    callees: Vec<Vec<usize>>,
    /// Callers of each node.
    callers: Vec<Vec<usize>>,
    /// For each node, the number of its callees that are in the remaining graph.
    remaining_outs: Vec<usize>,
    /// For each node, the number of its callers that are in the remaining graph.
    remaining_ins: Vec<usize>,
    ranks: &'a [Option<i32>],
    /// Nodes of the remaining graph, sorted by `priority`.
    waiting: BTreeSet<(i32, i64, usize)>,
    /// Nodes that had no callers left in the remaining graph when they were added here. Some may be in the
    /// sequence by now.
    candidate_sources: Vec<usize>,
    /// Nodes that had no callees left in the remaining graph when they were added here. Some may be in the
    /// sequence by now.
    candidate_sinks: Vec<usize>,
}

impl<'a> NodeSequence<'a> {
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
        let mut sequence = Self {
            callees: calls,
            callers: called,
            remaining_outs: outs,
            remaining_ins: ins,
            ranks,
            waiting: BTreeSet::new(),
            candidate_sources: sources,
            candidate_sinks: sinks,
        };
        sequence.waiting = (0..count).map(|n| sequence.priority(n)).collect();
        sequence
    }

    /// Returns the sort key of a node: its rank in the previous layout, then its number of callers less its
    /// number of callees. If there is neither a sink nor a source, the node with the lowest key goes left.
    fn priority(&self, node: usize) -> (i32, i64, usize) {
        (
            self.ranks[node].unwrap_or(0),
            self.remaining_ins[node] as i64 - self.remaining_outs[node] as i64,
            node,
        )
    }

    /// Completes the sequence, and returns the position of each node in it.
    fn places(mut self) -> Vec<usize> {
        let count = self.ranks.len();
        let mut place = vec![0; count];
        let (mut left, mut right) = (0, count);
        while left < right {
            let sink = self.next_sink_or_source(true);
            if let Some(node) = sink {
                right -= 1;
                place[node] = right;
                self.remove(node);
                continue;
            }
            let source = self.next_sink_or_source(false);
            let Some(node) = source.or_else(|| self.waiting.first().map(|&(.., n)| n)) else { break };
            place[node] = left;
            left += 1;
            self.remove(node);
        }
        place
    }

    /// Removes and returns a candidate that is a sink of the remaining graph, or a source if `sink` is false.
    /// Returns `None` if there is none.
    fn next_sink_or_source(&mut self, sink: bool) -> Option<usize> {
        loop {
            let node = if sink { self.candidate_sinks.pop() } else { self.candidate_sources.pop() }?;
            if self.waiting.contains(&self.priority(node)) {
                return Some(node);
            }
        }
    }

    /// Removes `node` from the remaining graph, and updates the counts of its neighbours.
    fn remove(&mut self, node: usize) {
        self.waiting.remove(&self.priority(node));
        for index in 0..self.callees[node].len() {
            let to = self.callees[node][index];
            if self.waiting.remove(&self.priority(to)) {
                self.remaining_ins[to] -= 1;
                self.waiting.insert(self.priority(to));
                if self.remaining_ins[to] == 0 {
                    self.candidate_sources.push(to);
                }
            }
        }
        for index in 0..self.callers[node].len() {
            let from = self.callers[node][index];
            if self.waiting.remove(&self.priority(from)) {
                self.remaining_outs[from] -= 1;
                self.waiting.insert(self.priority(from));
                if self.remaining_outs[from] == 0 {
                    self.candidate_sinks.push(from);
                }
            }
        }
    }
}

/// Returns the `known` ranks of the previous layout, and guesses ranks for new nodes: one more than their
/// known callers, or else one less than their known callees.
pub fn guess_ranks(arcs: &[(usize, usize)], known: &[Option<i32>]) -> Vec<Option<i32>> {
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
