//! Extraction of addresses, log levels and other facts from untrusted text. No secret leaves this module.
//!
//! The input is environment variables, arguments, configuration files and log lines. For an environment
//! variable, the output is its name, and the host and port that its value names, but never the value itself.

mod address_parser;
mod command_line;
mod connection_error;
mod config_file;
mod env_key;
pub mod log_line;
mod host_config;
mod ansi;
mod profile;
mod redact;
mod proxy;
mod structured_value;
mod interpolation;

pub use ansi::parse_ansi;
pub use config_file::{
    MAX_CONFIG_FILE_BYTES, is_config_file, is_program_file, may_be_config_file, references_in_file,
};
pub use connection_error::unreachable_address;
pub use host_config::{extra_host_reference, link_reference, name_server_reference, start_order_references};
pub use profile::{
    CATALOGUE_FILES, CatalogueFileKind, catalogue_entities, compose_builds, container_profile, label_profile,
    parse_code_owners, parse_readme, remote_of_config, tag_facts, telemetry_names, variable_names,
};
pub use proxy::proxy_references;
pub use redact::redact_secrets;

use crate::model::{
    Address, Host, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget, Scheme, Setting,
};
use address_parser::{AddressShape, FoundAddress};
use env_key::ValueKind;
use std::collections::{BTreeMap, BTreeSet};

/// Returns references to the addresses that environment variables name. `container` is the name of the
/// container if the service has several.
///
/// A host gets its port from the variable that belongs to it: `DB_HOST` from `DB_PORT`. Variables inside a
/// value are interpolated.
pub fn references_in_environment<'a>(
    container: Option<&str>,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Reference> {
    let pairs: Vec<_> = pairs.into_iter().collect();
    let values: BTreeMap<&str, &str> = pairs.iter().copied().collect();
    let is_port = |(name, _): &&(&str, &str)| name.to_ascii_uppercase().ends_with("PORT");
    let ports: BTreeMap<String, &str> =
        pairs.iter().filter(is_port).map(|(name, value)| (env_key::normalized(name), *value)).collect();
    let tools: BTreeSet<(String, &str)> =
        pairs.iter().filter_map(|(name, value)| Some((env_key::key_without_cli(name)?, *value))).collect();
    let mut mentions = Vec::new();
    for (name, value) in &pairs {
        let sibling = || {
            let port = ports.get(&env_key::port_key(name)?)?;
            port.trim().parse::<u16>().ok().filter(|port| *port != 0)
        };
        let variable = |other: &str| values.get(other).copied().filter(|_| other != *name);
        let addresses = addresses_in(name, value, &variable, sibling);
        if addresses.is_empty() {
            continue;
        }
        let place =
            ReferenceLocation { container: container.map(Into::into), setting: Setting::environment(name) };
        let for_tool =
            env_key::key_without_cli(name).is_some() || tools.contains(&(env_key::normalized(name), *value));
        let via = if for_tool { ReferenceKind::ToolSetting } else { ReferenceKind::Environment };
        push_references(via, &place, addresses, &mut mentions);
    }
    dedup_references(mentions)
}

/// Returns references to the addresses that an entry point, a command or its arguments name.
///
/// `--flag value` and `--flag=value` count like a variable called `flag`. A word without an option counts
/// only if it has the form of an address. In shell scripts only the commands count, not the text that they
/// print.
pub fn references_in_arguments<'a>(
    container: Option<&str>,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Vec<Reference> {
    let words: Vec<&str> = arguments.into_iter().collect();
    let mut mentions = Vec::new();
    command_line::for_each_option_value(&words, &mut |setting| {
        let takes_port =
            env_key::port_key(setting.key).is_some() || env_key::takes_host_and_port(setting.key);
        let sibling = || setting.port.filter(|_| takes_port);
        let addresses = addresses_in(setting.key, setting.value, &|_| None, sibling);
        let argument = match setting.name {
            "" => Setting::Argument(u32::try_from(setting.position).unwrap_or(u32::MAX)),
            name => Setting::option(name),
        };
        let place = ReferenceLocation { container: container.map(Into::into), setting: argument };
        push_references(ReferenceKind::Argument, &place, addresses, &mut mentions);
    });
    dedup_references(mentions)
}

