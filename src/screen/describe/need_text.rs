//! Needs of a service as text: the services that must run for it, the needed nodes that no source runs, and
//! the settings that name these services and nodes.

use crate::{
    model::{FactKind, Reference, ReferenceTarget, Service, Setting, Text},
    store::World,
    topology::{Need, Node, Strength, needs},
};
use std::fmt::Write;

/// Services and other nodes that must run so that one service works.
pub struct ServiceNeeds<'a> {
    /// Node of the service itself.
    pub node: &'a Node,
    /// Services that must run, callees before callers, each with the caller that needs it.
    pub services: Vec<(&'a Node, Need)>,
    /// Nodes that no source runs, such as managed databases and third-party hosts, each with the caller that
    /// needs it.
    pub outside: Vec<(&'a Node, Need)>,
}

/// Setting of a service that names the address or the name of something that it calls.
pub struct NeededSetting {
    /// Setting, such as `environment DB_URL`.
    pub setting: String,
    /// Address or service name in the setting.
    pub target: String,
}

impl<'a> ServiceNeeds<'a> {
    /// Collects the nodes that `node` needs, from the topology.
    #[must_use]
    pub fn new(world: &'a World, node: &'a Node) -> Self {
        let topology = world.topology();
        let all = needs(topology, &node.id).into_iter();
        let all = all.filter_map(|need| Some((topology.nodes.get(&need.node)?, need)));
        let (services, outside) = all.partition(|(node, _)| node.is_service());
        Self { node, services, outside }
    }

    /// Returns the needs as the text that `portolan need` prints.
    #[must_use]
    pub fn text(&self, world: &World) -> String {
        let mut out = format!("{} needs {}\n", self.node.label(), self.summary());
        for (title, all) in
            [("services, in the order to start them", &self.services), ("outside", &self.outside)]
        {
            if !all.is_empty() {
                let _ = writeln!(out, "\n{title}:");
            }
            for (node, need) in all {
                let by = world.topology().nodes.get(&need.needed_by).map(Node::label).unwrap_or_default();
                let image = world.service_of(node).and_then(|service| service.images().next());
                let what = image.map(|image| format!(", image {}", Text::new(image))).unwrap_or_default();
                let _ = writeln!(out, "  {}  called by {by}, {}{what}", node.label(), need.strength.as_str());
            }
        }
        let with_self = self.services.iter().map(|(node, _)| *node).chain([self.node]);
        for node in with_self {
            let Some(service) = world.service_of(node) else { continue };
            let (named, rest) = settings(service);
            if !named.is_empty() || !rest.is_empty() {
                let _ = writeln!(out, "\nsettings of {}:", node.label());
            }
            for one in named {
                let _ = writeln!(out, "  {} names {}", one.setting, one.target);
            }
            if !rest.is_empty() {
                let _ = writeln!(out, "  also {}", rest.join(", "));
            }
        }
        out
    }

    /// Returns the number of needed services and outside nodes in words.
    #[must_use]
    pub fn summary(&self) -> String {
        let maybe = self.services.iter().filter(|(_, need)| need.strength == Strength::Possible).count();
        let sure = self.services.len() - maybe;
        let maybe = if maybe > 0 { format!(", perhaps {maybe} more") } else { String::new() };
        let services = if sure == 1 { "1 service".to_owned() } else { format!("{sure} services") };
        format!("{services}{maybe}, and {} outside", self.outside.len())
    }
}

/// Returns the settings of `service` that name an address or another service, and the names of its other
/// variables and secrets. No variable is in both lists.
#[must_use]
pub fn settings(service: &Service) -> (Vec<NeededSetting>, Vec<Text>) {
    let named: Vec<NeededSetting> = service.references.iter().filter_map(needed_setting).collect();
    let in_named = || service.references.iter().filter(|reference| needed_setting(reference).is_some());
    let is_named = |name: &Text| in_named().any(|reference| variable(reference) == Some(name));
    let secrets = service.facts.iter().filter(|fact| fact.kind() == Some(FactKind::Secrets));
    let secrets = secrets.flat_map(|fact| fact.value.split(", ").map(Text::new));
    let others = service.references.iter().filter_map(variable);
    let variables = service.profile.variables.iter().chain(others).cloned();
    let mut rest: Vec<Text> = variables.chain(secrets).filter(|name| !is_named(name)).collect();
    rest.sort();
    rest.dedup();
    (named, rest)
}

/// Returns the setting that holds a reference to a callee. Returns `None` for a start order or another
/// service name outside environment variables, and for a proxy's setting, which names the service itself.
fn needed_setting(reference: &Reference) -> Option<NeededSetting> {
    let target = match &reference.target {
        ReferenceTarget::Address(address) | ReferenceTarget::EstateAddress(address) => address.to_string(),
        ReferenceTarget::ServiceName(name) if variable(reference).is_some() => name.to_string(),
        ReferenceTarget::ServiceName(_) | ReferenceTarget::CalledByProxy(_) => return None,
    };
    Some(NeededSetting { setting: reference.location.to_string(), target })
}

/// Returns the name of the environment variable that holds a reference, or `None` if another setting holds
/// it.
#[must_use]
pub fn variable(reference: &Reference) -> Option<&Text> {
    match &reference.location.setting {
        Setting::Environment(name) | Setting::LoadBalancerUrl { variable: name, .. } => Some(name),
        _ => None,
    }
}
