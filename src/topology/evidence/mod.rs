//! The kinds of evidence: one table, read by inference, the legend, the filters and the documentation.
//!
//! A kind only finds edge candidates; the resolver maps them to nodes. A new kind of reference is one row,
//! any other kind one file and its row.

mod candidate;
mod configured_calls;
mod connections;
mod kinds;
mod load_balancer;
mod proxy_label;
mod strength;

pub use candidate::{Callee, Caller, EdgeCandidate};
pub use kinds::EVIDENCE_KINDS;
pub use strength::Strength;

use super::{ProductRole, node::Node};
use crate::model::{Inventory, ObservationSource, ReferenceKind, Service};
use std::{cmp::Ordering, fmt};

/// A kind of evidence for an edge.
pub struct EvidenceKind {
    /// Id in JSON.
    pub id: &'static str,
    /// Title on the screen.
    pub title: &'static str,
    /// Strength of a single piece of this evidence, before products and groups are considered.
    pub strength: Strength,
    /// Description of the evidence and its origin, for docs/evidence.md.
    pub description: &'static str,
    /// The verb between the location of the evidence and the callee, with its space or comma.
    pub verb: &'static str,
    /// The things that its candidates are, in sentences about the places that were searched.
    pub unit: EvidenceUnit,
    /// The origin of its edge candidates.
    origin: CandidateOrigin,
}

/// The things that candidates of a kind of evidence are, and the participle that goes with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceUnit {
    /// Addresses that a setting names.
    Address,
    /// Connections that were observed.
    Connection,
    /// Services that a setting names.
    Service,
    /// Targets of a load balancer.
    Target,
}

impl EvidenceUnit {
    /// Formats a number of candidates: `2 addresses named`.
    #[must_use]
    pub fn count_label(self, count: usize) -> String {
        let (one, many, participle) = match self {
            Self::Address => ("address", "addresses", "named"),
            Self::Connection => ("connection", "connections", "seen"),
            Self::Service => ("service", "services", "named"),
            Self::Target => ("target", "targets", "found"),
        };
        format!("{count} {} {participle}", if count == 1 { one } else { many })
    }
}

/// Kinds are equal if their ids are, and have the order of their ids.
impl PartialEq for EvidenceKind {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for EvidenceKind {}

impl PartialOrd for EvidenceKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EvidenceKind {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(other.id)
    }
}

impl fmt::Debug for EvidenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// The weight of one edge candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceWeight {
    /// Strength of the evidence.
    pub strength: Strength,
    /// True if the evidence makes an edge by itself; otherwise it only supports an edge that other evidence
    /// makes.
    pub makes_edge: bool,
}

/// The origin of the edge candidates of a kind.
enum CandidateOrigin {
    /// References of this kind in the configuration of services.
    References(ReferenceKind),
    /// Connections observed by this means.
    Connections(ObservationSource),
    /// A search function of its own.
    Search(SearchFn),
}