/// Returns the addresses in `value`, which is of the kind that `key` implies. `variable` returns the value of
/// a variable by its name. If there is a single address without a port, it gets the port from `sibling_port`.
fn addresses_in<'a>(
    key: &str,
    value: &str,
    variable: &impl Fn(&str) -> Option<&'a str>,
    sibling_port: impl FnOnce() -> Option<u16>,
) -> Vec<Address> {
    let meaning = env_key::value_kind(key);
    if matches!(
        meaning,
        ValueKind::Secret | ValueKind::OwnAddress | ValueKind::BrowserAddress | ValueKind::Image
    ) {
        return Vec::new();
    }
    let filled = interpolation::interpolate(value, variable);
    // Each text of the structure is interpolated separately, because a placeholder must not extend into the
    // next text.
    let in_texts = structured_value::text_leaves(value).map(|mut leaves| {
        leaves
            .iter_mut()
            .for_each(|leaf| leaf.value = interpolation::interpolate(&leaf.value, variable).into_owned());
        leaves
    });
    let value = &*filled;
    let mut addresses: Vec<Address> = if let Some(leaves) =
        in_texts.or_else(|| structured_value::text_leaves(value))
    {
        leaves.iter().flat_map(|leaf| addresses_in_leaf(key, leaf)).collect()
    } else if value.trim_start().starts_with('-') {
        let mut found = Vec::new();
        command_line::for_each_option_in_text(value, &mut |setting| {
            found.extend(plausible_addresses(setting.key, setting.value, env_key::value_kind(setting.key)));
        });
        found
    } else {
        plausible_addresses(key, value, meaning)
    };
    addresses.retain(may_reach_another_container);
    if let [only] = &mut addresses[..]
        && only.port.is_none()
    {
        only.port = sibling_port();
    }
    addresses
}

/// Returns the addresses in `leaf`, one text of a structured value. A text without a key of its own has
/// `outer`, the key of the whole value.
fn addresses_in_leaf(outer: &str, leaf: &structured_value::TextLeaf) -> Vec<Address> {
    let key = if leaf.key.is_empty() { outer } else { &leaf.key };
    let meaning = match env_key::value_kind(key) {
        ValueKind::ObjectName | ValueKind::Other if leaf.port.is_some() && env_key::is_hostname_key(key) => {
            ValueKind::HostAddress
        }
        ValueKind::HostAddress if !leaf.key.is_empty() && !env_key::bare_word_is_host(key) => {
            ValueKind::Endpoint
        }
        meaning => meaning,
    };
    let mut addresses = plausible_addresses(key, &leaf.value, meaning);
    if let ([only], Some(port)) = (&mut addresses[..], leaf.port) {
        only.port.get_or_insert(port);
    }
    addresses
}

/// Returns the addresses in an unstructured value under `key`. Leaves out addresses whose form is not enough
/// evidence for a value of the kind `meaning`. For example, a single word under an unknown key is not enough.
fn plausible_addresses(key: &str, value: &str, meaning: ValueKind) -> Vec<Address> {
    let found = addresses_under(key, value);
    // A list of which no member is certain may be one of users and passwords: `billing:54321,orders:12345`.
    let is_certain = |found: &FoundAddress| {
        found.shape != AddressShape::Word
            && (found.shape != AddressShape::HostPort || is_surely_host_and_port(key, &found.address))
    };
    let is_list = found.len() > 1 && found.iter().any(is_certain);
    // Base64 text may begin with `//`, so a relative URL counts only under a key that implies an address.
    let is_relative = value.trim_start().starts_with("//");
    let counts = |found: &FoundAddress| match meaning {
        ValueKind::Secret | ValueKind::OwnAddress | ValueKind::BrowserAddress | ValueKind::Image => false,
        ValueKind::HostAddress => true,
        ValueKind::ObjectName => matches!(found.shape, AddressShape::Url | AddressShape::Resource),
        ValueKind::PublicAddress => found.shape == AddressShape::HostPort,
        ValueKind::Other if is_relative => false,
        ValueKind::Other if found.shape == AddressShape::HostPort => {
            found.address.port.is_none_or(is_likely_port)
                && (is_list || is_surely_host_and_port(key, &found.address))
        }
        ValueKind::Endpoint | ValueKind::Other => found.shape != AddressShape::Word,
    };
    found.into_iter().filter(counts).map(|found| found.address).collect()
}

/// Returns the addresses in a value under `key`. If the key takes one host, as `DB_HOST` does, returns at
/// most one address that is a single word, because further words may be a password. Of a mail relay, only the
/// first word counts, because its user and password follow.
fn addresses_under(key: &str, value: &str) -> Vec<FoundAddress> {
    if env_key::may_hold_relay_login(key)
        && let Some((relay, _)) = value.trim().split_once(char::is_whitespace)
        && !relay.ends_with(',')
    {
        return address_parser::parse_addresses(relay);
    }
    if env_key::holds_several(key) {
        return address_parser::parse_addresses(value);
    }
    if env_key::takes_host_and_port(key)
        && let Some((host, port)) = value.trim().split_once(char::is_whitespace)
        && parse_port(port.trim()).is_some()
    {
        return address_parser::parse_addresses(&format!("{host}:{}", port.trim()));
    }
    let mut found = address_parser::parse_addresses(leading_host(value).unwrap_or(value));
    let mut has_word = false;
    found.retain(|found| found.shape != AddressShape::Word || !std::mem::replace(&mut has_word, true));
    found
}

