//! Question below a plan: the choice between No and Yes, or the name that the user has to type.

use crate::{
    model::Health,
    operation::ConfirmationQuestion,
    screen::{
        Canvas, Theme,
        widget::text::{cut_end, display_width},
    },
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
};

/// Draws the question in the row `area`. `verb` is the action that "yes" confirms. `can_copy` is true if the plan
/// has commands to copy. Returns the position of
/// the text cursor if the user has to type a name, else `None`.
pub(super) fn draw_question(
    keys: &ConfirmationQuestion,
    (verb, can_copy): (&str, bool),
    area: Rect,
    theme: &Theme,
    buf: &mut Canvas<'_>,
) -> Option<Position> {
    if let Some(name) = keys.name() {
        return Some(draw_name_question(name, keys.typed(), area, theme, buf));
    }
    draw_yes_or_no(keys.is_yes_selected(), (verb, can_copy), area, theme, buf);
    None
}

/// Draws the choice between "no", which is the default, and "yes". `yes` is true if "yes" is selected.
fn draw_yes_or_no(
    yes: bool,
    (verb, can_copy): (&str, bool),
    area: Rect,
    theme: &Theme,
    buf: &mut Canvas<'_>,
) {
    let selected = Style::from(theme.styles.selected);
    let plain = Style::from(theme.styles.text);
    let mut x = area.x;
    for (label, is_selected) in [(" no (n) ".to_owned(), !yes), (format!(" yes, {verb} (y) "), yes)] {
        let left = usize::from(area.right().saturating_sub(x));
        buf.set_stringn(x, area.y, &label, left, if is_selected { selected } else { plain });
        x += display_width(&label) as u16 + 1;
    }
    let copy = if can_copy { ", ctrl-y copies" } else { "" };
    let hint = format!("arrows choose, enter confirms{copy}");
    let left = usize::from(area.right().saturating_sub(x + 1));
    let hint = cut_end(&hint, left, theme.glyphs.ellipsis);
    buf.set_string(x + 1, area.y, hint, Style::from(theme.styles.dim));
}

/// Draws the question that asks the user to type `name`, and returns the position of the text cursor.
fn draw_name_question(name: &str, typed: &str, area: Rect, theme: &Theme, buf: &mut Canvas<'_>) -> Position {
    let width = usize::from(area.width);
    let label =
        cut_end(&format!("protected: type {name} and press enter: "), width / 2 + 8, theme.glyphs.ellipsis);
    let before = display_width(&label);
    buf.set_stringn(area.x, area.y, &label, width, theme.health_style(Health::Failing));
    let room = width.saturating_sub(before + 1);
    let shown: String = typed.chars().rev().take(room).collect::<Vec<_>>().into_iter().rev().collect();
    let x = area.x + before as u16;
    buf.set_stringn(x, area.y, &shown, room, Style::from(theme.styles.text));
    Position::new(x + display_width(&shown) as u16, area.y)
}
