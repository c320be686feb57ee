//! Writer for rows of text with clickable parts, such as the header and the footer.

use crate::{
    command::Command,
    screen::{Canvas, ClickTarget, HitMap, widget::text},
};
use ratatui::{layout::Rect, style::Style};

/// Writer that fills one row from the left and collects its clickable areas.
pub(in crate::app) struct RowWriter {
    /// Column at which the next text begins.
    pub(in crate::app) x: u16,
    /// First column after the part of the row in which the writer may write.
    pub(in crate::app) right: u16,
    /// Row of the terminal.
    pub(in crate::app) y: u16,
    /// Clickable areas of the texts so far.
    pub(in crate::app) hits: HitMap,
}

impl RowWriter {
    /// Creates a writer of the row `area`.
    pub(in crate::app) fn new(area: Rect) -> Self {
        Self { x: area.x, right: area.right(), y: area.y, hits: HitMap::default() }
    }

    /// Returns true if both texts fit one after the other.
    pub(in crate::app) fn has_room_for(&self, first: &str, second: &str) -> bool {
        usize::from(self.x) + text::display_width(first) + text::display_width(second)
            <= usize::from(self.right)
    }

    /// Appends `words` if they fit, and makes them run `command` on a click. If they do not fit, fills the
    /// row, so that later texts are left out too.
    pub(in crate::app) fn write(
        &mut self,
        words: &str,
        style: Style,
        command: Option<Command>,
        buf: &mut Canvas<'_>,
    ) {
        let width = text::display_width(words) as u16;
        if self.x + width > self.right {
            self.x = self.right;
            return;
        }
        buf.set_string(self.x, self.y, words, style);
        if let Some(command) = command {
            self.hits.add(Rect { x: self.x, y: self.y, width, height: 1 }, ClickTarget::Command(command));
        }
        self.x += width;
    }
}
