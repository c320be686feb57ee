//! Dialog with the menu of actions on a service.

use super::frame::{draw_dialog_frame, text_width};
use crate::{
    operation::MenuEntry,
    screen::{
        Canvas, Theme,
        widget::text::{cut_end, cut_or_pad, display_width},
    },
};
use ratatui::{layout::Rect, style::Style};

/// Draws the menu of actions. The first argument holds the label of the service, the entries, and the index
/// of the selected entry.
pub fn draw_menu(
    (title, entries, selected): (&str, &[MenuEntry], usize),
    area: Rect,
    theme: &Theme,
    buf: &mut Canvas<'_>,
) {
    let inner = draw_dialog_frame(area, entries.len() + 2, &format!("actions: {title}"), theme, buf);
    let widest = entries.iter().map(|entry| display_width(&entry.label)).max().unwrap_or(0);
    let label_width = widest.min(text_width(area) / 2);
    let ellipsis = theme.glyphs.ellipsis;
    let shown = usize::from(inner.height.saturating_sub(2)).max(1);
    let first = (selected + 1).saturating_sub(shown);
    for (y, (index, entry)) in
        (inner.y..inner.bottom()).zip(entries.iter().enumerate().skip(first).take(shown))
    {
        let label = cut_or_pad(&entry.label, label_width, ellipsis);
        let line = format!(" {}  {label}  {}", entry.key, entry.description);
        let line = cut_or_pad(&line, usize::from(inner.width), ellipsis);
        let style = if index == selected { theme.styles.selected } else { theme.styles.text };
        buf.set_string(inner.x, y, line, Style::from(style));
        if index != selected {
            buf.set_string(inner.x + 1, y, entry.key.to_string(), Style::from(theme.styles.key));
        }
    }
    let hint = "enter shows the plan first; esc closes";
    let hint = cut_end(hint, usize::from(inner.width), ellipsis);
    buf.set_string(inner.x, inner.bottom().saturating_sub(1), hint, Style::from(theme.styles.dim));
}
