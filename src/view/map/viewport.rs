//! The part of the map that is on the screen.

use crate::layout::{Point, Rect as Cells};
use ratatui::layout::{Position, Rect};

/// The part of the map that is on the screen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Viewport {
    /// The cell of the diagram in the upper left corner of the screen.
    pub origin: Point,
    /// Where on the screen the map is drawn.
    pub area: Rect,
    /// The size of the whole diagram.
    pub size: (i32, i32),
}

impl Viewport {
    /// Moves what is seen.
    pub(super) fn pan(&mut self, columns: i32, rows: i32) {
        self.origin.x += columns;
        self.origin.y += rows;
        self.hold();
    }

    /// Keeps the map on the screen: whole where it fits, else without empty margins.
    pub(super) fn hold(&mut self) {
        let hold = |origin: i32, size: i32, room: i32| {
            if size <= room { origin.clamp(size - room, 0) } else { origin.clamp(-1, size - room + 1) }
        };
        let (width, height) = self.room();
        self.origin.x = hold(self.origin.x, self.size.0, width);
        self.origin.y = hold(self.origin.y, self.size.1, height);
    }

    /// Puts a map that fits into the middle of the screen.
    pub(super) fn center(&mut self) {
        let (width, height) = self.room();
        if self.size.0 <= width {
            self.origin.x = (self.size.0 - width) / 2;
        }
        if self.size.1 <= height {
            self.origin.y = (self.size.1 - height) / 2;
        }
    }

    /// Brings the middle of what is seen to that cell of the diagram.
    pub(super) fn aim(&mut self, at: Point) {
        let (width, height) = self.room();
        self.origin = Point { x: at.x - width / 2, y: at.y - height / 2 };
        self.hold();
    }

    /// Brings a place into sight, by as little as it takes; where the whole map fits, it is in sight.
    pub(super) fn show(&mut self, place: Cells) {
        let near = |origin: i32, (start, length): (i32, i32), size: i32, room: i32| {
            let margin = room / 8;
            let (low, high) = (start + length + margin - room, start - margin);
            match () {
                () if size <= room => origin,
                () if low > high => start - (room - length) / 2,
                () => origin.clamp(low, high),
            }
        };
        let (width, height) = self.room();
        self.origin.x = near(self.origin.x, (place.x, place.width), self.size.0, width);
        self.origin.y = near(self.origin.y, (place.y, place.height), self.size.1, height);
    }

    /// Whether the map is so much larger than the screen that one may get lost on it: by a quarter at least.
    pub(super) fn is_larger(&self) -> bool {
        let larger = |size: i32, room: i32| 4 * size > 5 * room;
        larger(self.size.0, self.room().0) || larger(self.size.1, self.room().1)
    }

    /// What is seen, in the cells of the diagram.
    pub(super) fn seen(&self) -> Cells {
        let (width, height) = self.room();
        Cells { x: self.origin.x, y: self.origin.y, width, height }
    }

    /// The place on the screen of a cell of the diagram.
    pub(super) fn cell(&self, at: Point) -> Option<(u16, u16)> {
        let column = u16::try_from(at.x - self.origin.x).ok().filter(|c| *c < self.area.width)?;
        let row = u16::try_from(at.y - self.origin.y).ok().filter(|r| *r < self.area.height)?;
        Some((self.area.x + column, self.area.y + row))
    }

    /// The cell of the diagram that is at that place of the screen.
    pub(super) fn under(&self, (column, row): (u16, u16)) -> Option<Point> {
        let inside = self.area.contains(Position::new(column, row));
        inside.then(|| Point {
            x: i32::from(column - self.area.x) + self.origin.x,
            y: i32::from(row - self.area.y) + self.origin.y,
        })
    }

    /// The part of a rectangle of the diagram that is on the screen, with how much of its left and top is cut off.
    pub(super) fn clip(&self, cells: Cells) -> Option<(Rect, i32, i32)> {
        let (x, y) = (cells.x - self.origin.x, cells.y - self.origin.y);
        let (left, top) = (x.max(0), y.max(0));
        let (right, bottom) = ((x + cells.width).min(self.room().0), (y + cells.height).min(self.room().1));
        let rect = Rect {
            x: self.area.x + u16::try_from(left).ok()?,
            y: self.area.y + u16::try_from(top).ok()?,
            width: u16::try_from(right - left).ok()?,
            height: u16::try_from(bottom - top).ok()?,
        };
        (rect.width > 0 && rect.height > 0).then_some((rect, left - x, top - y))
    }

    fn room(&self) -> (i32, i32) {
        (i32::from(self.area.width), i32::from(self.area.height))
    }
}
