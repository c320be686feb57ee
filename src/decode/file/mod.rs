//! Addresses in a mounted text file, whatever its format: configuration, or the program itself where people mount
//! their sources.
//!
//! There is no parser for each format. A file is read as words, each under the key or directive that it stands behind,
//! and the same grammar as for variables decides. Comments do not count, variables are filled in, and a name that the
//! file defines for its own use (`upstream api { … }`) is no host.

mod dialect;
mod scan;
mod words;

use super::{
    address::{self, Shape},
    is_likely_port,
    key::{self, Meaning},
    leads_somewhere, target, template,
};
use crate::model::{Address, Mention, Place, Target, Via};
use dialect::Dialect;
use scan::Entry;
use std::collections::BTreeSet;

/// The most of one file that is read, in bytes.
pub const LARGEST: usize = 256 * 1024;

/// The most mentions of one file: beyond that it is data.
const MOST: usize = 200;

/// Returns whether a file of that name, found in a mounted folder, is worth reading.
#[must_use]
pub fn is_config_file(name: &str) -> bool {
    Dialect::listed(name).is_some()
}

/// Returns whether a file of that name is a program.
#[must_use]
pub fn is_program_file(name: &str) -> bool {
    Dialect::listed(name) == Some(Dialect::Code)
}

/// Returns whether a file of that name, mounted by itself, is worth reading: unless it is known to be something else.
#[must_use]
pub fn may_be_config_file(name: &str) -> bool {
    dialect::may_be_data(name)
}

/// The addresses that the file at `path` names; `variable` has the values of the container's environment, for the
/// variables in the text.
pub fn file<'a>(
    container: Option<&str>,
    path: &str,
    text: &str,
    variable: impl Fn(&str) -> Option<&'a str>,
) -> Vec<Mention> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let dialect = Dialect::listed(name).unwrap_or(Dialect::Directives);
    let end = (0..=LARGEST.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let entries = scan::entries(dialect, &text[..end]);
    let defined: BTreeSet<String> = entries.iter().filter_map(Entry::defines).collect();
    let mut mentions: Vec<Mention> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let value = template::expand(entry.value, &variable);
        for target in targets(dialect, entry, &value, || scan::port_beside(&entries, index), &defined) {
            let place = Place {
                container: container.map(Into::into),
                key: format!("file {path}:{}", entry.line).into(),
            };
            let mention = Mention { via: Via::ConfigFile, place, target };
            // The first line that names it is enough.
            if !mentions.iter().any(|known| known.target == mention.target) {
                mentions.push(mention);
            }
        }
        if mentions.len() >= MOST {
            break;
        }
    }
    mentions
}

/// The targets that a value names, by what its key says; a host without a port gets the one that stands beside it.
fn targets(
    dialect: Dialect,
    entry: &Entry<'_>,
    value: &str,
    port_beside: impl FnOnce() -> Option<u16>,
    defined: &BTreeSet<String>,
) -> Vec<Target> {
    let meaning = meaning(dialect, entry.key);
    let found = address::addresses(value);
    if found.is_empty() {
        return Vec::new();
    }
    let port = port_beside();
    let with_port = port.is_some() && key::is_hostname(entry.key);
    let found = found.into_iter().filter(|found| match (meaning, found.shape) {
        (Meaning::Secret | Meaning::Own | Meaning::Browser | Meaning::Image, _) => false,
        (Meaning::Name, Shape::Word) => with_port && entry.alone,
        (Meaning::Name, shape) => matches!(shape, Shape::Url | Shape::Resource),
        (Meaning::Public, shape) => shape == Shape::HostPort,
        (_, Shape::Word) => meaning == Meaning::Address && entry.alone && key::names_hosts(entry.key),
        (Meaning::Other, Shape::HostPort) => found.address.port.is_none_or(is_likely_port),
        _ => true,
    });
    let outside = matches!(meaning, Meaning::Address | Meaning::Endpoint) && dialect != Dialect::Code;
    found
        .filter(|found| leads_somewhere(&found.address) && !is_defined(&found.address, defined))
        .map(|found| {
            let address = Address { port: found.address.port.or(port), ..found.address };
            match found.shape {
                Shape::Url | Shape::Resource if outside => target(address),
                // Files are full of links, examples and defaults: what nobody here answers to says nothing.
                _ => Target::Local(address),
            }
        })
        .collect()
}

/// The kind of value that stands under `key` in a file: `proxy_pass` of nginx and `ProxyPass` of httpd are no passwords.
fn meaning(dialect: Dialect, key: &str) -> Meaning {
    const PASSES: &[&str] = &[
        "proxy_pass",
        "fastcgi_pass",
        "uwsgi_pass",
        "scgi_pass",
        "grpc_pass",
        "memcached_pass",
        "ProxyPass",
        "ProxyPassMatch",
        "ProxyPassReverse",
    ];
    let passes = dialect == Dialect::Directives && PASSES.iter().any(|pass| pass.eq_ignore_ascii_case(key));
    if passes { Meaning::Other } else { key::meaning(key) }
}

/// Returns whether it is a name that the file defines for its own use.
fn is_defined(address: &Address, defined: &BTreeSet<String>) -> bool {
    address.port.is_none() && defined.contains(&address.host.to_string())
}

#[cfg(test)]
mod tests;