/// Returns the host at the beginning of a value that has further words, which may be a password. Returns
/// `None` if the first word is not a host, if its port follows after a comma, or if the value seems to be a
/// sentence.
fn leading_host(value: &str) -> Option<&str> {
    let words: Vec<&str> =
        value.split(address_parser::is_separator).filter(|word| !word.is_empty()).collect();
    let (first, rest) = words.split_first().filter(|(_, rest)| !rest.is_empty())?;
    // In values for SQL Server, the port follows a comma.
    let has_port = value.trim_start().strip_prefix(first)?.starts_with(',') && parse_port(rest[0]).is_some();
    // If an `@` follows, the first word may be part of user information.
    let is_host = match Host::parse(first)? {
        Host::Ip(_) => true,
        _ if rest.iter().any(|word| word.contains('@')) => false,
        _ => rest.len() == 1 || rest.iter().all(|word| Host::parse(word).is_some()),
    };
    (is_host && !has_port).then_some(first)
}

/// Returns true if an address such as `db:5432` under `key` is surely a host with its port. Any other address
/// may be a user with a password. Only for keys that imply neither an address nor a secret.
///
/// The host is certain if it has dots or is an IP address, if the port is a common one, or if the key
/// contains a word of the host's name that has three letters or more. It is also certain without a key: such
/// an address is a command-line argument, and users and passwords follow options.
fn is_surely_host_and_port(key: &str, address: &Address) -> bool {
    let host = address.host.to_string();
    let word = env_key::normalized(&host);
    key.is_empty()
        || host.contains('.')
        || !matches!(address.host, Host::Name(_))
        || address.port.is_some_and(is_common_port)
        || word.split('_').any(|part| part.len() > 2 && env_key::normalized(key).contains(part))
}

/// Ports on which servers often listen, as in the examples of web frameworks and of gRPC.
const COMMON_SERVER_PORTS: &[u16] = &[
    3000, 3001, 4000, 5000, 5001, 7000, 7001, 7233, 8000, 8001, 8008, 8081, 8082, 8083, 8084, 8085, 8088,
    8090, 8888, 9001, 9091, 9999, 50051,
];

/// Returns true if servers often listen on `port`.
fn is_common_port(port: u16) -> bool {
    COMMON_SERVER_PORTS.contains(&port) || Scheme::is_default_port(port)
}

/// Parses a port number. Unlike `u16::from_str`, does not accept a sign.
fn parse_port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Returns true if the number after a colon is probably a port, although the key does not imply one. A low
/// number usually is not: the 20 in `node:20` is a version.
fn is_likely_port(port: u16) -> bool {
    const LOW_SERVER_PORTS: &[u16] = &[21, 22, 23, 24, 25, 43, 53];
    port >= 79 || LOW_SERVER_PORTS.contains(&port)
}

/// Returns true if `address` may belong to another container. A loopback address with a port may, because
/// several containers can share a network namespace. Only the source knows these containers, and needs the
/// port to distinguish them.
fn may_reach_another_container(address: &Address) -> bool {
    !address.host.refers_to_self() || (address.host.is_loopback() && address.port.is_some())
}

/// Returns the reference target for an address. A loopback address counts only if another container listens
/// on it.
fn to_target(address: Address) -> ReferenceTarget {
    if address.host.refers_to_self() {
        ReferenceTarget::EstateAddress(address)
    } else {
        ReferenceTarget::Address(address)
    }
}

/// Appends to `mentions` one reference of the kind `via` for each of the `addresses`. All of them have the
/// location `place`.
fn push_references(
    via: ReferenceKind,
    place: &ReferenceLocation,
    addresses: Vec<Address>,
    mentions: &mut Vec<Reference>,
) {
    let all = addresses.into_iter().map(|address| Reference {
        kind: via,
        location: place.clone(),
        target: to_target(address),
    });
    mentions.extend(all);
}

/// Removes duplicates from the references, and keeps the order.
fn dedup_references(mentions: Vec<Reference>) -> Vec<Reference> {
    let mut known = BTreeSet::new();
    mentions.into_iter().filter(|mention| known.insert(mention.clone())).collect()
}

#[cfg(test)]
mod tests;
