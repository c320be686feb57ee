//! Targets of notes: a service or another node, a call, or a finding.

use crate::model::{Finding, NodeId, NodeIdParts, Severity, SourceId, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// Service, call or finding on which a note is left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NoteTarget {
    /// Id of the node without its source, such as `shop-prod/orders`. A node of another source, or of none,
    /// has its whole id.
    pub node: Text,
    /// Id of the callee in the same notation; `None` unless the note is on a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<Text>,
    /// Finding on `node` that the note acknowledges; `None` if it acknowledges none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<NotedFinding>,
}

/// Finding that a note acknowledges, with the severity that it had when the note was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotedFinding {
    /// Id of the kind of finding, such as `crash-loop`.
    pub kind: Text,
    /// Severity of the finding at that time.
    pub severity: Severity,
}

impl NoteTarget {
    /// Creates the target for a node of `source`.
    #[must_use]
    pub fn node(source: &SourceId, node: &NodeId) -> Self {
        Self { node: local_id(source, node), callee: None, finding: None }
    }

    /// Creates the target for the call from `caller`, a node of `source`, to `callee`.
    #[must_use]
    pub fn call(source: &SourceId, caller: &NodeId, callee: &NodeId) -> Self {
        Self { callee: Some(local_id(source, callee)), ..Self::node(source, caller) }
    }

    /// Creates the target for a finding on a node of `source`.
    #[must_use]
    pub fn finding(source: &SourceId, node: &NodeId, finding: &Finding) -> Self {
        let noted = NotedFinding { kind: finding.kind.clone(), severity: finding.severity };
        Self { finding: Some(noted), ..Self::node(source, node) }
    }

    /// Returns the node of the target. A node without its source becomes a node of `source`.
    #[must_use]
    pub fn node_of(&self, source: &SourceId) -> NodeId {
        let whole = NodeId::new(&*self.node);
        if matches!(whole.parts(), NodeIdParts::Service(_)) {
            NodeId::service_of(source, &self.node)
        } else {
            whole
        }
    }

    /// Returns true if the target is `node` itself, and not a call from it or a finding on it.
    #[must_use]
    pub fn is_node(&self, source: &SourceId, node: &NodeId) -> bool {
        self.callee.is_none() && self.finding.is_none() && self.node == local_id(source, node)
    }

    /// Returns true if the target is the call from `caller` to `callee`.
    #[must_use]
    pub fn is_call(&self, source: &SourceId, caller: &NodeId, callee: &NodeId) -> bool {
        self.node == local_id(source, caller) && self.callee == Some(local_id(source, callee))
    }

    /// Returns true if a note from the time `noted_at` acknowledges `finding`. The finding must be of the
    /// same kind, must not be more severe than it was, and must not have started after the note.
    #[must_use]
    pub fn acknowledges(&self, source: &SourceId, finding: &Finding, noted_at: Timestamp) -> bool {
        let (Some(noted), Some(node)) = (&self.finding, &finding.node) else { return false };
        noted.kind == finding.kind
            && finding.severity <= noted.severity
            && finding.since.is_none_or(|since| since <= noted_at)
            && self.node == local_id(source, node)
    }
}

/// Returns the id of a node without its source. A node of another source, or of none, keeps its whole id.
fn local_id(source: &SourceId, node: &NodeId) -> Text {
    Text::new(node.group_and_name(source).unwrap_or(node.as_str()))
}
