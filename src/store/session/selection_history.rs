//! Selection history: the nodes that were selected earlier, through which the user can step back and forward.

use crate::model::NodeId;

/// Maximum number of selections in the history.
const MAX_SELECTIONS: usize = 200;

/// Nodes that were selected in this run, the oldest first, and the position of the current one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectionHistory {
    nodes: Vec<NodeId>,
    position: usize,
}

impl SelectionHistory {
    /// Adds `node` after the current position, and drops the selections that came after that position.
    pub fn push(&mut self, node: &NodeId) {
        if self.nodes.get(self.position) == Some(node) {
            return;
        }
        self.nodes.truncate(self.position + 1);
        self.nodes.push(node.clone());
        if self.nodes.len() > MAX_SELECTIONS {
            self.nodes.remove(0);
        }
        self.position = self.nodes.len() - 1;
    }

    /// Moves to the next node that still exists, going back if `back` is true, or else forward, and returns
    /// it. `known` returns true for a node that still exists.
    pub fn navigate(&mut self, back: bool, known: impl Fn(&NodeId) -> bool) -> Option<NodeId> {
        let position = self.find(back, known)?;
        self.position = position;
        self.nodes.get(position).cloned()
    }

    /// Returns the position of the next node that still exists, going back if `back` is true, or else
    /// forward. `known` returns true for a node that still exists.
    pub fn find(&self, back: bool, known: impl Fn(&NodeId) -> bool) -> Option<usize> {
        let mut here = self.position;
        loop {
            here = if back { here.checked_sub(1)? } else { here + 1 };
            if known(self.nodes.get(here)?) {
                return Some(here);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SelectionHistory;
    use crate::model::NodeId;

    #[test]
    fn navigation_skips_removed_nodes() {
        let mut trail = SelectionHistory::default();
        ["a", "b", "b", "c"].into_iter().for_each(|name| trail.push(&NodeId::new(name)));
        let mut go = |back, gone: &str| trail.navigate(back, |n| n.as_str() != gone).map(|n| n.to_string());
        assert_eq!(go(false, ""), None);
        assert_eq!(go(true, "b").as_deref(), Some("a"));
        assert_eq!(go(true, ""), None);
        assert_eq!(go(false, "").as_deref(), Some("b"));
        trail.push(&NodeId::new("d"));
        assert_eq!(trail.navigate(false, |_| true), None);
        assert_eq!(trail.navigate(true, |_| true), Some(NodeId::new("b")));
    }
}
