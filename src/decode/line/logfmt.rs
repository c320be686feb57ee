//! Lines of pairs, as in `level=info msg="all is well" took=12ms`.

use super::{
    Field, MAX_FIELDS, Shape, json,
    keys::{self, Role},
    level_names,
};
use crate::model::Level;
use std::{borrow::Cow, ops::Range};

/// The level and the message of a line that begins with a pair and has more of them than other words.
pub(super) fn parse(text: &str) -> Option<(Option<Level>, Range<usize>, Shape)> {
    let first = text.split_ascii_whitespace().next()?;
    name_of(first)?;
    let (mut level, mut message, mut pairs) = (None, None::<(u8, Range<usize>)>, 0);
    let mut words = 0;
    for (key, value) in (Pairs { text, at: 0, words: &mut words }) {
        pairs += 1;
        let value = unquoted(text, &value);
        match keys::role(&text[key.clone()]) {
            Some(Role::Level(scale)) if level.is_none() => {
                let (key, value) = (&text[key], &text[value]);
                let number = || scale.level(value.parse().ok().filter(|_| key.len() > 1)?);
                level = level_names::named(value).or_else(number);
            }
            Some(Role::Message(rank)) if message.as_ref().is_none_or(|(known, _)| rank < *known) => {
                message = Some((rank, value));
            }
            _ => {}
        }
    }
    let message = message.map_or(0..text.len(), |(_, range)| range);
    (pairs >= 2 && pairs > words).then_some((level, message, Shape::Logfmt))
}

/// The pairs in a line of any shape.
pub(super) fn fields(text: &str) -> Vec<Field<'_>> {
    let pairs = Pairs { text, at: 0, words: &mut 0 };
    let field = |(name, value): (Range<usize>, Range<usize>)| {
        // Quoted values are escaped as in JSON (go-logfmt, encoding of strings).
        let value = json::plain_inner(text, &unquoted(text, &value));
        Field { name: Cow::Borrowed(&text[name]), value }
    };
    pairs.map(field).take(MAX_FIELDS).collect()
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
