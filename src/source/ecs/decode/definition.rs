//! A task definition, read once: what its containers name, where they log, which have a health check. The values
//! of its variables are gone after this.

use super::{
    aspect::{self, Aspects},
    consul,
    door::{self, Door},
    log::{self, LogPlan},
    mesh::{self, Member},
    words::{said, some, tail},
};
use crate::{
    decode,
    model::{Fact, Mention, Text},
};
use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};

/// What Portolan keeps of a task definition, for ever: a revision never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Definition {
    /// `family:revision`.
    pub version: String,
    /// The addresses that its environment and arguments name.
    pub mentions: Vec<Mention>,
    /// The load balancers that it names, with the paths behind them.
    pub doors: Vec<Door>,
    /// What is worth showing.
    pub facts: Vec<Fact>,
    /// What tells it from other revisions.
    pub aspects: Aspects,
    /// Its containers by name.
    pub containers: LiteMap<String, Plan>,
    /// Its named ports.
    pub ports: LiteMap<Text, u16>,
    /// All ports at which its containers listen.
    pub listens: BTreeSet<u16>,
    /// The node of App Mesh whose proxy stands beside its containers.
    pub node: Option<Member>,
    /// The service of Consul's mesh as which it is registered.
    pub consul: Option<String>,
}

/// One container as the task definition plans it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Whether the task ends with it.
    pub essential: bool,
    /// How long its health check may take to have an opinion; none without a check.
    pub check: Option<Duration>,
    /// Where it logs.
    pub log: LogPlan,
}

/// Reads a task definition.
pub(crate) fn definition(raw: &TaskDefinition) -> Definition {
    let all = raw.container_definitions();
    let (mut mentions, mut doors) = (BTreeSet::new(), BTreeSet::new());
    for container in all {
        let name = said(container.name());
        let place = (all.len() > 1).then_some(name.as_str());
        let found = mentioned(place, container);
        for pair in container.environment() {
            let (key, value) = (pair.name().unwrap_or_default(), pair.value().unwrap_or_default());
            doors.extend(door::doors(&found, key, value));
        }
        mentions.extend(found);
    }
    let consul = consul::member(raw).map(|(service, upstreams)| {
        mentions.extend(upstreams);
        service
    });
    Definition {
        version: version(raw),
        mentions: mentions.into_iter().collect(),
        doors: doors.into_iter().collect(),
        facts: facts(raw),
        aspects: aspect::aspects(raw),
        containers: all.iter().map(|c| (said(c.name()), plan(c, all))).collect(),
        ports: ports(all),
        listens: listens(all),
        node: all.iter().find_map(mesh::member),
        consul,
    }
}

fn version(raw: &TaskDefinition) -> String {
    match raw.family() {
        Some(family) => format!("{}:{}", Text::new(family), raw.revision()),
        None => tail(raw.task_definition_arn().unwrap_or_default()),
    }
}

fn mentioned(place: Option<&str>, container: &ContainerDefinition) -> Vec<Mention> {
    let pairs = container.environment().iter().filter_map(|pair| Some((pair.name()?, pair.value()?)));
    // What names the proxy's own node is no call.
    let pairs = pairs.filter(|(name, _)| !mesh::NODE_VARIABLES.contains(name));
    let mut found = decode::environment(place, pairs);
    let arguments = container.entry_point().iter().chain(container.command()).map(String::as_str);
    found.extend(decode::arguments(place, arguments));
    // What shares the loopback address is the same task, and so the same service.
    found.retain(|mention| !mention.is_of_loopback());
    found
}

fn plan(container: &ContainerDefinition, all: &[ContainerDefinition]) -> Plan {
    let check = container.health_check().map(|check| {
        let seconds = |value: Option<i32>, default: i32| u64::try_from(value.unwrap_or(default)).unwrap_or(0);
        // ECS's own defaults; one further round and a minute for the agent to report.
        let round = seconds(check.interval(), 30) + seconds(check.timeout(), 5);
        let rounds = seconds(check.retries(), 3) + 1;
        Duration::from_secs(seconds(check.start_period(), 0) + rounds * round + 60)
    });
    Plan { essential: container.essential().unwrap_or(true), check, log: log::plan(container, all) }
}

