//! The border: values from outside become facts here, and secrets end here.
//!
//! Nothing downstream ever sees the value of an environment variable or an argument: what leaves this room is the
//! variable's name, and the host and port that its value names.

mod address;
mod command;
mod error;
mod file;
mod key;
pub mod line;
mod option;
mod paint;
mod proxy;
mod structured;
mod template;

pub use error::unreachable_address;
pub use file::{LARGEST, file, is_config_file, is_program_file, may_be_config_file};
pub use option::{extra_host, link, start_order};
pub use paint::paint;
pub use proxy::proxied;

use crate::model::{Address, Host, Mention, Place, Scheme, Target, Via};
use address::{Found, Shape};
use key::Meaning;
use std::collections::{BTreeMap, BTreeSet};

/// The addresses that environment variables name; `container` where the service has several.
///
/// A port that stands in a sibling variable (`DB_HOST`, `DB_PORT`) is joined to its host, and a variable that a value
/// names is filled in.
pub fn environment<'a>(
    container: Option<&str>,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Mention> {
    let pairs: Vec<_> = pairs.into_iter().collect();
    let values: BTreeMap<&str, &str> = pairs.iter().copied().collect();
    let is_port = |(name, _): &&(&str, &str)| name.to_ascii_uppercase().ends_with("PORT");
    let ports: BTreeMap<String, &str> =
        pairs.iter().filter(is_port).map(|(name, value)| (key::joined(name), *value)).collect();
    let tools: BTreeSet<(String, &str)> =
        pairs.iter().filter_map(|(name, value)| Some((key::of_tool(name)?, *value))).collect();
    let mut mentions = Vec::new();
    for (name, value) in &pairs {
        let sibling = || {
            let port = ports.get(&key::port_sibling(name)?)?;
            port.trim().parse::<u16>().ok().filter(|port| *port != 0)
        };
        let variable = |other: &str| values.get(other).copied().filter(|_| other != *name);
        let addresses = named(name, value, &variable, sibling);
        if addresses.is_empty() {
            continue;
        }
        let place = Place { container: container.map(Into::into), key: format!("environment {name}").into() };
        let for_tool = key::of_tool(name).is_some() || tools.contains(&(key::joined(name), *value));
        let via = if for_tool { Via::ToolSetting } else { Via::Environment };
        collect(via, &place, addresses, &mut mentions);
    }
    unique(mentions)
}

/// The addresses that an entry point, command or its arguments name.
///
/// `--flag value` and `--flag=value` are read like a variable called `flag`; a plain word counts only where it has
/// the shape of an address. Of a shell's script the commands are read, not the text that they write.
pub fn arguments<'a>(container: Option<&str>, arguments: impl IntoIterator<Item = &'a str>) -> Vec<Mention> {
    let words: Vec<&str> = arguments.into_iter().collect();
    let mut mentions = Vec::new();
    command::each_setting(&words, &mut |setting| {
        let sibling = || setting.port.filter(|_| key::port_sibling(setting.key).is_some());
        let addresses = named(setting.key, setting.value, &|_| None, sibling);
        let key = match setting.name {
            "" => format!("argument {}", setting.position),
            name => format!("argument {name}"),
        };
        let place = Place { container: container.map(Into::into), key: key.into() };
        collect(Via::Argument, &place, addresses, &mut mentions);
    });
    unique(mentions)
}

/// The addresses in a value, by what its key says such a value is; `variable` gives the values of the variables in it. A
/// single one without a port gets that of the sibling.
fn named<'a>(
    key: &str,
    value: &str,
    variable: &impl Fn(&str) -> Option<&'a str>,
    sibling_port: impl FnOnce() -> Option<u16>,
) -> Vec<Address> {
    let meaning = key::meaning(key);
    if matches!(meaning, Meaning::Secret | Meaning::Own | Meaning::Browser | Meaning::Image) {
        return Vec::new();
    }
    let filled = template::expand(value, variable);
    // Signs of a template in one text of a structure must not reach into the next one.
    let in_texts = structured::leaves(value).map(|mut leaves| {
        leaves.iter_mut().for_each(|leaf| leaf.value = template::expand(&leaf.value, variable).into_owned());
        leaves
    });
    let value = &*filled;
    let mut addresses: Vec<Address> = if let Some(leaves) = in_texts.or_else(|| structured::leaves(value)) {
        leaves.iter().flat_map(|leaf| in_structure(key, leaf)).collect()
    } else if value.trim_start().starts_with('-') {
        let mut found = Vec::new();
        command::each_option(value, &mut |setting| {
            found.extend(counting(setting.key, setting.value, key::meaning(setting.key)));
        });
        found
    } else {
        counting(key, value, meaning)
    };
    addresses.retain(leads_somewhere);
    if let [only] = &mut addresses[..]
        && only.port.is_none()
    {
        only.port = sibling_port();
    }
    addresses
}

