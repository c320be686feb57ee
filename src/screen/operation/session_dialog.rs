//! Dialog that shows the plan of a session in a container and asks for confirmation.

use super::{
    frame::{draw_dialog_frame, text_width},
    question::draw_question,
};
use crate::{
    operation::{Confirmation, SessionPlan, SessionRequest},
    screen::{Canvas, Theme, widget::text::wrap},
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
};

/// Rows below the plan: an empty row, the hint and the question.
const ROWS_BELOW_PLAN: usize = 3;

/// Draws the plan of a session under `title`, with a hint and the question below. Returns the position of the
/// text cursor if the user has to type a name, else `None`.
pub fn draw_session_plan<R: SessionRequest + Clone>(
    confirmation: &Confirmation<SessionPlan<R>>,
    (title, hint): (&str, &str),
    area: Rect,
    theme: &Theme,
    buf: &mut Canvas<'_>,
) -> Option<Position> {
    let plan = confirmation.plan();
    let rows: Vec<String> = plan.lines().iter().flat_map(|line| wrap(line, text_width(area))).collect();
    let inner = draw_dialog_frame(area, rows.len() + ROWS_BELOW_PLAN, &format!("{title}?"), theme, buf);
    let width = usize::from(inner.width);
    let question = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
    for (y, row) in (inner.y..question.y).zip(&rows) {
        buf.set_stringn(inner.x, y, row, width, Style::from(theme.styles.text));
    }
    if usize::from(inner.height) >= rows.len() + ROWS_BELOW_PLAN {
        buf.set_stringn(inner.x, question.y - 1, hint, width, Style::from(theme.styles.dim));
    }
    draw_question(confirmation.keys(), ("open", plan.equivalent_command().is_some()), question, theme, buf)
}
