//! The characters that stand before a node's name: how it is, and what it is made of.

use crate::{
    topology::{Node, NodeKind, Role},
    view::Scene,
};

/// The character that stands for how a node is; for what no source runs, for what it is.
pub(super) fn mark(node: &Node, scene: Scene<'_>) -> String {
    let glyphs = scene.theme.glyphs;
    match (&node.kind, node.product) {
        (NodeKind::Service(_), _) => scene.theme.mark(node.health).to_owned(),
        (NodeKind::Internet, _) => glyphs.internet.to_owned(),
        (NodeKind::LoadBalancer, _) => glyphs.balancer.to_owned(),
        (NodeKind::Dependency, Some(product)) => of_role(product.role, glyphs.ascii).to_string(),
        (NodeKind::Dependency, None) => glyphs.unknown.to_owned(),
    }
}

/// The character for what a service is there for, behind the one for how it is: of databases, caches, queues and the
/// like.
pub(super) fn of_service(node: &Node, scene: Scene<'_>) -> Option<char> {
    role(node).map(|role| of_role(role, scene.theme.glyphs.ascii))
}

/// What a service is there for, where that has a mark of its own.
pub(super) fn role(node: &Node) -> Option<Role> {
    let role = node.product.map(|product| product.role)?;
    (node.is_service() && role != Role::Other).then_some(role)
}

fn of_role(role: Role, ascii: bool) -> char {
    let (unicode, plain) = role.marks();
    if ascii { plain } else { unicode }
}
