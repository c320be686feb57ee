//! The kinds of evidence for calls, in one table for inference, legend, filters and documentation.
//!
//! A kind of evidence only finds edge candidates. The resolver then maps their ends to nodes. A new kind
//! needs a row in [`EVIDENCE_KINDS`]. Its candidates have one of three origins, which need more code:
//! - References of services: a new `ReferenceKind` also needs an arm in each of the two exhaustive matches in
//!   this file, [`EvidenceKind::weight_of`] and [`EvidenceKind::corroboration_key`].
//! - Observed connections: a new `ObservationMethod` may need a condition in `connections`, which turns the
//!   observed connections of each method into candidates.
//! - Anything else: a file with a function that searches for the candidates.

mod candidate;
mod catalogue;
mod configured_calls;
mod connections;
mod kinds;
mod load_balancer;
mod proxy_label;
mod strength;

pub use candidate::{Callee, Caller, EdgeCandidate};
pub use kinds::EVIDENCE_KINDS;
pub use strength::Strength;

use super::{CatalogueMatches, ProductRole, node::Node};
use crate::model::{Inventory, ObservationMethod, ReferenceKind, Service};
use std::{cmp::Ordering, fmt};

/// A row of [`EVIDENCE_KINDS`]: a kind of evidence for calls, with its texts, its strength and the origin of
/// its edge candidates.
pub struct EvidenceKind {
    /// Id in JSON.
    pub id: &'static str,
    /// Title on the screen.
    pub title: &'static str,
    /// Strength of a single piece of this evidence, before [`Self::weight_of`] adjusts it to the products and
    /// groups of caller and callee.
    pub strength: Strength,
    /// Description of the evidence and its origin, for docs/evidence.md.
    pub description: &'static str,
    /// The verb between the location of the evidence and the callee, such as "names", with a space before it.
    pub verb: &'static str,
    /// The noun for edge candidates of this kind in the counts on the screen.
    pub unit: EvidenceUnit,
    /// The origin of this kind's edge candidates.
    origin: CandidateOrigin,
}

/// The noun for edge candidates where the screen counts them: addresses, connections, services or targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceUnit {
    /// Addresses that a setting names.
    Address,
    /// Connections that Portolan observed.
    Connection,
    /// Services that a setting names.
    Service,
    /// Targets of a load balancer.
    Target,
}

impl EvidenceUnit {
    /// Formats a number of candidates, as in `2 addresses named`.
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

/// Kinds are equal if their ids are equal.
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

/// The effect of one edge candidate: the strength of its evidence, and whether it makes an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceWeight {
    /// Strength of the evidence.
    pub strength: Strength,
    /// True if the evidence makes an edge by itself. Other evidence only supports an edge that exists for
    /// another reason.
    pub makes_edge: bool,
}

/// Way in which Portolan finds the edge candidates for a kind of evidence.
enum CandidateOrigin {
    /// Each reference of this kind is a candidate.
    References(ReferenceKind),
    /// Each accepted connection that was observed by this method is a candidate; for logs, each failed one.
    Connections(ObservationMethod),
    /// This function searches for the candidates.
    Search(SearchFn),
}

/// A function that finds all edge candidates of a kind of evidence and calls its second argument with each of
/// them.
type SearchFn = for<'a> fn(EvidenceInput<'a>, &mut dyn FnMut(EdgeCandidate<'a>));

/// The data in which kinds of evidence search for edge candidates.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceInput<'a> {
    /// The services with their references, and the observed connections.
    pub inventory: &'a Inventory,
    /// The catalogued entities that describe the services.
    pub matches: &'a CatalogueMatches,
}

impl EvidenceKind {
    /// Returns the kind with this id, or `None` if there is none.
    #[must_use]
    pub fn with_id(id: &str) -> Option<&'static Self> {
        EVIDENCE_KINDS.iter().find(|kind| kind.id == id)
    }

    /// Returns true if this kind of evidence ignores addresses outside the estate (all services of all
    /// sources).
    #[must_use]
    pub fn ignores_outside_addresses(&self) -> bool {
        self.reference_kind().is_some_and(ignores_outside_addresses)
    }

    /// Returns the weight of a candidate from `from` to `to`. It depends on the kind, and on the products and
    /// groups of both nodes. `from` is `None` if the caller has no node.
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
            None
            | Some(
                ReferenceKind::Environment
                | ReferenceKind::Argument
                | ReferenceKind::Link
                | ReferenceKind::ExtraHost
                | ReferenceKind::ConfigFile
                | ReferenceKind::ProxyLabel
                | ReferenceKind::Mesh
                | ReferenceKind::ComposeFile
                | ReferenceKind::StartOrder
                | ReferenceKind::SharedSetting
                | ReferenceKind::SuiteOrder,
            ) => line(self.strength),
        }
    }

    /// Returns the key that groups kinds for corroboration. Possible evidence with at least two different
    /// keys makes an edge declared. All kinds of shared settings have the same key, so they don't corroborate
    /// each other. Returns `None` if the kind is no sign of a call.
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
            None
            | Some(
                ReferenceKind::Environment
                | ReferenceKind::ToolSetting
                | ReferenceKind::Argument
                | ReferenceKind::Link
                | ReferenceKind::ExtraHost
                | ReferenceKind::ConfigFile
                | ReferenceKind::ProxyLabel
                | ReferenceKind::Mesh
                | ReferenceKind::ComposeFile
                | ReferenceKind::StartOrder,
            ) => Some(self.id),
        }
    }

    /// Returns the kind of the references that are the candidates, or `None` if the candidates have another
    /// origin.
    fn reference_kind(&self) -> Option<ReferenceKind> {
        match self.origin {
            CandidateOrigin::References(via) => Some(via),
            CandidateOrigin::Connections(_) | CandidateOrigin::Search(_) => None,
        }
    }

    /// Returns true if the candidates of this kind are references, so that they can be searched service by
    /// service.
    #[must_use]
    pub fn comes_from_references(&self) -> bool {
        matches!(self.origin, CandidateOrigin::References(_))
    }

    /// Calls `emit` with each candidate of this kind that is a reference of `service`.
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

    /// Calls `emit` with each candidate of this kind in the whole inventory.
    pub fn visit_candidates<'a>(&self, input: EvidenceInput<'a>, emit: &mut dyn FnMut(EdgeCandidate<'a>)) {
        match self.origin {
            CandidateOrigin::Search(search) => search(input, emit),
            CandidateOrigin::Connections(by) => connections::search(by, input.inventory, emit),
            CandidateOrigin::References(_) => {
                input.inventory.services().for_each(|service| self.visit_service_candidates(service, emit));
            }
        }
    }
}

/// Returns true if `from` is certainly a client of `to`, given that `from` starts after `to`. For this, `to`
/// must be a product that only receives calls, such as a database. There are two exceptions. A telemetry
/// product is a client only of databases, caches and object stores; it just monitors other products. A proxy
/// is not a client of products that store data.
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

/// Returns true if addresses outside the estate (all services of all sources) are ignored in references of
/// the kind `via`.
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
