//! Portolan's own notes about streams, at their places between the lines. Their memory is limited too.

use super::entry_key::EntryKey;
use crate::model::{LogNoteKind, ServiceId, SharedText};
use std::collections::BTreeMap;

/// A note about one stream or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) service: Option<ServiceId>,
    pub(super) label: SharedText,
    pub(super) kind: LogNoteKind,
    pub(super) text: String,
}

/// The stream number of a note about all streams. Such a note follows all lines of its time.
pub(super) const ALL_STREAMS: u32 = u32::MAX;

/// All notes by their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    by_key: BTreeMap<EntryKey, Note>,
    bytes: usize,
}

impl Notes {
    /// Returns the memory that the notes take, in bytes. It assumes tree nodes that are half full.
    pub(super) fn memory_bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the notes in order.
    pub(super) fn by_key(&self) -> &BTreeMap<EntryKey, Note> {
        &self.by_key
    }

    /// Inserts a note unless the same note exists for that stream and time. A note about an unreadable stream
    /// is inserted only once.
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

    /// Inserts a note and replaces any note with that key.
    pub(super) fn insert(&mut self, key: EntryKey, note: Note) {
        self.bytes += note_bytes(&note);
        if let Some(old) = self.by_key.insert(key, note) {
            self.bytes -= note_bytes(&old);
        }
    }

    /// Removes a note.
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
