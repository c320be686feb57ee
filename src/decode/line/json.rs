//! Lines that are a JSON object.

use super::{
    Field, MAX_FIELDS, Shape,
    json_pairs::Pairs,
    keys::{self, HOLDERS, Role},
    level_names,
};
use crate::model::{Level, text::clean_within};
use std::{borrow::Cow, ops::Range};

/// How deep objects within objects are read.
const MAX_DEPTH: u8 = 4;
/// The longest value that is shown, in characters.
const MAX_VALUE_CHARS: usize = 4_096;

/// What a line that is an object says of itself; `None` if it is no object. One that was cut is read as far as it goes.
pub(super) fn parse(text: &str) -> Option<(Option<Level>, Range<usize>, Shape)> {
    let start = text.len() - text.trim_start().len();
    let mut pairs = Pairs::of(text, start)?;
    let mut record = Record { text, ..Record::default() };
    let read = record.read(&mut pairs, 0);
    let whole = pairs.end().is_some_and(|end| text[end..].trim().is_empty());
    let known = whole || (pairs.is_cut() && read > 0);
    known.then(|| (record.level(), record.message.map_or(0..text.len(), |(_, range)| range), Shape::Json))
}

/// What the pairs of one object tell, each with its rank: the lowest counts.
#[derive(Default)]
struct Record<'t> {
    text: &'t str,
    level: Option<(u8, Level)>,
    message: Option<(u8, Range<usize>)>,
    status: Option<Level>,
    timed: bool,
    is_clef: bool,
}

impl Record<'_> {
    /// Takes in the pairs of an object at that depth; returns how many there were.
    fn read(&mut self, pairs: &mut Pairs<'_>, depth: u8) -> usize {
        pairs.by_ref().map(|(key, value)| self.take(&self.text[key], &value, depth)).count()
    }

    fn take(&mut self, key: &str, value: &Range<usize>, depth: u8) {
        let (raw, inner) = (&self.text[value.clone()], unquoted(self.text, value));
        let is_string = inner.len() < value.len();
        self.is_clef |= depth == 0 && matches!(key, "@m" | "@mt" | "@i" | "@r");
        match keys::role(key) {
            _ if raw.starts_with('{') => self.descend(key, value.start, depth),
            Some(Role::Level(scale)) => {
                let name = plain(self.text, value);
                let named = level_names::named(name.trim()).map(|level| (0, level));
                // A letter alone is the key of many other numbers.
                let number = name.trim().parse().ok().filter(|_| key.len() > 1);
                let found = named.or_else(|| Some((1, scale.level(number?)?)));
                self.offer(found, depth);
            }
            Some(Role::Message(rank)) if is_string => {
                let rank = rank + 4 * depth;
                if self.message.as_ref().is_none_or(|(known, _)| rank < *known) {
                    self.message = Some((rank, inner));
                }
            }
            Some(Role::Status) if is_string && depth == 0 => {
                self.status = level_names::find(&self.text[inner]).map(|(level, _)| level);
            }
            Some(Role::Time) => self.timed |= depth == 0,
            _ => {}
        }
    }

    /// Reads an object in which a part of the line stands: a level as `{"name":"ERROR"}` (Loguru), or a holder.
    fn descend(&mut self, key: &str, start: usize, depth: u8) {
        let Some(mut pairs) = Pairs::of(self.text, start).filter(|_| depth < MAX_DEPTH) else { return };
        if HOLDERS.contains(&key) {
            self.read(&mut pairs, depth + 1);
        } else if keys::is_level(key) {
            for (key, value) in pairs {
                let is_name = &self.text[key.clone()] == "name" || keys::is_level(&self.text[key]);
                let level = is_name.then(|| level_names::named(plain(self.text, &value).trim())).flatten();
                self.offer(level.map(|level| (0, level)), depth);
            }
        }
    }

    fn offer(&mut self, found: Option<(u8, Level)>, depth: u8) {
        let Some((rank, level)) = found else { return };
        let rank = rank + 2 * depth;
        if self.level.is_none_or(|(known, _)| rank < known) {
            self.level = Some((rank, level));
        }
    }

    /// The level under a key of its own; else what the format says of a line without one; else what the message says.
    fn level(&self) -> Option<Level> {
        let of_message = || super::parse(&plain_inner(self.text, &self.message.as_ref()?.1)).level;
        let keyed = self.level.map(|(_, level)| level);
        let datadog = self.status.filter(|_| self.timed && self.message.is_some());
        // Compact Log Event Format: "absence implies Information".
        let clef = (self.is_clef && self.timed).then_some(Level::Info);
        keyed.or(datadog).or(clef).or_else(of_message)
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
            if text[value.clone()].starts_with('{') && depth < MAX_DEPTH {
                open.push((name.into_owned(), value.start, depth + 1));
            } else if fields.len() < MAX_FIELDS {
                fields.push(Field { name, value: plain(text, &value) });
            }
        }
    }
    fields
}

/// A value without quotes and escapes.
fn plain<'t>(text: &'t str, value: &Range<usize>) -> Cow<'t, str> {
    let inner = unquoted(text, value);
    if inner.len() == value.len() { Cow::Borrowed(&text[inner]) } else { plain_inner(text, &inner) }
}

/// The text between quotes without its escapes. What an escape hides is cleaned, because it could drive the terminal.
pub(super) fn plain_inner<'t>(text: &'t str, inner: &Range<usize>) -> Cow<'t, str> {
    let raw = &text[inner.clone()];
    let quoted = inner.start.checked_sub(1).and_then(|start| text.get(start..=inner.end));
    match quoted.filter(|quoted| raw.contains('\\') && quoted.starts_with('"') && quoted.ends_with('"')) {
        Some(quoted) => {
            let read = serde_json::from_str::<String>(quoted);
            Cow::Owned(clean_within(read.as_deref().unwrap_or(raw), MAX_VALUE_CHARS))
        }
        None => Cow::Borrowed(raw),
    }
}

/// The value without its quotes, if it has any.
fn unquoted(text: &str, value: &Range<usize>) -> Range<usize> {
    if text.as_bytes().get(value.start) == Some(&b'"') && value.len() >= 2 {
        value.start + 1..value.end - 1
    } else {
        value.clone()
    }
}
