//! Finds the references to addresses in a mounted text file of any format, such as configuration or the
//! program's source code.
//!
//! The formats have no parsers of their own. This module splits a file into words, each with the key or
//! directive before it. As with environment variables, the key decides whether a word may be an address
//! (`env_key`). Comments don't count, and variables are interpolated. A name that the file itself defines,
//! such as `api` in `upstream api { … }`, is not a host.

mod file_format;
mod nesting;
mod scan;
mod script;
mod words;

use super::{
    address_parser::AddressShape,
    env_key::{self, ValueKind},
    interpolation, is_likely_port, may_reach_another_container, to_target,
};
use crate::model::{Address, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget, Setting};
use file_format::FileFormat;
use scan::ConfigEntry;
use std::collections::BTreeSet;

/// The maximum number of bytes that are read from one file.
pub const MAX_CONFIG_FILE_BYTES: usize = 256 * 1024;

/// The maximum number of references from one file. A file with more of them contains data rather than
/// configuration.
const MAX_REFERENCES_PER_FILE: usize = 200;

/// Returns true if a file of this name is configuration or source code. Portolan reads only such files of a
/// mounted directory.
#[must_use]
pub fn is_config_file(name: &str) -> bool {
    FileFormat::from_file_name(name).is_some()
}

/// Returns true if a file of this name is source code.
#[must_use]
pub fn is_program_file(name: &str) -> bool {
    matches!(FileFormat::from_file_name(name), Some(FileFormat::Code | FileFormat::Shell))
}

/// Returns false if the name shows that the file is something other than configuration. Portolan reads all
/// other files if they are mounted individually, even if their format is unknown.
#[must_use]
pub fn may_be_config_file(name: &str) -> bool {
    file_format::may_be_config(name)
}

/// Returns references to the addresses that the file at `path` names. `variable` looks up the container's
/// environment variables.
pub fn references_in_file<'a>(
    container: Option<&str>,
    path: &str,
    text: &str,
    variable: impl Fn(&str) -> Option<&'a str>,
) -> Vec<Reference> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if file_format::holds_secrets(name) {
        return Vec::new();
    }
    let format = FileFormat::of_path(path).unwrap_or(FileFormat::Directives);
    let end =
        (0..=MAX_CONFIG_FILE_BYTES.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let place = MentionPlace { container, path };
    if format == FileFormat::Shell {
        return script::references_in_script(&place, &text[..end], &variable);
    }
    let entries = scan::entries(format, &text[..end]);
    let defined: BTreeSet<String> = entries.iter().filter_map(ConfigEntry::defined_name).collect();
    let mut mentions: Vec<Reference> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let value = interpolation::interpolate(entry.value, &variable);
        for target in
            targets_in_entry(format, entry, &value, || scan::sibling_port(&entries, index), &defined)
        {
            let mention = place.reference(entry.line, target);
            // The first line that names a target is enough.
            if !mentions.iter().any(|known| known.target == mention.target) {
                mentions.push(mention);
            }
        }
        if mentions.len() >= MAX_REFERENCES_PER_FILE {
            break;
        }
    }
    mentions
}

/// File that names addresses, and its container if the service has several.
struct MentionPlace<'p> {
    container: Option<&'p str>,
    path: &'p str,
}

impl MentionPlace<'_> {
    /// Returns a reference from a line of the file to `target`.
    fn reference(&self, line: u32, target: ReferenceTarget) -> Reference {
        let setting = Setting::file(self.path, line);
        let location = ReferenceLocation { container: self.container.map(Into::into), setting };
        Reference { kind: ReferenceKind::ConfigFile, location, target }
    }
}

/// Returns the targets that the value of `entry` names. The key of the entry decides which addresses count. A
/// host without a port gets the port from `port_beside`. A name in `defined` is not a host.
fn targets_in_entry(
    format: FileFormat,
    entry: &ConfigEntry<'_>,
    value: &str,
    port_beside: impl FnOnce() -> Option<u16>,
    defined: &BTreeSet<String>,
) -> Vec<ReferenceTarget> {
    let meaning = value_kind_in_file(format, entry.key);
    let found = super::addresses_under(entry.key, value);
    if found.is_empty() {
        return Vec::new();
    }
    let port = port_beside();
    let with_port = port.is_some() && env_key::is_hostname_key(entry.key);
    let found = found.into_iter().filter(|found| match (meaning, found.shape) {
        (ValueKind::Secret | ValueKind::OwnAddress | ValueKind::BrowserAddress | ValueKind::Image, _) => {
            false
        }
        (ValueKind::ObjectName | ValueKind::Other, AddressShape::Word) => with_port && entry.allows_bare_host,
        (ValueKind::ObjectName, shape) => matches!(shape, AddressShape::Url | AddressShape::Resource),
        (ValueKind::PublicAddress, shape) => shape == AddressShape::HostPort,
        (_, AddressShape::Word) => {
            meaning == ValueKind::HostAddress
                && entry.allows_bare_host
                && env_key::bare_word_is_host(entry.key)
        }
        (ValueKind::Other, AddressShape::HostPort) => found.address.port.is_none_or(is_likely_port),
        _ => true,
    });
    let outside =
        matches!(meaning, ValueKind::HostAddress | ValueKind::Endpoint) && format != FileFormat::Code;
    found
        .filter(|found| {
            may_reach_another_container(&found.address) && !is_defined_in_file(&found.address, defined)
        })
        .map(|found| {
            let address = Address { port: found.address.port.or(port), ..found.address };
            match found.shape {
                AddressShape::Url | AddressShape::Resource if outside => to_target(address),
                // Files are full of links, examples and defaults. Therefore any other address counts only if
                // a service of a source has it as an endpoint.
                _ => ReferenceTarget::EstateAddress(address),
            }
        })
        .collect()
}

/// Returns the kind of value under `key` in a file. Directives such as `proxy_pass` (nginx), `ProxyPass`
/// (httpd) and `forward_auth` (Caddy) contain no secrets, although `env_key` takes their last word for one.
fn value_kind_in_file(format: FileFormat, key: &str) -> ValueKind {
    const CALLING_DIRECTIVES: &[&str] = &[
        "proxy_pass",
        "fastcgi_pass",
        "uwsgi_pass",
        "scgi_pass",
        "grpc_pass",
        "memcached_pass",
        "ProxyPass",
        "ProxyPassMatch",
        "ProxyPassReverse",
        "forward_auth",
    ];
    let passes = format == FileFormat::Directives
        && CALLING_DIRECTIVES.iter().any(|pass| pass.eq_ignore_ascii_case(key));
    if passes { ValueKind::Other } else { env_key::value_kind(key) }
}

/// Returns true if the address is only a name, without a port, that the file defines for its own use.
fn is_defined_in_file(address: &Address, defined: &BTreeSet<String>) -> bool {
    address.port.is_none() && defined.contains(&address.host.to_string())
}

#[cfg(test)]
mod tests;
