//! A frame with a title, in the glyphs of the theme.

use super::text;
use crate::view::{Canvas, Theme};
use ratatui::{layout::Rect, style::Style};

/// Draws a frame around `area` and gives what is left inside.
pub fn frame(area: Rect, title: &str, theme: &Theme, buf: &mut Canvas<'_>) -> Rect {
    outline(area, theme, theme.ink.border.into(), buf);
    if area.width > 6 && !title.is_empty() {
        let title = format!(" {} ", text::cut(title, usize::from(area.width) - 6, theme.glyphs.ellipsis));
        buf.set_string(area.x + 2, area.y, title, Style::from(theme.ink.title));
    }
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Draws the four sides of `area`.
pub fn outline(area: Rect, theme: &Theme, style: Style, buf: &mut Canvas<'_>) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let glyphs = theme.glyphs;
    let across = glyphs.across.repeat(usize::from(area.width) - 2);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    buf.set_string(area.x, area.y, format!("{}{across}{}", glyphs.corners[0], glyphs.corners[1]), style);
    buf.set_string(area.x, bottom, format!("{}{across}{}", glyphs.corners[2], glyphs.corners[3]), style);
    for y in area.y + 1..bottom {
        buf.set_string(area.x, y, glyphs.down, style);
        buf.set_string(right, y, glyphs.down, style);
    }
}
