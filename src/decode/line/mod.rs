//! The level, the message and the fields that a log line states itself.
//!
//! A level counts only where logging libraries write it, never within a sentence. The formats are the libraries' own
//! defaults; `tests/` has lines of each.

mod id;
mod json;
mod json_pairs;
mod keys;
mod level_names;
mod level_numbers;
mod logfmt;
mod prefix;
#[cfg(test)]
mod tests;

pub use id::{Id, ids};

use crate::model::Level;
use std::{borrow::Cow, ops::Range};

/// The parts of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The level, where the line states one.
    pub level: Option<Level>,
    /// The message, in bytes of the line: without the time and the level before it.
    pub message: Range<u32>,
    /// The format of the line.
    pub shape: Shape,
}

/// The format of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Words.
    #[default]
    Text,
    /// A JSON object.
    Json,
    /// Pairs of name and value.
    Logfmt,
}

/// A named value in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name; dotted where it is nested.
    pub name: Cow<'a, str>,
    /// Its value.
    pub value: Cow<'a, str>,
}

/// The most fields that are read from one line.
const MAX_FIELDS: usize = 64;

/// Reads a line as it arrives, without copying anything.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let found = json::parse(text).or_else(|| logfmt::parse(text));
    let (level, message, shape) = found.unwrap_or_else(|| {
        let (level, start) = prefix::read(text);
        (level, start..text.len(), Shape::Text)
    });
    Parsed { level, message: message.start as u32..message.end as u32, shape }
}

/// The message of a line as people read it: without the escapes of JSON and logfmt.
#[must_use]
pub fn message(text: &str, range: Range<usize>, shape: Shape) -> Cow<'_, str> {
    match shape {
        Shape::Text => Cow::Borrowed(&text[range]),
        Shape::Json | Shape::Logfmt => json::plain_inner(text, &range),
    }
}

/// The named values of a line, at most 64, in its order.
#[must_use]
pub fn fields(text: &str, shape: Shape) -> Vec<Field<'_>> {
    match shape {
        Shape::Json => json::fields(text),
        Shape::Logfmt | Shape::Text => logfmt::fields(text),
    }
}

/// Whether libraries write the message, the level or the time of a line under that name, which are shown beside the
/// fields.
#[must_use]
pub fn is_head(name: &str) -> bool {
    !matches!(keys::role(name), None | Some(keys::Role::Status))
}