/// The addresses in a text of a structure, which stands under its own key or, without one, under that of the value.
fn in_structure(outer: &str, leaf: &structured::Leaf) -> Vec<Address> {
    let key = if leaf.key.is_empty() { outer } else { &leaf.key };
    let meaning = match key::meaning(key) {
        Meaning::Name if leaf.port.is_some() && key::is_hostname(key) => Meaning::Address,
        Meaning::Address if !leaf.key.is_empty() && !key::names_hosts(key) => Meaning::Endpoint,
        meaning => meaning,
    };
    let mut addresses = counting(key, &leaf.value, meaning);
    if let ([only], Some(port)) = (&mut addresses[..], leaf.port) {
        only.port.get_or_insert(port);
    }
    addresses
}

/// The addresses in a plain value whose shape is enough under that key.
fn counting(key: &str, value: &str, meaning: Meaning) -> Vec<Address> {
    let found = address::addresses(value);
    let is_list = found.len() > 1;
    let counts = |found: &Found| match meaning {
        Meaning::Secret | Meaning::Own | Meaning::Browser | Meaning::Image => false,
        Meaning::Address => true,
        Meaning::Name => matches!(found.shape, Shape::Url | Shape::Resource),
        Meaning::Public => found.shape == Shape::HostPort,
        Meaning::Other if found.shape == Shape::HostPort => {
            found.address.port.is_none_or(is_likely_port) && (is_list || is_told(key, &found.address))
        }
        Meaning::Endpoint | Meaning::Other => found.shape != Shape::Word,
    };
    found.into_iter().filter(counts).map(|found| found.address).collect()
}

/// Returns whether a word with a number under a key that says nothing is surely a host with its port, and no user with a
/// password: the key has the host's name in it, the port is a usual one, or the host has dots or is an IP address. A word
/// without a key stands in a command line, where users and passwords follow options.
fn is_told(key: &str, address: &Address) -> bool {
    let host = address.host.to_string();
    let word = key::joined(&host);
    key.is_empty()
        || host.contains('.')
        || !matches!(address.host, Host::Name(_))
        || address.port.is_some_and(|port| USUAL_PORTS.contains(&port) || Scheme::is_usual_port(port))
        || word.split('_').any(|part| part.len() > 2 && key::joined(key).contains(part))
}

/// Ports on which servers of no certain kind listen by habit: those in the examples of web frameworks and of gRPC.
const USUAL_PORTS: &[u16] = &[
    3000, 3001, 4000, 5000, 5001, 7000, 7001, 7233, 8000, 8001, 8008, 8081, 8082, 8083, 8084, 8085, 8088,
    8090, 8888, 9001, 9091, 9999, 50051,
];

/// Reads a number of digits alone: `u16::from_str` would take a sign as well.
fn port_number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Returns whether a number behind a colon is likely a port where no key says so: `node:20` is an image, `a:1` anything.
fn is_likely_port(port: u16) -> bool {
    const LOW: &[u16] = &[21, 22, 23, 24, 25, 43, 53];
    port >= 79 || LOW.contains(&port)
}

/// Returns whether an address may lead to another container. The loopback address does where several share a network
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
    let all =
        addresses.into_iter().map(|address| Mention { via, place: place.clone(), target: target(address) });
    mentions.extend(all);
}

/// Each mention once, in the order in which they were found.
fn unique(mentions: Vec<Mention>) -> Vec<Mention> {
    let mut known = BTreeSet::new();
    mentions.into_iter().filter(|mention| known.insert(mention.clone())).collect()
}

#[cfg(test)]
mod tests;