fn ports(all: &[ContainerDefinition]) -> LiteMap<Text, u16> {
    all.iter()
        .flat_map(ContainerDefinition::port_mappings)
        .filter_map(|m| Some((Text::new(m.name()?), u16::try_from(m.container_port()?).ok()?)))
        .collect()
}

/// The ports at which containers listen, those of ranges among them.
fn listens(all: &[ContainerDefinition]) -> BTreeSet<u16> {
    let mappings = all.iter().flat_map(ContainerDefinition::port_mappings);
    mappings
        .flat_map(|mapping| {
            let range = mapping.container_port_range().and_then(|text| {
                let (first, last) = text.split_once('-')?;
                Some(first.parse::<u16>().ok()?..=last.parse::<u16>().ok()?)
            });
            let single = mapping.container_port().and_then(|port| u16::try_from(port).ok());
            single.into_iter().chain(range.into_iter().flatten().take(LONGEST_RANGE))
        })
        .filter(|port| *port != 0)
        .collect()
}

/// How many ports of a range are kept.
const LONGEST_RANGE: usize = 1_000;

fn facts(raw: &TaskDefinition) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let (Some(cpu), Some(memory)) = (some(raw.cpu()), some(raw.memory())) {
        facts.push(Fact::new("cpu and memory", format!("{cpu} CPU units, {memory} MiB")));
    }
    if let Some(mode) = raw.network_mode() {
        facts.push(Fact::new("network mode", Text::new(mode.as_str())));
    }
    if let Some(platform) = raw.runtime_platform() {
        let parts = [
            platform.operating_system_family().map(aws_sdk_ecs::types::OsFamily::as_str),
            platform.cpu_architecture().map(aws_sdk_ecs::types::CpuArchitecture::as_str),
        ];
        let words: Vec<&str> = parts.into_iter().flatten().collect();
        if !words.is_empty() {
            facts.push(Fact::new("runtime", words.join(" ")));
        }
    }
    for (label, role) in [("task role", raw.task_role_arn()), ("execution role", raw.execution_role_arn())] {
        if let Some(arn) = some(role) {
            facts.push(Fact::new(label, tail(&arn)));
        }
    }
    let several = raw.container_definitions().len() > 1;
    for container in raw.container_definitions() {
        facts.extend(container_facts(container, several));
    }
    facts
}

fn container_facts(container: &ContainerDefinition, several: bool) -> Vec<Fact> {
    let label = |what: &str| {
        if several { format!("{}: {what}", said(container.name())) } else { what.to_owned() }
    };
    let mut facts = vec![Fact::new(label("image"), said(container.image()))];
    let ports: Vec<String> = container
        .port_mappings()
        .iter()
        .filter_map(|m| {
            let port =
                m.container_port().map(|p| p.to_string()).or_else(|| some(m.container_port_range()))?;
            let protocol = m.protocol().map_or("tcp", |p| p.as_str());
            let name = m.name().map(|n| format!(" ({})", Text::new(n))).unwrap_or_default();
            Some(format!("{port}/{}{name}", Text::new(protocol)))
        })
        .collect();
    if !ports.is_empty() {
        facts.push(Fact::new(label("ports"), ports.join(", ")));
    }
    if !container.environment().is_empty() {
        facts.push(Fact::new(label("environment"), format!("{} variables", container.environment().len())));
    }
    let secrets: Vec<Text> = container.secrets().iter().map(|s| Text::new(s.name())).collect();
    if !secrets.is_empty() {
        facts.push(Fact::new(label("secrets"), secrets.join(", ")));
    }
    facts.push(Fact::new(label("log"), log::words(container)));
    if let Some(check) = container.health_check() {
        let every = check.interval().unwrap_or(30);
        facts.push(Fact::new(label("health check"), format!("every {every} s")));
    }
    facts
}
