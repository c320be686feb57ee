//! The border: values from outside become facts here, and secrets end here.
//!
//! Nothing downstream ever sees the value of an environment variable or an argument: what leaves this room is the
//! variable's name, and the host and port that its value names.

mod aws;
mod error;
mod file;
mod grammar;
mod key;
pub mod line;
mod option;
mod paint;
mod proxy;

pub use error::unreachable_address;
pub use file::{LARGEST, file, is_config_file, is_program_file, may_be_config_file};
pub use option::{extra_host, link, start_order};
pub use paint::paint;
pub use proxy::proxied;

use crate::model::{Address, Mention, Place, Target, Via};
use grammar::{Found, Shape};
use key::Meaning;
use std::collections::{BTreeMap, BTreeSet};

/// The addresses that environment variables name; `container` where the service has several.
///
/// A port that stands in a sibling variable (`DB_HOST`, `DB_PORT`) is joined to its host.
pub fn environment<'a>(
    container: Option<&str>,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Mention> {
    let pairs: Vec<_> = pairs.into_iter().collect();
    // Each variable is looked up among the others: by name or value, as there may be thousands.
    let tools = key::Tools::of(&pairs);
    let mut ports: BTreeMap<String, &str> = BTreeMap::new();
    for (name, value) in &pairs {
        ports.entry(key::joined(name)).or_insert(value);
    }
    let mut mentions = Vec::new();
    for (name, value) in &pairs {
        let sibling = key::port_sibling(name).and_then(|wanted| {
            ports.get(&wanted)?.trim().parse::<u16>().ok().filter(|port| *port != 0)
        });
        let place = Place { container: container.map(Into::into), key: format!("environment {name}").into() };
        let addresses = named(name, value, sibling);
        let for_tool = !addresses.is_empty() && tools.has(name, value);
        let via = if for_tool { Via::ToolSetting } else { Via::Environment };
        collect(via, &place, addresses, &mut mentions);
    }
    unique(mentions)
}

/// The addresses that an entry point, command or its arguments name.
///
/// `--flag value` and `--flag=value` are read like a variable called `flag`; a plain word counts only where it has
/// the shape of an address.
pub fn arguments<'a>(container: Option<&str>, arguments: impl IntoIterator<Item = &'a str>) -> Vec<Mention> {
    let words: Vec<&str> = arguments.into_iter().flat_map(str::split_whitespace).take(MOST_WORDS).collect();
    let mut mentions = Vec::new();
    let mut flag = None;
    for (index, word) in words.iter().enumerate() {
        let (name, value) = match (word.strip_prefix('-'), word.split_once('=')) {
            (_, Some((name, value))) if is_flag_name(name) => (name.trim_start_matches('-'), Some(value)),
            (Some(name), None) => (name.trim_start_matches('-'), None),
            _ => (flag.take().unwrap_or(""), Some(*word)),
        };
        let Some(value) = value else {
            flag = Some(name);
            continue;
        };
        flag = None;
        let key =
            if name.is_empty() { format!("argument {}", index + 1) } else { format!("argument {name}") };
        let place = Place { container: container.map(Into::into), key: key.into() };
        collect(Via::Argument, &place, named(name, value, None), &mut mentions);
    }
    unique(mentions)
}

/// The words of a command line that are read; beyond that it is a script.
const MOST_WORDS: usize = 400;

/// Whether the left side of `name=value` is an option or a variable, and not part of a URL or an expression.
fn is_flag_name(name: &str) -> bool {
    let bare = name.trim_start_matches('-');
    !bare.is_empty() && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// The addresses in a value, by what its key says such a value is.
fn named(key: &str, value: &str, sibling_port: Option<u16>) -> Vec<Address> {
    let meaning = key::meaning(key);
    let mut addresses: Vec<_> = grammar::addresses(value)
        .into_iter()
        .filter(|found| counts(found, meaning))
        .map(|found| found.address)
        .filter(leads_somewhere)
        .collect();
    if let ([only], Some(port)) = (&mut addresses[..], sibling_port) {
        only.port.get_or_insert(port);
    }
    addresses
}

/// Whether that shape is enough under a key of that meaning.
fn counts(found: &Found, meaning: Meaning) -> bool {
    match meaning {
        Meaning::Secret | Meaning::Own | Meaning::Browser | Meaning::Image => false,
        Meaning::Address => true,
        Meaning::Name => matches!(found.shape, Shape::Url | Shape::Resource),
        Meaning::Other => !matches!(found.shape, Shape::Word),
    }
}

/// Whether an address may lead to another container. The loopback address does where several share a network
/// namespace, which the source knows; then the port tells which.
fn leads_somewhere(address: &Address) -> bool {
    !address.host.is_own() || (address.host.is_loopback() && address.port.is_some())
}

/// The target that an address is: the loopback address counts only where another container answers there.
fn target(address: Address) -> Target {
    if address.host.is_own() { Target::Local(address) } else { Target::Address(address) }
}

/// Adds a mention for each address.
fn collect(via: Via, place: &Place, addresses: Vec<Address>, mentions: &mut Vec<Mention>) {
    for address in addresses {
        mentions.push(Mention { via, place: place.clone(), target: target(address) });
    }
}

/// Each mention once, in the order in which they were found.
fn unique(mentions: Vec<Mention>) -> Vec<Mention> {
    let mut known = BTreeSet::new();
    mentions.into_iter().filter(|mention| known.insert(mention.clone())).collect()
}

#[cfg(test)]
mod tests;
