//! Notes that people wrote on services, calls and findings.

use super::World;
use crate::{
    history::Subject,
    model::{Finding, NodeId, SourceId},
    note::{Note, NoteBook},
};
use std::collections::BTreeSet;

impl World {
    /// Replaces the notes on a source, and records new ones in the history.
    pub fn set_notes(&mut self, source: &SourceId, book: NoteBook) {
        let known = self.notes.get(source);
        let known: BTreeSet<_> =
            known.iter().flat_map(|book| book.notes()).map(|note| note.id.clone()).collect();
        for note in book.notes().iter().filter(|note| !known.contains(&note.id)) {
            let subject = Subject::Node(note.target.node_of(source));
            self.history.record_note(subject, format!("{}: {}", note.by, note.text), note.at);
        }
        self.notes.insert(source.clone(), book);
    }

    /// Returns the notes that have not ended, each with its source.
    fn current_notes(&self) -> impl Iterator<Item = (&SourceId, &Note)> {
        let notes =
            self.notes.iter().flat_map(|(source, book)| book.notes().iter().map(move |n| (source, n)));
        notes.filter(|(_, note)| note.holds(self.now))
    }

    /// Returns the notes on the node itself that have not ended, the oldest first.
    #[must_use]
    pub fn notes_on(&self, node: &NodeId) -> Vec<&Note> {
        let found = self.current_notes().filter(|(source, note)| note.target.is_node(source, node));
        found.map(|(_, note)| note).collect()
    }

    /// Returns the notes on the call from `caller` to `callee` that have not ended, the oldest first.
    #[must_use]
    pub fn notes_on_call(&self, caller: &NodeId, callee: &NodeId) -> Vec<&Note> {
        let found = self.current_notes().filter(|(source, note)| note.target.is_call(source, caller, callee));
        found.map(|(_, note)| note).collect()
    }

    /// Returns the newest note that acknowledges a finding. Returns `None` if there is no such note, or if
    /// the finding has changed since.
    #[must_use]
    pub fn acknowledgement(&self, finding: &Finding) -> Option<&Note> {
        let of_finding =
            self.current_notes().filter(|(source, note)| note.target.acknowledges(source, finding, note.at));
        of_finding.map(|(_, note)| note).max_by_key(|note| note.at)
    }
}
