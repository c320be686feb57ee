//! Metrics of a layout, which tell a good diagram from a tangled one.

/// Metrics of a diagram, to compare it with another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Crossings between layers. A line that many edges share counts once.
    pub crossings: usize,
    /// Number of turns, summed over all routes.
    pub bends: usize,
    /// Length in cells, summed over all routes.
    pub length: usize,
    /// Number of edges that run against the flow.
    pub back_edges: usize,
    /// Number of doglegs: trunks broken in two because two lines needed each other's row.
    pub doglegs: usize,
    /// Area of the diagram in cells, empty ones included.
    pub area: usize,
}

impl Quality {
    /// Returns true if this diagram has over 1.3 times the crossings or the area of `fresh`, a layout without
    /// a seed.
    ///
    /// Each seeded layout changes the diagram where that disturbs least. Over many changes the losses add up.
    #[must_use]
    pub const fn is_much_worse_than(&self, fresh: &Self) -> bool {
        10 * self.crossings > 13 * fresh.crossings + CROSSING_SLACK_TENTHS || 10 * self.area > 13 * fresh.area
    }
}

/// Slack for crossings, in tenths of one: on a small map one or two more crossings do not justify moving
/// everything.
const CROSSING_SLACK_TENTHS: usize = 20;
