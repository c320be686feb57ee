//! The topology: nodes, and edges that can say why they are there.

use super::Product;
use crate::model::{Health, NodeId, ServiceId, SourceId, Timestamp};
use std::collections::BTreeMap;

/// Nodes and edges over all sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// Every service of every source, and what they lead to.
    pub nodes: BTreeMap<NodeId, Node>,
    /// Who calls whom; both ends are in `nodes`.
    pub edges: BTreeMap<(NodeId, NodeId), Edge>,
    /// Addresses that look like a service of the estate, and that nobody answers to.
    pub dangling: Vec<Dangling>,
}

/// One place on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its identity.
    pub id: NodeId,
    /// What people say.
    pub name: String,
    /// What kind of place it is.
    pub kind: NodeKind,
    /// The source that reports it; none for a place that no source runs.
    pub source: Option<SourceId>,
    /// The compose project or cluster.
    pub group: Option<String>,
    /// What people call that group: its name, after its source where several sources have one of that name.
    pub home: Option<String>,
    /// How it is; unknown for a place that no source runs.
    pub health: Health,
    /// How many instances run.
    pub running: usize,
    /// How many are wanted, where somebody said so.
    pub desired: Option<u32>,
    /// What product it is, where something names it.
    pub product: Option<&'static Product>,
}

/// What kind of place a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A service of a source.
    Service(ServiceId),
    /// Something that no source runs: a managed database, a queue, a third-party host.
    Dependency,
    /// A load balancer.
    LoadBalancer,
    /// Where requests from outside come from.
    Internet,
}

impl NodeKind {
    /// The word, as JSON has it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Service(_) => "service",
            Self::Dependency => "dependency",
            Self::LoadBalancer => "load-balancer",
            Self::Internet => "internet",
        }
    }
}

/// That one place calls another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// Why: at least one, in the order of the kinds' table, then of their places.
    pub evidence: Vec<Evidence>,
}

/// Why an edge is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The kind's id in [`super::evidence::KINDS`].
    pub kind: &'static str,
    /// How much it says.
    pub strength: Strength,
    /// Where it stands: the variable, label, rule or file.
    pub place: String,
    /// What it names, and how the target answers to that.
    pub detail: String,
    /// When it was first seen, for what is observed.
    pub first_seen: Option<Timestamp>,
    /// When it was last seen, for what is observed.
    pub last_seen: Option<Timestamp>,
}

/// How much a piece of evidence says. The order is from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Start order, shared blocks: drawn dotted.
    Possible,
    /// Configuration names the target: drawn dashed.
    Declared,
    /// A connection was seen: drawn solid.
    Observed,
}

impl Strength {
    /// The word, as JSON has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Declared => "declared",
            Self::Observed => "observed",
        }
    }
}

impl Edge {
    /// The strongest of its evidence decides how it is drawn.
    #[must_use]
    pub fn strength(&self) -> Strength {
        self.evidence.iter().map(|e| e.strength).max().unwrap_or(Strength::Possible)
    }
}

/// An address that looks like a service of the estate, and that nobody answers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dangling {
    /// Who names it.
    pub from: NodeId,
    /// Where.
    pub place: String,
    /// The address.
    pub address: String,
}

impl Topology {
    /// The edges that leave `node`.
    pub fn calls<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = (&'a NodeId, &'a Edge)> {
        self.edges
            .range((node.clone(), NodeId::new(""))..)
            .take_while(move |((from, _), _)| from == node)
            .map(|((_, to), edge)| (to, edge))
    }

    /// The edges that lead to `node`.
    pub fn callers<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = (&'a NodeId, &'a Edge)> {
        self.edges.iter().filter(move |((_, to), _)| to == node).map(|((from, _), edge)| (from, edge))
    }

    /// The nodes that people may mean by `name`: a name, `group/name`, or the whole id. The whole id wins.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&Node> {
        if let Some(node) = self.nodes.get(&NodeId::new(name)) {
            return vec![node];
        }
        self.nodes
            .values()
            .filter(|node| node.name == name || node.label() == name || node.path() == name)
            .collect()
    }
}

impl Node {
    /// Whether a source runs it.
    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(self.kind, NodeKind::Service(_))
    }

    /// `group/name`, or the name alone where it has no group; `source/group/name` where several sources have a group
    /// of that name.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.home {
            Some(home) => format!("{home}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// `group/name`, whatever there is in other sources: for where the source is told beside it.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.group {
            Some(group) => format!("{group}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The name alone for one of the same group, else the label: several groups may each have a `db`.
    #[must_use]
    pub fn label_for(&self, other: &Self) -> String {
        if self.home == other.home { self.name.clone() } else { self.label() }
    }
}
