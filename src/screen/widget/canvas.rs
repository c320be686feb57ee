//! Canvas: the only way in which screens write cells. Writes outside its buffer have no effect.
//!
//! ratatui's `Buffer` panics on a write outside its area. A screen computes positions from its own state, and
//! the terminal may have shrunk by the time the screen draws. So `tests/architecture.rs` bans `Buffer` from
//! the screens.

use ratatui::{
    buffer::{Buffer, Cell},
    layout::{Position, Rect},
    style::Style,
    text::Line,
};

/// Drawing surface over a ratatui buffer. A write outside the buffer has no effect instead of causing a
/// panic.
pub struct Canvas<'a>(&'a mut Buffer);

impl<'a> Canvas<'a> {
    /// Creates a canvas that draws into `buf`.
    #[must_use]
    pub fn new(buf: &'a mut Buffer) -> Self {
        Self(buf)
    }

    /// Returns the drawable area.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.0.area
    }

    /// Writes `text` from the cell at `x`, `y` to the right, and cuts it at the edge of the buffer.
    pub fn set_string(&mut self, x: u16, y: u16, text: impl AsRef<str>, style: Style) {
        self.set_stringn(x, y, text, usize::MAX, style);
    }

    /// Writes at most `cells` cells of `text` from the cell at `x`, `y` to the right, and cuts it at the edge
    /// of the buffer.
    pub fn set_stringn(&mut self, x: u16, y: u16, text: impl AsRef<str>, cells: usize, style: Style) {
        if self.contains(x, y) {
            self.0.set_stringn(x, y, text, cells, style);
        }
    }

    /// Writes at most `cells` cells of a styled line from the cell at `x`, `y` to the right, and cuts it at
    /// the edge of the buffer.
    pub fn set_line(&mut self, x: u16, y: u16, line: &Line<'_>, cells: u16) {
        if self.contains(x, y) {
            self.0.set_line(x, y, line, cells);
        }
    }

    /// Applies a style to an area.
    pub fn set_style(&mut self, area: Rect, style: Style) {
        self.0.set_style(area, style);
    }

    /// Returns the cell at the position `at`, or `None` if it is outside the buffer.
    #[must_use]
    pub fn cell(&self, at: impl Into<Position>) -> Option<&Cell> {
        self.0.cell(at)
    }

    /// Returns a mutable reference to the cell at the position `at`, or `None` if it is outside the buffer.
    pub fn cell_mut(&mut self, at: impl Into<Position>) -> Option<&mut Cell> {
        self.0.cell_mut(at)
    }

    fn contains(&self, x: u16, y: u16) -> bool {
        self.area().contains(Position { x, y })
    }
}

/// Buffer of cells that is not on the screen. A screen draws a whole box or map into it and then copies the
/// visible part to the terminal.
pub struct OffScreenBuffer(Buffer);

impl OffScreenBuffer {
    /// Creates an empty buffer of `width` columns and `height` rows.
    #[must_use]
    pub fn new(width: u16, height: u16) -> Self {
        Self(Buffer::empty(Rect::new(0, 0, width, height)))
    }

    /// Returns a canvas that draws into the buffer.
    pub fn canvas(&mut self) -> Canvas<'_> {
        Canvas::new(&mut self.0)
    }

    /// Returns the cell at the position `at`, or `None` if it is outside the buffer.
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
