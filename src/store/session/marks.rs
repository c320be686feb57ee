//! Marked nodes, and the path between them.

use crate::{model::NodeId, store::Store};

impl Store {
    /// Marks `node`, or removes its mark.
    pub fn toggle_mark(&mut self, node: NodeId) {
        let before = self.marks.len();
        self.marks.retain(|mark| *mark != node);
        if self.marks.len() == before {
            self.marks.push(node);
        }
    }

    /// Returns the ends of the requested path: the two newest marks, or the only mark and the selected node.
    #[must_use]
    pub fn path_ends(&self) -> Option<(&NodeId, &NodeId)> {
        match self.marks[..] {
            [.., ref from, ref to] => Some((from, to)),
            [ref from] => self.selected.as_ref().filter(|to| *to != from).map(|to| (from, to)),
            [] => None,
        }
    }
}
