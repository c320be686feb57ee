//! Map, findings, notes, status and evidence as JSON. docs/json.md describes the schemas, which have
//! versions. Within a version, fields can be added, but not changed or removed.

use super::{
    heading,
    notes::{NoteOut, notes_out},
};
use crate::{
    model::{Finding, NodeId, SourceStatus, Timestamp},
    screen::describe::edge_text,
    store::{Store, World},
    topology::{
        Drift, Edge, Evidence, FailedConnection, Node, NodeKind, evidence::EVIDENCE_KINDS, evidence_coverage,
    },
};
use serde::Serialize;

/// Map as a JSON document of the schema `portolan.map/1`.
#[derive(Serialize)]
struct MapOut<'a> {
    schema: &'static str,
    taken: Timestamp,
    sources: Vec<SourceOut<'a>>,
    part: Option<String>,
    nodes: Vec<NodeOut<'a>>,
    edges: Vec<EdgeOut<'a>>,
    findings: Vec<&'a Finding>,
}

/// All findings, with the notes, as a JSON document of the schema `portolan.findings/1`.
#[derive(Serialize)]
struct FindingsOut<'a> {
    schema: &'static str,
    taken: Timestamp,
    sources: Vec<SourceOut<'a>>,
    findings: &'a [Finding],
    notes: Vec<NoteOut<'a>>,
}

/// All notes as a JSON document of the schema `portolan.note-list/1`.
#[derive(Serialize)]
struct NotesOut<'a> {
    schema: &'static str,
    taken: Timestamp,
    notes: Vec<NoteOut<'a>>,
}

/// Services and findings as a JSON document of the schema `portolan.status/1`.
#[derive(Serialize)]
struct StatusOut<'a> {
    schema: &'static str,
    taken: Timestamp,
    sources: Vec<SourceOut<'a>>,
    services: Vec<NodeOut<'a>>,
    findings: &'a [Finding],
}

/// Evidence for a call between two nodes, or the paths between them, as a JSON document of the schema
/// `portolan.why/1`.
#[derive(Serialize)]
struct WhyOut<'a> {
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
    rejected: Vec<FailedConnectionOut<'a>>,
}

/// Number of places that Portolan searched for one kind of evidence.
#[derive(Serialize)]
struct SearchedOut {
    kind: &'static str,
    places: usize,
}

/// Dangling reference of the caller: an address in its configuration that no known service has.
#[derive(Serialize)]
struct DanglingOut<'a> {
    place: &'a str,
    address: &'a str,
}

/// Rejected or failed connection of the caller.
#[derive(Serialize)]
struct FailedConnectionOut<'a> {
    to: Option<&'a str>,
    target: &'a str,
    verdict: &'static str,
    outcome: &'static str,
    place: &'a str,
    first_seen: Timestamp,
    last_seen: Timestamp,
}

/// Source of the exported data, with its state and, if it can't be read, the error.
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
    about: Vec<FactOut<'a>>,
}

/// Fact of a service's profile, with the place that states it.
#[derive(Serialize)]
struct FactOut<'a> {
    field: &'static str,
    value: &'a str,
    origin: &'static str,
    place: &'a str,
    changed: Option<Timestamp>,
    disagrees: bool,
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

/// Returns the map as `portolan.map/1`, with the nodes and edges that pass the filters.
pub(super) fn map_json(store: &Store) -> String {
    let world = &store.world;
    to_pretty_json(&MapOut {
        schema: "portolan.map/1",
        taken: world.now,
        sources: sources(world),
        part: heading::part(store),
        nodes: nodes_by_id(store).into_iter().map(|n| node(n, world)).collect(),
        edges: store.visible_edges().map(|(from, to, e)| edge(from, to, e, world)).collect(),
        findings: store.visible_findings().collect(),
    })
}

/// Returns the visible nodes, sorted by id.
fn nodes_by_id(store: &Store) -> Vec<&Node> {
    let mut nodes = store.visible_nodes();
    nodes.sort_by(|a, b| a.id.cmp(&b.id));
    nodes
}

/// Returns the findings as `portolan.findings/1`.
#[must_use]
pub fn findings_json(world: &World) -> String {
    let (taken, sources, findings) = (world.now, sources(world), &world.findings[..]);
    let notes = notes_out(world);
    to_pretty_json(&FindingsOut { schema: "portolan.findings/1", taken, sources, findings, notes })
}

/// Returns the notes that people wrote as `portolan.note-list/1`.
#[must_use]
pub fn notes_json(world: &World) -> String {
    let notes = notes_out(world);
    to_pretty_json(&NotesOut { schema: "portolan.note-list/1", taken: world.now, notes })
}

/// Returns the services and findings as `portolan.status/1`.
#[must_use]
pub fn status_json(world: &World) -> String {
    let services = world.topology().nodes.values().filter(|n| n.is_service());
    let services = services.map(|n| node(n, world)).collect();
    let (taken, sources, findings) = (world.now, sources(world), &world.findings[..]);
    to_pretty_json(&StatusOut { schema: "portolan.status/1", taken, sources, services, findings })
}

