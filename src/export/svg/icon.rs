//! The signs before a name, as paths in a square of 12 by 12, so that no font has to know them.

use crate::{
    model::Health,
    topology::{Node, NodeKind, Role},
};

/// A filled disc.
const DISC: &str = "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z";
/// A ring.
const RING: &str = "M6 2a4 4 0 1 1 0 8a4 4 0 1 1 0-8z";
/// A triangle.
const TRIANGLE: &str = "M6 1.2L11.2 10.5H.8z";
/// A cross.
const CROSS: &str = "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5";
/// A cloud: everything outside.
const CLOUD: &str = "M3.3 9.5a2.3 2.3 0 0 1-.2-4.6a3.1 3.1 0 0 1 5.9-.5a2.6 2.6 0 0 1 .2 5.1z";
/// One arrow that becomes three.
const SPREAD: &str = "M1 6H11M4.5 6C6 6 6 2.2 8 2.2H11M4.5 6C6 6 6 9.8 8 9.8H11";
/// A square on its tip.
const DIAMOND: &str = "M6 1.2L10.8 6L6 10.8L1.2 6z";

/// The sign for how a service is, or for what else a node is: its class and its path.
pub(super) fn of(node: &Node) -> (&'static str, &'static str) {
    match (&node.kind, node.product) {
        (NodeKind::Service(_), _) => of_health(node.health),
        (NodeKind::Internet, _) => ("open", CLOUD),
        (NodeKind::LoadBalancer, _) => ("open", SPREAD),
        (NodeKind::Dependency, Some(product)) => ("open", of_role(product.role)),
        (NodeKind::Dependency, None) => ("open", DIAMOND),
    }
}

/// The second sign of a service: what it is there for, where that has one.
pub(super) fn of_service(node: &Node) -> Option<&'static str> {
    let role = node.product.map(|product| product.role)?;
    (node.is_service() && role != Role::Other).then(|| of_role(role))
}

fn of_health(health: Health) -> (&'static str, &'static str) {
    match health {
        Health::Healthy => ("full", DISC),
        Health::Degraded => ("full", TRIANGLE),
        Health::Failing => ("open", CROSS),
        Health::Starting | Health::Stopped | Health::Unknown => ("open", RING),
    }
}

fn of_role(role: Role) -> &'static str {
    match role {
        Role::Database => "M2 3a4 1.6 0 0 1 8 0a4 1.6 0 0 1-8 0V9a4 1.6 0 0 0 8 0V3M2 6a4 1.6 0 0 0 8 0",
        Role::Cache => "M6.8 1L2.6 7H6L5.2 11L9.4 5H6z",
        Role::Queue => "M1 3H11M1 6H11M1 9H11",
        Role::Store => "M1.8 2.5H10.2L9.3 10.5H2.7zM2.2 5.5H9.8",
        Role::Mail => "M1 2.5H11V9.5H1zM1 2.8L6 6.6L11 2.8",
        Role::Directory => "M2 1.5H10V10.5H2zM4.2 4H7.8M4.2 6H7.8M4.2 8H7.8",
        Role::Telemetry => "M1 10.5H11M2.5 8.5V6M6 8.5V2M9.5 8.5V4.5",
        Role::Proxy => "M1 4H9.5L7.5 2M11 8H2.5L4.5 10",
        Role::Utility => "M6 1V3M6 9V11M1 6H3M9 6H11M4 4H8V8H4z",
        Role::Other => DIAMOND,
    }
}
