//! The pages of the handbook, before a format writes them.

use crate::{
    model::{
        FactKind, NodeId, ProfileField, ResolvedProfile, Service, ServiceKind, text::shell_operand,
    },
    screen::describe::{
        need_text::{ServiceNeeds, settings},
        node_text::shown_value,
    },
    store::World,
    topology::{Edge, Node, NodeKind, Strength},
};
use std::collections::{BTreeMap, BTreeSet};

/// A page.
pub(super) struct Page {
    /// Name of its file without extension.
    pub(super) stem: String,
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// A part of a page.
pub(super) enum Block {
    Heading(String),
    Statement(Statement),
    /// Lines to show as they are, with the place that has them.
    Code(Vec<String>, String),
    /// The drawing of the map.
    Map,
}

/// A sentence with its source.
pub(super) struct Statement {
    pub(super) parts: Vec<Part>,
    /// The place that states it.
    pub(super) source: String,
    /// True if it was only observed, so that a later run may not see it although it still holds.
    pub(super) observed: bool,
}

/// A part of a sentence.
pub(super) enum Part {
    Text(String),
    /// The page about a node, by its stem, and the text of the link.
    Page(String, String),
    /// An address on the web.
    Url(String),
}

/// Returns the page about the estate, and the page about each service.
pub(super) fn pages(world: &World) -> Vec<Page> {
    let mut builder = PageBuilder::new(world);
    let services = world.nodes_in_reading_order(Node::is_service);
    let mut pages = vec![builder.estate_page(&services)];
    pages.extend(services.iter().filter_map(|node| builder.service_page(node)));
    pages
}

struct PageBuilder<'a> {
    world: &'a World,
    stems: BTreeMap<NodeId, String>,
    blocks: Vec<Block>,
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

    /// Adds a sentence.
    fn state(&mut self, parts: Vec<Part>, source: impl Into<String>) {
        self.blocks.push(Block::Statement(Statement { parts, source: source.into(), observed: false }));
    }

    fn heading(&mut self, title: &str) {
        self.blocks.push(Block::Heading(title.to_owned()));
    }

    fn finish(&mut self, stem: &str, title: String) -> Page {
        Page { stem: stem.to_owned(), title, blocks: std::mem::take(&mut self.blocks) }
    }

