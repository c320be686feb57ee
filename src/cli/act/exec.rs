//! Command `exec`: runs a shell or a command in a container of a service.

use super::no_state_dir;
use crate::{
    audit::AuditLog,
    cli::{
        Error, Outcome, Polled,
        args::{CommonArgs, ExecArgs},
        open_and_poll, print, state_dir, why,
    },
    model::{Container, Failure, FailureKind, Instance, InstanceState, Service, Timestamp},
    operation::{AuditOutcome, AuditRecord, ConfirmedShell, Refusal, ShellPlan, ShellRequest},
    output,
    runtime::{self, shell::ShellOutcome},
};
use std::io::{self, BufRead, IsTerminal, stdin};

/// Command that runs if the user names none.
const DEFAULT_SHELL: &str = "/bin/sh";

/// Exit code of a session that the user left, as of a program that SIGHUP ends.
const DETACHED_CODE: u8 = 129;

/// Runs the command. A refusal is an outcome, not an error.
pub(in crate::cli) async fn run(common: &CommonArgs, args: &ExecArgs) -> Result<Outcome, Error> {
    let Polled { world, opened, .. } = open_and_poll(common).await?;
    let node = why::find_node(&world, &args.service)?;
    let service = world.service_of(node).ok_or_else(|| no_service(&node.label()))?;
    let request = shell_request(service, node.label(), args)?;
    let is_terminal = request.size.is_some();
    let id = node.source.clone().ok_or_else(|| no_service(&node.label()))?;
    let (user, reason) = (runtime::user_name(), args.reason.as_deref());
    let record = request.audit_record(&id, &user, reason, Timestamp::now());
    let audit = AuditLog::new(&state_dir().ok_or_else(no_state_dir)?);
    let source = opened.sources.iter().find(|source| *source.id() == id);
    let Some((source, operator)) = source.and_then(|source| Some((source, source.operator()?))) else {
        return refuse(&audit, record, &Refusal::actions_off(id.as_str()));
    };
    let plan = match ShellPlan::new(request, operator.place().await?, source.permission()) {
        Ok(plan) => plan,
        Err(refusal) => return refuse(&audit, record, &refusal),
    };
    let record = plan.audit_record(&user, reason, Timestamp::now());
    let confirmed = match confirm(plan, args)? {
        Ok(confirmed) => confirmed,
        Err(refusal) => return refuse(&audit, record, &refusal),
    };
    let mut running = audit.begin(record)?;
    let ended = match operator.open_shell(&confirmed).await {
        Ok(shell) => {
            if is_terminal {
                output::print_stderr("ctrl-] leaves the session");
            }
            runtime::shell::attach(shell, is_terminal).await?
        }
        Err(failure) => Err(failure),
    };
    let why = ended.as_ref().err().map(|failure| failure.message.to_string());
    running.set_outcome(if why.is_none() { AuditOutcome::Sent } else { AuditOutcome::Failed }, why);
    running.record.verdict = ended.as_ref().ok().map(|outcome| outcome_text(outcome).into());
    running.finish()?;
    Ok(match ended? {
        ShellOutcome::Ended(code) => {
            Outcome::Exit(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(0))
        }
        ShellOutcome::Detached => Outcome::Exit(DETACHED_CODE),
        ShellOutcome::Signal(number) => Outcome::Signal(number),
    })
}

fn outcome_text(outcome: &ShellOutcome) -> String {
    match outcome {
        ShellOutcome::Ended(Some(code)) => format!("ended with exit code {code}"),
        ShellOutcome::Ended(None) => "ended".to_owned(),
        ShellOutcome::Detached => "left by the user".to_owned(),
        ShellOutcome::Signal(number) => format!("ended by signal {number}"),
    }
}

/// Returns the request for the container that the arguments name.
fn shell_request(service: &Service, label: String, args: &ExecArgs) -> Result<ShellRequest, Failure> {
    let instance = chosen_instance(service, &label, args.instance.as_deref())?;
    let container = chosen_container(instance, args.container.as_deref())?;
    let command = if args.command.is_empty() { vec![DEFAULT_SHELL.to_owned()] } else { args.command.clone() };
    let is_terminal = stdin().is_terminal() && output::is_terminal();
    Ok(ShellRequest {
        service: service.id.clone(),
        group: service.group.clone(),
        service_label: label.into(),
        instance: instance.id.clone(),
        container: container.name.clone(),
        command,
        size: is_terminal.then(runtime::shell::terminal_size),
    })
}

/// Returns the named instance, or the first running one.
fn chosen_instance<'a>(
    service: &'a Service,
    label: &str,
    name: Option<&str>,
) -> Result<&'a Instance, Failure> {
    let runs = |instance: &&Instance| instance.state == InstanceState::Running;
    let names: Vec<&str> = service.instances.iter().filter(runs).map(|i| i.name.as_str()).collect();
    let is_named = |instance: &&Instance| match name {
        Some(name) => instance.name == name || instance.id.as_str().ends_with(name),
        None => true,
    };
    service.instances.iter().filter(runs).find(is_named).ok_or_else(|| {
        let what = match name {
            Some(name) => format!("{label} has no running instance {name}"),
            None => format!("no instance of {label} runs"),
        };
        let remedy = if names.is_empty() {
            "start it first".to_owned()
        } else {
            format!("running: {}", names.join(", "))
        };
        Failure::new(FailureKind::Missing, what, remedy)
    })
}

/// Returns the named container of an instance, or its first one.
fn chosen_container<'a>(instance: &'a Instance, name: Option<&str>) -> Result<&'a Container, Failure> {
    let is_named = |container: &&Container| name.is_none_or(|name| container.name == name);
    instance.containers.iter().find(is_named).ok_or_else(|| {
        let names: Vec<&str> = instance.containers.iter().map(|c| c.name.as_str()).collect();
        let what = format!("{} has no container {}", instance.name, name.unwrap_or_default());
        Failure::new(FailureKind::Missing, what, format!("its containers: {}", names.join(", ")))
    })
}

/// Asks for a confirmation, unless `--yes` gives it. Without a terminal and without `--yes`, refuses.
fn confirm(plan: ShellPlan, args: &ExecArgs) -> Result<Result<ConfirmedShell, Refusal>, io::Error> {
    if args.yes {
        return Ok(ConfirmedShell::by_flag(plan, args.confirm.as_deref()));
    }
    if !stdin().is_terminal() || !output::is_terminal() {
        return Ok(Err(Refusal::new("no terminal to ask for a confirmation", "add --yes")));
    }
    let question = match &plan.typed_name {
        Some(name) => format!("This source is protected. Type {name} to run it: "),
        None => "Run it? [y/N] ".to_owned(),
    };
    print(format!("{}\n{question}", plan.summary()))?;
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    Ok(ConfirmedShell::by_line(plan, &line)
        .ok_or_else(|| Refusal::new("not confirmed", "answer yes to run it")))
}

/// Reports a refusal and adds it to the audit log.
fn refuse(audit: &AuditLog, mut record: AuditRecord, refusal: &Refusal) -> Result<Outcome, Error> {
    output::print_stderr(format_args!("refused: {refusal}; nothing was done"));
    (record.outcome, record.why) = (AuditOutcome::Refused, Some(refusal.reason.as_str().into()));
    audit.append(&record)?;
    Ok(Outcome::Refused)
}

fn no_service(label: &str) -> Failure {
    Failure::new(FailureKind::Invalid, format!("{label} is not a service"), "name a service")
}
