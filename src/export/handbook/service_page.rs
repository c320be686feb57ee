//! Page of the handbook about one service.

use super::{
    page::{Block, Page, Part, Statement},
    pages::{PageBuilder, verb},
};
use crate::{
    model::{FactKind, ImageRef, ProfileField, ResolvedProfile, Service, ServiceKind, text::shell_operand},
    screen::describe::need_text::{ServiceNeeds, settings},
    topology::{Node, Strength},
};
use std::collections::BTreeSet;

impl PageBuilder<'_> {
    /// Returns the page about the service of a node, or `None` if no source reports the service.
    pub(super) fn service_page(&mut self, node: &Node) -> Option<Page> {
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

    /// Adds the facts of the profile. Leaves out the commit, because each deployment changes it.
    fn push_profile(&mut self, profile: &ResolvedProfile) {
        self.heading("About");
        for row in profile.rows.iter().filter(|row| row.field != ProfileField::Commit) {
            for fact in &row.facts {
                let value = fact.value.to_string();
                let label = format!("{}: ", row.field.spec().label);
                let value = if value.starts_with("https://") || value.starts_with("http://") {
                    Part::Url(value)
                } else {
                    Part::Text(value)
                };
                self.state(vec![Part::Text(label), value], fact.location.to_string());
            }
        }
        if profile.rows.iter().all(|row| matches!(row.field, ProfileField::Commit | ProfileField::DeployedBy))
        {
            self.state(
                vec![Part::Text("nothing states an owner, a repository or a runbook".to_owned())],
                "labels, tags, catalogue files, CODEOWNERS and READMEs",
            );
        }
    }

    /// Adds statements about how the service is deployed. Leaves out versions, because each deployment
    /// changes them.
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
            .map(|image| ImageRef::parse(image).name)
            .filter(|name| !name.is_empty())
            .collect();
        for image in images {
            self.state(vec![Part::Text(format!("image {image}"))], source.clone());
        }
        let kinds =
            [FactKind::LaunchType, FactKind::Port, FactKind::Ports, FactKind::CpuAndMemory, FactKind::Log];
        let facts = service.facts.iter().filter(|fact| fact.kind().is_some_and(|kind| kinds.contains(&kind)));
        let texts: BTreeSet<String> =
            facts.map(|fact| format!("{}: {}", fact.label, fact.configured_value())).collect();
        for text in texts {
            self.state(vec![Part::Text(text)], source.clone());
        }
    }

    fn push_calls(&mut self, node: &Node) {
        let topology = self.world.topology();
        self.heading("Calls");
        for (to, edge) in topology.calls(&node.id) {
            if let Some(other) = topology.nodes.get(to) {
                let words = format!("{} ", verb(edge, ("calls", "may call")));
                self.push_call(vec![Part::Text(words), self.link(other)], edge, None);
            }
        }
        for (from, edge) in topology.callers(&node.id) {
            if let Some(other) = topology.nodes.get(from) {
                let words = format!("{} ", verb(edge, ("called by", "may be called by")));
                self.push_call(vec![Part::Text(words), self.link(other)], edge, Some(other));
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
