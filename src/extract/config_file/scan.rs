//! Splits the text of a file into entries: values, each with its key or directive and its line number.

use super::{
    file_format::FileFormat,
    nesting::{Nesting, is_block_marker},
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
    &["upstream", "backend", "frontend", "listen", "map", "zone", "userlist", "resolvers", "nameserver"];
/// Directives with a host and its port in two words (redis.conf, sentinel.conf, squid.conf).
const HOST_AND_PORT_DIRECTIVES: &[HostAndPortDirective] = &[
    HostAndPortDirective { before_host: &["replicaof"], port_distance: 1 },
    HostAndPortDirective { before_host: &["slaveof"], port_distance: 1 },
    HostAndPortDirective { before_host: &["sentinel", "monitor", "*"], port_distance: 1 },
    HostAndPortDirective { before_host: &["cache_peer"], port_distance: 2 },
];

/// Directive with a host and its port in two words.
struct HostAndPortDirective {
    /// Words before the host, where `*` is a name that the directive defines.
    before_host: &'static [&'static str],
    /// Number of words from the host to the port.
    port_distance: usize,
}

/// Directives whose first word is a name or a path, and neither an address nor the name of a secret.
const NAMING_DIRECTIVES: &[&str] = &["server", "server-template", "location"];

impl ConfigEntry<'_> {
    /// Returns the name that the entry defines for use in the file, such as `api` in `upstream api`.
    pub(super) fn defined_name(&self) -> Option<String> {
        DEFINING_DIRECTIVES.contains(&self.key).then(|| self.value.to_ascii_lowercase())
    }
}

/// Directives about requests and answers that pass through, or about links for browsers. The hosts in them are
/// never called: headers, redirects and records of log forwarders.
const UNCALLED_DIRECTIVES: &[&str] = &[
    "rewrite",
    "error_page",
    "redir",
    "add_header",
    "proxy_set_header",
    "more_set_headers",
    "set_header",
    "header",
    "header_up",
    "header_down",
    "request_header",
    "proxy_redirect",
    "sub_filter",
    "valid_referers",
    "http-request",
    "http-response",
    "record",
];

/// Returns all values in the text of a file, in order.
pub(super) fn entries(format: FileFormat, text: &str) -> Vec<ConfigEntry<'_>> {
    let mut reader =
        EntryReader { format, entries: Vec::new(), nesting: Nesting::default(), named: "", block: 0 };
    for (index, raw) in text.lines().enumerate() {
        reader.read_line(u32::try_from(index + 1).unwrap_or(u32::MAX), raw);
    }
    reader.entries
}

/// Reader of the lines of a file.
struct EntryReader<'t> {
    format: FileFormat,
    entries: Vec<ConfigEntry<'t>>,
    nesting: Nesting<'t>,
    /// Value of the last key `name` or `key`, which is the key of a `value` beside it.
    named: &'t str,
    block: usize,
}

impl<'t> EntryReader<'t> {
    fn read_line(&mut self, number: u32, raw: &'t str) {
        if self.nesting.pass_line(raw) {
            return;
        }
        let line = self.format.strip_comment(raw);
        let line = match self.format {
            FileFormat::KeyValue => line.trim_start().strip_prefix("export ").unwrap_or(line),
            _ => line,
        };
        if let Some(end) = self.end_of_skipped_text(raw) {
            self.nesting.skip_until(end);
            return;
        }
        if line.trim().is_empty() {
            return;
        }
        let words = split_words(self.format, line);
        let is_directive_file = self.format == FileFormat::Directives && !self.nesting.is_in_list();
        if is_directive_file && is_uncalled_directive(&words) {
            self.nesting.skip_directive(line);
            return;
        }
        let (indent, begins_block) = line_indent(line);
        if begins_block {
            self.block += 1;
            self.named = "";
        }
        if let Some([host, port]) = host_and_port(&words).filter(|_| is_directive_file) {
            self.block += 1;
            let shape = LineShape { number, indent, is_secret: false, is_directive: true };
            self.entries.extend([self.entry("host", host, &shape), self.entry("port", port, &shape)]);
            return;
        }
        // If the directive is for a secret, the rest of the line may be part of the secret.
        let first = words.first().map_or("", |word| word.text);
        let is_secret =
            is_directive_file && super::value_kind_in_file(self.format, first) == ValueKind::Secret;
        let assigns = is_assignment(self.format, &words);
        let directive = is_directive_file && (!assigns || is_secret);
        let shape = LineShape { number, indent, is_secret, is_directive: directive };
        let (key, mut values) = self.line_values(line, &words, &shape);
        self.nesting.end_line(self.format, line, indent);
        if is_secret && line.trim_end().ends_with('{') {
            self.nesting.hide_open_block();
        }
        drop_split_urls(raw, &mut values);
        if (assigns || directive) && !env_key::holds_several(key) && !raw.contains([',', '[']) {
            allow_one_bare_host(key, &mut values);
        }
        let may_be_crowded = self.format != FileFormat::Code && !assigns;
        self.entries.extend(without_crowded_hosts(values, may_be_crowded));
    }

