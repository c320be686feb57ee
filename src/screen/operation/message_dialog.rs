//! Dialog with a message, such as the reason why Portolan does not carry out an action.

use super::frame::{draw_dialog_frame, text_width};
use crate::screen::{Canvas, Theme, widget::text::wrap};
use ratatui::{layout::Rect, style::Style};

/// Draws paragraphs under a title. Each paragraph comes with its own style.
pub fn draw_message(
    title: &str,
    paragraphs: &[(&str, Style)],
    area: Rect,
    theme: &Theme,
    buf: &mut Canvas<'_>,
) {
    let width = text_width(area);
    let rows: Vec<(String, Style)> = paragraphs
        .iter()
        .flat_map(|(text, style)| wrap(text, width).into_iter().map(move |row| (row, *style)))
        .collect();
    let inner = draw_dialog_frame(area, rows.len(), title, theme, buf);
    for (y, (row, style)) in (inner.y..inner.bottom()).zip(rows) {
        buf.set_stringn(inner.x, y, row, usize::from(inner.width), style);
    }
}
