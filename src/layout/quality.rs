//! Metrics of a layout, by which a good diagram differs from a tangled one.

/// Metrics of a diagram, to compare two layouts of one graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Number of crossings between lines. A line that many edges share counts once.
    pub crossings: usize,
    /// Number of turns, summed over all routes.
    pub bends: usize,
    /// Length in cells, summed over all routes.
    pub length: usize,
    /// Number of edges that run against the flow.
    pub back_edges: usize,
    /// Number of doglegs: vertical lines that are broken in two. A line is broken if it and another line
    /// would each have to turn before the other.
    pub doglegs: usize,
    /// Area of the diagram in cells, including empty cells.
    pub area: usize,
}

impl Quality {
    /// Returns true if this diagram has over 1.3 times the crossings or the area of `fresh`, a layout of the
    /// same graph without a seed.
    ///
    /// Each layout with a seed moves as little as possible, so it may be a little worse than a fresh one.
    /// Over many changes these losses add up.
    #[must_use]
    pub const fn is_much_worse_than(&self, fresh: &Self) -> bool {
        10 * self.crossings > 13 * fresh.crossings + CROSSING_SLACK_TENTHS || 10 * self.area > 13 * fresh.area
    }
}

/// Additional crossings that do not count, in tenths of a crossing: on a small map, one or two more crossings
/// do not justify moving everything.
const CROSSING_SLACK_TENTHS: usize = 20;
