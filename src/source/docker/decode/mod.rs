//! Decoding of inspect responses into container records, as pure functions. Secrets end here: a record holds
//! no value of a variable or argument.

mod exit;
mod facts;
mod health_check;
mod instance;
mod links;
mod network;
mod network_namespace;
mod owner;
mod log_route;
mod state;
#[cfg(test)]
mod tests;

pub(super) use links::Link;
pub(super) use network::{ContainerNetwork, NetworkAttachment};
pub(super) use network_namespace::{container_positions, namespace_owner};
pub(super) use owner::Owner;

use super::api_types::{ContainerInspectResponse, ContainerSummary};
use super::files::{self, NamedVolume};
use crate::{
    extract::{
        container_profile, proxy_references, references_in_arguments, references_in_environment,
        references_in_file, telemetry_names, variable_names,
    },
    model::{Fact, FactKind, Instance, Reference, ServiceProfile, SourceId, Text, Timestamp},
    source::{docker::EngineEndpoint, shared_references::Program},
};
use std::collections::HashMap;

/// Maximum number of references of one container; each can become an edge on the map.
pub(super) const MAX_REFERENCES: usize = 1_000;
/// Number of references of all containers of an engine from which each container may keep fewer.
const MAX_ENGINE_REFERENCES: usize = 100_000;
/// Number of references that each container may keep on the largest engines.
const MIN_REFERENCES: usize = 50;

/// Returns the maximum number of references of one container on an engine with `containers` containers.
pub(super) fn reference_limit(containers: usize) -> usize {
    (MAX_ENGINE_REFERENCES / containers.max(1)).clamp(MIN_REFERENCES, MAX_REFERENCES)
}

/// Container decoded from an inspect response, free of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContainerRecord {
    /// Full id of the container.
    pub(super) id: String,
    /// Container name without the leading slash.
    pub(super) name: String,
    /// Service that the container belongs to.
    pub(super) owner: Owner,
    /// Time when the container was created.
    pub(super) created: Option<Timestamp>,
    /// The container as an instance of its service: state, health check, last exit and log route.
    pub(super) instance: Instance,
    /// Networks, names and ports at which other containers reach this one.
    pub(super) network: ContainerNetwork,
    /// Hosts and services that the container references.
    pub(super) references: Vec<Reference>,
    /// Image and command line.
    pub(super) program: Program,
    /// Named volumes that the container mounts.
    pub(super) volumes: Vec<NamedVolume>,
    /// Id of the container's first process on the engine's machine; `None` while the container does not run.
    pub(super) pid: Option<u32>,
    /// Facts for the service card.
    pub(super) facts: Vec<Fact>,
    /// Profile of the container: the facts for people that its labels state, and the names of its variables.
    pub(super) profile: ServiceProfile,
}

/// Decodes an inspect response together with the container's configuration files. Keeps at most
/// `max_references` references. Returns `None` if the response has no container id.
pub(super) fn decode_container(
    source: &SourceId,
    answer: &ContainerInspectResponse,
    files: &[files::FileText],
    max_references: usize,
) -> Option<ContainerRecord> {
    let id = Text::new(answer.id.as_deref()?);
    let name = container_name(answer.name.as_deref().unwrap_or_default(), &id);
    let config = answer.config.as_ref();
    let none = HashMap::new();
    let labels = config.and_then(|c| c.labels.as_ref()).unwrap_or(&none);
    let owner = Owner::of(&name, |label| labels.get(label).map(String::as_str));
    let (mut mentions, mut facts) =
        (find_references(answer, &owner, labels, files), facts::container_facts(answer));
    if mentions.len() > max_references {
        let what = format!("{}, only the first {max_references} are used", mentions.len());
        facts.push(Fact::new(FactKind::References, what));
        mentions.truncate(max_references);
        mentions.shrink_to_fit();
    }
    Some(ContainerRecord {
        created: answer.created.as_deref().and_then(parse_time),
        instance: instance::decode_instance(source, &id, &name, answer),
        network: network::decode_network(answer),
        references: mentions,
        program: decode_program(answer),
        volumes: NamedVolume::of_container(answer),
        pid: first_process(answer),
        facts,
        profile: decode_profile(answer, labels),
        id: id.to_string(),
        name,
        owner,
    })
}

impl ContainerRecord {
    /// Completes a last exit without an exit code. Takes the code, cause and reason from `before`, the
    /// container's previous record, because the engine forgets the code when it restarts the container.
    pub(super) fn restore_exit(&mut self, before: Option<&Self>) {
        let known = before.and_then(|seen| seen.instance.exit.as_ref()).filter(|exit| exit.code.is_some());
        if let (Some(exit), Some(known)) = (&mut self.instance.exit, known)
            && exit.code.is_none()
        {
            let at = exit.at;
            *exit = known.clone();
            exit.at = at.or(known.at);
        }
    }
}

impl ContainerRecord {
    /// Removes the paths of compose files, unless the engine runs on this machine. With a remote engine, the
    /// same paths could lead to other files here.
    pub(super) fn forget_remote_paths(&mut self, endpoint: &EngineEndpoint) {
        if !matches!(endpoint, EngineEndpoint::Socket(_)) {
            self.profile.compose_files.clear();
        }
    }

