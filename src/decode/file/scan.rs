//! A text as entries: each value with the key or directive that it stands behind, and its line.

use super::dialect::Dialect;
use crate::decode::{key, port_number};

/// A value in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'t> {
    /// The line, from 1.
    pub(super) line: usize,
    /// The key or directive, empty where there is none.
    pub(super) key: &'t str,
    /// The value, without quotes.
    pub(super) value: &'t str,
    /// Whether it is all that its line says under that key, so that a bare word may be a host.
    pub(super) alone: bool,
    /// How far its line is indented, behind the sign of a list's item.
    indent: usize,
    /// The object, item or section that it stands in, counted from the top.
    block: usize,
}

/// How many entries away the port of a host may stand.
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

/// A word of a line, and what follows it.
#[derive(Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    /// Whether `:`, `=` or `=>` comes next, so that it is a key.
    is_key: bool,
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
        let directive = dialect == Dialect::Directives && !assigns;
        // A value on a line of its own belongs to the key above it: a list, or an argument.
        let mut values: Vec<Entry<'_>> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            if word.is_key || (directive && at == 0) {
                key = word.text;
            } else {
                values.push(Entry { line: index + 1, key, value: word.text, alone: true, indent, block });
            }
        }
        let crowded = |entry: &Entry<'_>| {
            let same = values.iter().filter(|other| other.key == entry.key);
            dialect != Dialect::Code && !words.iter().any(|w| w.is_key) && same.count() > 2
        };
        let alone: Vec<bool> = values.iter().map(|entry| !crowded(entry)).collect();
        entries.extend(values.into_iter().zip(alone).map(|(entry, alone)| Entry { alone, ..entry }));
    }
    entries
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

/// How far a line is indented, and whether it begins another object, item or section than the line above.
fn indent(line: &str) -> (usize, bool) {
    let text = line.trim_start();
    let item = text.strip_prefix("- ").map(str::trim_start);
    let only_brackets = text.trim_end().chars().all(|c| "{}[](),;".contains(c));
    let content = item.unwrap_or(text);
    (line.len() - content.len(), item.is_some() || only_brackets || text.starts_with('['))
}

/// The words of a line. A quoted text is one word; a bare one ends at a space, bracket, comma or semicolon.
fn words(dialect: Dialect, line: &str) -> Vec<Word<'_>> {
    if dialect == Dialect::Lines {
        let pair = line.split_once('=').filter(|_| !line.starts_with(char::is_whitespace));
        let value = Word { text: pair.map_or(line, |(_, value)| value).trim(), is_key: false };
        return pair.map(|(key, _)| Word { text: key.trim(), is_key: true }).into_iter().chain([value]).collect();
    }
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches(|c: char| {
            is_between(c) || (dialect == Dialect::Xml && matches!(c, '<' | '>' | '/'))
        });
        let Some(first) = rest.chars().next() else { return words };
        let (text, after) = if matches!(first, '"' | '\'' | '`') {
            let inner = &rest[1..];
            let end = inner.find(first).unwrap_or(inner.len());
            (&inner[..end], inner.get(end + 1..).unwrap_or_default())
        } else {
            let before = &line[..line.len() - rest.len()];
            if dialect == Dialect::Xml && before.rfind('<') <= before.rfind('>') {
                // The text of an element is one word.
                let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
                words.push(Word { text: text.trim(), is_key: false });
                rest = after;
                continue;
            }
            let end = bare_end(dialect, rest, before.contains(['{', '[', '(']));
            rest.split_at(end)
        };
        let (text, colon) = match text.strip_suffix(':') {
            Some(key) if matches!(first, '"' | '\'' | '`') => (key, false),
            Some(key) => (key, true),
            None => (text, false),
        };
        let next = after.trim_start();
        let assigned = next.starts_with('=') && !next.starts_with("==") || next.starts_with(":=");
        let quoted_key = next.starts_with(':') && !next.starts_with("::");
        let is_key = colon || assigned || quoted_key;
        if !text.is_empty() {
            words.push(Word { text, is_key });
        }
        rest = if is_key { next.trim_start_matches([':', '=', '>']) } else { after };
        let whole = rest.trim().trim_end_matches(';');
        let first = whole.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',')).next().unwrap_or_default();
        let goes_on = match dialect {
            Dialect::Keys => is_key && (first.contains('=') || whole.contains([';', ','])),
            Dialect::Directives => !is_key && first.contains('=') && whole.contains(';'),
            _ => false,
        };
        if words.len() == 1 && goes_on && is_connection_string(whole) {
            words.push(Word { text: whole, is_key: false });
            return words;
        }
    }
}

/// Whether a value without quotes may be a connection string, which goes on to the end of its line.
fn is_connection_string(value: &str) -> bool {
    value.contains('=') && !value.starts_with(['"', '\'', '`', '[', '{', '-', '<'])
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '>' | '|' | '&' | '\\')
}

/// Where a bare word ends. A variable in brackets is part of it, and so is whatever stands in a URL or before an `@`: a
/// password may hold any character, and cut in two its half would pass for a host.
fn bare_end(dialect: Dialect, text: &str, in_flow: bool) -> usize {
    let run =
        text.find(|c: char| c.is_whitespace() || (dialect == Dialect::Xml && c == '<')).unwrap_or(text.len());
    let run = &text[..run];
    let end = plain_end(run);
    let quote = run.find(['"', '\'', '`']).unwrap_or(run.len());
    // In YAML and its like the value is the rest of the line, in which a password may hold spaces.
    if dialect == Dialect::Keys && !in_flow && run[..end].contains("://") {
        return text.trim_end().len().max(1);
    }
    if run[..end].contains("://") || run[..quote].contains('@') {
        return run.trim_end_matches(|c: char| is_between(c) || matches!(c, '"' | '\'' | '`')).len().max(1);
    }
    end.max(1)
}

/// Where a bare word ends that is neither.
fn plain_end(run: &str) -> usize {
    let mut depth = 0;
    let mut before = ' ';
    for (at, c) in run.char_indices() {
        let inside = depth > 0;
        match c {
            '{' if before == '$' || before == '%' => depth += 1,
            '}' if inside => depth -= 1,
            '=' | '"' | '\'' | '`' if !inside => return at,
            c if !inside && is_between(c) => return at,
            _ => {}
        }
        before = c;
    }
    run.len()
}
