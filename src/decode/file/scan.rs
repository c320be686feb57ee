//! A text as entries: each value with the key or directive that it stands behind, and its line.

use super::dialect::Dialect;

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
}

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
    for (index, raw) in text.lines().enumerate() {
        if hidden {
            // The rest of a comment of many lines.
            hidden = !(raw.contains("*/") || raw.contains("-->"));
            continue;
        }
        let line = dialect.without_comment(raw);
        let opens = |open: &str, close: &str| raw.trim_start().starts_with(open) && !raw.contains(close);
        hidden = opens("/*", "*/") || (dialect == Dialect::Xml && opens("<!--", "-->"));
        if hidden || line.trim().is_empty() {
            continue;
        }
        let words = words(dialect, line);
        let assigns = words.iter().any(|word| word.is_key);
        let directive = dialect == Dialect::Directives && !assigns;
        // A value on a line of its own belongs to the key above it: a list, or an argument.
        let mut values: Vec<Entry<'_>> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            if word.is_key || (directive && at == 0) {
                key = word.text;
            } else {
                values.push(Entry { line: index + 1, key, value: word.text, alone: true });
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

/// The words of a line. A quoted text is one word; a bare one ends at a space, bracket, comma or semicolon.
fn words(dialect: Dialect, line: &str) -> Vec<Word<'_>> {
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
            let end = bare_end(dialect, rest);
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
    }
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '>' | '|' | '&' | '\\')
}

/// Where a bare word ends. A variable in brackets is part of it, and so is whatever stands in a URL or before an `@`: a
/// password may hold any character, and cut in two its half would pass for a host.
fn bare_end(dialect: Dialect, text: &str) -> usize {
    let run =
        text.find(|c: char| c.is_whitespace() || (dialect == Dialect::Xml && c == '<')).unwrap_or(text.len());
    let run = &text[..run];
    let end = plain_end(run);
    let quote = run.find(['"', '\'', '`']).unwrap_or(run.len());
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