    /// Returns the text that ends a part of the file that begins in `raw` and that Portolan does not read: a
    /// comment, the fields that fluentd adds to each record of a log, or a private key.
    fn end_of_skipped_text(&self, raw: &str) -> Option<&'static str> {
        let start = raw.trim_start();
        // In files of keys and values, `/**` may be a key: a pattern of paths.
        let is_pattern = self.format == FileFormat::KeyValue && start.starts_with("/**");
        let begins = |open: &str, close: &str| start.starts_with(open) && !raw.contains(close);
        match self.format {
            _ if begins("/*", "*/") && !is_pattern => Some("*/"),
            FileFormat::Xml if begins("<!--", "-->") => Some("-->"),
            FileFormat::Directives if raw.trim() == "<record>" => Some("</record>"),
            _ if start.starts_with('#') => None,
            _ if raw.contains("-----BEGIN") && !raw.contains("-----END") => Some("-----END"),
            _ => None,
        }
    }

    /// Returns the last key of a line, and the values with their keys. A value on a line without a key has the
    /// key of the list that it belongs to.
    fn line_values(
        &mut self,
        line: &'t str,
        words: &[FileWord<'t>],
        shape: &LineShape,
    ) -> (&'t str, Vec<ConfigEntry<'t>>) {
        let mut key = self.nesting.continue_key(self.format, line);
        let mut values: Vec<ConfigEntry<'_>> = Vec::new();
        let (mut end, mut has_own_key, mut is_uncalled) = (0, false, false);
        for (at, word) in words.iter().enumerate() {
            let start = offset_in(line, word.text).max(end);
            let gap = &line[end..start];
            end = start + word.text.len();
            self.nesting.pass_gap(gap);
            is_uncalled &= !gap.contains(';');
            if self.nesting.is_skipped() || is_uncalled {
                continue;
            }
            if has_own_key && self.begins_secret(key, gap) {
                break;
            }
            if self.format == FileFormat::Xml && gap.contains(&format!("</{key}")) {
                key = "";
            }
            let is_name = matches!(key, "name" | "key") && is_identifier(word.text);
            let is_defined_name = at == 1 && defines_name(key);
            if (word.is_key && !shape.is_secret) || (shape.is_directive && at == 0) {
                key = self.key_for(word.text);
                self.nesting.begin_key(key, shape.indent);
                has_own_key = true;
            } else if is_name && self.format == FileFormat::Xml {
                // `<property name="url" value="…"/>`
                key = word.text;
                self.named = key;
                self.nesting.begin_key(key, shape.indent);
            } else if shape.is_directive && !is_defined_name && is_uncalled_word(word.text) {
                // In `if (…) { return 301 …; }`, the rest of the statement is a redirect.
                is_uncalled = true;
            } else if shape.is_directive && !is_defined_name && names_secret(self.format, word.text) {
                // In `http-request set-header Authorization …`, the rest of the line is a secret.
                break;
            } else if !is_block_marker(word.text) && !matches!(word.text, "-" | "+") {
                if is_name {
                    self.named = word.text;
                }
                if has_own_key {
                    self.nesting.note_value();
                }
                values.push(self.entry(key, word.text, shape));
            }
        }
        self.nesting.pass_gap(&line[end..]);
        if self.format == FileFormat::Xml && !key.is_empty() && line[end..].contains(&format!("</{key}")) {
            self.nesting.close_key();
        }
        (key, values)
    }

    /// Returns true if a value that follows `gap` after `key` is a secret that begins with a bracket. In YAML, it
    /// may also be a list or mapping on the line of its key, which Portolan then does not read.
    fn begins_secret(&self, key: &str, gap: &str) -> bool {
        let is_bracket = || gap.contains(['[', '{', '(']);
        self.format == FileFormat::KeyValue && is_bracket() && env_key::value_kind(key) == ValueKind::Secret
    }

    fn entry(&self, key: &'t str, value: &'t str, shape: &LineShape) -> ConfigEntry<'t> {
        let LineShape { number: line, indent, .. } = *shape;
        ConfigEntry { line, key, value, allows_bare_host: true, indent, block: self.block }
    }

    /// Returns the key that a word stands for. For `value`, it is the value of the name beside it, as in
    /// `{"name": "DB_HOST", "value": "db"}`.
    fn key_for(&self, word: &'t str) -> &'t str {
        if word.eq_ignore_ascii_case("value") && !self.named.is_empty() { self.named } else { word }
    }
}

