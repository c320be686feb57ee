//! What a service card shows of a container: never a variable's value, nor an argument's.

use super::short;
use crate::model::{Fact, Text};
use bollard::models::{
    ContainerInspectResponse, EndpointSettings, HostConfig, MountPoint, RestartPolicyNameEnum,
};

/// The facts, in reading order.
pub(super) fn of(answer: &ContainerInspectResponse) -> Vec<Fact> {
    let config = answer.config.as_ref();
    let mut facts = Vec::new();
    if let Some(image) = config.and_then(|c| c.image.as_deref()) {
        facts.push(Fact::new("image", Text::new(image)));
    }
    if let Some(id) = &answer.image {
        facts.push(Fact::new("image id", Text::new(short(id))));
    }
    if let Some(command) = answer.path.as_deref() {
        facts.push(Fact::new("command", Text::new(command)));
    }
    facts.extend(ports(answer));
    facts.extend(networks(answer));
    facts.extend(answer.mounts.iter().flatten().map(mount));
    facts.extend(answer.host_config.as_ref().and_then(restart));
    if let Some(variables) = config.and_then(|c| c.env.as_ref()).filter(|v| !v.is_empty()) {
        facts.push(Fact::new("environment", format!("{} variables", variables.len())));
    }
    if let Some(memory) = answer.host_config.as_ref().and_then(|h| h.memory).filter(|m| *m > 0) {
        facts.push(Fact::new("memory limit", format!("{} MiB", memory / (1024 * 1024))));
    }
    facts.push(Fact::new("container", short(&Text::new(answer.id.as_deref().unwrap_or_default()))));
    facts
}

/// The ports, published ones as `0.0.0.0:8080 → 80/tcp`.
fn ports(answer: &ContainerInspectResponse) -> Vec<Fact> {
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
    words.into_iter().map(|w| Fact::new("port", w)).collect()
}

/// The networks, each with the address and the aliases there.
fn networks(answer: &ContainerInspectResponse) -> Vec<Fact> {
    let networks = answer.network_settings.as_ref().and_then(|s| s.networks.as_ref());
    let mut words: Vec<_> =
        networks.into_iter().flatten().map(|(name, at)| Text::new(&network(name, at))).collect();
    words.sort();
    words.into_iter().map(|w| Fact::new("network", w)).collect()
}

fn network(name: &str, at: &EndpointSettings) -> String {
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

/// A mount: what is where, and whether it may be written.
fn mount(mount: &MountPoint) -> Fact {
    let kind = mount.typ.as_deref().unwrap_or_default();
    let from = mount.name.as_deref().or(mount.source.as_deref()).unwrap_or_default();
    let to = mount.destination.as_deref().unwrap_or_default();
    let how = if mount.rw == Some(false) { ", read-only" } else { "" };
    Fact::new("mount", Text::new(&format!("{from} → {to} ({kind}{how})")))
}

fn restart(host: &HostConfig) -> Option<Fact> {
    let policy = host.restart_policy.as_ref()?;
    let name = policy.name?;
    let most = policy.maximum_retry_count.unwrap_or_default();
    match name {
        RestartPolicyNameEnum::EMPTY | RestartPolicyNameEnum::NO => None,
        RestartPolicyNameEnum::ON_FAILURE if most > 0 => {
            Some(Fact::new("restart", format!("{name}, at most {most} times")))
        }
        _ => Some(Fact::new("restart", name.to_string())),
    }
}
