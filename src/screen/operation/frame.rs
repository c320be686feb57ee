//! Frame of a dialog: an empty box in the middle of the screen, into which a dialog draws its text.

use crate::screen::{Canvas, Theme, widget::frame::draw_frame};
use ratatui::{layout::Rect, style::Style};

/// Maximum width of a dialog, in columns.
const MAX_DIALOG_WIDTH: u16 = 100;

/// Returns the width for the text of a dialog in `area`.
pub(super) fn text_width(area: Rect) -> usize {
    usize::from(area.width.min(MAX_DIALOG_WIDTH).saturating_sub(4))
}

/// Draws an empty frame for `rows` rows of text in the middle of `area`. Returns the area for the text.
pub(super) fn draw_dialog_frame(
    area: Rect,
    rows: usize,
    title: &str,
    theme: &Theme,
    buf: &mut Canvas<'_>,
) -> Rect {
    let width = area.width.min(MAX_DIALOG_WIDTH);
    let height = (u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2)).min(area.height);
    let place =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    for y in place.y..place.bottom() {
        buf.set_string(place.x, y, " ".repeat(usize::from(place.width)), Style::reset());
    }
    let inner = draw_frame(place, title, theme, buf);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}
