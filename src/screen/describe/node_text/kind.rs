//! Kind of a node in words.

use crate::{
    store::World,
    topology::{Node, NodeKind},
};

/// Returns the kind of a node in words: its product, or else the kind of its service, or else the kind of the
/// node.
#[must_use]
pub fn kind_label(world: &World, node: &Node) -> &'static str {
    match (node.product, world.service_of(node), &node.kind) {
        (Some(product), ..) => product.id,
        (None, Some(service), _) => service.kind.label(),
        (None, None, NodeKind::LoadBalancer) => "load balancer",
        (None, None, kind) => kind.as_str(),
    }
}
