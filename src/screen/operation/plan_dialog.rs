//! Dialog that shows the plan of an action and asks for confirmation.

use super::{
    frame::{draw_dialog_frame, text_width},
    question::draw_question,
};
use crate::{
    model::Health,
    operation::{Confirmation, Plan},
    screen::{
        Canvas, Theme,
        describe::plan_text::{PlanRow, PlanRowKind, plan_rows},
        widget::text::wrap,
    },
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
};

/// Width of the column of labels, in cells.
const LABEL_WIDTH: usize = 9;
/// Rows of the question below the plan.
const QUESTION_ROWS: usize = 2;

/// Line of the plan: label, text and the style of the text.
type PlanLine = (&'static str, String, Style);

/// Draws the plan of `confirmation`, scrolled so that its row `first_row` is at the top, with the question
/// below. Returns the position of the text cursor if the user has to type a name, else `None`.
pub fn draw_plan(
    confirmation: &Confirmation<Plan>,
    first_row: usize,
    area: Rect,
    theme: &Theme,
    buf: &mut Canvas<'_>,
) -> Option<Position> {
    let plan = confirmation.plan();
    let width = text_width(area).saturating_sub(LABEL_WIDTH);
    let lines: Vec<PlanLine> =
        plan_rows(plan, theme.glyphs.arrow).iter().flat_map(|row| wrap_row(row, width, theme)).collect();
    let title = format!("{}?", plan.title());
    let inner = draw_dialog_frame(area, lines.len() + QUESTION_ROWS, &title, theme, buf);
    let shown = usize::from(inner.height).saturating_sub(QUESTION_ROWS);
    let first_row = first_row.min(lines.len().saturating_sub(shown));
    for (y, (label, text, style)) in (inner.y..inner.bottom()).zip(lines.iter().skip(first_row).take(shown)) {
        buf.set_stringn(inner.x, y, label, LABEL_WIDTH, Style::from(theme.styles.dim));
        buf.set_stringn(inner.x + LABEL_WIDTH as u16, y, text, width, *style);
    }
    let hidden = lines.len().saturating_sub(first_row + shown);
    let question = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
    if hidden > 0 {
        let more = format!("down: {hidden} more rows");
        let at = question.y.saturating_sub(1);
        buf.set_stringn(inner.x, at, more, usize::from(inner.width), Style::from(theme.styles.dim));
    }
    draw_question(confirmation.keys(), (plan.request.kind.spec().id, true), question, theme, buf)
}

fn wrap_row(row: &PlanRow, width: usize, theme: &Theme) -> Vec<PlanLine> {
    let style = match row.tone {
        PlanRowKind::Plain => theme.styles.text.into(),
        PlanRowKind::Command => theme.styles.dim.into(),
        PlanRowKind::Danger => theme.health_style(Health::Failing),
        PlanRowKind::Hint => theme.health_style(Health::Degraded),
    };
    let texts = wrap(&row.text, width.max(1)).into_iter().enumerate();
    texts.map(|(index, text)| (if index == 0 { row.label } else { "" }, text, style)).collect()
}
