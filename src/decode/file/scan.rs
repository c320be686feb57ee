//! A text as entries: each value with the key or directive that it stands behind, and its line.

use super::{dialect::Dialect, words::words};
use crate::decode::{
    key::{self, Meaning},
    port_number,
};

/// A value in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'t> {
    /// The line, from 1.
    pub(super) line: usize,
    /// The key or directive, empty where there is none.
    pub(super) key: &'t str,
    /// The value, without quotes.
    pub(super) value: &'t str,
    /// The value is all that its line says under that key, so that a bare word may be a host.
    pub(super) alone: bool,
    /// The indentation of its line, behind the sign of a list's item.
    indent: usize,
    /// The object, item or section that it stands in, counted from the top.
    block: usize,
}

/// The most entries between a host and its port.
const MAX_DISTANCE: usize = 40;

/// Directives that give a name to something of the file's own.
const DEFINITIONS: &[&str] =
    &["upstream", "backend", "frontend", "listen", "map", "zone", "userlist", "resolvers"];

impl Entry<'_> {
    /// The name that the entry defines for the file's own use.
    pub(super) fn defines(&self) -> Option<String> {
        DEFINITIONS.contains(&self.key).then(|| self.value.to_ascii_lowercase())
    }
}

/// All values of a text.
pub(super) fn entries(dialect: Dialect, text: &str) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut key = "";
    let mut hidden = false;
    let mut block = 0;
    for (index, raw) in text.lines().enumerate() {
        if hidden {
            // The rest of a comment of many lines.
            hidden = !(raw.contains("*/") || raw.contains("-->") || raw.contains("-----END"));
            continue;
        }
        let line = dialect.without_comment(raw);
        let opens = |open: &str, close: &str| raw.trim_start().starts_with(open) && !raw.contains(close);
        let comment = opens("/*", "*/") || (dialect == Dialect::Xml && opens("<!--", "-->"));
        hidden = comment || (raw.contains("-----BEGIN") && !raw.contains("-----END"));
        if hidden || line.trim().is_empty() {
            continue;
        }
        let (indent, begins_block) = indent(line);
        block += usize::from(begins_block);
        let words = words(dialect, line);
        let assigns = words.iter().any(|word| word.is_key);
        // Behind a directive for a secret everything is part of it, whatever signs are in it.
        let first = words.first().map_or("", |word| word.text);
        let is_secret = dialect == Dialect::Directives && super::meaning(dialect, first) == Meaning::Secret;
        let directive = dialect == Dialect::Directives && (!assigns || is_secret);
        // A value on a line of its own belongs to the key above it: a list, or an argument.
        let mut values: Vec<Entry<'_>> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            if (word.is_key && !is_secret) || (directive && at == 0) {
                key = word.text;
            } else {
                values.push(Entry { line: index + 1, key, value: word.text, alone: true, indent, block });
            }
        }
        drop_torn_url(raw, &mut values);
        let crowded = |entry: &Entry<'_>| {
            let same = values.iter().filter(|other| other.key == entry.key);
            dialect != Dialect::Code && !words.iter().any(|w| w.is_key) && same.count() > 2
        };
        let alone: Vec<bool> = values.iter().map(|entry| !crowded(entry)).collect();
        entries.extend(values.into_iter().zip(alone).map(|(entry, alone)| Entry { alone, ..entry }));
    }
    entries
}

/// Drops a URL behind which an `@` follows in its line, with all words up to the last one that has an `@`: a password in it
/// that holds a blank or a separator tears it into several words, and then no word tells host from password. A URL in
/// quotes is whole, and an `@` behind the next scheme belongs to the next URL.
fn drop_torn_url(raw: &str, values: &mut Vec<Entry<'_>>) {
    let is_torn = |entry: &Entry<'_>| {
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

/// The port that stands beside the host of an entry, under a key that belongs to the host's: `host: db`, `port: 5432`.
pub(super) fn port_beside(entries: &[Entry<'_>], index: usize) -> Option<u16> {
    let own = entries.get(index)?;
    let wanted = key::port_sibling(own.key)?;
    let is_near = |other: &&Entry<'_>| other.block == own.block && other.indent >= own.indent;
    let port = |other: &Entry<'_>| {
        let fits = other.indent == own.indent && key::joined(other.key) == wanted;
        port_number(other.value).filter(|port| fits && *port != 0)
    };
    let after = entries[index + 1..].iter().take(MAX_DISTANCE).take_while(is_near).find_map(port);
    after.or_else(|| entries[..index].iter().rev().take(MAX_DISTANCE).take_while(is_near).find_map(port))
}

/// The indentation of a line, and whether it begins another object, item or section than the line above.
fn indent(line: &str) -> (usize, bool) {
    let text = line.trim_start();
    let item = text.strip_prefix("- ").map(str::trim_start);
    let only_brackets = text.trim_end().chars().all(|c| "{}[](),;".contains(c));
    let content = item.unwrap_or(text);
    (line.len() - content.len(), item.is_some() || only_brackets || text.starts_with('['))
}
