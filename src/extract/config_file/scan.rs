//! Splits the text of a file into entries: values, each with its key or directive and its line number.

use super::{
    file_format::FileFormat,
    words::{FileWord, split_words},
};
use crate::extract::{
    env_key::{self, ValueKind},
    parse_port,
};

/// A value in a configuration file, with its key and line number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConfigEntry<'t> {
    /// The line number, from 1.
    pub(super) line: u32,
    /// The key or directive; empty if the value has none.
    pub(super) key: &'t str,
    /// The value without quotes.
    pub(super) value: &'t str,
    /// True if a single word may be a host here; false if the word may be part of a sentence or of a secret.
    pub(super) allows_bare_host: bool,
    /// The indentation of the line in bytes, including the dash of a list item.
    indent: usize,
    /// The number of the object, list item or section that contains the entry, counted from the top of the
    /// file.
    block: usize,
}

/// The maximum number of entries between a host and the entry with its port.
const MAX_ENTRIES_TO_PORT: usize = 40;

/// Directives whose value is a name that the file itself defines.
const DEFINING_DIRECTIVES: &[&str] =
    &["upstream", "backend", "frontend", "listen", "map", "zone", "userlist", "resolvers"];

impl ConfigEntry<'_> {
    /// Returns the name that the entry defines for use in the file, such as `api` in `upstream api`.
    pub(super) fn defined_name(&self) -> Option<String> {
        DEFINING_DIRECTIVES.contains(&self.key).then(|| self.value.to_ascii_lowercase())
    }
}

/// Returns all values in the text of a file, in order.
pub(super) fn entries(format: FileFormat, text: &str) -> Vec<ConfigEntry<'_>> {
    let mut entries = Vec::new();
    let mut key = "";
    let (mut hidden, mut in_secrets) = (false, false);
    let mut block = 0;
    for (index, raw) in text.lines().enumerate() {
        if hidden {
            // The line continues a comment or a PEM block.
            hidden = !(raw.contains("*/") || raw.contains("-->") || raw.contains("-----END"));
            continue;
        }
        if in_secrets {
            // The line belongs to a block of users with their passwords.
            in_secrets = !raw.trim_start().starts_with('}');
            continue;
        }
        let line = format.strip_comment(raw);
        let opens = |open: &str, close: &str| raw.trim_start().starts_with(open) && !raw.contains(close);
        let comment = opens("/*", "*/") || (format == FileFormat::Xml && opens("<!--", "-->"));
        hidden = comment || (raw.contains("-----BEGIN") && !raw.contains("-----END"));
        if hidden || line.trim().is_empty() {
            continue;
        }
        let (indent, begins_block) = line_indent(line);
        block += usize::from(begins_block);
        let words = split_words(format, line);
        let assigns = is_assignment(format, &words);
        // If the directive is for a secret, the rest of the line may be part of the secret.
        let first = words.first().map_or("", |word| word.text);
        let is_secret =
            format == FileFormat::Directives && super::value_kind_in_file(format, first) == ValueKind::Secret;
        in_secrets = is_secret && line.trim_end().ends_with('{');
        let directive = format == FileFormat::Directives && (!assigns || is_secret);
        let line = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let entry = |key, value| ConfigEntry { line, key, value, allows_bare_host: true, indent, block };
        // A value on a line without a key belongs to the key above it, as in a list.
        let mut values: Vec<ConfigEntry<'_>> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            if (word.is_key && !is_secret) || (directive && at == 0) {
                key = word.text;
            } else if format == FileFormat::Xml && matches!(key, "name" | "key") && is_identifier(word.text) {
                // `<property name="url" value="…"/>`
                key = word.text;
            } else if directive && super::value_kind_in_file(format, word.text) == ValueKind::Secret {
                // In `http-request set-header Authorization …`, the rest of the line is a secret.
                break;
            } else {
                values.push(entry(key, word.text));
            }
        }
        drop_split_urls(raw, &mut values);
        if (assigns || directive) && !env_key::holds_several(key) && !raw.contains([',', '[']) {
            allow_one_bare_host(key, &mut values);
        }
        let may_be_crowded = format != FileFormat::Code && !assigns;
        entries.extend(without_crowded_hosts(values, may_be_crowded));
    }
    entries
}

