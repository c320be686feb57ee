//! Coverage by evidence: for one caller, the number of possible calls (edge candidates) that each kind of
//! evidence found. The numbers help to explain why an edge is missing.

use super::{
    NodeKind, Topology,
    evidence::{Caller, EVIDENCE_KINDS, EdgeCandidate, EvidenceInput, EvidenceKind},
};
use crate::model::NodeId;

/// The number of possible calls (edge candidates) of one caller that one kind of evidence found.
pub struct EvidenceCoverage {
    /// The kind of evidence.
    pub kind: &'static EvidenceKind,
    /// Number of edge candidates of this kind with that caller.
    pub candidate_count: usize,
}

/// Returns the number of edge candidates with the caller `node`, for each kind of evidence in the order of
/// [`EVIDENCE_KINDS`]. Also counts candidates that resolve to no node. Leaves out candidates whose caller is
/// known only by its address.
#[must_use]
pub fn evidence_coverage(
    input: EvidenceInput<'_>,
    topology: &Topology,
    node: &NodeId,
) -> Vec<EvidenceCoverage> {
    let kind = topology.nodes.get(node).map(|node| &node.kind);
    let asks = |caller: Caller<'_>| match (caller, kind) {
        (Caller::Service(service), Some(NodeKind::Service(id))) => &service.id == id,
        (Caller::LoadBalancer(source, gateway), Some(NodeKind::LoadBalancer)) => {
            NodeId::load_balancer(source, &gateway.name) == *node
        }
        (Caller::Internet, Some(NodeKind::Internet)) => true,
        _ => false,
    };
    let service = match kind {
        Some(NodeKind::Service(id)) => input.inventory.service(id),
        _ => None,
    };
    let count = |kind: &'static EvidenceKind| {
        let mut places = 0;
        let mut note = |candidate: EdgeCandidate<'_>| places += usize::from(asks(candidate.from));
        match service.filter(|_| kind.comes_from_references()) {
            Some(service) => kind.visit_service_candidates(service, &mut note),
            None => kind.visit_candidates(input, &mut note),
        }
        EvidenceCoverage { kind, candidate_count: places }
    };
    EVIDENCE_KINDS.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::{EvidenceInput, evidence_coverage};
    use crate::{
        model::{fixtures::*, *},
        topology::{CatalogueMatches, infer},
    };

    #[test]
    fn what_there_is_is_counted_whomever_it_leads_to() {
        let mut web = service("web");
        let names = ["db", "nobody", "cdn.example.com"];
        web.references =
            names.iter().map(|name| reference(name, Address::from_host_name(name).with_port(80))).collect();
        let flows = vec![
            observed_connection("web", "db", ConnectionOutcome::Accepted, 60),
            observed_connection("db", "web", ConnectionOutcome::Accepted, 60),
        ];
        let inventory = inventory_with_connections(vec![web, service("db")], flows, &[]);
        let matches = CatalogueMatches::new(&inventory);
        let input = EvidenceInput { inventory: &inventory, matches: &matches };
        let found = evidence_coverage(input, &infer(&inventory), &NodeId::from(&service_id("web")));
        let found: Vec<_> =
            found.iter().filter(|s| s.candidate_count > 0).map(|s| (s.kind.id, s.candidate_count)).collect();
        assert_eq!(found, [("socket", 1), ("environment", 3)]);
    }
}
