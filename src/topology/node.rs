//! Nodes of the topology: services, dependencies, load balancers and the internet.

use super::Product;
use crate::model::{Health, NodeId, ServiceId, SourceId};

/// A node of the topology: a service, a dependency, a load balancer or the internet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Id of the node.
    pub id: NodeId,
    /// Name without the group, or the host of a dependency.
    pub name: String,
    /// The kind of node.
    pub kind: NodeKind,
    /// The source that reports the node; `None` for the internet and for dependencies.
    pub source: Option<SourceId>,
    /// The compose project, swarm stack or ECS cluster; `None` without one.
    pub group: Option<String>,
    /// Name of the group for display: `group`, or `source/group` if several sources have a group with this
    /// name.
    pub display_group: Option<String>,
    /// Health of the service; unknown for other nodes.
    pub health: Health,
    /// Number of running instances; zero for nodes that are not services.
    pub running: usize,
    /// Desired count of the service; `None` if its source has no such setting.
    pub desired: Option<u32>,
    /// The product that the node runs; `None` if unknown.
    pub product: Option<&'static Product>,
}

/// Thing that a node stands for: a service, a dependency, a load balancer or the internet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A service of a source.
    Service(ServiceId),
    /// A dependency that no source runs: a managed database, a queue, a third-party host.
    Dependency,
    /// A load balancer.
    LoadBalancer,
    /// The internet, which calls internet-facing load balancers.
    Internet,
}

impl NodeKind {
    /// Returns the name of the kind in JSON.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Service(_) => "service",
            Self::Dependency => "dependency",
            Self::LoadBalancer => "load-balancer",
            Self::Internet => "internet",
        }
    }
}

impl Node {
    /// Returns true if the node is a service of a source.
    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(self.kind, NodeKind::Service(_))
    }

    /// Returns the display group and the name as `group/name`, or the name alone without a group. If several
    /// sources have a group with this name, returns `source/group/name`.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.display_group {
            Some(home) => format!("{home}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Returns `group/name` without the source, for displays that show the source separately.
    #[must_use]
    pub fn group_and_name(&self) -> String {
        match &self.group {
            Some(group) => format!("{group}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Returns the name alone if `other` is in the same group, and the full label otherwise.
    #[must_use]
    pub fn label_relative_to(&self, other: &Self) -> String {
        if self.display_group == other.display_group { self.name.clone() } else { self.label() }
    }
}
