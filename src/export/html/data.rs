//! What the page says about each node and line when one is pointed at, in the words of the screen.

use crate::{
    export::svg::{Picture, frame},
    model::{Finding, Severity},
    store::Store,
    topology::Node,
    view::{
        Scene,
        map::sketch::{Line, Spot},
        time::outage_age,
        why::words,
    },
};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Page<'a> {
    size: (i32, i32),
    nodes: Vec<NodeOut<'a>>,
    edges: Vec<EdgeOut>,
    findings: Vec<FindingOut<'a>>,
}

#[derive(Serialize)]
struct NodeOut<'a> {
    at: (i32, i32, i32, i32),
    name: &'a str,
    label: String,
    what: &'a str,
    home: String,
    health: &'static str,
    running: String,
    facts: Vec<(&'a str, &'a str)>,
    notes: Vec<String>,
    twins: Vec<TwinOut<'a>>,
}

#[derive(Serialize)]
struct TwinOut<'a> {
    node: Option<usize>,
    label: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct EdgeOut {
    from: usize,
    to: usize,
    strength: &'static str,
    pieces: Vec<(String, String)>,
    states: Vec<String>,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    node: Option<usize>,
    service: &'a str,
    severity: &'static str,
    reason: &'a str,
    since: Option<String>,
    suspects: Vec<&'a str>,
    affects: Option<String>,
    next: &'a str,
}

/// The numbers that the nodes have in the picture, by their ids.
type Numbers<'a> = BTreeMap<&'a str, usize>;

/// All of it, with the numbers that the picture has.
pub(super) fn json(scene: Scene<'_>, picture: &Picture<'_>) -> String {
    let (store, sketch) = (scene.store, &picture.sketch);
    let numbers: Numbers<'_> =
        sketch.nodes.iter().enumerate().map(|(number, spot)| (spot.node.id.as_str(), number)).collect();
    let page = Page {
        size: picture.size,
        nodes: sketch.nodes.iter().map(|spot| node(spot, store, &numbers)).collect(),
        edges: sketch.lines.iter().filter_map(|line| edge(line, store, &numbers)).collect(),
        findings: store.findings.iter().map(|f| finding(f, store, &numbers)).collect(),
    };
    // Our own structures have string keys only, so that writing them can't fail.
    serde_json::to_string(&page).unwrap_or_default()
}

fn node<'a>(spot: &Spot<'a>, store: &'a Store, numbers: &Numbers<'_>) -> NodeOut<'a> {
    let node = spot.node;
    let twins = store.twins.get(&node.id).into_iter().flatten().map(|twin| TwinOut {
        node: numbers.get(twin.node.as_str()).copied(),
        label: store.topology().nodes.get(&twin.node).map(Node::label).unwrap_or_default(),
        reason: &twin.reason,
    });
    let group = node.group.as_ref().map(|group| format!("{group} ")).unwrap_or_default();
    NodeOut {
        at: frame(spot.cells),
        name: &node.name,
        label: node.label(),
        what: node.product.map_or(node.kind.word(), |product| product.id),
        home: node.source.as_ref().map(|source| format!("{group}on {source}")).unwrap_or_default(),
        health: node.health.word(),
        running: match node.desired {
            Some(desired) => format!("{}/{desired} running", node.running),
            None if node.running > 0 => format!("{} running", node.running),
            None => String::new(),
        },
        facts: facts(node, store),
        notes: notes(node, store),
        twins: twins.collect(),
    }
}

/// What people and its source say of a service.
fn facts<'a>(node: &Node, store: &'a Store) -> Vec<(&'a str, &'a str)> {
    let Some(service) = store.service_of(node) else { return Vec::new() };
    let told = store.inventory.annotations(service).flat_map(|known| {
        [
            ("owner", known.owner.as_str()),
            ("what", known.description.as_str()),
            ("repository", known.repository.as_str()),
            ("runbook", known.runbook.as_str()),
        ]
    });
    let facts = service.facts.iter().map(|fact| (fact.label.as_str(), fact.value.as_str()));
    told.filter(|(_, content)| !content.is_empty()).chain(facts).collect()
}

/// What it names in vain, where it is turned away, and whether its connections are watched.
fn notes(node: &Node, store: &Store) -> Vec<String> {
    let dangling = store.topology().dangling.iter().filter(|dangling| dangling.from == node.id);
    let dangling =
        dangling.map(|d| format!("{} names {}, and nothing here answers to that", d.place, d.address));
    let rejected = store.rejected.iter().filter(|rejected| rejected.from == node.id);
    let rejected = rejected.map(|rejected| words::turned_away(rejected, store.now));
    dangling.chain(rejected).chain(words::watched(store, node)).collect()
}

fn edge(line: &Line<'_>, store: &Store, numbers: &Numbers<'_>) -> Option<EdgeOut> {
    let number = |node: &Node| numbers.get(node.id.as_str()).copied();
    let pieces = words::pieces(line.edge, store.now);
    Some(EdgeOut {
        from: number(line.from)?,
        to: number(line.to)?,
        strength: line.edge.strength().word(),
        pieces: pieces.into_iter().map(|piece| (piece.title, piece.text)).collect(),
        states: words::states(store, &line.from.id, &line.to.id, line.edge),
    })
}

fn finding<'a>(finding: &'a Finding, store: &Store, numbers: &Numbers<'_>) -> FindingOut<'a> {
    FindingOut {
        node: finding.node.as_ref().and_then(|id| numbers.get(id.as_str())).copied(),
        service: &finding.service,
        severity: Severity::word(finding.severity),
        reason: &finding.reason,
        since: finding.onset().map(|since| outage_age(since, store.now)),
        suspects: finding.suspects.iter().map(|suspect| suspect.words.as_str()).collect(),
        affects: finding.reach.words(),
        next: &finding.next,
    }
}
