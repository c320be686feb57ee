//! Notes that people wrote on a node, for the card and the panel.

use super::NodeTextBuilder;
use crate::{screen::describe::note_text::note_text, topology::Node};

impl NodeTextBuilder<'_> {
    /// Adds the notes that people wrote on the node, one row for each.
    pub(super) fn push_notes(&mut self, node: &Node) {
        for note in self.scene.store.world.notes_on(&node.id) {
            self.push_labelled("note", &note_text(note, self.scene));
        }
    }
}
