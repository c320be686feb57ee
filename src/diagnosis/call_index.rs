//! Index of the calls along which faults propagate, for fast searches in both directions. Nodes are numbered.
//! The index contains only declared and observed calls, because a call that is only possible explains no
//! fault.

use crate::{
    model::{Impact, NodeId},
    topology::{Node, NodeKind, Strength, Topology},
};
use std::collections::{BTreeMap, VecDeque};

/// The graph of calls, for searches of the callees that may break a node and the callers that it may break.
/// Each node has a number, which is its position in `nodes`.
pub(super) struct CallIndex<'a> {
    /// All nodes, sorted by id.
    nodes: Vec<&'a Node>,
    /// The number of each node.
    index_by_id: BTreeMap<&'a NodeId, usize>,
    /// The numbers of each node's callees; the index is the node's number.
    calls: Vec<Vec<usize>>,
    /// The numbers of each node's callers; the index is the node's number.
    callers: Vec<Vec<usize>>,
}

impl<'a> CallIndex<'a> {
    /// Builds the index of the declared and observed calls in `topology`.
    pub(super) fn new(topology: &'a Topology) -> Self {
        let nodes: Vec<&Node> = topology.nodes.values().collect();
        let index_by_id: BTreeMap<&NodeId, usize> = topology.nodes.keys().zip(0..).collect();
        let mut calls = vec![Vec::new(); nodes.len()];
        let mut callers = vec![Vec::new(); nodes.len()];
        // Edges are sorted by caller id, and nodes by id, so one pass over both finds each caller's number.
        let mut from = 0;
        for ((caller, to), edge) in &topology.edges {
            while nodes.get(from).is_some_and(|node| node.id < *caller) {
                from += 1;
            }
            if nodes.get(from).is_none_or(|node| node.id != *caller) || edge.strength() == Strength::Possible
            {
                continue;
            }
            let Some(&to) = index_by_id.get(to) else { continue };
            if from != to {
                calls[from].push(to);
                callers[to].push(from);
            }
        }
        Self { nodes, index_by_id, calls, callers }
    }

    /// Returns the number of `node`, or `None` if the topology does not contain it.
    pub(super) fn index_of(&self, node: &NodeId) -> Option<usize> {
        self.index_by_id.get(node).copied()
    }

    /// Returns the id of the node `number`.
    pub(super) fn node_id(&self, number: usize) -> &'a NodeId {
        &self.nodes[number].id
    }

    /// Returns the label of the node `number`.
    pub(super) fn label(&self, number: usize) -> String {
        self.nodes[number].label()
    }

    /// Returns the numbers of the callees of the node `number`.
    pub(super) fn callees(&self, number: usize) -> &[usize] {
        &self.calls[number]
    }

    /// Returns the numbers of the callers of the node `number`.
    pub(super) fn callers(&self, number: usize) -> &[usize] {
        &self.callers[number]
    }

    /// Returns the number of nodes.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns all nodes that `from` reaches along calls, the nearest first, without `from` itself. Each node
    /// comes with its predecessor on the path. The search continues only from nodes for which `through`
    /// returns true.
    pub(super) fn reachable_from(&self, from: usize, through: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
        let mut seen = vec![false; self.len()];
        seen[from] = true;
        let (mut queue, mut found) = (VecDeque::from([from]), Vec::new());
        while let Some(here) = queue.pop_front() {
            for &next in &self.calls[here] {
                if !std::mem::replace(&mut seen[next], true) {
                    found.push((next, here));
                    if through(next) {
                        queue.push_back(next);
                    }
                }
            }
        }
        found
    }

    /// Returns all nodes that depend on one of `nodes`, directly or indirectly, the nearest first. `nodes`
    /// themselves are not included. Each node comes with the nearest member of `nodes`.
    pub(super) fn dependants_of(&self, nodes: &[usize]) -> Vec<(usize, usize)> {
        let mut seen = vec![false; self.len()];
        nodes.iter().for_each(|node| seen[*node] = true);
        let mut order: Vec<(usize, usize)> = nodes.iter().map(|node| (*node, *node)).collect();
        let mut next = 0;
        while let Some(&(here, nearest)) = order.get(next) {
            next += 1;
            for &caller in &self.callers[here] {
                if !std::mem::replace(&mut seen[caller], true) {
                    order.push((caller, nearest));
                }
            }
        }
        order.split_off(nodes.len())
    }

    /// Returns true if the node `number` is a service.
    fn is_service(&self, number: usize) -> bool {
        self.nodes[number].is_service()
    }

    /// Returns the impact of a fault at `node`: the services that depend on it, and the entry points among
    /// them.
    pub(super) fn impact(&self, node: usize) -> Impact {
        let above: Vec<usize> = self.dependants_of(&[node]).into_iter().map(|(number, _)| number).collect();
        let services = |number: &&usize| self.is_service(**number);
        let direct: Vec<usize> = self.callers[node].iter().filter(services).copied().collect();
        let all = above.iter().filter(services).count();
        let entry = |number: &&usize| {
            self.callers[**number].is_empty()
                || self.callers[**number].iter().any(|caller| self.is_outside_caller(*caller))
        };
        let entries = above.iter().filter(services).filter(entry);
        Impact {
            callers: direct.iter().map(|number| self.label(*number).into()).collect(),
            indirect_count: all - direct.len(),
            entry_points: entries.map(|number| self.label(*number).into()).collect(),
        }
    }

    /// Returns true if the node `number` is the internet or a load balancer.
    fn is_outside_caller(&self, number: usize) -> bool {
        matches!(self.nodes[number].kind, NodeKind::Internet | NodeKind::LoadBalancer)
    }
}
