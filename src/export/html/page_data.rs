//! Data for the script of the HTML page: texts about each node, edge and finding, the same as on the screens.

use crate::{
    export::svg::{SvgDrawing, box_pixels},
    model::{Finding, Severity},
    screen::{
        Scene,
        describe::{
            edge_text,
            node_text::{place_text, shown_value},
            time::outage_age,
        },
        map::export_model::{ExportEdge, ExportNode},
    },
    store::World,
    topology::Node,
};
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeMap};

/// Data of the HTML page, which its script reads as JSON. The script uses the same field names.
#[derive(Serialize)]
struct PageData<'a> {
    size: (i32, i32),
    nodes: Vec<NodeOut<'a>>,
    edges: Vec<EdgeOut>,
    findings: Vec<FindingOut<'a>>,
}

#[derive(Serialize)]
struct NodeOut<'a> {
    /// Left, top, width and height of the node's box, in pixels.
    at: (i32, i32, i32, i32),
    name: &'a str,
    label: String,
    /// Product of the node, or else its kind.
    what: &'a str,
    /// Group and source of the node.
    home: String,
    health: &'static str,
    running: String,
    facts: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    notes: Vec<String>,
    twins: Vec<CounterpartOut<'a>>,
}

/// Counterpart of a node in another source.
#[derive(Serialize)]
struct CounterpartOut<'a> {
    /// Index of the counterpart among the nodes; `None` if the drawing leaves it out.
    node: Option<usize>,
    label: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct EdgeOut {
    /// Index of the calling node.
    from: usize,
    /// Index of the called node.
    to: usize,
    strength: &'static str,
    /// Title and text of each piece of evidence for the edge.
    pieces: Vec<(String, String)>,
    /// Sentences about the drift of the edge, for example that it was never observed.
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

/// Indices of the nodes in the drawing, by node id.
type NodeNumbers<'a> = BTreeMap<&'a str, usize>;

/// Returns the data of the page as JSON. Nodes and edges are in the order of the drawing, so that the script
/// can find them by index.
pub(super) fn page_json(scene: Scene<'_>, drawing: &SvgDrawing<'_>) -> String {
    let (world, map) = (&scene.store.world, &drawing.map);
    let numbers: NodeNumbers<'_> =
        map.nodes.iter().enumerate().map(|(number, spot)| (spot.node.id.as_str(), number)).collect();
    let page = PageData {
        size: drawing.size,
        nodes: map.nodes.iter().map(|spot| node(spot, world, &numbers)).collect(),
        edges: map.edges.iter().filter_map(|line| edge(line, world, &numbers)).collect(),
        findings: scene.store.visible_findings().map(|f| finding(f, world, &numbers)).collect(),
    };
    // Serialization can't fail, because all maps of these structures have string keys.
    serde_json::to_string(&page).unwrap_or_default()
}

fn node<'a>(exported: &ExportNode<'a>, world: &'a World, numbers: &NodeNumbers<'_>) -> NodeOut<'a> {
    let node = exported.node;
    let twins = world.counterparts.get(&node.id).into_iter().flatten().map(|twin| CounterpartOut {
        node: numbers.get(twin.node.as_str()).copied(),
        label: world.topology().nodes.get(&twin.node).map(Node::label).unwrap_or_default(),
        reason: &twin.reason,
    });
    let group = node.group.as_ref().map(|group| format!("{group} ")).unwrap_or_default();
    NodeOut {
        at: box_pixels(exported.rect),
        name: &node.name,
        label: node.label(),
        what: node.product.map_or(node.kind.as_str(), |product| product.id),
        home: node.source.as_ref().map(|source| format!("{group}on {source}")).unwrap_or_default(),
        health: node.health.as_str(),
        running: match node.desired {
            Some(desired) => format!("{}/{desired} running", node.running),
            None if node.running > 0 => format!("{} running", node.running),
            None => String::new(),
        },
        facts: facts(node, world),
        notes: notes(node, world),
        twins: twins.collect(),
    }
}

/// Returns the label and the value of each fact about a service: first the facts of its profile, each with
/// the place that states it, and then the facts from the source.
fn facts<'a>(node: &Node, world: &'a World) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    let Some(service) = world.service_of(node) else { return Vec::new() };
    let profile = world.profiles.of(&service.id);
    let known = profile.into_iter().flat_map(|profile| profile.all_facts().map(move |fact| (profile, fact)));
    let known = known.map(|(profile, fact)| {
        let place = place_text(fact.origin, &fact.location, fact.changed, world.now);
        (fact.field.spec().label.into(), format!("{} ({place})", shown_value(profile, fact)).into())
    });
    let facts = service.facts.iter().map(|fact| (fact.label.to_string().into(), fact.value.as_str().into()));
    known.chain(facts).collect()
}

/// Returns sentences about a node: its dangling references, its failed connections, and the state of
/// monitoring.
fn notes(node: &Node, world: &World) -> Vec<String> {
    let dangling = world.topology().dangling.iter().filter(|dangling| dangling.from == node.id);
    let dangling = dangling
        .map(|d| format!("{} names {}, but no known service has this address", d.location, d.address));
    let rejected = world.failed_connections.iter().filter(|rejected| rejected.from == node.id);
    let rejected = rejected.map(|rejected| edge_text::failed_connection_text(rejected, world.now));
    dangling.chain(rejected).chain(edge_text::monitoring_status(world, node)).collect()
}

fn edge(line: &ExportEdge<'_>, world: &World, numbers: &NodeNumbers<'_>) -> Option<EdgeOut> {
    let number = |node: &Node| numbers.get(node.id.as_str()).copied();
    let pieces = edge_text::evidence_texts(line.edge, world.now);
    Some(EdgeOut {
        from: number(line.from)?,
        to: number(line.to)?,
        strength: line.edge.strength().as_str(),
        pieces: pieces.into_iter().map(|piece| (piece.title, piece.text)).collect(),
        states: edge_text::drift_lines(world, &line.from.id, &line.to.id, line.edge),
    })
}

fn finding<'a>(finding: &'a Finding, world: &World, numbers: &NodeNumbers<'_>) -> FindingOut<'a> {
    FindingOut {
        node: finding.node.as_ref().and_then(|id| numbers.get(id.as_str())).copied(),
        service: &finding.subject,
        severity: Severity::as_str(finding.severity),
        reason: &finding.reason,
        since: finding.onset().map(|since| outage_age(since, world.now)),
        suspects: finding.suspects.iter().map(|suspect| suspect.description.as_str()).collect(),
        affects: finding.impact.summary(),
        next: &finding.next_step,
    }
}
