//! Entries of a log as the log screen and exports show it: stored lines, and Portolan's notes between them.

use super::{
    chunk::{Chunk, LineMeta},
    entry_key::EntryKey,
    notes::Note,
    stream::StoredStream,
};
use crate::{
    extract::log_line::LineFormat,
    model::{LogLevel, LogNoteKind, OutputStream, ServiceId, TextStyle},
};
use std::ops::Range;

/// A stored line or a note, as the log screen and exports show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry<'a> {
    /// The unique key. Entries are sorted by it.
    pub key: EntryKey,
    /// The service that wrote the line, or that the note is about; `None` for a note about all streams.
    pub service: Option<&'a ServiceId>,
    /// The label of the stream: the instance's name, with the container's name if there are several
    /// containers.
    pub label: &'a str,
    /// Standard output or standard error of the process.
    pub stream: OutputStream,
    /// The level that the line states; `None` without one.
    pub level: Option<LogLevel>,
    /// The full text of the line or note.
    pub text: &'a str,
    /// The byte range of the message in the text.
    pub message: Range<usize>,
    /// The format of the line, such as JSON or plain text.
    pub format: LineFormat,
    /// The styles of parts of the text, such as colours, as the service set them.
    pub styles: &'a [TextStyle],
    /// The kind of the note; `None` for a stored line.
    pub note: Option<LogNoteKind>,
}

impl<'a> LogEntry<'a> {
    pub(super) fn from_line(
        number: u32,
        stream: &'a StoredStream,
        chunk: &'a Chunk,
        meta: &LineMeta,
    ) -> Self {
        Self {
            key: meta.position().entry_key(number),
            service: Some(&stream.service),
            label: &stream.label,
            stream: meta.stream,
            level: meta.level,
            text: &chunk.text()[meta.text_range()],
            message: meta.message_range(),
            format: meta.format,
            styles: chunk.styles(meta),
            note: None,
        }
    }

    pub(super) fn from_note(key: EntryKey, note: &'a Note) -> Self {
        Self {
            key,
            service: note.service.as_ref(),
            label: &note.label,
            stream: OutputStream::Stdout,
            level: None,
            text: &note.text,
            message: 0..note.text.len(),
            format: LineFormat::Text,
            styles: &[],
            note: Some(note.kind),
        }
    }

    /// Returns true if the level is error or above.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level >= Some(LogLevel::Error)
    }
}
