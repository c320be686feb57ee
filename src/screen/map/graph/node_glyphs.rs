//! Glyphs before a node's name: its health, and its role such as database or cache.

use crate::{
    screen::Scene,
    topology::{Node, NodeKind, ProductRole},
};

/// Returns the glyph of a node: its health for services, its kind for nodes without a source.
pub(in crate::screen::map) fn node_glyph(node: &Node, scene: Scene<'_>) -> String {
    let glyphs = scene.theme.glyphs;
    match (&node.kind, node.product) {
        (NodeKind::Service(_), _) => scene.theme.health_glyph(node.health).to_owned(),
        (NodeKind::Internet, _) => glyphs.internet.to_owned(),
        (NodeKind::LoadBalancer, _) => glyphs.load_balancer.to_owned(),
        (NodeKind::Dependency, Some(product)) => glyph_of_role(product.role, glyphs.ascii).to_string(),
        (NodeKind::Dependency, None) => glyphs.unknown.to_owned(),
    }
}

/// Returns the glyph for the role of a service, such as a database, cache or queue. It stands after the
/// health glyph.
pub(in crate::screen::map) fn role_glyph(node: &Node, scene: Scene<'_>) -> Option<char> {
    service_role(node).map(|role| glyph_of_role(role, scene.theme.glyphs.ascii))
}

/// Returns the role of a service, if that role has a glyph of its own.
pub(in crate::screen::map) fn service_role(node: &Node) -> Option<ProductRole> {
    let role = node.product.map(|product| product.role)?;
    (node.is_service() && role != ProductRole::Other).then_some(role)
}

fn glyph_of_role(role: ProductRole, ascii: bool) -> char {
    let (unicode, plain) = role.map_symbols();
    if ascii { plain } else { unicode }
}
