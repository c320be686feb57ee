//! Notes about unreadable streams. The log screen always shows them at the top.

use super::{entry::LogEntry, store::LogStore};
use crate::model::LogNoteKind;

impl LogStore {
    /// Returns the notes about streams that can't be read.
    pub fn unreadable_notes(&self) -> impl Iterator<Item = LogEntry<'_>> {
        let notes = self.notes.by_key().iter().filter(|(_, note)| note.kind == LogNoteKind::Unreadable);
        notes.map(|(key, note)| LogEntry::from_note(*key, note))
    }
}
