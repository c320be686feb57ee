//! Parser of logfmt lines, which consist of pairs: `level=info msg="all is well" took=12ms`.

use super::{
    LineFormat, LogField, MAX_FIELDS,
    field_roles::{self, FieldRole},
    json,
    keyed_level::{KeyedLevel, RecordFormat, level_of_pair},
};
use crate::model::LogLevel;
use std::{borrow::Cow, ops::Range};

/// Returns the level and message of a line that begins with a pair and has at least two pairs, and more pairs
/// than other words. Returns `None` for any other line.
pub(super) fn parse(text: &str) -> Option<(Option<LogLevel>, Range<usize>, LineFormat)> {
    let first = text.split_ascii_whitespace().next()?;
    key_length(first)?;
    let (mut level, mut message, mut pairs) = (None::<KeyedLevel>, None::<(u8, Range<usize>)>, 0);
    let (mut words, mut has_time) = (0, false);
    for (key, value) in (LogfmtPairs { text, position: 0, other_words: &mut words }) {
        pairs += 1;
        let value = strip_quotes(text, &value);
        match field_roles::field_role(&text[key.clone()]) {
            Some(FieldRole::Level(scale)) => {
                let found = level_of_pair(&text[key], scale, &text[value], 0);
                let known = level.map_or(u8::MAX, |level| level.rank);
                level = found.filter(|found| found.rank < known).or(level);
            }
            Some(FieldRole::Time) => has_time = true,
            Some(FieldRole::Message(rank)) if message.as_ref().is_none_or(|(known, _)| rank < *known) => {
                message = Some((rank, value));
            }
            _ => {}
        }
    }
    let is_log_record = has_time || message.is_some();
    // journald and GELF don't write logfmt.
    let fits = |format| format == RecordFormat::LogRecord && is_log_record;
    let level = level.filter(|found| found.format.is_none_or(fits)).map(|found| found.level);
    let message = message.map_or(0..text.len(), |(_, range)| range);
    (pairs >= 2 && pairs > words).then_some((level, message, LineFormat::Logfmt))
}

/// Returns the fields of a line in any format: its `key=value` pairs.
pub(super) fn fields(text: &str) -> Vec<LogField<'_>> {
    let pairs = LogfmtPairs { text, position: 0, other_words: &mut 0 };
    let field = |(name, value): (Range<usize>, Range<usize>)| {
        // Quoted values have the same escapes as in JSON (go-logfmt, encoding of strings).
        let value = json::unescape(text, &strip_quotes(text, &value));
        LogField { name: Cow::Borrowed(&text[name]), value }
    };
    pairs.map(field).take(MAX_FIELDS).collect()
}

/// Returns the length of the key at the beginning of `word`, in bytes. Returns `None` if there is no key with
/// a single `=` after it.
fn key_length(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let in_key = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-' | b'/' | b'@');
    let length = bytes.iter().position(|c| !in_key(c)).unwrap_or(bytes.len());
    let named = bytes.get(length) == Some(&b'=') && bytes.get(length + 1) != Some(&b'=');
    let begun = bytes.first().is_some_and(|c| c.is_ascii_alphabetic() || b"_@".contains(c));
    (named && begun).then_some(length)
}

/// Returns the range of a value without the quotes around it, if there are any.
fn strip_quotes(text: &str, value: &Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let quoted = value.len() >= 2 && bytes[value.start] == b'"' && bytes[value.end - 1] == b'"';
    if quoted { value.start + 1..value.end - 1 } else { value.clone() }
}

/// Iterator over the pairs of a line, as ranges of key and value. It counts the words that are not in a pair.
struct LogfmtPairs<'t, 'w> {
    text: &'t str,
    position: usize,
    other_words: &'w mut usize,
}

impl Iterator for LogfmtPairs<'_, '_> {
    type Item = (Range<usize>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let behind = self.text.as_bytes().get(self.position..)?;
            self.position += behind.iter().position(|c| !matches!(c, b' ' | b',' | b';'))?;
            let rest = &self.text[self.position..];
            let Some(length) = key_length(rest) else {
                *self.other_words += 1;
                self.position += rest.bytes().position(|c| c == b' ').unwrap_or(rest.len());
                continue;
            };
            let (name, start) = (self.position..self.position + length, self.position + length + 1);
            self.position = start + value_length(&self.text[start..]);
            return Some((name, start..self.position));
        }
    }
}

/// Returns the length of the value at the beginning of `text`, including its quotes, in bytes.
fn value_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        return bytes.iter().position(|c| *c == b' ').unwrap_or(bytes.len());
    }
    let mut at = 1;
    while let Some(c) = bytes.get(at) {
        match c {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}
