//! Facts about a container for the card of its service. They contain the number of its variables, but neither
//! names nor values. If there are too many arguments or labels to read, they contain that number too.

use super::short_id;
use crate::{
    extract,
    model::{Fact, FactKind, Text},
    source::docker::api_types::{
        ContainerInspectResponse, EndpointSettings, HostConfig, MAX_ENTRIES, MountPoint,
    },
};

/// Returns the facts of a container in display order.
pub(super) fn container_facts(answer: &ContainerInspectResponse) -> Vec<Fact> {
    let config = answer.config.as_ref();
    let mut facts = Vec::new();
    if let Some(image) = config.and_then(|c| c.image.as_deref()) {
        facts.push(Fact::new(FactKind::Image, Text::new(image)));
    }
    if let Some(id) = &answer.image {
        facts.push(Fact::new(FactKind::ImageId, Text::new(short_id(id))));
    }
    if let Some(command) = answer.path.as_deref() {
        facts.push(Fact::new(FactKind::Command, Text::new(&extract::redact_secrets(command))));
    }
    facts.extend(port_facts(answer));
    facts.extend(network_facts(answer));
    facts.extend(answer.mounts.iter().flatten().map(mount_fact));
    facts.extend(answer.host_config.as_ref().and_then(restart_fact));
    if let Some(variables) = config.and_then(|c| c.env.as_ref()).filter(|v| !v.is_empty()) {
        facts.push(Fact::new(FactKind::Environment, count_text(variables.len(), "variables")));
    }
    if let Some(labels) = config.and_then(|c| c.labels.as_ref()).filter(|l| l.len() > MAX_ENTRIES) {
        facts.push(Fact::new(FactKind::Labels, count_text(labels.len(), "labels")));
    }
    if let Some(arguments) = answer.args.as_ref().filter(|a| a.len() > MAX_ENTRIES) {
        facts.push(Fact::new(FactKind::Arguments, count_text(arguments.len(), "arguments")));
    }
    if let Some(memory) = answer.host_config.as_ref().and_then(|h| h.memory).filter(|m| *m > 0) {
        facts.push(Fact::new(FactKind::MemoryLimit, format!("{} MiB", memory / (1024 * 1024))));
    }
    facts
        .push(Fact::new(FactKind::Container, short_id(&Text::new(answer.id.as_deref().unwrap_or_default()))));
    facts
}

/// Returns text such as `12 variables`. If `number` exceeds `MAX_ENTRIES`, the text says that Portolan reads
/// only the first `MAX_ENTRIES`.
fn count_text(number: usize, what: &str) -> String {
    if number > MAX_ENTRIES {
        return format!("more than {MAX_ENTRIES} {what}, only the first {MAX_ENTRIES} are read");
    }
    format!("{number} {what}")
}

/// Returns one fact per port. A published port looks like `0.0.0.0:8080 → 80/tcp`.
fn port_facts(answer: &ContainerInspectResponse) -> Vec<Fact> {
    let ports = answer.network_settings.as_ref().and_then(|s| s.ports.as_ref());
    let mut words: Vec<_> = ports
        .into_iter()
        .flatten()
        .flat_map(|(port, bindings)| {
            let inside = Text::new(port);
            let outside = bindings.iter().flatten().map(|b| {
                let ip = b.host_ip.as_deref().unwrap_or_default();
                let ip = if ip.contains(':') { format!("[{ip}]") } else { ip.to_owned() };
                Text::new(&format!("{ip}:{} → {inside}", b.host_port.as_deref().unwrap_or_default()))
            });
            let published: Vec<_> = outside.collect();
            if published.is_empty() { vec![inside] } else { published }
        })
        .collect();
    words.sort();
    words.into_iter().map(|w| Fact::new(FactKind::Port, w)).collect()
}

/// Returns one fact per network, with the container's addresses and aliases there.
fn network_facts(answer: &ContainerInspectResponse) -> Vec<Fact> {
    let networks = answer.network_settings.as_ref().and_then(|s| s.networks.as_ref());
    let mut words: Vec<_> =
        networks.into_iter().flatten().map(|(name, at)| Text::new(&network_text(name, at))).collect();
    words.sort();
    words.into_iter().map(|w| Fact::new(FactKind::Network, w)).collect()
}

fn network_text(name: &str, at: &EndpointSettings) -> String {
    let given = [at.ip_address.as_deref(), at.global_ipv6_address.as_deref()];
    let mut words = vec![name.to_owned()];
    words.extend(given.into_iter().flatten().filter(|ip| !ip.is_empty()).map(str::to_owned));
    let mut aliases: Vec<_> = at.aliases.iter().flatten().cloned().collect();
    aliases.sort();
    aliases.dedup();
    if !aliases.is_empty() {
        words.push(format!("as {}", aliases.join(", ")));
    }
    words.join(" ")
}

/// Describes a mount: source, destination, type, and whether it is read-only.
fn mount_fact(mount: &MountPoint) -> Fact {
    let kind = mount.typ.as_deref().unwrap_or_default();
    let from = mount.name.as_deref().or(mount.source.as_deref()).unwrap_or_default();
    let to = mount.destination.as_deref().unwrap_or_default();
    let how = if mount.rw == Some(false) { ", read-only" } else { "" };
    Fact::new(FactKind::Mount, Text::new(&format!("{from} → {to} ({kind}{how})")))
}

fn restart_fact(host: &HostConfig) -> Option<Fact> {
    let policy = host.restart_policy.as_ref()?;
    let name = Text::new(policy.name.as_deref()?);
    let most = policy.maximum_retry_count.unwrap_or_default();
    match name.as_str() {
        "" | "no" => None,
        "on-failure" if most > 0 => {
            Some(Fact::new(FactKind::Restart, format!("{name}, at most {most} times")))
        }
        _ => Some(Fact::new(FactKind::Restart, name)),
    }
}