/// Returns true if a line with `words` assigns a value to a key. A directive comes first in its line: an
/// assignment after the directive is one of its options, or part of a secret.
fn is_assignment(format: FileFormat, words: &[FileWord<'_>]) -> bool {
    let mut keys = words.iter().map(|word| word.is_key);
    match format {
        FileFormat::Directives => keys.next().unwrap_or(false),
        _ => keys.any(|is_key| is_key),
    }
}

/// Allows a bare host only in the first value after `key`, which takes one host. The words after it may be a
/// secret. `key` and the values must be slices of the same line.
fn allow_one_bare_host(key: &str, values: &mut [ConfigEntry<'_>]) {
    let mut is_first = true;
    for entry in values.iter_mut().filter(|entry| entry.value.as_ptr() >= key.as_ptr()) {
        entry.allows_bare_host = std::mem::take(&mut is_first);
    }
}

/// Forbids bare hosts in lines with more than two values of one key, because such lines are sentences. Does
/// nothing if `may_be_crowded` is false.
fn without_crowded_hosts(values: Vec<ConfigEntry<'_>>, may_be_crowded: bool) -> Vec<ConfigEntry<'_>> {
    let is_crowded = |entry: &ConfigEntry<'_>| {
        may_be_crowded && values.iter().filter(|other| other.key == entry.key).count() > 2
    };
    let crowded: Vec<bool> = values.iter().map(is_crowded).collect();
    let pairs = values.into_iter().zip(crowded);
    pairs
        .map(|(entry, crowded)| ConfigEntry { allows_bare_host: entry.allows_bare_host && !crowded, ..entry })
        .collect()
}

fn is_identifier(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Drops the pieces of a URL that was split because its password contains a blank or a separator. The pieces
/// don't show which part is the host.
///
/// A URL was split if an `@` follows it in the same line. Its last piece is the one with the last `@`. A URL
/// in quotes is never split. An `@` after the next scheme belongs to the next URL.
fn drop_split_urls(raw: &str, values: &mut Vec<ConfigEntry<'_>>) {
    let is_torn = |entry: &ConfigEntry<'_>| {
        let start = (entry.value.as_ptr() as usize).saturating_sub(raw.as_ptr() as usize);
        let rest = raw.get(start + entry.value.len()..).unwrap_or_default();
        let before_next = rest.split("://").next().unwrap_or_default();
        entry.value.contains("://") && !rest.starts_with(['"', '\'', '`']) && before_next.contains('@')
    };
    while let Some(url) = values.iter().position(is_torn) {
        let last = values.iter().rposition(|entry| entry.value.contains('@')).unwrap_or(url);
        values.drain(url..=last.max(url));
    }
}

/// Returns the port that belongs to the host at `index`: the value of a matching key near it, as in
/// `host: db` and `port: 5432`.
pub(super) fn sibling_port(entries: &[ConfigEntry<'_>], index: usize) -> Option<u16> {
    let own = entries.get(index)?;
    let wanted = env_key::port_key(own.key)?;
    let is_near = |other: &&ConfigEntry<'_>| other.block == own.block && other.indent >= own.indent;
    let port = |other: &ConfigEntry<'_>| {
        let fits = other.indent == own.indent && env_key::normalized(other.key) == wanted;
        parse_port(other.value).filter(|port| fits && *port != 0)
    };
    let after = entries[index + 1..].iter().take(MAX_ENTRIES_TO_PORT).take_while(is_near).find_map(port);
    after.or_else(|| {
        entries[..index].iter().rev().take(MAX_ENTRIES_TO_PORT).take_while(is_near).find_map(port)
    })
}

/// Returns the indentation of a line in bytes, and true if the line begins a new object, list item or
/// section.
fn line_indent(line: &str) -> (usize, bool) {
    let text = line.trim_start();
    let item = text.strip_prefix("- ").map(str::trim_start);
    let only_brackets = text.trim_end().chars().all(|c| "{}[](),;".contains(c));
    let content = item.unwrap_or(text);
    (line.len() - content.len(), item.is_some() || only_brackets || text.starts_with('['))
}