/// Properties of a line that decide how its words are read.
struct LineShape {
    number: u32,
    indent: usize,
    /// True if the line begins with a directive for a secret.
    is_secret: bool,
    /// True if the line begins with a directive.
    is_directive: bool,
}

/// Returns the offset of `part`, a slice of `line`. Returns 0 for any other text.
fn offset_in(line: &str, part: &str) -> usize {
    let offset = (part.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
    if offset <= line.len() { offset } else { 0 }
}

/// Returns the host and the port in a line that begins with one of [`HOST_AND_PORT_DIRECTIVES`].
fn host_and_port<'t>(words: &[FileWord<'t>]) -> Option<[&'t str; 2]> {
    let fits = |directive: &&HostAndPortDirective| {
        let mut pairs = directive.before_host.iter().zip(words);
        pairs.len() == directive.before_host.len()
            && pairs.all(|(known, word)| *known == "*" || *known == word.text)
    };
    let directive = HOST_AND_PORT_DIRECTIVES.iter().find(fits)?;
    let host = directive.before_host.len();
    let port = words.get(host + directive.port_distance)?.text;
    parse_port(port)?;
    Some([words.get(host)?.text, port])
}

/// Returns true if the first word after the directive `key` is a name.
fn defines_name(key: &str) -> bool {
    NAMING_DIRECTIVES.contains(&key) || DEFINING_DIRECTIVES.contains(&key)
}

/// Returns true if `word` is the name of a secret, as in `set-header Authorization …` and `Token: …`. A path and
/// an address, such as `auth:8080`, are none.
fn names_secret(format: FileFormat, word: &str) -> bool {
    let (name, rest) = word.split_once([':', '=']).unwrap_or((word, ""));
    let has_port = rest.starts_with(|c: char| c.is_ascii_digit());
    is_identifier(name) && !has_port && super::value_kind_in_file(format, name) == ValueKind::Secret
}

/// Returns true if `word` begins a part of a line that names no called host.
fn is_uncalled_word(word: &str) -> bool {
    matches!(word, "return" | "redirect")
        || UNCALLED_DIRECTIVES.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Returns true if a line begins with one of [`UNCALLED_DIRECTIVES`], or is a redirect of nginx, such as
/// `return 301 http://shop`, or sets a header in VCL, such as `set req.http.Host = …`.
fn is_uncalled_directive(words: &[FileWord<'_>]) -> bool {
    let text = |index: usize| words.get(index).map_or("", |word| word.text);
    let is_redirect = text(0) == "return" && (text(1).starts_with("http") || parse_port(text(1)).is_some());
    let sets_header = text(0) == "set" && text(1).contains("http.");
    is_redirect || sets_header || UNCALLED_DIRECTIVES.iter().any(|known| known.eq_ignore_ascii_case(text(0)))
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
/// secret. If a host and port follow, as in `server s1 orders:8080`, the first value is a name.
/// `key` and the values must be slices of the same line.
fn allow_one_bare_host(key: &str, values: &mut [ConfigEntry<'_>]) {
    let has_port = |entry: &ConfigEntry<'_>| {
        entry.value.rsplit_once(':').is_some_and(|(_, port)| parse_port(port).is_some())
    };
    let mut is_first = !values.get(1).is_some_and(has_port);
    for entry in values.iter_mut().filter(|entry| entry.value.as_ptr() >= key.as_ptr()) {
        entry.allows_bare_host = std::mem::take(&mut is_first);
    }
}

/// Forbids bare hosts in lines with more than two values of one key, because such lines are sentences. Does
/// nothing if `may_be_crowded` is false.
fn without_crowded_hosts(values: Vec<ConfigEntry<'_>>, may_be_crowded: bool) -> Vec<ConfigEntry<'_>> {
    let is_crowded = |entry: &ConfigEntry<'_>| {
        may_be_crowded && values.iter().filter(|other| other.key == entry.key).nth(2).is_some()
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
        if !entry.value.contains("://") {
            return false;
        }
        let start = (entry.value.as_ptr() as usize).saturating_sub(raw.as_ptr() as usize);
        let rest = raw.get(start + entry.value.len()..).unwrap_or_default();
        let before_next = rest.split("://").next().unwrap_or_default();
        !rest.starts_with(['"', '\'', '`']) && before_next.contains('@')
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
        let key = env_key::normalized(other.key);
        // Envoy's key for a port is `port_value` ("core.SocketAddress").
        let fits = other.indent == own.indent && key.strip_suffix("_VALUE").unwrap_or(&key) == wanted;
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
