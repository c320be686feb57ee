//! Notes about unreadable streams, which the log screen always shows at the top.

use super::{entry::LogEntry, store::LogStore};
use crate::model::LogNoteKind;

impl LogStore {
    /// Returns the notes about streams that can't be read, in time order.
    pub fn unreadable_notes(&self) -> impl Iterator<Item = LogEntry<'_>> {
        let notes = self.notes.by_key().iter().filter(|(_, note)| note.kind == LogNoteKind::Unreadable);
        notes.map(|(key, note)| LogEntry::from_note(*key, note))
    }
}
