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
