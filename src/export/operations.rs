//! Plans and audit records of operations as JSON.

use crate::operation::{AuditRecord, CautionLevel, Plan};
use serde::Serialize;

/// Plan of an operation as a JSON document of the schema `portolan.plan/1`.
#[derive(Serialize)]
struct PlanOut<'a> {
    schema: &'static str,
    action: &'static str,
    source: &'a str,
    location: &'a str,
    account: Option<&'a str>,
    account_alias: Option<&'a str>,
    region: Option<&'a str>,
    caller: Option<&'a str>,
    steps: Vec<StepOut<'a>>,
    impact: Vec<ImpactOut<'a>>,
    cautions: Vec<CautionOut<'a>>,
    typed_name: Option<&'a str>,
    undo: Option<&'static str>,
}

#[derive(Serialize)]
struct StepOut<'a> {
    service: &'a str,
    name: &'a str,
    from: &'a str,
    to: &'a str,
    call: String,
    command: String,
}

#[derive(Serialize)]
struct ImpactOut<'a> {
    service: &'a str,
    callers: &'a [String],
    serving_now: usize,
    serving_meanwhile: usize,
}

#[derive(Serialize)]
struct CautionOut<'a> {
    level: &'static str,
    text: &'a str,
}

/// Returns a plan as `portolan.plan/1`.
#[must_use]
pub fn plan_json(plan: &Plan) -> String {
    let steps = plan.steps.iter().map(|step| StepOut {
        service: step.service.as_str(),
        name: &step.name,
        from: &step.from,
        to: &step.to,
        call: step.change.api_call(),
        command: step.change.equivalent_command(&plan.place),
    });
    let impact = plan.impact.iter().map(|impact| ImpactOut {
        service: impact.service.as_str(),
        callers: &impact.callers,
        serving_now: impact.serving_now,
        serving_meanwhile: impact.serving_meanwhile,
    });
    let cautions = plan.cautions.iter().map(|caution| CautionOut {
        level: match caution.level {
            CautionLevel::Danger => "danger",
            CautionLevel::Hint => "hint",
        },
        text: &caution.text,
    });
    super::json::to_pretty_json(&PlanOut {
        schema: "portolan.plan/1",
        action: plan.request.kind.spec().id,
        source: plan.place.source.as_str(),
        location: &plan.place.location,
        account: plan.place.account.as_deref(),
        account_alias: plan.place.account_alias.as_deref(),
        region: plan.place.region.as_deref(),
        caller: plan.place.caller.as_deref(),
        steps: steps.collect(),
        impact: impact.collect(),
        cautions: cautions.collect(),
        typed_name: plan.typed_name.as_deref(),
        undo: plan.undo().map(|undo| undo.request.kind.spec().id),
    })
}

/// Returns an audit record as one line of JSON.
#[must_use]
pub fn audit_json(record: &AuditRecord) -> String {
    let mut line = serde_json::to_string(record).unwrap_or_default();
    line.push('\n');
    line
}
