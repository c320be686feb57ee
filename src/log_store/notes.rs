//! Notes: messages of Portolan about streams, such as gaps. Each stands at its time between the lines. Notes
//! have their own memory limit.

use super::entry_key::EntryKey;
use crate::model::{LogNoteKind, ServiceId, SharedText};
use std::collections::BTreeMap;

/// A message of Portolan about one stream, such as a gap, or about all streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// The service of the stream; `None` for a note about all streams.
    pub(super) service: Option<ServiceId>,
    /// The label of the stream; empty for a note about all streams.
    pub(super) label: SharedText,
    /// The kind of note, such as a gap.
    pub(super) kind: LogNoteKind,
    /// The text that the log screen shows.
    pub(super) text: String,
}

/// The stream number of notes about all streams. It is the highest number, so such a note follows all lines
/// of the same time.
pub(super) const ALL_STREAMS: u32 = u32::MAX;

/// All notes, sorted by key, with the memory that they take.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    by_key: BTreeMap<EntryKey, Note>,
    /// The memory that the notes take, in bytes.
    bytes: usize,
}

impl Notes {
    /// Returns the memory that the notes take, in bytes. The estimate assumes half-full nodes of the
    /// `BTreeMap`.
    pub(super) fn memory_bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the notes in the order of their keys.
    pub(super) fn by_key(&self) -> &BTreeMap<EntryKey, Note> {
        &self.by_key
    }

    /// Inserts a note unless the stream already has an equal note at the same time. For a note about an
    /// unreadable stream, an equal note at any time suffices.
    pub(super) fn insert_unless_known(&mut self, key: EntryKey, note: Note) {
        let same = |(at, held): (&EntryKey, &Note)| at.stream == key.stream && held == &note;
        let known = if note.kind == LogNoteKind::Unreadable {
            self.by_key.iter().any(same)
        } else {
            let from = EntryKey { stream: 0, seq: 0, ..key };
            self.by_key.range(from..=EntryKey { stream: ALL_STREAMS, seq: u64::MAX, ..key }).any(same)
        };
        if !known {
            self.insert(key, note);
        }
    }

    /// Inserts a note. Replaces the note with the same key, if any.
    pub(super) fn insert(&mut self, key: EntryKey, note: Note) {
        self.bytes += note_bytes(&note);
        if let Some(old) = self.by_key.insert(key, note) {
            self.bytes -= note_bytes(&old);
        }
    }

    /// Removes the note with this key, if any.
    pub(super) fn remove(&mut self, key: EntryKey) {
        if let Some(old) = self.by_key.remove(&key) {
            self.bytes -= note_bytes(&old);
        }
    }

    /// Removes the oldest note and returns its key.
    pub(super) fn pop_oldest(&mut self) -> Option<EntryKey> {
        let (key, note) = self.by_key.pop_first()?;
        self.bytes -= note_bytes(&note);
        Some(key)
    }
}

fn note_bytes(note: &Note) -> usize {
    2 * (size_of::<EntryKey>() + size_of::<Note>()) + note.text.capacity()
}
