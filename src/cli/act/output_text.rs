//! Text of a plan for the terminal or a pipe.

use crate::{operation::Plan, screen::describe::plan_text};

/// Width of the label column, in characters.
const LABEL_WIDTH: usize = 9;

/// Formats the plan as text.
pub(super) fn plan_text(plan: &Plan, ascii: bool) -> String {
    let arrow = if ascii { "->" } else { "→" };
    let rows = plan_text::plan_rows(plan, arrow);
    let lines = rows.iter().map(|row| format!("  {:<LABEL_WIDTH$}{}\n", row.label, row.text));
    format!("{}\n{}", plan.title(), lines.collect::<String>())
}
