//! Removal of secrets from messages of engines and of health checks, which quote command lines and URLs.
//!
//! Each search marks parts of a line, without regard to the other searches. Where a message can be read in two ways,
//! the longer part goes: a lost word of a message costs less than a secret.

mod key_values;
mod options;
mod quotes;
mod secret_words;
mod urls;
mod user_info;

use std::{cmp::Reverse, ops::Range};

/// Text in place of a secret.
const REDACTION_MARK: &str = "…";

/// A part of a line to leave out.
struct Cut {
    range: Range<usize>,
    /// True if a mark stands in its place.
    has_mark: bool,
}

impl Cut {
    fn marked(range: Range<usize>) -> Self {
        Self { range, has_mark: true }
    }
}

/// Returns `text` without secrets. Left out are: the values of secret options and keys, the user information and the
/// queries of URLs, passwords before an `@` or attached to an option letter (`-pSECRET`), and everything after a header
/// with a secret.
#[must_use]
pub fn redact_secrets(text: &str) -> String {
    text.split_inclusive('\n').map(redact_line).collect()
}

fn redact_line(line: &str) -> String {
    let mut cuts = Vec::new();
    let content = line.trim_end();
    let mut add = |cut: Cut| cuts.push(cut);
    urls::search(content, &mut add);
    user_info::search(content, &mut add);
    key_values::search(content, &mut add);
    options::search(content, &mut add);
    secret_words::search(content, &mut add);
    without_cuts(line, cuts)
}

/// Returns `line` without the cuts. A cut inside of another one changes nothing.
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

/// Returns true for characters of a key, such as `X-Api-Key` or `spring.datasource.password`.
fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Returns the end of the word without blanks that begins at `start`.
fn word_end(line: &str, start: usize) -> usize {
    line[start..].find(char::is_whitespace).map_or(line.len(), |length| start + length)
}

/// Returns the start of the word without blanks that ends at `end`.
fn word_start(line: &str, end: usize) -> usize {
    let is_before = |(at, c): (usize, char)| c.is_whitespace().then_some(at + c.len_utf8());
    line[..end].char_indices().rev().find_map(is_before).unwrap_or(0)
}

#[cfg(test)]
mod tests;
