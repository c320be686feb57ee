//! Portolan's own notes about streams, at their places between the lines. They are bounded as the lines are.

use super::key::Key;
use crate::model::{NoteKind, ServiceId, SharedText};
use std::collections::BTreeMap;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) service: Option<ServiceId>,
    pub(super) label: SharedText,
    pub(super) kind: NoteKind,
    pub(super) text: String,
}

/// The number of the stream of a note about all that are read together: it stands after all lines of its time.
pub(super) const ALL: u32 = u32::MAX;

/// All notes, by their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    held: BTreeMap<Key, Note>,
    bytes: usize,
}

impl Notes {
    /// What they take of memory, in bytes; a tree's nodes are at least half full.
    pub(super) fn cost(&self) -> usize {
        self.bytes
    }

    /// Those in order.
    pub(super) fn held(&self) -> &BTreeMap<Key, Note> {
        &self.held
    }

    /// Takes a note, unless the same is held: of the same stream and time, or, where the stream can't be read, at all.
    pub(super) fn take(&mut self, key: Key, note: Note) {
        let same = |(at, held): (&Key, &Note)| at.stream == key.stream && held == &note;
        let known = if note.kind == NoteKind::Unreadable {
            self.held.iter().any(same)
        } else {
            let from = Key { stream: 0, seq: 0, ..key };
            self.held.range(from..=Key { stream: ALL, seq: u64::MAX, ..key }).any(same)
        };
        if !known {
            self.put(key, note);
        }
    }

    /// Takes a note in place of what stood there.
    pub(super) fn put(&mut self, key: Key, note: Note) {
        self.bytes += cost(&note);
        if let Some(old) = self.held.insert(key, note) {
            self.bytes -= cost(&old);
        }
    }

    /// Takes a note away.
    pub(super) fn remove(&mut self, key: Key) {
        if let Some(old) = self.held.remove(&key) {
            self.bytes -= cost(&old);
        }
    }

    /// Takes the oldest note away, and says where it stood.
    pub(super) fn forget(&mut self) -> Option<Key> {
        let (key, note) = self.held.pop_first()?;
        self.bytes -= cost(&note);
        Some(key)
    }
}

fn cost(note: &Note) -> usize {
    2 * (size_of::<Key>() + size_of::<Note>()) + note.text.capacity()
}
