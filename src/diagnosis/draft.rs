//! Drafts of findings: the output of the rules, still without suspects and impact.

use crate::{
    model::{NodeId, Onset, Service, Severity, SourceId, Text, Timestamp},
    topology::{Node, Topology},
};

/// A finding as a rule produces it: without suspects and impact, which the evaluation adds later.
pub(super) struct FindingDraft {
    /// Severity of the fault or risk.
    pub(super) severity: Severity,
    /// The node, source or catalogued service that the finding is about.
    pub(super) subject: Subject,
    /// Start of the fault; `None` if the rule does not know it.
    pub(super) since: Option<Onset>,
    /// The fault and the facts behind it, in one sentence.
    pub(super) reason: String,
    /// The next step for the user: what to check or do.
    pub(super) next_step: String,
}

/// The node, source or catalogued service that a finding is about.
pub(super) enum Subject {
    /// A node of the topology, nearly always a service.
    Node(NodeId),
    /// A source as a whole.
    Source(SourceId),
    /// Name of a service that a catalogue lists but no source runs.
    CataloguedService(Text),
}

impl Subject {
    /// Returns the label of the subject on the screen.
    pub(super) fn label(&self, topology: &Topology) -> String {
        match self {
            Self::Node(id) => topology.nodes.get(id).map_or_else(|| id.to_string(), Node::label),
            Self::Source(id) => id.to_string(),
            Self::CataloguedService(name) => name.to_string(),
        }
    }
}

impl FindingDraft {
    /// Returns the node that the finding is about, or `None` if it is about a source or a catalogued service.
    pub(super) fn node(&self) -> Option<&NodeId> {
        match &self.subject {
            Subject::Node(id) => Some(id),
            Subject::Source(_) | Subject::CataloguedService(_) => None,
        }
    }

    /// Returns a draft about `service`. `since` is the exact start of the fault, and `next` the next step.
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
