//! Command `act`: plans an operation, asks for confirmation, carries it out and watches it. Also the commands
//! `exec`, `forward` and `audit`.

pub(super) mod audit_log;
mod carry_out;
pub(super) mod exec;
pub(super) mod forward;
mod output_text;
mod session;
mod targets;

use super::{
    Error, Outcome, Polled,
    args::{ActArgs, CommonArgs, Format},
    open_and_poll, print,
    sources::OpenedSources,
    state_dir,
};
use crate::{
    audit::AuditLog,
    config::Config,
    model::{Failure, FailureKind, Timestamp},
    operation::{AuditOutcome, AuditRecord, ConfirmedPlan, OperationRequest, Plan, PlanContext, Refusal},
    output,
    runtime::{self, ActionReports},
    source::{Operator, Source},
    store::World,
};
use std::{
    io::{self, BufRead, IsTerminal},
    sync::Arc,
};

/// Runs `portolan act`. A refusal is an outcome, not an error.
pub(super) async fn run(common: &CommonArgs, args: &ActArgs) -> Result<Outcome, Error> {
    let Polled { world, opened, config } = open_and_poll(common).await?;
    let request = match targets::request(&world, args)? {
        Ok(request) => request,
        Err(refusal) => return Ok(refuse(None, &refusal)),
    };
    let source = opened.sources.iter().find(|source| *source.id() == request.source()).cloned();
    let Some(source) = source.filter(|source| source.operator().is_some()) else {
        return Ok(refuse(Some(&request), &Refusal::actions_off(request.source().as_str())));
    };
    let plan = match make_plan(&source, &world, &request).await? {
        Ok(plan) => plan,
        Err(refusal) => return Ok(refuse(Some(&request), &refusal)),
    };
    if args.plan {
        print(plan_text(&plan, args.format, common.ascii))?;
        return Ok(Outcome::Success);
    }
    let confirmed = match confirm(plan, args, common.ascii)? {
        Ok(confirmed) => confirmed,
        Err(refusal) => return Ok(refuse(Some(&request), &refusal)),
    };
    let reports = start_reports(&opened, &config);
    let audit = AuditLog::new(&state_dir().ok_or_else(no_state_dir)?).with_reports(reports.sender());
    let outcome = carry_out::carry_out(audit, &source, confirmed, args).await;
    reports.finish().await;
    outcome
}

/// Starts the task that reports the actions of this run to the team. Prints a message if a report fails.
fn start_reports(opened: &OpenedSources, config: &Config) -> ActionReports {
    ActionReports::start(&opened.sources, &opened.team_access(config), output::print_stderr)
}

/// Reads the current state of the services, and plans the request.
async fn make_plan(
    source: &Arc<dyn Source>,
    world: &World,
    request: &OperationRequest,
) -> Result<Result<Plan, Refusal>, Error> {
    let operator: Option<&dyn Operator> = source.operator();
    let Some(operator) = operator else { return Ok(Err(Refusal::actions_off(source.id().as_str()))) };
    let reading = operator.read_targets(request).await;
    let reading = reading.map_err(|failure| {
        record(request, AuditOutcome::Failed, &failure.message);
        Error::NothingRead(failure)
    })?;
    let context = PlanContext { topology: world.topology(), permission: source.permission() };
    Ok(Plan::new(request.clone(), reading, context))
}

/// Formats the plan as text or JSON.
fn plan_text(plan: &Plan, format: Format, ascii: bool) -> String {
    match format {
        Format::Table => output_text::plan_text(plan, ascii),
        Format::Json => crate::export::plan_json(plan),
    }
}

/// Asks for confirmation, unless `--yes` is given. Refuses if there is neither a terminal nor `--yes`.
fn confirm(plan: Plan, args: &ActArgs, ascii: bool) -> Result<Result<ConfirmedPlan, Refusal>, Error> {
    if args.yes {
        return Ok(ConfirmedPlan::by_flag(plan, args.confirm.as_deref()));
    }
    if !io::stdin().is_terminal() || !output::is_terminal() {
        let refusal =
            Refusal::new("no terminal to ask for a confirmation", "add --yes, or --plan to see the plan");
        return Ok(Err(refusal));
    }
    let question = match &plan.typed_name {
        Some(name) => format!("This source is protected. Type {name} to carry it out: "),
        None => "Carry it out? [y/N] ".to_owned(),
    };
    // Text typed before the question must not answer it.
    runtime::discard_typed_keys();
    print(format!("{}\n{question}", output_text::plan_text(&plan, ascii)))?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let declined = || Refusal::new("not confirmed", "answer yes to carry it out");
    Ok(ConfirmedPlan::by_line(plan, &line).ok_or_else(declined))
}

/// Prints a refusal and, if `request` is given, records it in the audit log.
fn refuse(request: Option<&OperationRequest>, refusal: &Refusal) -> Outcome {
    output::print_stderr(format_args!("refused: {refusal}; nothing was done"));
    if let Some(request) = request {
        record(request, AuditOutcome::Refused, &refusal.reason);
    }
    Outcome::Refused
}

/// Appends to the audit log a request that was not carried out.
fn record(request: &OperationRequest, outcome: AuditOutcome, why: &str) {
    let Some(state) = state_dir() else { return };
    let mut record = AuditRecord::of_request(request, &runtime::user_name(), Timestamp::now());
    (record.outcome, record.why) = (outcome, Some(why.into()));
    if let Err(error) = AuditLog::new(&state).append(&record) {
        output::print_stderr(format_args!("the audit log can't be written: {error}"));
    }
}

/// Returns the failure for a missing state directory.
fn no_state_dir() -> Failure {
    Failure::new(
        FailureKind::Missing,
        "there is no state directory for the audit log",
        "set HOME or XDG_STATE_HOME",
    )
}