    /// Completes a record that was decoded from a list entry, which holds few details. Takes the other
    /// details from `before`, the container's previous record. Without a previous record, adds a fact that
    /// the details were not read.
    pub(super) fn merge_previous(&mut self, before: Option<&Self>) {
        let Some(before) = before else {
            self.facts.push(Fact::new(
                FactKind::NotRead,
                "environment, command, files: inspect failed or timed out",
            ));
            return;
        };
        let listed = std::mem::replace(self, before.clone());
        if listed.instance.state != self.instance.state {
            let known = std::mem::replace(&mut self.instance, listed.instance);
            (self.instance.created, self.instance.restarts) = (known.created, known.restarts);
            (self.instance.version, self.instance.containers) = (known.version, known.containers);
            self.pid = None;
        } else if std::mem::discriminant(&listed.instance.health_check)
            != std::mem::discriminant(&self.instance.health_check)
        {
            self.instance.health_check = listed.instance.health_check;
        }
        (self.name, self.owner) = (listed.name, listed.owner);
        self.instance.name = self.name.as_str().into();
    }
}

/// Returns a fingerprint of a list entry, which changes when the container changes. It covers names, state
/// and addresses, but not the elapsed time in the status.
pub(super) fn fingerprint(entry: &ContainerSummary) -> String {
    let state = entry.state.as_deref().unwrap_or_default();
    // The text in parentheses may be `unhealthy`, so it is part of the fingerprint. The elapsed time is not.
    let told = entry.status_detail();
    let networks = entry.network_settings.as_ref().and_then(|n| n.networks.as_ref());
    let mut places: Vec<_> = networks
        .into_iter()
        .flatten()
        .map(|(name, at)| format!("{name}={}", at.ip_address.as_deref().unwrap_or_default()))
        .collect();
    places.sort();
    format!("{:?} {state} {told} {}", entry.names, places.join(","))
}

/// Finds references in the environment, command, configuration files, proxy labels, extra hosts and start
/// order.
fn find_references(
    answer: &ContainerInspectResponse,
    owner: &Owner,
    labels: &HashMap<String, String>,
    files: &[files::FileText],
) -> Vec<Reference> {
    let config = answer.config.as_ref();
    let variables = config.and_then(|c| c.env.as_ref()).into_iter().flatten();
    let variables: Vec<_> = variables.filter_map(|pair| pair.split_once('=')).collect();
    let mut all = references_in_environment(None, variables.iter().copied());
    let value = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    all.extend(
        files.iter().flat_map(|text| references_in_file(None, &Text::new(&text.path), &text.text, value)),
    );
    let named = labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    all.extend(proxy_references(&named.collect(), &variables));
    let words = answer.path.iter().chain(answer.args.iter().flatten());
    all.extend(references_in_arguments(None, words.map(String::as_str)));
    all.extend(links::extra_host_references(answer));
    if owner.group.is_some() {
        let order = labels.get("com.docker.compose.depends_on").map(String::as_str).unwrap_or_default();
        all.extend(links::start_order_references(order));
    }
    all.sort();
    all.dedup();
    all
}

/// Returns the profile of the container's service: the facts for people that the container's labels state,
/// and the names of its variables.
fn decode_profile(answer: &ContainerInspectResponse, labels: &HashMap<String, String>) -> ServiceProfile {
    let config = answer.config.as_ref();
    let image = config.and_then(|c| c.image.as_deref()).unwrap_or_default();
    let labels = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let variables = config.and_then(|c| c.env.as_ref()).into_iter().flatten();
    let variables: Vec<_> = variables.filter_map(|pair| pair.split_once('=')).collect();
    let mut profile = container_profile(&labels, image);
    profile.merge(&ServiceProfile {
        telemetry_names: telemetry_names(variables.iter().copied()),
        variables: variable_names(variables.iter().map(|(name, _)| *name)),
        ..ServiceProfile::default()
    });
    profile
}

/// Returns the image and command line of the container.
fn decode_program(answer: &ContainerInspectResponse) -> Program {
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref()).unwrap_or_default();
    Program::new(image, answer.path.iter().chain(answer.args.iter().flatten()).map(String::as_str))
}

/// Returns the id of the container's first process, or `None` if the container does not run.
fn first_process(answer: &ContainerInspectResponse) -> Option<u32> {
    let pid = answer.state.as_ref()?.pid?;
    u32::try_from(pid).ok().filter(|pid| *pid > 0)
}

/// Returns the container's name without the leading slash, or its short id if `raw` is empty.
fn container_name(raw: &str, id: &str) -> String {
    let name = Text::new(raw.trim_start_matches('/'));
    if name.is_empty() { short_id(id).to_owned() } else { name.to_string() }
}

/// Returns the first twelve digits of an id or digest, as the docker command shows them.
fn short_id(id: &str) -> &str {
    let digits = id.strip_prefix("sha256:").unwrap_or(id);
    digits.get(..12).unwrap_or(digits)
}

/// Parses a time that the engine wrote. Returns `None` for an invalid time, and for the year 1, by which the
/// engine means "never".
pub(super) fn parse_time(raw: &str) -> Option<Timestamp> {
    raw.parse().ok().filter(|at: &Timestamp| *at > Timestamp::UNIX_EPOCH)
}
