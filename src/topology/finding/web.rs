//! The calls that count when one fault may explain another, both ways and by number, so that a thousand walks are quick.
//!
//! A call counts that is declared or was seen; one that is merely possible explains nothing.

use crate::{
    model::{NodeId, Reach},
    topology::{Node, NodeKind, Strength, Topology},
};
use std::collections::{BTreeMap, VecDeque};

/// The calls that count, by the numbers of the nodes.
pub(super) struct Web<'a> {
    nodes: Vec<&'a Node>,
    number: BTreeMap<&'a NodeId, usize>,
    calls: Vec<Vec<usize>>,
    callers: Vec<Vec<usize>>,
}

impl<'a> Web<'a> {
    /// The web of a topology.
    pub(super) fn of(topology: &'a Topology) -> Self {
        let nodes: Vec<&Node> = topology.nodes.values().collect();
        let number: BTreeMap<&NodeId, usize> = topology.nodes.keys().zip(0..).collect();
        let mut calls = vec![Vec::new(); nodes.len()];
        let mut callers = vec![Vec::new(); nodes.len()];
        // Edges stand in the order of their callers, as nodes do.
        let mut from = 0;
        for ((caller, to), edge) in &topology.edges {
            while nodes.get(from).is_some_and(|node| node.id < *caller) {
                from += 1;
            }
            if nodes.get(from).is_none_or(|node| node.id != *caller) || edge.strength() == Strength::Possible
            {
                continue;
            }
            let Some(&to) = number.get(to) else { continue };
            if from != to {
                calls[from].push(to);
                callers[to].push(from);
            }
        }
        Self { nodes, number, calls, callers }
    }

    /// The number of a node.
    pub(super) fn number(&self, node: &NodeId) -> Option<usize> {
        self.number.get(node).copied()
    }

    /// The node of a number.
    pub(super) fn id(&self, number: usize) -> &'a NodeId {
        &self.nodes[number].id
    }

    /// What people call the node of a number.
    pub(super) fn label(&self, number: usize) -> String {
        self.nodes[number].label()
    }

    /// Whom a node calls.
    pub(super) fn calls(&self, number: usize) -> &[usize] {
        &self.calls[number]
    }

    /// Who calls a node.
    pub(super) fn callers(&self, number: usize) -> &[usize] {
        &self.callers[number]
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// All that calls lead to from a node through nodes for which `through` holds, the nearest first, each with the one
    /// by way of which it was reached. The node itself is not among them.
    pub(super) fn below(&self, from: usize, through: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
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

    /// Everything that depends on any of those nodes, the nearest first, each with the one of them that is nearest. They
    /// themselves are not among them.
    pub(super) fn above_all(&self, nodes: &[usize]) -> Vec<(usize, usize)> {
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

    /// How many services depend on a node.
    pub(super) fn dependants(&self, node: usize) -> usize {
        self.above_all(&[node]).into_iter().filter(|(number, _)| self.is_service(*number)).count()
    }

    /// Whether a node is a service.
    fn is_service(&self, number: usize) -> bool {
        self.nodes[number].is_service()
    }

    /// Whom a fault at a node reaches.
    pub(super) fn reach(&self, node: usize) -> Reach {
        let above: Vec<usize> = self.above_all(&[node]).into_iter().map(|(number, _)| number).collect();
        let services = |number: &&usize| self.is_service(**number);
        let direct: Vec<usize> = self.callers[node].iter().filter(services).copied().collect();
        let all = above.iter().filter(services).count();
        let entry = |number: &&usize| {
            self.callers[**number].is_empty()
                || self.callers[**number].iter().any(|caller| self.is_outside(*caller))
        };
        let entries = above.iter().filter(services).filter(entry);
        Reach {
            callers: direct.iter().map(|number| self.label(*number).into()).collect(),
            beyond: all - direct.len(),
            entries: entries.map(|number| self.label(*number).into()).collect(),
        }
    }

    /// Whether a node stands for what comes from outside.
    fn is_outside(&self, number: usize) -> bool {
        matches!(self.nodes[number].kind, NodeKind::Internet | NodeKind::LoadBalancer)
    }
}
