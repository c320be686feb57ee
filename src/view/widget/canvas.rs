//! Canvas: the only way screens write cells. It clips at the edges of the buffer that it draws into.
//!
//! ratatui's `Buffer` panics where a cell outside of it is written. A screen computes positions from what it remembers,
//! and the terminal may have another size by then, so `tests/architecture.rs` keeps `Buffer` out of the screens.

use ratatui::{
    buffer::{Buffer, Cell},
    layout::{Position, Rect},
    style::Style,
    text::Line,
};

/// Drawing surface over a buffer. What lies outside of the buffer is left out.
pub struct Canvas<'a>(&'a mut Buffer);

impl<'a> Canvas<'a> {
    /// Returns a canvas that draws into `buf`.
    #[must_use]
    pub fn new(buf: &'a mut Buffer) -> Self {
        Self(buf)
    }

    /// Returns the area that can be drawn into.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.0.area
    }

    /// Writes `text` from a cell on, up to the right edge.
    pub fn set_string(&mut self, x: u16, y: u16, text: impl AsRef<str>, style: Style) {
        self.set_stringn(x, y, text, usize::MAX, style);
    }

    /// Writes at most `cells` of `text` from a cell on, up to the right edge.
    pub fn set_stringn(&mut self, x: u16, y: u16, text: impl AsRef<str>, cells: usize, style: Style) {
        if self.contains(x, y) {
            self.0.set_stringn(x, y, text, cells, style);
        }
    }

    /// Writes at most `cells` of a styled line from a cell on, up to the right edge.
    pub fn set_line(&mut self, x: u16, y: u16, line: &Line<'_>, cells: u16) {
        if self.contains(x, y) {
            self.0.set_line(x, y, line, cells);
        }
    }

    /// Lays a style over an area.
    pub fn set_style(&mut self, area: Rect, style: Style) {
        self.0.set_style(area, style);
    }

    /// Returns a cell, or `None` outside.
    #[must_use]
    pub fn cell(&self, at: impl Into<Position>) -> Option<&Cell> {
        self.0.cell(at)
    }

    /// Returns a cell to change, or `None` outside.
    pub fn cell_mut(&mut self, at: impl Into<Position>) -> Option<&mut Cell> {
        self.0.cell_mut(at)
    }

    fn contains(&self, x: u16, y: u16) -> bool {
        self.area().contains(Position { x, y })
    }
}

/// Buffer of its own for what is drawn whole before a part of it is copied to the screen.
pub struct OffScreen(Buffer);

impl OffScreen {
    /// Returns an empty buffer of that many columns and rows.
    #[must_use]
    pub fn new(width: u16, height: u16) -> Self {
        Self(Buffer::empty(Rect::new(0, 0, width, height)))
    }

    /// Returns the canvas that draws into it.
    pub fn canvas(&mut self) -> Canvas<'_> {
        Canvas::new(&mut self.0)
    }

    /// Returns a cell, or `None` outside.
    #[must_use]
    pub fn cell(&self, at: impl Into<Position>) -> Option<&Cell> {
        self.0.cell(at)
    }
}

#[cfg(test)]
mod tests {
    use super::Canvas;
    use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Line};

    proptest::proptest! {
        #[test]
        fn writing_outside_leaves_out_what_lies_there(
            (x, y) in (0..12u16, 0..6u16),
            (width, height) in (0..10u16, 0..5u16),
            text in "[a界]{0,12}",
        ) {
            let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
            let mut canvas = Canvas::new(&mut buf);
            canvas.set_string(x, y, &text, Style::new());
            canvas.set_stringn(x, y, &text, 4, Style::new());
            canvas.set_line(x, y, &Line::from(text.as_str()), 20);
            canvas.set_style(Rect::new(x, y, 20, 20), Style::new());
            let inside = x < width && y < height;
            proptest::prop_assert_eq!(canvas.cell((x, y)).is_some(), inside);
            proptest::prop_assert_eq!(canvas.cell_mut((x, y)).is_some(), inside);
            let is_written = buf.content.iter().any(|cell| cell.symbol() != " ");
            let has_room = text.chars().next().is_some_and(|c| x + if c == 'a' { 1 } else { 2 } <= width);
            proptest::prop_assert_eq!(is_written, inside && has_room);
        }
    }
}
