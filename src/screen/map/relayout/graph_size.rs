//! Size of a layout graph, which tells when another variant may fit better.

use crate::layout::{Graph, should_compact};

/// Growth in boxes and lines that reopens the choice of a variant: one part in this many.
const RECHOOSE_GROWTH_DIVISOR: usize = 8;

/// Size of a layout graph.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::screen::map) struct GraphSize {
    boxes: usize,
    lines: usize,
}

impl GraphSize {
    /// Returns the size of `graph`.
    pub(in crate::screen::map) fn of(graph: &Graph) -> Self {
        Self { boxes: graph.nodes.len(), lines: graph.edges.len() }
    }

    /// Returns true if the graph grew or shrank so much since `before` that another variant may be better.
    pub(in crate::screen::map) fn differs_much_from(self, before: Self) -> bool {
        let (now, then) = (self.boxes + self.lines, before.boxes + before.lines);
        now.saturating_sub(then) * RECHOOSE_GROWTH_DIVISOR > then
            || should_compact(before.boxes.saturating_sub(self.boxes), self.boxes)
    }
}
