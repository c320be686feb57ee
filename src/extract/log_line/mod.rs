//! Parser of log lines: finds the level, the message and the fields of a line.
//!
//! A level counts only where logging libraries write it, not within a sentence. The parser knows the
//! libraries' default formats; `tests/` has sample lines of each.

mod correlation_id;
mod json;
mod json_pairs;
mod keyed_level;
mod field_roles;
mod name_lengths;
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
    /// The level that the line states; `None` without one.
    pub level: Option<LogLevel>,
    /// The byte range of the message in the line. It excludes the time and level before the message.
    pub message: Range<u32>,
    /// The format of the line.
    pub format: LineFormat,
}

/// The format of a log line: plain text, JSON or logfmt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineFormat {
    /// Plain text.
    #[default]
    Text,
    /// A JSON object.
    Json,
    /// Pairs of key and value, as in logfmt.
    Logfmt,
}

/// A named value in a log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogField<'a> {
    /// The field's name. Dots separate the levels of nested objects.
    pub name: Cow<'a, str>,
    /// The field's value, without quotes and with escapes resolved.
    pub value: Cow<'a, str>,
}

/// The maximum number of fields to read from one line.
const MAX_FIELDS: usize = 64;

/// Parses a log line without copying its text.
#[must_use]
pub fn parse(text: &str) -> ParsedLine {
    let found = json::parse(text).or_else(|| logfmt::parse(text));
    let (level, message, format) = found.unwrap_or_else(|| {
        let (level, start) = prefix::read_prefix(text);
        (level, start..text.len(), LineFormat::Text)
    });
    ParsedLine { level, message: message.start as u32..message.end as u32, format }
}

/// Returns the message of a line with the escapes of JSON and logfmt resolved. `range` is the range of the
/// message.
#[must_use]
pub fn message_text(text: &str, range: Range<usize>, format: LineFormat) -> Cow<'_, str> {
    match format {
        LineFormat::Text => Cow::Borrowed(&text[range]),
        LineFormat::Json | LineFormat::Logfmt => json::unescape(text, &range),
    }
}

/// Returns the fields of a line in their order, at most `MAX_FIELDS`.
#[must_use]
pub fn fields(text: &str, format: LineFormat) -> Vec<LogField<'_>> {
    match format {
        LineFormat::Json => json::fields(text),
        LineFormat::Logfmt | LineFormat::Text => logfmt::fields(text),
    }
}

/// Returns true if `name` is a key under which libraries write the message, level or time of a line. The log
/// screen already shows these parts of the line, so it leaves out fields with such names.
#[must_use]
pub fn is_standard_field(name: &str) -> bool {
    !matches!(field_roles::field_role(name), None | Some(field_roles::FieldRole::Status))
}
