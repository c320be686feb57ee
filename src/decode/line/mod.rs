//! What a log line says of itself: how grave it is, which part is its message, and how it is written.
//!
//! It is told strictly: a level is a word where logging libraries put it, never a word in the midst of a sentence. The
//! forms are those of the libraries' own defaults; `tests.rs` has a line of each.

mod head;
mod id;
mod json;
mod logfmt;
mod word;

pub use id::{Id, ids};

use crate::model::Level;
use std::{borrow::Cow, ops::Range};

/// What a line says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// How grave it is, where it says so.
    pub level: Option<Level>,
    /// The message, in bytes of the line: without the time and the level before it.
    pub message: Range<u32>,
    /// How it is written.
    pub shape: Shape,
}

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Words.
    #[default]
    Text,
    /// An object of JSON.
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

/// The most fields that are told of one line.
const MOST_FIELDS: usize = 64;

/// Reads a line as it arrives. Nothing is copied.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let found = json::parse(text).or_else(|| logfmt::parse(text));
    let (level, message, shape) = found.unwrap_or_else(|| {
        let (level, start) = head::read(text);
        (level, start..text.len(), Shape::Text)
    });
    Parsed { level, message: message.start as u32..message.end as u32, shape }
}

/// The named values of a line, at most 64, in its order; for lines that somebody looks at or filters by.
#[must_use]
pub fn fields(text: &str, shape: Shape) -> Vec<Field<'_>> {
    match shape {
        Shape::Json => json::fields(text),
        Shape::Logfmt | Shape::Text => logfmt::fields(text),
    }
}

/// Whether libraries use a name for the message, the level or the time of a line: what is told beside its fields.
#[must_use]
pub fn is_head(name: &str) -> bool {
    let times = ["time", "ts", "timestamp", "@timestamp", "t", "datetime", "asctime"];
    is_message(name) || is_level(name) || times.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// What stands under a name that libraries use for the message.
fn is_message(name: &str) -> bool {
    ["msg", "message", "event", "log", "text", "short_message", "@message"].contains(&name)
}

/// What stands under a name that libraries use for the level.
fn is_level(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "level",
        "lvl",
        "severity",
        "loglevel",
        "log_level",
        "log.level",
        "levelname",
        "severity_text",
        "severitytext",
        "@level",
        "priority",
    ];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests;
