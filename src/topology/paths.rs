//! Paths through the topology: shortest paths, the number of paths, and the nodes near a node.

use super::{Strength, Topology, needs::passes_requests_on};
use crate::model::NodeId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Returns a shortest path along calls from `from` to `to`, including both, or `None` if there is no path.
/// Among several shortest paths, prefers the one whose weakest call has the strongest evidence, and then node ids
/// decide. Returns a path through a receiver of telemetry only if
/// there is no other path, because requests don't take such a path.
#[must_use]
pub fn shortest_path(topology: &Topology, from: &NodeId, to: &NodeId) -> Option<Vec<NodeId>> {
    let of_requests = shortest_path_through(topology, from, to, |node| passes_requests_on(topology, node));
    of_requests.or_else(|| shortest_path_through(topology, from, to, |_| true))
}

/// Arrival of a search for the shortest path at a node.
struct Arrival {
    /// The node before it on the path; `None` at the start.
    before: Option<NodeId>,
    /// Number of calls on the path.
    calls: usize,
    /// Strength of the weakest call on the path.
    weakest: Strength,
}

/// Returns the shortest path on which `may_pass` returns true for all inner nodes, or `None` if there is
/// none.
fn shortest_path_through(
    topology: &Topology,
    from: &NodeId,
    to: &NodeId,
    may_pass: impl Fn(&NodeId) -> bool,
) -> Option<Vec<NodeId>> {
    let start = Arrival { before: None, calls: 0, weakest: Strength::Observed };
    let mut arrivals = BTreeMap::from([(from.clone(), start)]);
    let mut queue = VecDeque::from([from.clone()]);
    while let Some(here) = queue.pop_front().filter(|here| here != to) {
        if &here != from && !may_pass(&here) {
            continue;
        }
        let (calls, weakest) = arrivals.get(&here).map(|at| (at.calls + 1, at.weakest))?;
        for (next, edge) in topology.calls(&here) {
            let arrival =
                Arrival { before: Some(here.clone()), calls, weakest: weakest.min(edge.strength()) };
            match arrivals.get_mut(next) {
                None => {
                    arrivals.insert(next.clone(), arrival);
                    queue.push_back(next.clone());
                }
                Some(known) if known.calls == calls && known.weakest < arrival.weakest => *known = arrival,
                Some(_) => {}
            }
        }
    }
    arrivals.get(to)?;
    let before = |node: &&NodeId| arrivals.get(*node).and_then(|at| at.before.as_ref());
    let mut path: Vec<NodeId> = std::iter::successors(Some(to), before).cloned().collect();
    path.reverse();
    Some(path)
}

/// Returns the shortest path from `a` to `b`, or else the one from `b` to `a`. Returns `None` if there is
/// neither.
#[must_use]
pub fn shortest_path_either_way(topology: &Topology, a: &NodeId, b: &NodeId) -> Option<Vec<NodeId>> {
    shortest_path(topology, a, b).or_else(|| shortest_path(topology, b, a))
}

/// Returns all nodes on any path along calls from `from` to `to`, including both. The set is empty if there
/// is no path.
#[must_use]
pub fn nodes_between(topology: &Topology, from: &NodeId, to: &NodeId) -> BTreeSet<NodeId> {
    let above = nodes_reaching(topology, BTreeSet::from([to.clone()]));
    nodes_reachable_from(topology, from).into_iter().filter(|node| above.contains(node)).collect()
}

/// Maximum number of paths to count. Their number may be exponential in the number of nodes.
const MAX_PATHS: usize = 100;
/// Maximum number of steps in the search that counts paths.
const MAX_SEARCH_STEPS: usize = 20_000;

/// The number of paths between two nodes, as far as they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathCount {
    /// Number of paths found.
    pub found: usize,
    /// True if all paths were counted. False if a limit ended the count, so that there may be more.
    pub complete: bool,
}

/// Counts the paths along calls from `from` to `to` that visit no node twice. Stops after `MAX_PATHS` paths
/// or `MAX_SEARCH_STEPS` steps.
#[must_use]
pub fn count_paths(topology: &Topology, from: &NodeId, to: &NodeId) -> PathCount {
    let within = nodes_between(topology, from, to);
    let (mut open, mut on, mut found) = (vec![callees_within(topology, from, &within)], vec![from], 0);
    for _ in 0..MAX_SEARCH_STEPS {
        let Some(choices) = open.last_mut().filter(|_| found < MAX_PATHS) else { break };
        match choices.pop() {
            None => drop((open.pop(), on.pop())),
            Some(node) if node == to => found += 1,
            Some(node) if on.contains(&node) => {}
            Some(node) => {
                open.push(callees_within(topology, node, &within));
                on.push(node);
            }
        }
    }
    PathCount { found, complete: open.is_empty() }
}

/// Returns the callees of `node` that are in the set `within`.
fn callees_within<'a>(
    topology: &'a Topology,
    node: &'a NodeId,
    within: &BTreeSet<NodeId>,
) -> Vec<&'a NodeId> {
    topology.calls(node).map(|(called, _)| called).filter(|called| within.contains(*called)).collect()
}

/// Returns `node` and all nodes that it reaches along calls.
#[must_use]
pub fn nodes_reachable_from(topology: &Topology, node: &NodeId) -> BTreeSet<NodeId> {
    let mut all = BTreeSet::from([node.clone()]);
    let mut edge = vec![node.clone()];
    while let Some(here) = edge.pop() {
        for (to, _) in topology.calls(&here) {
            if all.insert(to.clone()) {
                edge.push(to.clone());
            }
        }
    }
    all
}

/// Returns `center`, the nodes that it reaches within `hops` calls, and the nodes that reach it within `hops`
/// calls.
#[must_use]
pub fn nodes_within_hops(topology: &Topology, center: &NodeId, hops: usize) -> BTreeSet<NodeId> {
    let mut all = BTreeSet::new();
    for down in [true, false] {
        let mut edge = BTreeSet::from([center.clone()]);
        let mut seen = edge.clone();
        for _ in 0..hops {
            let next: BTreeSet<NodeId> = edge
                .iter()
                .flat_map(|node| -> Vec<NodeId> {
                    if down {
                        topology.calls(node).map(|(to, _)| to.clone()).collect()
                    } else {
                        topology.edges.callers(node).to_vec()
                    }
                })
                .filter(|node| !seen.contains(node))
                .collect();
            if next.is_empty() {
                break;
            }
            seen.extend(next.iter().cloned());
            edge = next;
        }
        all.extend(seen);
    }
    all
}

/// Returns `nodes` and all nodes from which a path along calls leads to one of them.
#[must_use]
pub fn nodes_reaching(topology: &Topology, nodes: BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let mut edge: Vec<NodeId> = nodes.iter().cloned().collect();
    let mut all = nodes;
    while let Some(node) = edge.pop() {
        for caller in topology.edges.callers(&node) {
            if all.insert(caller.clone()) {
                edge.push(caller.clone());
            }
        }
    }
    all
}
