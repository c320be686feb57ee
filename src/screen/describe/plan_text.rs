//! Text of the plan of an operation, for the confirmation dialog and for `portolan act --plan`.

use crate::operation::{CautionLevel, Plan, ServiceImpact, Step};

/// Row of the text that describes a plan: a label, a text, and the tone in which the text is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    /// Label in the left column; empty if the row continues the one above.
    pub label: &'static str,
    /// Text of the row.
    pub text: String,
    /// Kind of the row, which decides its style.
    pub tone: PlanRowKind,
}

/// Kind of a row in the text of a plan: plain text, a command, a caution or a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanRowKind {
    /// Plain text.
    Plain,
    /// Command or call to copy.
    Command,
    /// Caution about an outage or a loss.
    Danger,
    /// Remark that is less urgent than a caution.
    Hint,
}

/// Returns the text of `plan` as labelled rows. `arrow` is the sign between the old and the new state of a
/// change.
#[must_use]
pub fn plan_rows(plan: &Plan, arrow: &str) -> Vec<PlanRow> {
    let mut rows = Vec::new();
    let mut add = |label, tone, texts: Vec<String>| {
        rows.extend(texts.into_iter().enumerate().map(|(index, text)| PlanRow {
            label: if index == 0 { label } else { "" },
            text,
            tone,
        }));
    };
    let caller = plan.place.caller.as_ref().map(|caller| format!(", as {caller}")).unwrap_or_default();
    let place = format!("{}, {}{caller}", plan.place.source, plan.place.summary());
    add("where", PlanRowKind::Plain, vec![place]);
    // The cautions stand above the changes, because a long plan may not fit on the screen.
    for (level, label, tone) in [
        (CautionLevel::Danger, "careful", PlanRowKind::Danger),
        (CautionLevel::Hint, "note", PlanRowKind::Hint),
    ] {
        let own = plan.cautions.iter().filter(|caution| caution.level == level);
        add(label, tone, own.map(|caution| caution.text.clone()).collect());
    }
    let width = plan.steps.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
    let change = |step: &Step| format!("{:<width$}  {} {arrow} {}", step.name, step.from, step.to);
    add("change", PlanRowKind::Plain, plan.steps.iter().map(change).collect());
    let impact = plan.impact.iter().map(impact_text).collect();
    add("serving", PlanRowKind::Plain, impact);
    add("calls", PlanRowKind::Command, plan.steps.iter().map(|step| step.change.api_call()).collect());
    add("by hand", PlanRowKind::Command, plan.equivalent_commands());
    add("undo", PlanRowKind::Plain, vec![undo_text(plan)]);
    rows
}

/// Returns a sentence about the operation that undoes the plan, or about the lack of one.
fn undo_text(plan: &Plan) -> String {
    let Some(undo) = plan.undo() else { return "nothing undoes it".to_owned() };
    let title = undo.request.title();
    undo.partial_remark().map_or_else(|| format!("{title} undoes it"), |remark| format!("{title} {remark}"))
}

/// Returns a sentence with the number of instances of one service that keep serving, and with its callers.
fn impact_text(impact: &ServiceImpact) -> String {
    let name = impact.service.parts().group_and_name;
    let called = match &impact.callers[..] {
        [] => "no known caller".to_owned(),
        callers => format!("called by {}", callers.join(", ")),
    };
    let (now, meanwhile) = (impact.serving_now, impact.serving_meanwhile);
    let serving = match (now, meanwhile) {
        (0, _) => "serves nothing now".to_owned(),
        (now, meanwhile) if now == meanwhile => format!("{now} keep serving"),
        (now, meanwhile) => format!("{meanwhile} of {now} keep serving"),
    };
    format!("{name}: {serving}; {called}")
}
