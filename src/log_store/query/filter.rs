//! Filters of log lines: scopes, which select streams, and conditions on single lines.

use super::{field_condition::FieldCondition, text_matcher::TextMatcher};
use crate::{
    extract::log_line::{LineFormat, ParsedLine},
    log_store::{
        chunk::{Chunk, LineMeta},
        pattern::Template,
        stream::StoredStream,
    },
    model::{InstanceId, LogLevel, LogLine, ServiceId, SharedText},
};
use std::{collections::BTreeSet, ops::Range};

/// The streams whose lines a query tests: all streams, or those of some services or instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StreamScope {
    /// All streams.
    #[default]
    All,
    /// The streams of some services.
    Services(BTreeSet<ServiceId>),
    /// The streams of some instances.
    Instances(BTreeSet<InstanceId>),
}

impl StreamScope {
    pub(in crate::log_store) fn includes(&self, stream: &StoredStream) -> bool {
        match self {
            Self::All => true,
            Self::Services(services) => services.contains(&stream.service),
            Self::Instances(some) => stream.target.as_ref().is_some_and(|t| some.contains(&t.instance)),
        }
    }
}

/// A filter that keeps or hides the lines that match a predicate.
#[derive(Clone, Debug, PartialEq)]
pub struct LogFilter {
    /// The condition on a line.
    pub predicate: Predicate,
    /// True to keep matching lines, false to hide them.
    pub keep_matching: bool,
}

impl LogFilter {
    /// Creates a filter that keeps the lines that match `predicate`.
    #[must_use]
    pub fn keep(predicate: Predicate) -> Self {
        Self { predicate, keep_matching: true }
    }

    /// Creates a filter that hides the lines that match `predicate`.
    #[must_use]
    pub fn hide(predicate: Predicate) -> Self {
        Self { predicate, keep_matching: false }
    }

    /// Returns true if the filter lets `line` pass.
    #[must_use]
    pub fn passes(&self, line: &FilterLine<'_>) -> bool {
        self.predicate.matches(line) == self.keep_matching
    }
}

/// A line in the form that filters test: its text, its stream, and its parsed parts.
#[derive(Clone, Debug)]
pub struct FilterLine<'a> {
    service: &'a ServiceId,
    label: &'a SharedText,
    /// A text that contains the line at `range`, such as the text of a chunk. Portolan cuts the line out of
    /// this text only for conditions on the text of the line.
    surrounding_text: &'a str,
    /// The range of the line in `surrounding_text`, in bytes.
    range: Range<usize>,
    /// The range of the message in the line, in bytes.
    message: Range<usize>,
    level: Option<LogLevel>,
    format: LineFormat,
}

impl<'a> FilterLine<'a> {
    /// Creates the filter line of a received line, before the store has it.
    #[must_use]
    pub fn of(line: &'a LogLine, parsed: &ParsedLine) -> Self {
        Self {
            service: &line.service,
            label: &line.label,
            surrounding_text: &line.text,
            range: 0..line.text.len(),
            message: parsed.message.start as usize..parsed.message.end as usize,
            level: parsed.level,
            format: parsed.format,
        }
    }

    /// Creates the filter line of a stored line.
    pub(in crate::log_store) fn of_stored(
        stream: &'a StoredStream,
        chunk: &'a Chunk,
        meta: &LineMeta,
    ) -> Self {
        Self {
            service: &stream.service,
            label: &stream.label,
            surrounding_text: chunk.text(),
            range: meta.text_range(),
            message: meta.message_range(),
            level: meta.level,
            format: meta.format,
        }
    }

    fn text(&self) -> &'a str {
        &self.surrounding_text[self.range.clone()]
    }
}

/// A condition on a log line, such as a search text, a minimum level or a service.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// Lines that contain a match of a search text.
    Text(TextMatcher),
    /// Lines with this level or a higher one.
    Level(LogLevel),
    /// Lines of one service.
    Service(ServiceId),
    /// Lines of the stream with this label.
    Label(SharedText),
    /// Lines with a field that fulfils the condition.
    Field(FieldCondition),
    /// Lines whose message matches the template.
    Template(Template),
    /// Lines whose level is error or above.
    Errors,
}

impl Predicate {
    /// Returns true if a line matches the predicate.
    fn matches(&self, line: &FilterLine<'_>) -> bool {
        match self {
            Self::Text(matcher) => matcher.is_match(line.text()),
            Self::Level(least) => line.level >= Some(*least),
            Self::Service(service) => line.service == service,
            Self::Label(label) => line.label == label,
            Self::Field(condition) => condition.matches(line.text(), line.format),
            Self::Template(template) => template.matches(&line.text()[line.message.clone()]),
            Self::Errors => line.level >= Some(LogLevel::Error),
        }
    }

    /// Returns the extra work of testing one line with this predicate, as a multiple of the work of one text
    /// search. It excludes the work of reading the line.
    pub(in crate::log_store) fn extra_cost(&self) -> usize {
        match self {
            Self::Field(_) | Self::Template(_) => 5,
            Self::Text(_) | Self::Level(_) | Self::Service(_) | Self::Label(_) | Self::Errors => 0,
        }
    }
}
