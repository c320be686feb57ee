//! Notes of people on a node.

use super::NodeTextBuilder;
use crate::{screen::describe::note_text::note_text, topology::Node};

impl NodeTextBuilder<'_> {
    /// Adds the notes of people on the node, one row for each.
    pub(super) fn push_notes(&mut self, node: &Node) {
        for note in self.scene.store.world.notes_on(&node.id) {
            self.push_labelled("note", &note_text(note, self.scene));
        }
    }
}
