//! Points and rectangles in terminal cells.
use serde::{Deserialize, Serialize};

/// Position of a cell in a diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Point {
    /// Column, counted from 0 at the left.
    pub x: i32,
    /// Row, counted from 0 at the top.
    pub y: i32,
}

/// A rectangle of terminal cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Returns true if the cell `at` lies inside the rectangle.
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
