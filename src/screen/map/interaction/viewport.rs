//! Viewport: the visible part of the map.

use crate::layout::{Point, Rect as Cells};
use ratatui::layout::{Position, Rect};

/// Visible part of the map: the screen area, and the diagram cell at its upper left corner.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::screen::map) struct Viewport {
    /// Diagram cell in the upper left corner of `area`.
    pub origin: Point,
    /// Area of the screen in which the map is drawn.
    pub area: Rect,
    /// Size of the whole diagram, in cells.
    pub map_size: (i32, i32),
}

impl Viewport {
    /// Pans by `columns` to the right and by `rows` down.
    pub(in crate::screen::map) fn pan(&mut self, columns: i32, rows: i32) {
        self.origin.x += columns;
        self.origin.y += rows;
        self.clamp_to_map();
    }

    /// Moves the viewport back over the map. A map that fits stays fully visible. A larger map leaves at most
    /// one empty row or column at an edge of the screen.
    pub(in crate::screen::map) fn clamp_to_map(&mut self) {
        let hold = |origin: i32, size: i32, room: i32| {
            if size <= room { origin.clamp(size - room, 0) } else { origin.clamp(-1, size - room + 1) }
        };
        let (width, height) = self.area_size();
        self.origin.x = hold(self.origin.x, self.map_size.0, width);
        self.origin.y = hold(self.origin.y, self.map_size.1, height);
    }

    /// Centers the map horizontally, vertically or both, wherever the whole map fits.
    pub(in crate::screen::map) fn center(&mut self) {
        let (width, height) = self.area_size();
        if self.map_size.0 <= width {
            self.origin.x = (self.map_size.0 - width) / 2;
        }
        if self.map_size.1 <= height {
            self.origin.y = (self.map_size.1 - height) / 2;
        }
    }

    /// Centers the viewport on the diagram cell `at`.
    pub(in crate::screen::map) fn center_on(&mut self, at: Point) {
        let (width, height) = self.area_size();
        self.origin = Point { x: at.x - width / 2, y: at.y - height / 2 };
        self.clamp_to_map();
    }

    /// Scrolls as little as possible to show the diagram rectangle `place`, with a margin. Does not scroll in
    /// a dimension in which the whole map fits.
    pub(in crate::screen::map) fn scroll_to_show(&mut self, place: Cells) {
        let near = |origin: i32, (start, length): (i32, i32), size: i32, room: i32| {
            let margin = room / 8;
            let (low, high) = (start + length + margin - room, start - margin);
            match () {
                () if size <= room => origin,
                () if low > high => start - (room - length) / 2,
                () => origin.clamp(low, high),
            }
        };
        let (width, height) = self.area_size();
        self.origin.x = near(self.origin.x, (place.x, place.width), self.map_size.0, width);
        self.origin.y = near(self.origin.y, (place.y, place.height), self.map_size.1, height);
    }

    /// Returns true if the map is more than a quarter larger than the screen, so that a minimap helps.
    pub(in crate::screen::map) fn needs_minimap(&self) -> bool {
        let larger = |size: i32, room: i32| 4 * size > 5 * room;
        larger(self.map_size.0, self.area_size().0) || larger(self.map_size.1, self.area_size().1)
    }

    /// Returns the visible part of the diagram, in diagram cells.
    pub(in crate::screen::map) fn visible_cells(&self) -> Cells {
        let (width, height) = self.area_size();
        Cells { x: self.origin.x, y: self.origin.y, width, height }
    }

    /// Converts a diagram cell to a screen cell, or returns `None` if it is not visible.
    pub(in crate::screen::map) fn to_screen(self, at: Point) -> Option<(u16, u16)> {
        let column = u16::try_from(at.x - self.origin.x).ok().filter(|c| *c < self.area.width)?;
        let row = u16::try_from(at.y - self.origin.y).ok().filter(|r| *r < self.area.height)?;
        Some((self.area.x + column, self.area.y + row))
    }

    /// Converts a screen cell to a diagram cell, or returns `None` if it is outside the area of the map.
    pub(in crate::screen::map) fn to_diagram(self, (column, row): (u16, u16)) -> Option<Point> {
        let inside = self.area.contains(Position::new(column, row));
        inside.then(|| Point {
            x: i32::from(column - self.area.x) + self.origin.x,
            y: i32::from(row - self.area.y) + self.origin.y,
        })
    }

    /// Returns the visible part of a diagram rectangle, in screen cells, and the numbers of columns and rows
    /// that are cut off at its left and top. Returns `None` if nothing of it is visible.
    pub(in crate::screen::map) fn clip(&self, cells: Cells) -> Option<(Rect, i32, i32)> {
        let (x, y) = (cells.x - self.origin.x, cells.y - self.origin.y);
        let (left, top) = (x.max(0), y.max(0));
        let (right, bottom) =
            ((x + cells.width).min(self.area_size().0), (y + cells.height).min(self.area_size().1));
        let rect = Rect {
            x: self.area.x + u16::try_from(left).ok()?,
            y: self.area.y + u16::try_from(top).ok()?,
            width: u16::try_from(right - left).ok()?,
            height: u16::try_from(bottom - top).ok()?,
        };
        (rect.width > 0 && rect.height > 0).then_some((rect, left - x, top - y))
    }

    fn area_size(&self) -> (i32, i32) {
        (i32::from(self.area.width), i32::from(self.area.height))
    }
}
