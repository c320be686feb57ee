//! The topology: a graph of services and their dependencies, whose edges carry the evidence for them.

use super::{
    edge::{Edge, EdgeMap},
    node::Node,
};
use crate::model::NodeId;
use std::collections::BTreeMap;

/// The nodes and edges of all sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// All services, load balancers and dependencies.
    pub nodes: BTreeMap<NodeId, Node>,
    /// Calls, by caller and callee; both are in `nodes`.
    pub edges: EdgeMap,
    /// References to addresses that look like the estate's, but are no endpoint of it.
    pub dangling: Vec<DanglingReference>,
}

/// A reference to an address that looks like the estate's, but is no endpoint of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DanglingReference {
    /// The service that makes the reference.
    pub from: NodeId,
    /// The setting that contains it.
    pub location: String,
    /// The unresolved address.
    pub address: String,
}

impl Topology {
    /// Returns the edges from `node`, each with its callee.
    pub fn calls<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = (&'a NodeId, &'a Edge)> {
        self.edges.calls(node)
    }

    /// Returns the edges to `node`, each with its caller.
    pub fn callers<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = (&'a NodeId, &'a Edge)> {
        let edge = |from: &NodeId| self.edges.get(&(from.clone(), node.clone()));
        self.edges.callers(node).iter().filter_map(move |from| Some((from, edge(from)?)))
    }

    /// Returns the nodes that a user may mean by `name`: an id, or else a name or `group/name`.
    #[must_use]
    pub fn nodes_named(&self, name: &str) -> Vec<&Node> {
        if let Some(node) = self.nodes.get(&NodeId::new(name)) {
            return vec![node];
        }
        self.nodes
            .values()
            .filter(|node| node.name == name || node.label() == name || node.group_and_name() == name)
            .collect()
    }
}
