//! What the engine answers: rectangles, routes, and what to remember for the next time.
use super::graph::{Direction, Graph, Key, Options};
use super::past::Past;
use std::{collections::BTreeMap, sync::Arc};

/// A cell of the drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// The column, counted from the left.
    pub x: i32,
    /// The row, counted from the top.
    pub y: i32,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Its leftmost column.
    pub x: i32,
    /// Its topmost row.
    pub y: i32,
    /// How many columns it covers.
    pub width: i32,
    /// How many rows it covers.
    pub height: i32,
}

impl Rect {
    /// Whether the cell lies inside.
    #[must_use]
    pub const fn contains(&self, at: Point) -> bool {
        at.x >= self.x && at.y >= self.y && at.x < self.x + self.width && at.y < self.y + self.height
    }

    /// Whether the two have a cell in common.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// The way of one edge: the cells at which it starts, turns and ends.
///
/// The first is the cell just outside the caller's box, the last the one just outside the called box, where the
/// arrow head is. A self loop has no points: the view marks it on the box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Start, turns and end, in the order of the flow; neighbours differ in one coordinate.
    pub points: Vec<Point>,
}

/// Figures about a drawing, to compare it with another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Crossings between layers, where a line shared by many edges counts once.
    pub crossings: usize,
    /// Turns of all routes together.
    pub bends: usize,
    /// Cells of all routes together.
    pub length: usize,
    /// Edges that run against the flow.
    pub against: usize,
    /// Extra turns that were needed because two lines wanted each other's row.
    pub doglegs: usize,
    /// Cells of the whole drawing, empty ones included.
    pub area: usize,
}

impl Quality {
    /// Whether a drawing has drifted from what a fresh one would be: crossings or area of more than 1.3 times as much.
    ///
    /// Each change of a seeded drawing is made where it disturbs least, which adds up over many changes.
    #[must_use]
    pub const fn drifted_from(&self, fresh: &Self) -> bool {
        10 * self.crossings > 13 * fresh.crossings + SLACK || 10 * self.area > 13 * fresh.area
    }
}

/// In tenths of a crossing: on a small map one or two more are no reason to move everything.
const SLACK: usize = 20;

/// What the next layout should know about this one, so that what did not change does not move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seed {
    pub(super) options: Option<Options>,
    pub(super) top: Past,
    pub(super) groups: BTreeMap<Key, Past>,
    /// What was laid out, those included that had left.
    pub(super) whole: Arc<Graph>,
}

impl Seed {
    /// What was laid out: what is drawn, and those who have left and keep their places. Sorted by key.
    #[must_use]
    pub const fn whole(&self) -> &Arc<Graph> {
        &self.whole
    }

    /// The same for another picture: who is not in that one has not left, and leaves no gap.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        Self { whole: Arc::default(), ..self }
    }

    /// Whether it knows of no earlier drawing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.options.is_none()
    }
}

/// A finished drawing in whole cells; the upper left corner is (0, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    /// The boxes, with the indices of [`super::Graph::nodes`].
    pub nodes: Vec<Rect>,
    /// The frames, border included, with the indices of [`super::Graph::groups`].
    pub groups: Vec<Rect>,
    /// The ways, with the indices of [`super::Graph::edges`].
    pub routes: Vec<Route>,
    /// Columns and rows.
    pub size: (i32, i32),
    /// The way the flow runs.
    pub direction: Direction,
    /// To be given to the next call.
    pub seed: Seed,
    /// How good it is.
    pub quality: Quality,
}
