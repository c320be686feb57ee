//! Lines that are an object of JSON: walked over in place, without building anything.

use super::{Field, MOST_FIELDS, Shape, is_level, is_message, word};
use crate::model::{Level, text::clean_within};
use std::{borrow::Cow, ops::Range};

/// How deep objects within objects are told as fields.
const DEEPEST: usize = 4;
/// Under which names a level may stand within an object.
const HOLDERS: &[&str] = &["log", "record"];
/// The longest value that is told, in characters.
const LONGEST: usize = 4_096;

/// The level and the message of a line that is an object; none if it is none.
pub(super) fn parse(text: &str) -> Option<(Option<Level>, Range<usize>, Shape)> {
    let whole = text.trim();
    if !(whole.starts_with('{') && whole.ends_with('}')) {
        return None;
    }
    let (mut level, mut message) = (None, None);
    let mut pairs = Pairs::of(text, text.len() - text.trim_start().len())?;
    for (name, value) in pairs.by_ref() {
        let (name, inner) = (&text[name], unquoted(text, &value));
        let holds = HOLDERS.contains(&name) && text[value.clone()].starts_with('{');
        if level.is_none() && (is_level(name) || holds) {
            level = level_at(text, &value, if holds { is_level } else { |name| name == "name" });
        } else if name == "s" && inner.len() == 1 {
            level = level.or_else(|| word::letter(text.as_bytes()[inner.start]));
        } else if message.is_none() && is_message(name) && inner.len() < value.len() {
            message = Some(inner);
        }
    }
    pairs.complete.then(|| (level, message.unwrap_or(0..text.len()), Shape::Json))
}

/// The level that a value tells: itself, or its part with a level's name, as in `{"log":{"level":"info"}}` and in
/// Loguru's `{"record":{"level":{"name":"INFO"}}}`.
fn level_at(text: &str, value: &Range<usize>, is_wanted: fn(&str) -> bool) -> Option<Level> {
    if !text[value.clone()].starts_with('{') {
        return word::value(text[unquoted(text, value)].trim());
    }
    let (name, part) = Pairs::of(text, value.start)?.find(|(name, _)| is_wanted(&text[name.clone()]))?;
    if is_level(&text[name]) {
        level_at(text, &part, |name| name == "name")
    } else {
        word::value(text[unquoted(text, &part)].trim())
    }
}

/// The values of a line that is an object, those within objects under dotted names.
pub(super) fn fields(text: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut open = vec![(String::new(), text.len() - text.trim_start().len(), 0)];
    // What is nested comes behind what is not, so that the most telling stand first.
    while let Some((prefix, start, depth)) = (!open.is_empty()).then(|| open.remove(0)) {
        for (name, value) in Pairs::of(text, start).into_iter().flatten() {
            let name = if prefix.is_empty() {
                Cow::Borrowed(&text[name])
            } else {
                Cow::Owned(format!("{prefix}.{}", &text[name]))
            };
            if text[value.clone()].starts_with('{') && depth < DEEPEST {
                open.push((name.into_owned(), value.start, depth + 1));
            } else if fields.len() < MOST_FIELDS {
                fields.push(Field { name, value: plain(text, &value) });
            }
        }
    }
    fields
}

/// A value as people read it. What an escape hides is cleaned: it could drive the terminal.
fn plain<'t>(text: &'t str, value: &Range<usize>) -> Cow<'t, str> {
    let inner = unquoted(text, value);
    if inner.len() == value.len() || !text[inner.clone()].contains('\\') {
        return Cow::Borrowed(&text[inner]);
    }
    let read = serde_json::from_str::<String>(&text[value.clone()]);
    Cow::Owned(clean_within(read.as_deref().unwrap_or(&text[inner]), LONGEST))
}

/// The value without its quotes, if it has any.
fn unquoted(text: &str, value: &Range<usize>) -> Range<usize> {
    if text.as_bytes().get(value.start) == Some(&b'"') && value.len() >= 2 {
        value.start + 1..value.end - 1
    } else {
        value.clone()
    }
}

/// The names and values of one object, as ranges of the text; a name is without its quotes, a value with them.
struct Pairs<'t> {
    bytes: &'t [u8],
    at: usize,
    /// Whether the object's end was reached and all before it was well-formed.
    complete: bool,
}

impl<'t> Pairs<'t> {
    /// The pairs of the object that begins there.
    fn of(text: &'t str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        (bytes.get(start) == Some(&b'{')).then(|| Self { bytes, at: start + 1, complete: false })
    }

    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Goes past a string. The range is with its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Goes past a value of any kind.
    fn value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                c if c.is_ascii_alphanumeric() || c == b'-' => {
                    let rest = &self.bytes[self.at..];
                    self.at +=
                        rest.iter().take_while(|c| c.is_ascii_alphanumeric() || b"+-.".contains(c)).count();
                }
                _ => return None,
            }
            if depth == 0 {
                return Some(start..self.at);
            }
        }
    }
}

impl Iterator for Pairs<'_> {
    type Item = (Range<usize>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        match self.peek()? {
            b'}' => {
                self.complete = true;
                None
            }
            b'"' => {
                let name = self.string()?;
                if self.peek()? != b':' {
                    return None;
                }
                self.at += 1;
                self.peek()?;
                let value = self.value()?;
                if self.peek()? == b',' {
                    self.at += 1;
                }
                Some((name.start + 1..name.end - 1, value))
            }
            _ => None,
        }
    }
}
