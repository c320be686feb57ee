//! Frames around areas, with or without a title, in the glyphs of the theme.

use super::text;
use crate::screen::{Canvas, Theme};
use ratatui::{layout::Rect, style::Style};

/// Draws a frame along the edges of `area` and returns the area inside.
pub fn draw_frame(area: Rect, title: &str, theme: &Theme, buf: &mut Canvas<'_>) -> Rect {
    draw_outline(area, theme, theme.styles.border.into(), buf);
    if area.width > 6 && !title.is_empty() {
        let title = format!(" {} ", text::cut_end(title, usize::from(area.width) - 6, theme.glyphs.ellipsis));
        buf.set_string(area.x + 2, area.y, title, Style::from(theme.styles.title));
    }
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Draws a border along the inside of `area`, without a title.
pub fn draw_outline(area: Rect, theme: &Theme, style: Style, buf: &mut Canvas<'_>) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let glyphs = theme.glyphs;
    let across = glyphs.horizontal.repeat(usize::from(area.width) - 2);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    buf.set_string(area.x, area.y, format!("{}{across}{}", glyphs.corners[0], glyphs.corners[1]), style);
    buf.set_string(area.x, bottom, format!("{}{across}{}", glyphs.corners[2], glyphs.corners[3]), style);
    for y in area.y + 1..bottom {
        buf.set_string(area.x, y, glyphs.vertical, style);
        buf.set_string(right, y, glyphs.vertical, style);
    }
}