/// A function that emits all edge candidates of a kind.
type SearchFn = for<'a> fn(&'a Inventory, &mut dyn FnMut(EdgeCandidate<'a>));

impl EvidenceKind {
    /// Returns the kind with this id in JSON.
    #[must_use]
    pub fn with_id(id: &str) -> Option<&'static Self> {
        EVIDENCE_KINDS.iter().find(|kind| kind.id == id)
    }

    /// Returns true if candidates of this kind ignore addresses outside the estate.
    #[must_use]
    pub fn ignores_outside_addresses(&self) -> bool {
        self.reference_kind().is_some_and(ignores_outside_addresses)
    }

    /// Returns the weight of a candidate from `from` to `to`, which depends on the product of `to` and on
    /// their groups.
    #[must_use]
    pub fn weight_of(&self, from: Option<&Node>, to: &Node) -> EvidenceWeight {
        let role = to.product.map(|product| product.role);
        let receives_telemetry = to.product.is_some_and(|product| product.receives_telemetry);
        let keeps_data = role.is_some_and(ProductRole::stores_data);
        let same_group = |from: &Node| from.group == to.group && from.source == to.source;
        let support = EvidenceWeight { strength: Strength::Possible, makes_edge: false };
        let line = |strength| EvidenceWeight { strength, makes_edge: true };
        match self.reference_kind() {
            Some(ReferenceKind::SharedSetting | ReferenceKind::SharedFile) if receives_telemetry => {
                line(Strength::Declared)
            }
            Some(ReferenceKind::SharedSetting) if from.is_some_and(same_group) => support,
            Some(ReferenceKind::SuiteFile) if receives_telemetry || keeps_data => line(Strength::Declared),
            Some(
                ReferenceKind::SharedFile
                | ReferenceKind::SuiteFile
                | ReferenceKind::ToolSetting
                | ReferenceKind::Completion,
            ) => support,
            Some(ReferenceKind::SuiteOrder) if keeps_data => line(Strength::Declared),
            Some(ReferenceKind::StartOrder) if from.is_some_and(|from| is_client_of(from, to)) => {
                line(Strength::Declared)
            }
            _ => line(self.strength),
        }
    }

    /// Returns the key by which possible evidence corroborates other evidence: two different keys make an
    /// edge declared. Returns `None` if the kind is no sign of a call. Settings that several services share
    /// have the same key in all their forms.
    #[must_use]
    pub fn corroboration_key(&self) -> Option<&'static str> {
        match self.reference_kind() {
            Some(ReferenceKind::Completion) => None,
            Some(
                ReferenceKind::SharedSetting
                | ReferenceKind::SharedFile
                | ReferenceKind::SuiteFile
                | ReferenceKind::SuiteOrder,
            ) => Some("shared"),
            _ => Some(self.id),
        }
    }

    fn reference_kind(&self) -> Option<ReferenceKind> {
        match self.origin {
            CandidateOrigin::References(via) => Some(via),
            CandidateOrigin::Connections(_) | CandidateOrigin::Search(_) => None,
        }
    }

    /// Returns true if the kind's candidates are references, so that they can be found service by service.
    #[must_use]
    pub fn comes_from_references(&self) -> bool {
        matches!(self.origin, CandidateOrigin::References(_))
    }

    /// Emits each candidate of this kind that stems from a reference of `service`.
    pub fn visit_service_candidates<'a>(
        &self,
        service: &'a Service,
        emit: &mut dyn FnMut(EdgeCandidate<'a>),
    ) {
        if let CandidateOrigin::References(via) = self.origin {
            for reference in service.references.iter().filter(|reference| reference.kind == via) {
                emit(EdgeCandidate::from_reference(service, reference));
            }
        }
    }

    /// Emits each candidate of this kind.
    pub fn visit_candidates<'a>(&self, inventory: &'a Inventory, emit: &mut dyn FnMut(EdgeCandidate<'a>)) {
        match self.origin {
            CandidateOrigin::Search(search) => search(inventory, emit),
            CandidateOrigin::Connections(by) => connections::search(by, inventory, emit),
            CandidateOrigin::References(_) => {
                inventory.services().for_each(|service| self.visit_service_candidates(service, emit))
            }
        }
    }
}

/// Returns true if `from`, which waits for the start of `to`, is a client of `to`: a product that only
/// serves. Telemetry collectors use stores, and only watch other products. A proxy forwards requests and
/// opens no store.
fn is_client_of(from: &Node, to: &Node) -> bool {
    let role = |node: &Node| node.product.map(|product| product.role);
    let Some(served) = role(to).filter(|role| role.only_serves()) else { return false };
    match role(from) {
        Some(ProductRole::Telemetry) => {
            matches!(served, ProductRole::Database | ProductRole::Cache | ProductRole::Store)
        }
        Some(ProductRole::Proxy) => !served.stores_data(),
        _ => true,
    }
}

/// Returns true if references of this kind ignore addresses outside the estate.
#[must_use]
pub fn ignores_outside_addresses(via: ReferenceKind) -> bool {
    matches!(
        via,
        ReferenceKind::ToolSetting
            | ReferenceKind::SharedFile
            | ReferenceKind::SuiteFile
            | ReferenceKind::Completion
    )
}