    fn link(&self, node: &Node) -> Part {
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
                let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
                self.state(parts, source);
            }
        }
        let topology = self.world.topology();
        self.heading("Ways in");
        for (to, edge) in topology.calls(&NodeId::internet()) {
            self.push_end("The internet reaches ", to, edge);
        }
        for node in topology.nodes.values().filter(|node| node.kind == NodeKind::LoadBalancer) {
            for (to, edge) in topology.calls(&node.id) {
                self.push_end(&format!("The load balancer {} routes to ", node.name), to, edge);
            }
        }
        self.heading("Outside");
        for node in topology.nodes.values().filter(|node| node.kind == NodeKind::Dependency) {
            let product = node.product.map(|product| format!(" ({})", product.id)).unwrap_or_default();
            for (from, edge) in topology.callers(&node.id) {
                let Some(caller) = topology.nodes.get(from) else { continue };
                let parts = vec![self.link(caller), Part::Text(format!(" calls {}{product}", node.name))];
                self.push_call(parts, edge);
            }
        }
        self.finish("index", "The estate".to_owned())
    }

    fn push_end(&mut self, start: &str, to: &NodeId, edge: &Edge) {
        if let Some(node) = self.world.topology().nodes.get(to) {
            self.push_call(vec![Part::Text(start.to_owned()), self.link(node)], edge);
        }
    }

    /// Adds a sentence about a call, with the strongest evidence of configuration; without one, it is observed.
    fn push_call(&mut self, parts: Vec<Part>, edge: &Edge) {
        let lasting =
            edge.evidence.iter().filter(|e| e.strength != Strength::Observed).max_by_key(|e| e.strength);
        let source = lasting.map(|e| {
            if e.location.is_empty() {
                e.kind.title.to_owned()
            } else {
                format!("{}: {}", e.kind.title, e.location)
            }
        });
        let observed = lasting.is_none();
        let source = source.unwrap_or_else(|| "observed connections".to_owned());
        self.blocks.push(Block::Statement(Statement { parts, source, observed }));
    }

    fn service_page(&mut self, node: &Node) -> Option<Page> {
        let service = self.world.service_of(node)?;
        let profile = self.world.profiles.of(&service.id).cloned().unwrap_or_default();
        self.push_profile(&profile);
        self.push_deployment(service);
        self.push_calls(node);
        self.push_settings(node, service);
        if let Some(guide) = &profile.run_guide {
            self.heading("Run it");
            let lines = guide.lines.iter().map(ToString::to_string).collect();
            self.blocks.push(Block::Code(lines, guide.file.to_string()));
        }
        self.heading("Look at it");
        let id = shell_operand(node.id.as_str());
        let commands = vec![format!("portolan logs --follow {id}"), format!("portolan need {id}")];
        self.blocks.push(Block::Code(commands, String::new()));
        let stem = self.stems.get(&node.id)?.clone();
        Some(self.finish(&stem, node.label()))
    }

    fn push_profile(&mut self, profile: &ResolvedProfile) {
        self.heading("About");
        for row in &profile.rows {
            for fact in &row.facts {
                let value = shown_value(profile, fact);
                let label = format!("{}: ", row.field.spec().label);
                let value = if value.starts_with("https://") || value.starts_with("http://") {
                    Part::Url(value)
                } else {
                    Part::Text(value)
                };
                self.state(vec![Part::Text(label), value], fact.location.to_string());
            }
        }
        if profile.rows.is_empty() {
            self.state(
                vec![Part::Text("nothing states an owner, a repository or a runbook".to_owned())],
                "all places of docs/facts.md",
            );
        }
    }

    /// Adds how the service is deployed. Versions are left out, because each deployment changes them.
    fn push_deployment(&mut self, service: &Service) {
        self.heading("Deployment");
        let kind = match service.kind {
            ServiceKind::Compose => "a service of the compose project ",
            ServiceKind::Swarm => "a swarm service of the stack ",
            ServiceKind::Container => "a container ",
            ServiceKind::EcsService => "an ECS service in the cluster ",
            ServiceKind::EcsFamily => "tasks that no ECS service runs, in the cluster ",
            ServiceKind::Declared => "declared in the compose project ",
        };
        let group = service.group.as_deref().unwrap_or_default();
        let source = service.source().to_string();
        self.state(vec![Part::Text(format!("{kind}{group}"))], source.clone());
        let images: BTreeSet<&str> = service
            .images()
            .map(|image| crate::model::ImageRef::parse(image).name)
            .filter(|name| !name.is_empty())
            .collect();
        for image in images {
            self.state(vec![Part::Text(format!("image {image}"))], source.clone());
        }
        let kinds =
            [FactKind::LaunchType, FactKind::Port, FactKind::Ports, FactKind::CpuAndMemory, FactKind::Log];
        for fact in service.facts.iter().filter(|fact| fact.kind().is_some_and(|kind| kinds.contains(&kind)))
        {
            self.state(vec![Part::Text(format!("{}: {}", fact.label, fact.value))], source.clone());
        }
    }

    fn push_calls(&mut self, node: &Node) {
        let topology = self.world.topology();
        self.heading("Calls");
        for (to, edge) in topology.calls(&node.id) {
            if let Some(other) = topology.nodes.get(to) {
                self.push_call(vec![Part::Text("calls ".to_owned()), self.link(other)], edge);
            }
        }
        for (from, edge) in topology.callers(&node.id) {
            if let Some(other) = topology.nodes.get(from) {
                self.push_call(vec![Part::Text("called by ".to_owned()), self.link(other)], edge);
            }
        }
        let needs = ServiceNeeds::new(self.world, node);
        let sure = needs.services.iter().filter(|(_, need)| need.strength > Strength::Possible);
        let mut parts: Vec<Part> = Vec::new();
        for (other, _) in sure {
            parts.push(Part::Text(if parts.is_empty() {
                "needs in the end: ".to_owned()
            } else {
                ", ".to_owned()
            }));
            parts.push(self.link(other));
        }
        if !parts.is_empty() {
            self.blocks.push(Block::Statement(Statement {
                parts,
                source: "all calls".to_owned(),
                observed: true,
            }));
        }
    }

    fn push_settings(&mut self, node: &Node, service: &Service) {
        let (named, rest) = settings(service);
        if named.is_empty() && rest.is_empty() {
            return;
        }
        self.heading("Settings");
        let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
        for one in named {
            self.state(vec![Part::Text(format!("{} names {}", one.setting, one.target))], source.clone());
        }
        for name in rest {
            self.state(vec![Part::Text(format!("environment {name}"))], source.clone());
        }
    }
}