/// Returns the evidence for the edge from `from` to `to` as `portolan.why/1`. If there is no edge, returns
/// the paths between the nodes. In both cases lists the places that Portolan searched.
#[must_use]
pub fn why_json(world: &World, from: &Node, to: &Node) -> String {
    let found = world.topology().edges.get(&(from.id.clone(), to.id.clone()));
    let watched = |node| {
        let service = world.service_of(node)?;
        world.inventory.observations().monitored_since(&service.id)
    };
    let searched = evidence_coverage(world.evidence_input(), world.topology(), &from.id);
    let dangling = world.topology().dangling.iter().filter(|d| d.from == from.id);
    let rejected = world.failed_connections.iter().filter(|r| r.from == from.id);
    to_pretty_json(&WhyOut {
        schema: "portolan.why/1",
        taken: world.now,
        from: node(from, world),
        to: node(to, world),
        edge: found.map(|e| edge(&from.id, &to.id, e, world)),
        ways: if found.is_some() { Vec::new() } else { edge_text::shortest_paths_both_ways(world, from, to) },
        looked_at: EVIDENCE_KINDS.iter().map(|kind| kind.id).collect(),
        searched: searched
            .iter()
            .map(|s| SearchedOut { kind: s.kind.id, places: s.candidate_count })
            .collect(),
        from_watched_since: watched(from),
        to_watched_since: watched(to),
        dangling: dangling.map(|d| DanglingOut { place: &d.location, address: &d.address }).collect(),
        rejected: rejected.map(failed_connection_out).collect(),
    })
}

fn failed_connection_out(rejected: &FailedConnection) -> FailedConnectionOut<'_> {
    FailedConnectionOut {
        to: rejected.to.as_ref().map(NodeId::as_str),
        target: &rejected.target_label,
        verdict: rejected.outcome.description(),
        outcome: rejected.outcome.as_str(),
        place: &rejected.location,
        first_seen: rejected.seen.first_seen,
        last_seen: rejected.seen.last_seen,
    }
}

fn sources(world: &World) -> Vec<SourceOut<'_>> {
    world.sources.iter().map(|status| source(status, world.now)).collect()
}

fn source(status: &SourceStatus, now: Timestamp) -> SourceOut<'_> {
    SourceOut {
        id: status.id.as_str(),
        kind: &status.kind,
        place: &status.location,
        state: status.state.as_str(),
        age_s: status.last_read.map(|at| now.duration_since(at).as_secs().max(0)),
        error: status.failure.as_ref().map(|f| f.message.as_str()),
        remedy: status.failure.as_ref().map(|f| f.remedy.as_str()),
    }
}

fn node<'a>(node: &'a Node, world: &'a World) -> NodeOut<'a> {
    let twins = world.counterparts.get(&node.id).into_iter().flatten();
    NodeOut {
        id: node.id.as_str(),
        name: &node.name,
        kind: node.kind.as_str(),
        source: node.source.as_ref().map(crate::model::SourceId::as_str),
        group: node.group.as_deref(),
        health: node.health.as_str(),
        role: world.fault_roles.get(&node.id).map(|involved| involved.role.as_str()),
        running: node.running,
        desired: node.desired,
        product: node.product.map(|p| p.id),
        twins: twins.map(|twin| twin.node.as_str()).collect(),
        about: about(node, world),
    }
}

/// Returns the facts of a node's profile, for each field the most trusted first.
fn about<'a>(node: &Node, world: &'a World) -> Vec<FactOut<'a>> {
    let NodeKind::Service(id) = &node.kind else { return Vec::new() };
    let rows = world.profiles.of(id).into_iter().flat_map(|profile| &profile.rows);
    let facts = rows.flat_map(|row| row.facts.iter().map(move |fact| (row, fact)));
    let facts = facts.map(|(row, fact)| FactOut {
        field: fact.field.spec().id,
        value: &fact.value,
        origin: fact.origin.as_str(),
        place: &fact.location,
        changed: fact.changed,
        disagrees: row.disagrees,
    });
    facts.collect()
}

fn edge<'a>(from: &'a NodeId, to: &'a NodeId, edge: &'a Edge, world: &World) -> EdgeOut<'a> {
    EdgeOut {
        from: from.as_str(),
        to: to.as_str(),
        strength: edge.strength().as_str(),
        drift: world.drift_context().drift(from, to, edge).into_iter().map(Drift::as_str).collect(),
        evidence: edge.evidence.iter().map(evidence).collect(),
    }
}

fn evidence(evidence: &Evidence) -> EvidenceOut<'_> {
    EvidenceOut {
        kind: evidence.kind.id,
        place: &evidence.location,
        detail: &evidence.detail,
        strength: evidence.strength.as_str(),
        first_seen: evidence.first_seen,
        last_seen: evidence.last_seen,
    }
}

/// Returns `value` as indented JSON. Serialization can't fail, because all maps in these types have string
/// keys.
pub(super) fn to_pretty_json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
