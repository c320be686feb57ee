//! The nodes that were selected, one after the other, to go back and forth among them.

use crate::model::NodeId;

/// The most steps that are remembered.
const LONGEST: usize = 200;

/// What was selected, and where among it one stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    steps: Vec<NodeId>,
    here: usize,
}

impl Trail {
    /// Takes a step to `node`; what lay ahead is forgotten.
    pub fn step(&mut self, node: &NodeId) {
        if self.steps.get(self.here) == Some(node) {
            return;
        }
        self.steps.truncate(self.here + 1);
        self.steps.push(node.clone());
        if self.steps.len() > LONGEST {
            self.steps.remove(0);
        }
        self.here = self.steps.len() - 1;
    }

    /// Goes one step back, or forth, to the next node of which `known` says that it is still there.
    pub fn go(&mut self, back: bool, known: impl Fn(&NodeId) -> bool) -> Option<NodeId> {
        let mut here = self.here;
        loop {
            here = if back { here.checked_sub(1)? } else { here + 1 };
            let node = self.steps.get(here)?;
            if known(node) {
                self.here = here;
                return Some(node.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Trail;
    use crate::model::NodeId;

    #[test]
    fn one_goes_back_and_forth_and_past_what_is_gone() {
        let mut trail = Trail::default();
        ["a", "b", "b", "c"].into_iter().for_each(|name| trail.step(&NodeId::new(name)));
        let mut go = |back, gone: &str| trail.go(back, |n| n.as_str() != gone).map(|n| n.to_string());
        assert_eq!(go(false, ""), None);
        assert_eq!(go(true, "b").as_deref(), Some("a"));
        assert_eq!(go(true, ""), None);
        assert_eq!(go(false, "").as_deref(), Some("b"));
        trail.step(&NodeId::new("d"));
        assert_eq!(trail.go(false, |_| true), None);
        assert_eq!(trail.go(true, |_| true), Some(NodeId::new("b")));
    }
}
