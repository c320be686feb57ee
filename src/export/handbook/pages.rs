//! Pages of the handbook: their builder, and the page about all services together.

use super::page::{Block, Page, Part, Statement};
use crate::{
    model::{NodeId, ProfileField},
    store::World,
    topology::{Edge, Evidence, Node, NodeKind, Strength},
};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the page about all services together and the page about each service.
pub(super) fn pages(world: &World) -> Vec<Page> {
    let mut builder = PageBuilder::new(world);
    let services = world.nodes_in_reading_order(Node::is_service);
    let mut pages = vec![builder.estate_page(&services)];
    pages.extend(services.iter().filter_map(|node| builder.service_page(node)));
    pages
}

/// Builder of the handbook's pages, which makes one page after the other.
pub(super) struct PageBuilder<'a> {
    pub(super) world: &'a World,
    /// Name of the file of each service's page, without extension.
    pub(super) stems: BTreeMap<NodeId, String>,
    pub(super) blocks: Vec<Block>,
}

impl<'a> PageBuilder<'a> {
    fn new(world: &'a World) -> Self {
        let mut taken = BTreeSet::from(["index".to_owned()]);
        let mut stems = BTreeMap::new();
        for node in world.nodes_in_reading_order(Node::is_service) {
            let plain = |text: &str| -> String {
                text.chars()
                    .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
                    .take(80)
                    .collect()
            };
            let (short, long) = (plain(&node.label()), plain(node.id.as_str()));
            let numbered = (2..).map(|number| format!("{long}-{number}"));
            let stem =
                [short, long.clone()].into_iter().chain(numbered).find(|stem| taken.insert(stem.clone()));
            stems.insert(node.id.clone(), stem.unwrap_or_default());
        }
        Self { world, stems, blocks: Vec::new() }
    }

    /// Adds a statement with its source.
    pub(super) fn state(&mut self, parts: Vec<Part>, source: impl Into<String>) {
        self.blocks.push(Block::Statement(Statement { parts, source: source.into(), observed: false }));
    }

    pub(super) fn heading(&mut self, title: &str) {
        self.blocks.push(Block::Heading(title.to_owned()));
    }

    pub(super) fn finish(&mut self, stem: &str, title: String) -> Page {
        Page { stem: stem.to_owned(), title, blocks: std::mem::take(&mut self.blocks) }
    }

    pub(super) fn link(&self, node: &Node) -> Part {
        match self.stems.get(&node.id) {
            Some(stem) => Part::Page(stem.clone(), node.label()),
            None => Part::Text(node.label()),
        }
    }

    fn estate_page(&mut self, services: &[&Node]) -> Page {
        self.blocks.push(Block::Map);
        let mut groups: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
        for node in services {
            groups
                .entry(node.display_group.clone().unwrap_or_else(|| "without a group".to_owned()))
                .or_default()
                .push(node);
        }
        for (group, nodes) in groups {
            self.heading(&group);
            for node in nodes {
                let about =
                    self.world.service_of(node).and_then(|service| self.world.profiles.of(&service.id));
                let description = about.and_then(|profile| profile.facts(ProfileField::Description).first());
                let mut parts = vec![self.link(node)];
                parts.extend(description.map(|fact| Part::Text(format!(": {}", fact.value))));
                let of_node = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
                self.state(parts, description.map_or(of_node, |fact| fact.location.to_string()));
            }
        }
        let topology = self.world.topology();
        self.heading("Ways in");
        for (to, edge) in topology.calls(&NodeId::internet()) {
            self.push_way_in("The internet", ("reaches", "may reach"), to, edge);
        }
        for node in topology.nodes.values().filter(|node| node.kind == NodeKind::LoadBalancer) {
            for (to, edge) in topology.calls(&node.id) {
                let start = format!("The load balancer {}", node.name);
                self.push_way_in(&start, ("routes to", "may route to"), to, edge);
            }
        }
        for node in self.world.entry_services() {
            if self.world.is_entry_by_port(node) {
                let parts = vec![self.link(node), Part::Text(" publishes a port".to_owned())];
                self.state(parts, "published port".to_owned());
            }
        }
        self.heading("Outside");
        for node in topology.nodes.values().filter(|node| node.kind == NodeKind::Dependency) {
            let product = node.product.map(|product| format!(" ({})", product.id)).unwrap_or_default();
            for (from, edge) in topology.callers(&node.id) {
                let Some(caller) = topology.nodes.get(from) else { continue };
                let verb = verb(edge, ("calls", "may call"));
                let parts = vec![self.link(caller), Part::Text(format!(" {verb} {}{product}", node.name))];
                self.push_call(parts, edge, None);
            }
        }
        self.finish("index", "The estate".to_owned())
    }

    fn push_way_in(&mut self, start: &str, verbs: (&'static str, &'static str), to: &NodeId, edge: &Edge) {
        if let Some(node) = self.world.topology().nodes.get(to) {
            let words = format!("{start} {} ", verb(edge, verbs));
            self.push_call(vec![Part::Text(words), self.link(node)], edge, None);
        }
    }

    /// Adds a statement about a call. Its source is evidence from the configuration, or else an observation.
    /// `other` is the caller, if the page is about the callee.
    pub(super) fn push_call(&mut self, parts: Vec<Part>, edge: &Edge, other: Option<&Node>) {
        let with_strength = |strength| edge.evidence.iter().find(|evidence| evidence.strength == strength);
        let declared = with_strength(Strength::Declared);
        let observed = with_strength(Strength::Observed);
        let possible = with_strength(Strength::Possible).filter(|_| observed.is_none());
        let lasting = declared.or(possible);
        let source = lasting.map_or_else(
            || "observed connections".to_owned(),
            |evidence| source_of_evidence(evidence, other),
        );
        self.blocks.push(Block::Statement(Statement { parts, source, observed: lasting.is_none() }));
    }
}

/// Returns the second verb for a call that is only possible, or else the first verb.
pub(super) fn verb(edge: &Edge, (sure, possible): (&'static str, &'static str)) -> &'static str {
    if edge.strength() == Strength::Possible { possible } else { sure }
}

/// Returns the place that states the evidence. If it is a setting of `other`, and not of the page's service,
/// adds the name of `other`.
fn source_of_evidence(evidence: &Evidence, other: Option<&Node>) -> String {
    let title = evidence.kind.title;
    // A label that asks a proxy for requests belongs to the callee itself. A location that is a file path
    // needs no service name.
    let is_of_caller = evidence.kind.id != "proxy-label" && !evidence.location.starts_with('/');
    match other.filter(|_| is_of_caller) {
        _ if evidence.location.is_empty() => title.to_owned(),
        Some(other) => format!("{title} of {}: {}", other.label(), evidence.location),
        None => format!("{title}: {}", evidence.location),
    }
}
