//! Drafts: findings as the rules write them, before their causes and impact are known.

use crate::{
    model::{NodeId, Onset, Service, Severity, SourceId, Text, Timestamp},
    topology::{Node, Topology},
};

/// A finding as a rule writes it, before its suspected causes and impact are known.
pub(super) struct FindingDraft {
    /// Severity of the fault or risk.
    pub(super) severity: Severity,
    /// The node or source that the finding is about.
    pub(super) subject: Subject,
    /// Start of the fault; `None` while unknown.
    pub(super) since: Option<Onset>,
    /// The fault in one sentence, with the facts behind it.
    pub(super) reason: String,
    /// The next thing that the user should check or do.
    pub(super) next_step: String,
}

/// The node, source or catalogued service that a finding is about.
pub(super) enum Subject {
    /// A node of the topology, nearly always a service.
    Node(NodeId),
    /// A source as a whole.
    Source(SourceId),
    /// A service that a catalogue lists and no source runs, by name.
    CataloguedService(Text),
}

impl Subject {
    /// Returns the subject's label on the screen.
    pub(super) fn label(&self, topology: &Topology) -> String {
        match self {
            Self::Node(id) => topology.nodes.get(id).map_or_else(|| id.to_string(), Node::label),
            Self::Source(id) => id.to_string(),
            Self::CataloguedService(name) => name.to_string(),
        }
    }
}

impl FindingDraft {
    /// Returns the node that the finding is about, or `None` for a source.
    pub(super) fn node(&self) -> Option<&NodeId> {
        match &self.subject {
            Subject::Node(id) => Some(id),
            Subject::Source(_) | Subject::CataloguedService(_) => None,
        }
    }

    /// Returns a draft about `service`, with `since` as its exact start and `next` as the next step.
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
