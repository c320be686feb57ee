//! A held line or a note, as who draws it sees it.

use super::{
    chunk::{Chunk, Meta},
    key::Key,
    note::Note,
    stream::Stream,
};
use crate::{
    decode::line::Shape,
    model::{Level, LogStream, NoteKind, Paint, ServiceId},
};
use std::ops::Range;

/// A line or a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Where it stands.
    pub key: Key,
    /// Whose it is; none for a note about all that are read together.
    pub service: Option<&'a ServiceId>,
    /// The stream's label.
    pub label: &'a str,
    /// Which of the process's streams.
    pub stream: LogStream,
    /// How grave it says it is.
    pub level: Option<Level>,
    /// The text.
    pub text: &'a str,
    /// Where the message stands in the text, in bytes.
    pub message: Range<usize>,
    /// How it is written.
    pub shape: Shape,
    /// Where the service painted it.
    pub paint: &'a [Paint],
    /// What the note is about, where it is one of Portolan's.
    pub note: Option<NoteKind>,
}

impl<'a> Line<'a> {
    pub(super) fn of(number: u32, stream: &'a Stream, chunk: &'a Chunk, meta: &Meta) -> Self {
        Self {
            key: meta.place().key(number),
            service: Some(&stream.service),
            label: &stream.label,
            stream: meta.stream,
            level: meta.level,
            text: &chunk.text()[meta.range()],
            message: meta.message(),
            shape: meta.shape,
            paint: chunk.paint(meta),
            note: None,
        }
    }

    pub(super) fn noted(key: Key, note: &'a Note) -> Self {
        Self {
            key,
            service: note.service.as_ref(),
            label: &note.label,
            stream: LogStream::Out,
            level: None,
            text: &note.text,
            message: 0..note.text.len(),
            shape: Shape::Text,
            paint: &[],
            note: Some(note.kind),
        }
    }

    /// Whether it tells of an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level >= Some(Level::Error)
    }
}
