//! What is said of streams that can't be read: for the top of the screen, wherever in time one is.

use super::{line::Line, store::LogStore};
use crate::model::NoteKind;

impl LogStore {
    /// What is said of streams that can't be read at all.
    pub fn unreadable(&self) -> impl Iterator<Item = Line<'_>> {
        let notes = self.notes.held().iter().filter(|(_, note)| note.kind == NoteKind::Unreadable);
        notes.map(|(key, note)| Line::noted(*key, note))
    }
}
