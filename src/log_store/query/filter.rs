//! Filters of log lines by scope and by predicate.

use super::text_matcher::TextMatcher;
use crate::{
    extract::log_line,
    log_store::{
        chunk::{Chunk, LineMeta},
        pattern::Template,
        stream::StoredStream,
    },
    model::{InstanceId, LogLevel, ServiceId, SharedText},
};
use std::collections::BTreeSet;

/// The streams in which a query looks for lines.
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

/// A condition that a line matches or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// Lines that contain a text.
    Text(TextMatcher),
    /// Lines with at least that level.
    Level(LogLevel),
    /// Lines of a service.
    Service(ServiceId),
    /// Lines of the stream with a label.
    Label(SharedText),
    /// Lines with a value in a field.
    Field {
        /// The field's name, with dots between the levels of nested objects.
        name: String,
        /// The field's exact value.
        value: String,
    },
    /// Lines with the words of a template.
    Template(Template),
    /// Lines with the level error or above.
    Errors,
}

impl Predicate {
    /// Returns true if a line matches the predicate.
    pub(in crate::log_store) fn matches(
        &self,
        stream: &StoredStream,
        chunk: &Chunk,
        meta: &LineMeta,
    ) -> bool {
        let text = || &chunk.text()[meta.text_range()];
        match self {
            Self::Text(needle) => needle.is_match(text()),
            Self::Level(least) => meta.level >= Some(*least),
            Self::Service(service) => &stream.service == service,
            Self::Label(label) => &stream.label == label,
            Self::Field { name, value } => {
                let fields = log_line::fields(text(), meta.format);
                fields.iter().any(|field| field.name == name.as_str() && field.value == value.as_str())
            }
            Self::Template(template) => template.matches(&text()[meta.message_range()]),
            Self::Errors => meta.level >= Some(LogLevel::Error),
        }
    }

    /// Returns the extra work of testing a line, in units of one text search.
    pub(in crate::log_store) fn extra_cost(&self) -> usize {
        match self {
            Self::Field { .. } | Self::Template(_) => 5,
            _ => 0,
        }
    }
}
