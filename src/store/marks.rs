//! The marked nodes, and the way that they ask for.

use super::Store;
use crate::model::NodeId;

impl Store {
    /// Marks that node, or takes its mark away.
    pub fn mark(&mut self, node: NodeId) {
        let before = self.marks.len();
        self.marks.retain(|mark| *mark != node);
        if self.marks.len() == before {
            self.marks.push(node);
        }
    }

    /// The ends of the way that is asked for: the two newest marks, or the only one and what is selected.
    #[must_use]
    pub fn ends(&self) -> Option<(&NodeId, &NodeId)> {
        match self.marks[..] {
            [.., ref from, ref to] => Some((from, to)),
            [ref from] => self.selected.as_ref().filter(|to| *to != from).map(|to| (from, to)),
            [] => None,
        }
    }
}
