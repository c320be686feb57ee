//! What is kept of the lines, and what is hidden.

use super::{
    chunk::{Chunk, Meta},
    needle::Needle,
    pattern::Template,
    stream::Stream,
};
use crate::{
    decode::line,
    model::{InstanceId, Level, ServiceId, SharedText},
};
use std::collections::BTreeSet;

/// Whose lines are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All.
    #[default]
    All,
    /// Those of some services.
    Services(BTreeSet<ServiceId>),
    /// Those of some instances.
    Instances(BTreeSet<InstanceId>),
}

impl Scope {
    pub(super) fn has(&self, stream: &Stream) -> bool {
        match self {
            Self::All => true,
            Self::Services(services) => services.contains(&stream.service),
            Self::Instances(some) => stream.target.as_ref().is_some_and(|t| some.contains(&t.instance)),
        }
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// What it is about.
    pub what: What,
    /// Whether what fits is kept; else it is hidden.
    pub keep: bool,
}

/// What a condition is about.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Lines with that text.
    Text(Needle),
    /// Lines that say they are at least so grave.
    Level(Level),
    /// Lines of that service.
    Service(ServiceId),
    /// Lines of the stream with that label.
    Label(SharedText),
    /// Lines with that value in that field.
    Field {
        /// The field's name, dotted where it is nested.
        name: String,
        /// Its value.
        value: String,
    },
    /// Lines whose message has those words.
    Template(Template),
    /// Lines that tell of an error.
    Errors,
}

impl What {
    /// Whether a line fits.
    pub(super) fn fits(&self, stream: &Stream, chunk: &Chunk, meta: &Meta) -> bool {
        let text = || &chunk.text()[meta.range()];
        match self {
            Self::Text(needle) => needle.is_in(text()),
            Self::Level(least) => meta.level >= Some(*least),
            Self::Service(service) => &stream.service == service,
            Self::Label(label) => &stream.label == label,
            Self::Field { name, value } => {
                let fields = line::fields(text(), meta.shape);
                fields.iter().any(|field| field.name == name.as_str() && field.value == value.as_str())
            }
            Self::Template(template) => template.fits(&text()[meta.message()]),
            Self::Errors => meta.level >= Some(Level::Error),
        }
    }

    /// How much work a line is, where looking for a text is one.
    pub(super) fn work(&self) -> usize {
        match self {
            Self::Field { .. } | Self::Template(_) => 5,
            _ => 0,
        }
    }
}
