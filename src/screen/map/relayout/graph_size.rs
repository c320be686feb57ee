//! Size of a layout graph. If it changes much, another variant of the map may fit better.

use crate::layout::{Graph, should_compact};

/// Divisor of the number of boxes and lines when the variant was chosen. If more than the quotient have been
/// added since, the map chooses its variant again.
const RECHOOSE_GROWTH_DIVISOR: usize = 8;

/// Number of boxes and lines in a layout graph.
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

    /// Returns true if the graph has grown or shrunk so much since `before` that another variant may fit
    /// better.
    pub(in crate::screen::map) fn differs_much_from(self, before: Self) -> bool {
        let (now, then) = (self.boxes + self.lines, before.boxes + before.lines);
        now.saturating_sub(then) * RECHOOSE_GROWTH_DIVISOR > then
            || should_compact(before.boxes.saturating_sub(self.boxes), self.boxes)
    }
}
