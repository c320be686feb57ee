//! Quality metrics of a diagram, such as its crossings and bends. They distinguish a clear layout from a
//! tangled one.

/// Quality metrics of a diagram. They are comparable between layouts of the same graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Number of crossings between lines. A line that several edges share counts once.
    pub crossings: usize,
    /// Number of turns in all routes together.
    pub bends: usize,
    /// Length of all routes together, in cells.
    pub length: usize,
    /// Number of edges that run against the flow.
    pub back_edges: usize,
    /// Number of doglegs: vertical lines broken in two, because each of two lines would have to turn before
    /// the other one.
    pub doglegs: usize,
    /// Area of the diagram, in cells.
    pub area: usize,
}

impl Quality {
    /// Returns true if this diagram has more than 1.3 times the crossings or the area of `fresh`, a layout of
    /// the same graph without a seed. Two additional crossings don't count.
    ///
    /// A layout with a seed moves as little as possible, so it may be slightly worse than a fresh one. Over
    /// many changes these losses accumulate.
    #[must_use]
    pub const fn is_much_worse_than(&self, fresh: &Self) -> bool {
        10 * self.crossings > 13 * fresh.crossings + CROSSING_SLACK_TENTHS || 10 * self.area > 13 * fresh.area
    }
}

/// Number of additional crossings that don't count, in tenths of a crossing. On a small map, one or two more
/// crossings don't justify moving everything.
const CROSSING_SLACK_TENTHS: usize = 20;
