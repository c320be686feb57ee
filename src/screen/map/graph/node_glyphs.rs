//! Sign in front of a node's name. Each node has only one sign, because readers can't take in several. It
//! shows the most urgent of bad health, running deployment, and role such as database or cache. Its colour
//! shows the health, or that a deployment is running.

use crate::{
    model::{Health, Service},
    screen::Scene,
    topology::{Node, NodeKind, ProductRole},
};
use ratatui::style::Style;

/// Returns the sign of a node with its style.
///
/// A service has the glyph of its health, with two exceptions: a healthy service that is deploying has the
/// glyph for that, and a healthy service with a known role has the glyph of the role. A node without a source
/// has the glyph of its kind.
pub(in crate::screen::map) fn node_sign(node: &Node, scene: Scene<'_>) -> (String, Style) {
    let (theme, glyphs) = (scene.theme, scene.theme.glyphs);
    let style = theme.health_style(node.health);
    let sign = match (&node.kind, node.product) {
        (NodeKind::Service(_), _) if node.health != Health::Healthy => {
            theme.health_glyph(node.health).to_owned()
        }
        (NodeKind::Service(_), _)
            if scene.store.world.service_of(node).is_some_and(Service::is_deploying) =>
        {
            return (glyphs.deploying.to_owned(), theme.styles.accent.into());
        }
        (NodeKind::Service(_), Some(product)) if product.role != ProductRole::Other => {
            role_glyph(product.role, glyphs.ascii)
        }
        (NodeKind::Service(_), _) => theme.health_glyph(node.health).to_owned(),
        (NodeKind::Internet, _) => glyphs.internet.to_owned(),
        (NodeKind::LoadBalancer, _) => glyphs.load_balancer.to_owned(),
        (NodeKind::Dependency, Some(product)) => role_glyph(product.role, glyphs.ascii),
        (NodeKind::Dependency, None) => glyphs.unknown.to_owned(),
    };
    (sign, style)
}

fn role_glyph(role: ProductRole, ascii: bool) -> String {
    let (unicode, plain) = role.map_symbols();
    (if ascii { plain } else { unicode }).to_string()
}
