//! Icons in front of names, for the health of a service or the kind of another node, as SVG paths in a square
//! of 12 by 12 pixels, so that they need no font. A service has a second icon if its role is known.

use crate::{
    model::Health,
    topology::{Node, NodeKind, ProductRole},
};

/// Filled disc, for healthy services.
const DISC_PATH: &str = "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z";
/// Ring, for starting, stopped and unknown services.
const RING_PATH: &str = "M6 2a4 4 0 1 1 0 8a4 4 0 1 1 0-8z";
/// Triangle, for degraded services.
const TRIANGLE_PATH: &str = "M6 1.2L11.2 10.5H.8z";
/// Cross, for failing services.
const CROSS_PATH: &str = "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5";
/// Cloud, for the internet.
const CLOUD_PATH: &str = "M3.3 9.5a2.3 2.3 0 0 1-.2-4.6a3.1 3.1 0 0 1 5.9-.5a2.6 2.6 0 0 1 .2 5.1z";
/// Line that fans out into three lines, for load balancers.
const FAN_OUT_PATH: &str = "M1 6H11M4.5 6C6 6 6 2.2 8 2.2H11M4.5 6C6 6 6 9.8 8 9.8H11";
/// Square on its tip, for dependencies without a known product.
const DIAMOND_PATH: &str = "M6 1.2L10.8 6L6 10.8L1.2 6z";

/// Returns the CSS class and the path of a node's icon, which shows the health of a service or the kind of
/// another node.
pub(super) fn node_icon(node: &Node) -> (&'static str, &'static str) {
    match (&node.kind, node.product) {
        (NodeKind::Service(_), _) => health_icon(node.health),
        (NodeKind::Internet, _) => ("open", CLOUD_PATH),
        (NodeKind::LoadBalancer, _) => ("open", FAN_OUT_PATH),
        (NodeKind::Dependency, Some(product)) => ("open", role_path(product.role)),
        (NodeKind::Dependency, None) => ("open", DIAMOND_PATH),
    }
}

/// Returns the path of a service's second icon, which shows its role, or `None` if no role is known.
pub(super) fn service_role_icon(node: &Node) -> Option<&'static str> {
    let role = node.product.map(|product| product.role)?;
    (node.is_service() && role != ProductRole::Other).then(|| role_path(role))
}

fn health_icon(health: Health) -> (&'static str, &'static str) {
    match health {
        Health::Healthy => ("full", DISC_PATH),
        Health::Degraded => ("full", TRIANGLE_PATH),
        Health::Failing => ("open", CROSS_PATH),
        Health::Starting | Health::Stopped | Health::Unknown => ("open", RING_PATH),
    }
}

fn role_path(role: ProductRole) -> &'static str {
    match role {
        ProductRole::Database => {
            "M2 3a4 1.6 0 0 1 8 0a4 1.6 0 0 1-8 0V9a4 1.6 0 0 0 8 0V3M2 6a4 1.6 0 0 0 8 0"
        }
        ProductRole::Cache => "M6.8 1L2.6 7H6L5.2 11L9.4 5H6z",
        ProductRole::Queue => "M1 3H11M1 6H11M1 9H11",
        ProductRole::Store => "M1.8 2.5H10.2L9.3 10.5H2.7zM2.2 5.5H9.8",
        ProductRole::Mail => "M1 2.5H11V9.5H1zM1 2.8L6 6.6L11 2.8",
        ProductRole::Directory => "M2 1.5H10V10.5H2zM4.2 4H7.8M4.2 6H7.8M4.2 8H7.8",
        ProductRole::Telemetry => "M1 10.5H11M2.5 8.5V6M6 8.5V2M9.5 8.5V4.5",
        ProductRole::Proxy => "M1 4H9.5L7.5 2M11 8H2.5L4.5 10",
        ProductRole::Utility => "M6 1V3M6 9V11M1 6H3M9 6H11M4 4H8V8H4z",
        ProductRole::Other => DIAMOND_PATH,
    }
}
