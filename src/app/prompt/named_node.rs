//! Search for the node that the user means by a name.

use crate::{
    model::NodeId,
    store::Store,
    topology::{Node, Topology},
};

/// Result of a search for a node by its name.
pub(super) enum NamedNode {
    /// Exactly one node has the name.
    One(NodeId),
    /// Several nodes have the name.
    Several(Vec<NodeId>),
    /// No node has the name.
    Unknown,
}

/// Finds the node called `name`. Ignores case if no node has exactly this name. If a service and other nodes
/// have the name, returns the service.
pub(super) fn find_named(store: &Store, name: &str) -> NamedNode {
    let topology = store.world.topology();
    let exact = topology.nodes_named(name);
    let mut found = if exact.is_empty() { similar_nodes(topology, name) } else { exact };
    if found.iter().any(|node| node.is_service()) {
        found.retain(|node| node.is_service());
    }
    match &found[..] {
        [] => NamedNode::Unknown,
        [one] => NamedNode::One(one.id.clone()),
        several => NamedNode::Several(several.iter().map(|node| node.id.clone()).collect()),
    }
}

fn similar_nodes<'a>(topology: &'a Topology, name: &str) -> Vec<&'a Node> {
    let lower = name.to_lowercase();
    topology.nodes.values().filter(|node| node.name.to_lowercase() == lower).collect()
}
