//! The topology: a graph of services and their dependencies, with evidence for each edge.

use super::{
    edge::{Edge, EdgeMap},
    node::Node,
};
use crate::model::NodeId;
use std::collections::BTreeMap;

/// The graph of all nodes and calls, and the references that lead nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// All services, load balancers and dependencies, and the internet, by id.
    pub nodes: BTreeMap<NodeId, Node>,
    /// Calls, by caller and callee. Both ends of each call are in `nodes`.
    pub edges: EdgeMap,
    /// References to addresses that look like those of the estate (all services of all sources), although no
    /// node has them as endpoints.
    pub dangling: Vec<DanglingReference>,
}

/// A reference to an address that looks internal, although no service or load balancer has this address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DanglingReference {
    /// The service whose configuration contains the reference.
    pub from: NodeId,
    /// The setting that contains the address, in words.
    pub location: String,
    /// The address that no node has.
    pub address: String,
}

impl Topology {
    /// Returns the calls that `node` makes, as (callee, edge).
    pub fn calls<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = (&'a NodeId, &'a Edge)> {
        self.edges.calls(node)
    }

    /// Returns the calls that `node` receives, as (caller, edge).
    pub fn callers<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = (&'a NodeId, &'a Edge)> {
        let edge = |from: &NodeId| self.edges.get(&(from.clone(), node.clone()));
        self.edges.callers(node).iter().filter_map(move |from| Some((from, edge(from)?)))
    }

    /// Returns the nodes that a user may mean by `name`. That is the node with this id, or else all nodes
    /// whose name, `group/name` or label equals `name`. A label with the kind of its source, such as
    /// `ecs/shop/orders`, counts even if no other source has the group.
    #[must_use]
    pub fn nodes_named(&self, name: &str) -> Vec<&Node> {
        if let Some(node) = self.nodes.get(&NodeId::new(name)) {
            return vec![node];
        }
        let is_named =
            |node: &&Node| node.name == name || node.label() == name || node.group_and_name() == name;
        let named: Vec<&Node> = self.nodes.values().filter(is_named).collect();
        match name.split_once('/') {
            Some((kind, rest)) if named.is_empty() => {
                let is_of_kind = |node: &Node| {
                    node.id.as_str().strip_prefix(kind).is_some_and(|id| id.starts_with([':', '/']))
                };
                let nodes = self.nodes.values();
                nodes.filter(|node| node.group_and_name() == rest && is_of_kind(node)).collect()
            }
            _ => named,
        }
    }

    /// Returns a name that identifies only this node: the first of its label, `group/name` and its id that no
    /// other node has.
    #[must_use]
    pub fn unique_name(&self, node: &Node) -> String {
        let names = [node.label(), node.group_and_name()];
        let unique = names.into_iter().find(|name| self.nodes_named(name).len() == 1);
        unique.unwrap_or_else(|| node.id.to_string())
    }
}
