//! The topology: a graph of services and their dependencies, whose edges carry the evidence for them.

use super::{Product, evidence::EvidenceKind};
use crate::model::{Health, NodeId, ServiceId, SourceId, Timestamp};
use std::collections::BTreeMap;

/// The nodes and edges of all sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// All services, load balancers and dependencies.
    pub nodes: BTreeMap<NodeId, Node>,
    /// Calls, by caller and callee; both are in `nodes`.
    pub edges: BTreeMap<(NodeId, NodeId), Edge>,
    /// References to addresses that look like the estate's, but are no endpoint of it.
    pub dangling: Vec<DanglingReference>,
}

/// A node of the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Id of the node.
    pub id: NodeId,
    /// Name without the group.
    pub name: String,
    /// The kind of node.
    pub kind: NodeKind,
    /// The source that reports it; `None` for a node that no source runs.
    pub source: Option<SourceId>,
    /// The compose project or ECS cluster.
    pub group: Option<String>,
    /// Name of the group for display; prefixed by the source if several sources have a group of this name.
    pub display_group: Option<String>,
    /// Health of the service; unknown for other nodes.
    pub health: Health,
    /// Number of running instances.
    pub running: usize,
    /// Desired number of instances; `None` if the source has no such setting.
    pub desired: Option<u32>,
    /// The product behind the node; `None` if unknown.
    pub product: Option<&'static Product>,
}

/// The kind of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A service of a source.
    Service(ServiceId),
    /// A dependency that no source runs: a managed database, a queue, a third-party host.
    Dependency,
    /// A load balancer.
    LoadBalancer,
    /// The origin of requests from outside.
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

/// A call from one node to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// The evidence for the call, at least one piece; sorted by the table of kinds, then by location.
    pub evidence: Vec<Evidence>,
}

/// A piece of evidence for a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The kind of evidence.
    pub kind: &'static EvidenceKind,
    /// Strength of the evidence.
    pub strength: Strength,
    /// The variable, label, rule or file that contains the evidence.
    pub location: String,
    /// The address in it, and the origin of the endpoint that it resolves to.
    pub detail: String,
    /// Time of the first observation; `None` for evidence that is not observed.
    pub first_seen: Option<Timestamp>,
    /// Time of the last observation; `None` for evidence that is not observed.
    pub last_seen: Option<Timestamp>,
}

/// The strength of evidence, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A hint, such as start order; drawn as a dotted line.
    Possible,
    /// Configuration names the callee; drawn as a dashed line.
    Declared,
    /// A connection was observed; drawn as a solid line.
    Observed,
}

impl Strength {
    /// Returns the name of the strength in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Declared => "declared",
            Self::Observed => "observed",
        }
    }
}

impl Edge {
    /// Returns the strength of the strongest evidence, which decides how the edge is drawn.
    #[must_use]
    pub fn strength(&self) -> Strength {
        self.evidence.iter().map(|e| e.strength).max().unwrap_or(Strength::Possible)
    }
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
        self.edges
            .range((node.clone(), NodeId::new(""))..)
            .take_while(move |((from, _), _)| from == node)
            .map(|((_, to), edge)| (to, edge))
    }

    /// Returns the edges to `node`, each with its caller.
    pub fn callers<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = (&'a NodeId, &'a Edge)> {
        self.edges.iter().filter(move |((_, to), _)| to == node).map(|((from, _), edge)| (from, edge))
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

impl Node {
    /// Returns true if a source runs the node.
    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(self.kind, NodeKind::Service(_))
    }

    /// Returns `group/name`, or the name alone without a group. The source precedes it if several sources
    /// have a group of this name.
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

    /// Returns the name alone if `other` is in the same group, or else the label.
    #[must_use]
    pub fn label_relative_to(&self, other: &Self) -> String {
        if self.display_group == other.display_group { self.name.clone() } else { self.label() }
    }
}
