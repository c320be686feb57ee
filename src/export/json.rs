//! JSON by versioned schemas: docs/json.md tells every field. Fields are added, never changed or removed, within a
//! version.

use crate::{
    model::{Finding, NodeId, SourceStatus, Timestamp},
    store::Store,
    topology::{Edge, Evidence, Node, evidence::KINDS},
    view::Scene,
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
    ways: &'a [Vec<NodeId>],
    looked_at: Vec<&'static str>,
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
    running: usize,
    desired: Option<u32>,
    product: Option<&'static str>,
}

#[derive(Serialize)]
struct EdgeOut<'a> {
    from: &'a str,
    to: &'a str,
    strength: &'static str,
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
    let edges = store.topology().edges.iter();
    write(&Map {
        schema: "portolan.map/1",
        taken: store.now,
        sources: sources(store),
        nodes: store.topology().nodes.values().map(node).collect(),
        edges: edges.map(|((from, to), e)| edge(from.as_str(), to.as_str(), e)).collect(),
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
    let services = store.topology().nodes.values().filter(|n| n.is_service()).map(node).collect();
    let (taken, sources, findings) = (store.now, sources(store), &store.findings[..]);
    write(&Status { schema: "portolan.status/1", taken, sources, services, findings })
}

/// Why one node calls another as `portolan.why/1`; `ways` are the paths between them where it does not.
#[must_use]
pub fn why(store: &Store, from: &Node, to: &Node, ways: &[Vec<NodeId>]) -> String {
    let found = store.topology().edges.get(&(from.id.clone(), to.id.clone()));
    write(&Why {
        schema: "portolan.why/1",
        taken: store.now,
        from: node(from),
        to: node(to),
        edge: found.map(|e| edge(from.id.as_str(), to.id.as_str(), e)),
        ways,
        looked_at: KINDS.iter().map(|kind| kind.id).collect(),
    })
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

fn node(node: &Node) -> NodeOut<'_> {
    NodeOut {
        id: node.id.as_str(),
        name: &node.name,
        kind: node.kind.word(),
        source: node.source.as_ref().map(crate::model::SourceId::as_str),
        group: node.group.as_deref(),
        health: node.health.word(),
        running: node.running,
        desired: node.desired,
        product: node.product.map(|p| p.id),
    }
}

fn edge<'a>(from: &'a str, to: &'a str, edge: &'a Edge) -> EdgeOut<'a> {
    EdgeOut {
        from,
        to,
        strength: edge.strength().word(),
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
fn write(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
