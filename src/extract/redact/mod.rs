//! Redaction of secrets in messages of engines and health checks. Such messages quote command lines and URLs.
//!
//! Each submodule searches for one kind of secret and marks parts of a line, independently of the others. If
//! a message is ambiguous, the longer part is removed, because losing a word of a message is better than
//! showing a secret.

mod commands;
mod key_values;
mod options;
mod quotes;
mod secret_words;
mod tables;
mod urls;
mod user_info;

use std::{cmp::Reverse, ops::Range};
use tables::TableColumns;

/// Text in place of a removed secret.
const REDACTION_MARK: &str = "…";
/// Maximum length of a text, in bytes. No caller shows as much. The search looks around each sign of a secret,
/// so its time grows with the square of the length, and a container can report megabytes.
const MAX_TEXT_BYTES: usize = 8 * 1024;

/// A part of a line to remove, because it may be a secret.
struct Cut {
    range: Range<usize>,
    /// True to put a mark in place of the part.
    has_mark: bool,
}

impl Cut {
    fn marked(range: Range<usize>) -> Self {
        Self { range, has_mark: true }
    }
}

/// Returns `text` without secrets. They are the values of secret options and keys, the user information,
/// queries and webhook paths of URLs, passwords before an `@` or after an option letter (`-pSECRET`), words
/// that look secret after a word such as `token`, the word after the name of a variable such as `DB_PASSWORD`,
/// cells of tables, and everything after the name of a secret header. A mark replaces the rest of a text of
/// more than 8 KiB.
#[must_use]
pub fn redact_secrets(text: &str) -> String {
    let start = whole_words(text, MAX_TEXT_BYTES);
    let mark = if start.len() < text.len() { REDACTION_MARK } else { "" };
    let mut columns = TableColumns::default();
    let mut lines = start.split_inclusive('\n').peekable();
    let mut redacted = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        redacted += &redact_line(line, lines.peek().copied(), &mut columns);
    }
    redacted + mark
}

/// Returns the start of `text`, at most `max_bytes` of it. The start ends with a whole word, because a part of
/// a secret may not look like a secret.
fn whole_words(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let start = &text[..text.floor_char_boundary(max_bytes)];
    &start[..word_start(start, start.len())]
}

/// Returns `line` without secrets. `next` is the line after it, and `columns` those of the table around it.
fn redact_line(line: &str, next: Option<&str>, columns: &mut TableColumns) -> String {
    let mut cuts = Vec::new();
    let content = line.trim_end();
    let mut add = |cut: Cut| cuts.push(cut);
    urls::search(content, &mut add);
    user_info::search(content, &mut add);
    key_values::search(content, &mut add);
    options::search(content, &mut add);
    secret_words::search(content, &mut add);
    commands::search(content, &mut add);
    columns.search(content, next, &mut add);
    without_cuts(line, cuts)
}

/// Returns `line` without the cuts. Overlapping cuts are joined.
fn without_cuts(line: &str, mut cuts: Vec<Cut>) -> String {
    cuts.retain(|cut| !cut.range.is_empty());
    cuts.sort_by_key(|cut| (cut.range.start, Reverse(cut.range.end)));
    let mut joined: Vec<Cut> = Vec::new();
    for cut in cuts {
        match joined.last_mut() {
            Some(last) if cut.range.end <= last.range.end => {}
            Some(last) if cut.range.start <= last.range.end => {
                last.range.end = cut.range.end;
                last.has_mark |= cut.has_mark;
            }
            _ => joined.push(cut),
        }
    }
    let mut out = String::with_capacity(line.len());
    let mut done = 0;
    for cut in joined {
        out += &line[done..cut.range.start];
        out += if cut.has_mark { REDACTION_MARK } else { "" };
        done = cut.range.end;
    }
    out + &line[done..]
}

/// Returns true if `c` may be part of a key, such as `X-Api-Key` or `spring.datasource.password`.
fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Returns the byte offset at which the word that begins at `start` ends. Words are separated by blanks.
fn word_end(line: &str, start: usize) -> usize {
    line[start..].find(char::is_whitespace).map_or(line.len(), |length| start + length)
}

/// Returns the byte offset at which the word that ends at `end` begins. Words are separated by blanks.
fn word_start(line: &str, end: usize) -> usize {
    let is_before = |(at, c): (usize, char)| c.is_whitespace().then_some(at + c.len_utf8());
    line[..end].char_indices().rev().find_map(is_before).unwrap_or(0)
}

#[cfg(test)]
mod tests;
