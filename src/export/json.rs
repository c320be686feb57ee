//! JSON by versioned schemas: docs/json.md tells every field. Fields are added, never changed or removed, within a
//! version.

use crate::{
    model::{Finding, NodeId, SourceStatus, Timestamp},
    store::Store,
    topology::{Drift, Edge, Evidence, Node, Rejected, evidence::KINDS, searched},
    view::{Scene, why::words},
};
use serde::Serialize;

/// `portolan.map/1`.
#[derive(Serialize)]
struct Map<'a> {
    schema: &'static str,
    taken: Timestamp,
    sources: Vec<SourceOut<'a>>,
    nodes: Vec<NodeOut<'a>>,
    edges: Vec<EdgeOut<'a>>,
    findings: &'a [Finding],
}

/// `portolan.findings/1`.
#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    taken: Timestamp,
    sources: Vec<SourceOut<'a>>,
    findings: &'a [Finding],
}

/// `portolan.status/1`.
#[derive(Serialize)]
struct Status<'a> {
    schema: &'static str,
    taken: Timestamp,
    sources: Vec<SourceOut<'a>>,
    services: Vec<NodeOut<'a>>,
    findings: &'a [Finding],
}

/// `portolan.why/1`.
#[derive(Serialize)]
struct Why<'a> {
    schema: &'static str,
    taken: Timestamp,
    from: NodeOut<'a>,
    to: NodeOut<'a>,
    edge: Option<EdgeOut<'a>>,
    ways: Vec<Vec<NodeId>>,
    looked_at: Vec<&'static str>,
    searched: Vec<SearchedOut>,
    from_watched_since: Option<Timestamp>,
    to_watched_since: Option<Timestamp>,
    dangling: Vec<DanglingOut<'a>>,
    rejected: Vec<RejectedOut<'a>>,
}

#[derive(Serialize)]
struct SearchedOut {
    kind: &'static str,
    places: usize,
}

#[derive(Serialize)]
struct DanglingOut<'a> {
    place: &'a str,
    address: &'a str,
}

#[derive(Serialize)]
struct RejectedOut<'a> {
    to: Option<&'a str>,
    target: &'a str,
    verdict: &'static str,
    place: &'a str,
    first_seen: Timestamp,
    last_seen: Timestamp,
}

#[derive(Serialize)]
struct SourceOut<'a> {
    id: &'a str,
    kind: &'a str,
    place: &'a str,
    state: &'static str,
    age_s: Option<i64>,
    error: Option<&'a str>,
    remedy: Option<&'a str>,
}

#[derive(Serialize)]
struct NodeOut<'a> {
    id: &'a str,
    name: &'a str,
    kind: &'static str,
    source: Option<&'a str>,
    group: Option<&'a str>,
    health: &'static str,
    role: Option<&'static str>,
    running: usize,
    desired: Option<u32>,
    product: Option<&'static str>,
    twins: Vec<&'a str>,
}

#[derive(Serialize)]
struct EdgeOut<'a> {
    from: &'a str,
    to: &'a str,
    strength: &'static str,
    drift: Vec<&'static str>,
    evidence: Vec<EvidenceOut<'a>>,
}

#[derive(Serialize)]
struct EvidenceOut<'a> {
    kind: &'static str,
    place: &'a str,
    detail: &'a str,
    strength: &'static str,
    first_seen: Option<Timestamp>,
    last_seen: Option<Timestamp>,
}

/// The map as `portolan.map/1`.
pub(super) fn map(scene: Scene<'_>) -> String {
    let store = scene.store;
    write(&Map {
        schema: "portolan.map/1",
        taken: store.now,
        sources: sources(store),
        nodes: store.topology().nodes.values().map(|n| node(n, store)).collect(),
        edges: store.shown_edges().map(|(from, to, e)| edge(from, to, e, store)).collect(),
        findings: &store.findings,
    })
}

/// The findings as `portolan.findings/1`.
#[must_use]
pub fn findings(store: &Store) -> String {
    let (taken, sources, findings) = (store.now, sources(store), &store.findings[..]);
    write(&Report { schema: "portolan.findings/1", taken, sources, findings })
}

