//! Lines of pairs, as in `level=info msg="all is well" took=12ms`.

use super::{Field, MOST_FIELDS, Shape, is_level, is_message, word};
use crate::model::Level;
use std::{borrow::Cow, ops::Range};

/// The level and the message of a line that begins with a pair and has more of them than other words.
pub(super) fn parse(text: &str) -> Option<(Option<Level>, Range<usize>, Shape)> {
    let first = text.split_ascii_whitespace().next()?;
    name_of(first)?;
    let (mut level, mut message, mut pairs) = (None, None, 0);
    let mut words = 0;
    for (name, value) in (Pairs { text, at: 0, words: &mut words }) {
        pairs += 1;
        let (name, value) = (&text[name], unquoted(text, &value));
        if level.is_none() && is_level(name) {
            level = word::value(&text[value.clone()]);
        } else if message.is_none() && is_message(name) {
            message = Some(value);
        }
    }
    (pairs >= 2 && pairs > words).then(|| (level, message.unwrap_or(0..text.len()), Shape::Logfmt))
}

/// The pairs in a line of any shape.
pub(super) fn fields(text: &str) -> Vec<Field<'_>> {
    let pairs = Pairs { text, at: 0, words: &mut 0 };
    let field = |(name, value): (Range<usize>, Range<usize>)| {
        let inner = unquoted(text, &value);
        let value = if inner.len() < value.len() && text[inner.clone()].contains("\\\"") {
            Cow::Owned(text[inner].replace("\\\"", "\""))
        } else {
            Cow::Borrowed(&text[inner])
        };
        Field { name: Cow::Borrowed(&text[name]), value }
    };
    pairs.map(field).take(MOST_FIELDS).collect()
}

/// How long the name is with which a word begins, where an equals sign stands behind it.
fn name_of(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let length = bytes.iter().take_while(|c| c.is_ascii_alphanumeric() || b"_.-/@".contains(c)).count();
    let named = bytes.get(length) == Some(&b'=') && bytes.get(length + 1) != Some(&b'=');
    let begun = bytes.first().is_some_and(|c| c.is_ascii_alphabetic() || b"_@".contains(c));
    (named && begun).then_some(length)
}

/// The value without its quotes, if it has any.
fn unquoted(text: &str, value: &Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let quoted = value.len() >= 2 && bytes[value.start] == b'"' && bytes[value.end - 1] == b'"';
    if quoted { value.start + 1..value.end - 1 } else { value.clone() }
}

/// The names and values of a line, and how many words are neither.
struct Pairs<'t, 'w> {
    text: &'t str,
    at: usize,
    words: &'w mut usize,
}

impl Iterator for Pairs<'_, '_> {
    type Item = (Range<usize>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start_matches([' ', ',', ';']).len();
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return None;
            }
            let Some(length) = name_of(rest) else {
                *self.words += 1;
                self.at += rest.find(' ').unwrap_or(rest.len());
                continue;
            };
            let (name, start) = (self.at..self.at + length, self.at + length + 1);
            self.at = start + value_of(&self.text[start..]);
            return Some((name, start..self.at));
        }
    }
}

/// How long a value is, with its quotes.
fn value_of(text: &str) -> usize {
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
