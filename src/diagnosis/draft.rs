//! Drafts: findings as the rules write them, before their causes and impact are known.

use crate::{
    model::{NodeId, Onset, Service, Severity, SourceId, Timestamp},
    topology::{Node, Topology},
};

/// A finding before its kind, causes and impact are known.
pub(super) struct FindingDraft {
    pub(super) severity: Severity,
    pub(super) subject: Subject,
    pub(super) since: Option<Onset>,
    pub(super) reason: String,
    pub(super) next_step: String,
}

/// The subject of a finding.
pub(super) enum Subject {
    /// A node of the map.
    Node(NodeId),
    /// A source as a whole.
    Source(SourceId),
}

impl Subject {
    /// Returns the subject's label on the screen.
    pub(super) fn label(&self, topology: &Topology) -> String {
        match self {
            Self::Node(id) => topology.nodes.get(id).map_or_else(|| id.to_string(), Node::label),
            Self::Source(id) => id.to_string(),
        }
    }
}

impl FindingDraft {
    /// Returns the node that the finding is about.
    pub(super) fn node(&self) -> Option<&NodeId> {
        match &self.subject {
            Subject::Node(id) => Some(id),
            Subject::Source(_) => None,
        }
    }

    /// Returns a draft about `service` with an exact start.
    pub(super) fn about_service(
        service: &Service,
        severity: Severity,
        since: Option<Timestamp>,
        reason: String,
        next: &str,
    ) -> Self {
        let (subject, since) = (Subject::Node(NodeId::from(&service.id)), since.map(Onset::exact));
        Self { severity, subject, since, reason, next_step: next.to_owned() }
    }
}
