//! Ways through the topology: the shortest path between two nodes, and what lies around one.

use super::Topology;
use crate::model::NodeId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The shortest way along the calls from `from` to `to`, both ends included; of several the first by name.
#[must_use]
pub fn path(topology: &Topology, from: &NodeId, to: &NodeId) -> Option<Vec<NodeId>> {
    let mut came: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    let mut queue = VecDeque::from([from.clone()]);
    while let Some(here) = queue.pop_front() {
        if &here == to {
            let mut way = vec![here];
            while let Some(before) =
                way.last().and_then(|last| came.get(last)).filter(|_| way.last() != Some(from))
            {
                way.push(before.clone());
            }
            way.reverse();
            return Some(way);
        }
        for (next, _) in topology.calls(&here) {
            if next != from && !came.contains_key(next) {
                came.insert(next.clone(), here.clone());
                queue.push_back(next.clone());
            }
        }
    }
    None
}

/// The shortest way between two nodes, whichever calls the other.
#[must_use]
pub fn way(topology: &Topology, a: &NodeId, b: &NodeId) -> Option<Vec<NodeId>> {
    path(topology, a, b).or_else(|| path(topology, b, a))
}

/// What lies on any way along the calls from `from` to `to`, both ends included.
#[must_use]
pub fn between(topology: &Topology, from: &NodeId, to: &NodeId) -> BTreeSet<NodeId> {
    let above = leading_to(topology, BTreeSet::from([to.clone()]));
    below(topology, from).into_iter().filter(|node| above.contains(node)).collect()
}

/// So many ways are told apart, and so many steps taken to find them: there may be more than can be counted.
const MANY_WAYS: usize = 100;
const STEPS: usize = 20_000;

/// How many ways there are, as far as they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// So many were found.
    pub found: usize,
    /// Whether those are all: otherwise there may be more.
    pub all: bool,
}

/// How many ways there are along the calls from `from` to `to` that pass no node twice. The counting ends early where
/// they are very many, or too long to find.
#[must_use]
pub fn ways(topology: &Topology, from: &NodeId, to: &NodeId) -> Ways {
    let within = between(topology, from, to);
    let (mut open, mut on, mut found) = (vec![calls_within(topology, from, &within)], vec![from], 0);
    for _ in 0..STEPS {
        let Some(choices) = open.last_mut().filter(|_| found < MANY_WAYS) else { break };
        match choices.pop() {
            None => drop((open.pop(), on.pop())),
            Some(node) if node == to => found += 1,
            Some(node) if on.contains(&node) => {}
            Some(node) => {
                open.push(calls_within(topology, node, &within));
                on.push(node);
            }
        }
    }
    Ways { found, all: open.is_empty() }
}

/// Whom a node calls among those.
fn calls_within<'a>(topology: &'a Topology, node: &'a NodeId, within: &BTreeSet<NodeId>) -> Vec<&'a NodeId> {
    topology.calls(node).map(|(called, _)| called).filter(|called| within.contains(*called)).collect()
}

/// All that calls lead to from `node`, itself included.
#[must_use]
pub fn below(topology: &Topology, node: &NodeId) -> BTreeSet<NodeId> {
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

/// What lies within `hops` calls of `center`, upwards and downwards, itself included.
#[must_use]
pub fn neighbours(topology: &Topology, center: &NodeId, hops: usize) -> BTreeSet<NodeId> {
    let mut callers: BTreeMap<&NodeId, Vec<&NodeId>> = BTreeMap::new();
    for (from, to) in topology.edges.keys() {
        callers.entry(to).or_default().push(from);
    }
    let mut all = BTreeSet::from([center.clone()]);
    for down in [true, false] {
        let mut edge = vec![center.clone()];
        for _ in 0..hops {
            let next: Vec<NodeId> = edge
                .iter()
                .flat_map(|node| -> Vec<NodeId> {
                    if down {
                        topology.calls(node).map(|(to, _)| to.clone()).collect()
                    } else {
                        callers.get(node).into_iter().flatten().map(|n| (*n).clone()).collect()
                    }
                })
                .collect();
            all.extend(next.iter().cloned());
            edge = next;
        }
    }
    all
}

/// Those nodes, and everything from which calls lead to them.
#[must_use]
pub fn leading_to(topology: &Topology, nodes: BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let mut callers: BTreeMap<&NodeId, Vec<&NodeId>> = BTreeMap::new();
    for (from, to) in topology.edges.keys() {
        callers.entry(to).or_default().push(from);
    }
    let mut edge: Vec<NodeId> = nodes.iter().cloned().collect();
    let mut all = nodes;
    while let Some(node) = edge.pop() {
        for caller in callers.get(&node).into_iter().flatten() {
            if all.insert((*caller).clone()) {
                edge.push((*caller).clone());
            }
        }
    }
    all
}
