//! Nodes that a user means by a name.

use crate::{
    model::NodeId,
    store::Store,
    topology::{Node, Topology},
};

/// The node that a name means.
pub(super) enum NamedNode {
    /// No other node has the name.
    One(NodeId),
    /// Several nodes have it.
    Several(Vec<NodeId>),
    /// No node has it.
    Unknown,
}

/// Returns the node that `name` means. If no node has exactly this name, case does not matter. Of a service and other
/// nodes of one name, the service counts.
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
