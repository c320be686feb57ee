//! Cells, rectangles and metrics of a diagram.

/// Position of a cell in the diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// Column, counted from 0 at the left.
    pub x: i32,
    /// Row, counted from 0 at the top.
    pub y: i32,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Leftmost column, counted from 0.
    pub x: i32,
    /// Topmost row, counted from 0.
    pub y: i32,
    /// Width in columns.
    pub width: i32,
    /// Height in rows.
    pub height: i32,
}

impl Rect {
    /// Returns true if the cell `at` lies inside.
    #[must_use]
    pub const fn contains(&self, at: Point) -> bool {
        at.x >= self.x && at.y >= self.y && at.x < self.x + self.width && at.y < self.y + self.height
    }

    /// Returns true if the two rectangles have a cell in common.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

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
