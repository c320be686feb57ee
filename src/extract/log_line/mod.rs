//! Parser of log lines: the level, the message and the fields that a line states.
//!
//! A level counts only where logging libraries write it, never within a sentence. The formats are the
//! libraries' own defaults; `tests/` has sample lines of each.

mod correlation_id;
mod json;
mod json_pairs;
mod field_roles;
mod first_letters;
mod level_names;
mod level_numbers;
mod logfmt;
mod prefix;
#[cfg(test)]
mod tests;

pub use correlation_id::{CorrelationId, correlation_ids};

use crate::model::LogLevel;
use std::{borrow::Cow, ops::Range};

/// The level, message and format of a log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedLine {
    /// The level; `None` if the line states none.
    pub level: Option<LogLevel>,
    /// The byte range of the message in the line, without the time and level before it.
    pub message: Range<u32>,
    /// The format of the line.
    pub format: LineFormat,
}

/// The format of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineFormat {
    /// Plain text.
    #[default]
    Text,
    /// A JSON object.
    Json,
    /// Pairs of name and value, as in logfmt.
    Logfmt,
}

/// A named value in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogField<'a> {
    /// The field's name, with dots between the levels of nested objects.
    pub name: Cow<'a, str>,
    /// The field's value, unescaped and without quotes.
    pub value: Cow<'a, str>,
}

/// The maximum number of fields read from one line.
const MAX_FIELDS: usize = 64;

/// Parses a raw log line without copying its text.
#[must_use]
pub fn parse(text: &str) -> ParsedLine {
    let found = json::parse(text).or_else(|| logfmt::parse(text));
    let (level, message, format) = found.unwrap_or_else(|| {
        let (level, start) = prefix::read_prefix(text);
        (level, start..text.len(), LineFormat::Text)
    });
    ParsedLine { level, message: message.start as u32..message.end as u32, format }
}

/// Returns the readable message of a line, without the escapes of JSON and logfmt.
#[must_use]
pub fn message_text(text: &str, range: Range<usize>, format: LineFormat) -> Cow<'_, str> {
    match format {
        LineFormat::Text => Cow::Borrowed(&text[range]),
        LineFormat::Json | LineFormat::Logfmt => json::unescape(text, &range),
    }
}

/// Returns the fields of a line in their order, at most 64.
#[must_use]
pub fn fields(text: &str, format: LineFormat) -> Vec<LogField<'_>> {
    match format {
        LineFormat::Json => json::fields(text),
        LineFormat::Logfmt | LineFormat::Text => logfmt::fields(text),
    }
}

/// Returns true if libraries write the line's message, level or time under `name`. The screen shows these
/// apart from the other fields.
#[must_use]
pub fn is_standard_field(name: &str) -> bool {
    !matches!(field_roles::field_role(name), None | Some(field_roles::FieldRole::Status))
}