/// The services and findings as `portolan.status/1`.
#[must_use]
pub fn status(store: &Store) -> String {
    let services = store.topology().nodes.values().filter(|n| n.is_service());
    let services = services.map(|n| node(n, store)).collect();
    let (taken, sources, findings) = (store.now, sources(store), &store.findings[..]);
    write(&Status { schema: "portolan.status/1", taken, sources, services, findings })
}

/// Why one node calls another as `portolan.why/1`; where it does not, the paths between them. What was looked at is
/// told either way.
#[must_use]
pub fn why(store: &Store, from: &Node, to: &Node) -> String {
    let found = store.topology().edges.get(&(from.id.clone(), to.id.clone()));
    let watched = |node| {
        let service = store.service_of(node)?;
        store.inventory.ledger().watched_since(&service.id)
    };
    let searched = searched(&store.inventory, store.topology(), &from.id);
    let dangling = store.topology().dangling.iter().filter(|d| d.from == from.id);
    let rejected = store.rejected.iter().filter(|r| r.from == from.id);
    write(&Why {
        schema: "portolan.why/1",
        taken: store.now,
        from: node(from, store),
        to: node(to, store),
        edge: found.map(|e| edge(&from.id, &to.id, e, store)),
        ways: if found.is_some() { Vec::new() } else { words::ways(store, from, to) },
        looked_at: KINDS.iter().map(|kind| kind.id).collect(),
        searched: searched.iter().map(|s| SearchedOut { kind: s.kind.id, places: s.places }).collect(),
        from_watched_since: watched(from),
        to_watched_since: watched(to),
        dangling: dangling.map(|d| DanglingOut { place: &d.place, address: &d.address }).collect(),
        rejected: rejected.map(turned_away).collect(),
    })
}

fn turned_away(rejected: &Rejected) -> RejectedOut<'_> {
    RejectedOut {
        to: rejected.to.as_ref().map(NodeId::as_str),
        target: &rejected.target,
        verdict: rejected.verdict.words(),
        place: &rejected.place,
        first_seen: rejected.seen.first,
        last_seen: rejected.seen.last,
    }
}

fn sources(store: &Store) -> Vec<SourceOut<'_>> {
    store.sources.iter().map(|status| source(status, store.now)).collect()
}

fn source(status: &SourceStatus, now: Timestamp) -> SourceOut<'_> {
    SourceOut {
        id: status.id.as_str(),
        kind: &status.kind,
        place: &status.place,
        state: status.state.word(),
        age_s: status.last_read.map(|at| now.duration_since(at).as_secs().max(0)),
        error: status.failure.as_ref().map(|f| f.what.as_str()),
        remedy: status.failure.as_ref().map(|f| f.remedy.as_str()),
    }
}

fn node<'a>(node: &'a Node, store: &'a Store) -> NodeOut<'a> {
    let twins = store.twins.get(&node.id).into_iter().flatten();
    NodeOut {
        id: node.id.as_str(),
        name: &node.name,
        kind: node.kind.word(),
        source: node.source.as_ref().map(crate::model::SourceId::as_str),
        group: node.group.as_deref(),
        health: node.health.word(),
        role: store.roles.get(&node.id).map(|involved| involved.role.word()),
        running: node.running,
        desired: node.desired,
        product: node.product.map(|p| p.id),
        twins: twins.map(|twin| twin.node.as_str()).collect(),
    }
}

fn edge<'a>(from: &'a NodeId, to: &'a NodeId, edge: &'a Edge, store: &Store) -> EdgeOut<'a> {
    EdgeOut {
        from: from.as_str(),
        to: to.as_str(),
        strength: edge.strength().word(),
        drift: store.watch().drift(from, to, edge).into_iter().map(Drift::word).collect(),
        evidence: edge.evidence.iter().map(evidence).collect(),
    }
}

fn evidence(evidence: &Evidence) -> EvidenceOut<'_> {
    EvidenceOut {
        kind: evidence.kind,
        place: &evidence.place,
        detail: &evidence.detail,
        strength: evidence.strength.word(),
        first_seen: evidence.first_seen,
        last_seen: evidence.last_seen,
    }
}

/// Our own structures have string keys only, so that writing them can't fail.
pub(super) fn write(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
