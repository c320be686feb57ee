//! What one inspect answer says, as far as Portolan keeps it: pure functions, and the border for secrets.

mod fact;
mod link;
mod network;
mod owner;
mod route;
mod state;
#[cfg(test)]
mod tests;

pub(super) use link::Link;
pub(super) use network::{Endpoint, Network};
pub(super) use owner::Owner;

use super::answer::{ContainerInspectResponse, ContainerSummary};
use super::files::{self, Volume};
use crate::{
    decode::{arguments, environment, file, proxied},
    model::{Fact, Instance, Mention, SourceId, Text, Timestamp},
    source::witness::Program,
};
use std::collections::HashMap;

/// The most addresses of one container that are followed: each may be a line on the map.
const MAX_MENTIONS: usize = 1_000;

/// A container as one inspect answer shows it, without anything that could be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// The engine's id.
    pub(super) id: String,
    /// The container's name, without the slash.
    pub(super) name: String,
    /// The service it belongs to.
    pub(super) owner: Owner,
    /// When it was made.
    pub(super) created: Option<Timestamp>,
    /// Its life.
    pub(super) instance: Instance,
    /// How it can be reached.
    pub(super) network: Network,
    /// What it names.
    pub(super) mentions: Vec<Mention>,
    /// What it runs.
    pub(super) program: Program,
    /// Its named volumes.
    pub(super) volumes: Vec<Volume>,
    /// Its first process, as the engine's machine numbers it, while it runs.
    pub(super) process: Option<u32>,
    /// What the card shows.
    pub(super) facts: Vec<Fact>,
}

/// Decodes one inspect answer with the container's configuration files; none where it has no id.
pub(super) fn container(
    source: &SourceId,
    answer: &ContainerInspectResponse,
    files: &[files::Text],
) -> Option<Seen> {
    let id = Text::new(answer.id.as_deref()?);
    let name = name_of(answer.name.as_deref().unwrap_or_default(), &id);
    let config = answer.config.as_ref();
    let none = HashMap::new();
    let labels = config.and_then(|c| c.labels.as_ref()).unwrap_or(&none);
    let owner = Owner::of(&name, |label| labels.get(label).map(String::as_str));
    let (mut mentions, mut facts) = (mentions(answer, &owner, labels, files), fact::of(answer));
    if mentions.len() > MAX_MENTIONS {
        let what = format!("{}: only {MAX_MENTIONS} of them are followed", mentions.len());
        facts.push(Fact::new("addresses named", what));
        mentions.truncate(MAX_MENTIONS);
    }
    Some(Seen {
        created: answer.created.as_deref().and_then(time),
        instance: state::instance(source, &id, &name, answer),
        network: network::of(answer),
        mentions,
        program: program(answer),
        volumes: Volume::all(answer),
        process: process(answer),
        facts,
        id: id.to_string(),
        name,
        owner,
    })
}

impl Seen {
    /// Takes from how it was seen before what the engine has forgotten since: how it ended, as it started it again.
    pub(super) fn recall(&mut self, before: Option<&Self>) {
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

impl Seen {
    /// Takes what the list of containers does not say from how the container was seen before, and notes what is not known.
    pub(super) fn complete(&mut self, before: Option<&Self>) {
        let Some(before) = before else {
            self.facts.push(Fact::new(
                "not read",
                "environment, command, files: the list of containers says no more",
            ));
            return;
        };
        let listed = std::mem::replace(self, before.clone());
        if listed.instance.state != self.instance.state {
            let known = std::mem::replace(&mut self.instance, listed.instance);
            (self.instance.made, self.instance.restarts) = (known.made, known.restarts);
            (self.instance.version, self.instance.containers) = (known.version, known.containers);
            self.process = None;
        } else if std::mem::discriminant(&listed.instance.check)
            != std::mem::discriminant(&self.instance.check)
        {
            self.instance.check = listed.instance.check;
        }
        (self.name, self.owner) = (listed.name, listed.owner);
        self.instance.name = self.name.as_str().into();
    }
}

/// What tells, in the list, that a container is not as it was: everything there that does not change with time alone.
pub(super) fn fingerprint(entry: &ContainerSummary) -> String {
    let state = entry.state.as_deref().unwrap_or_default();
    // What stands in brackets is news, the time before it is not.
    let told = entry.bracket();
    let networks = entry.network_settings.as_ref().and_then(|n| n.networks.as_ref());
    let mut places: Vec<_> = networks
        .into_iter()
        .flatten()
        .map(|(name, at)| format!("{name}={}", at.ip_address.as_deref().unwrap_or_default()))
        .collect();
    places.sort();
    format!("{:?} {state} {told} {}", entry.names, places.join(","))
}

/// What the container names: in its environment, command, files, labels, links, extra hosts and start order.
fn mentions(
    answer: &ContainerInspectResponse,
    owner: &Owner,
    labels: &HashMap<String, String>,
    files: &[files::Text],
) -> Vec<Mention> {
    let config = answer.config.as_ref();
    let variables = config.and_then(|c| c.env.as_ref()).into_iter().flatten();
    let variables: Vec<_> = variables.filter_map(|pair| pair.split_once('=')).collect();
    let mut all = environment(None, variables.iter().copied());
    let value = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    all.extend(files.iter().flat_map(|text| file(None, &Text::new(&text.path), &text.text, value)));
    let named = labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    all.extend(proxied(&named.collect(), &variables));
    let words = answer.path.iter().chain(answer.args.iter().flatten());
    all.extend(arguments(None, words.map(String::as_str)));
    all.extend(link::extra_hosts(answer));
    if owner.group.is_some() {
        let order = labels.get("com.docker.compose.depends_on").map(String::as_str).unwrap_or_default();
        all.extend(link::start_order(order));
    }
    all.sort();
    all.dedup();
    all
}

/// The image that the container was made from, and the command line that it was started with.
fn program(answer: &ContainerInspectResponse) -> Program {
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref()).unwrap_or_default();
    Program::new(image, answer.path.iter().chain(answer.args.iter().flatten()).map(String::as_str))
}

/// The container's first process; none while it does not run.
fn process(answer: &ContainerInspectResponse) -> Option<u32> {
    let pid = answer.state.as_ref()?.pid?;
    u32::try_from(pid).ok().filter(|pid| *pid > 0)
}

/// A container's name without the slash; the short id where it has none.
fn name_of(raw: &str, id: &str) -> String {
    let name = Text::new(raw.trim_start_matches('/'));
    if name.is_empty() { short(id).to_owned() } else { name.to_string() }
}

/// The first twelve digits of an id or digest, as people write it.
fn short(id: &str) -> &str {
    let digits = id.strip_prefix("sha256:").unwrap_or(id);
    digits.get(..12).unwrap_or(digits)
}

/// A time as the engine writes it; the year 1 means never.
pub(super) fn time(raw: &str) -> Option<Timestamp> {
    raw.parse().ok().filter(|at: &Timestamp| *at > Timestamp::UNIX_EPOCH)
}
