//! Sessions in containers: the container that the arguments name, the plan, the confirmation and the audit record.

use super::no_state_dir;
use crate::{
    audit::{AuditLog, RunningRecord},
    cli::{
        Error, Outcome, Polled,
        args::{CommonArgs, SessionArgs},
        open_and_poll, print, state_dir, why,
    },
    model::{Failure, FailureKind, Instance, InstanceState, Service, Timestamp},
    operation::{
        AuditOutcome, AuditRecord, ConfirmedSession, Refusal, SessionPlan, SessionRequest, SessionTarget,
        session_targets,
    },
    output, runtime,
    source::{Operator, Source},
};
use std::{
    io::{self, BufRead, IsTerminal, stdin},
    sync::Arc,
};

/// Session that the user has confirmed and that the audit log names.
pub(super) struct BegunSession<R> {
    source: Arc<dyn Source>,
    pub(super) confirmed: ConfirmedSession<R>,
    running: RunningRecord,
}

/// Finds the container, plans the session that `make_request` describes, and asks for a confirmation. A refusal is an
/// outcome, not an error.
pub(super) async fn begin<R: SessionRequest>(
    common: &CommonArgs,
    args: &SessionArgs,
    make_request: impl FnOnce(SessionTarget) -> R,
) -> Result<Result<BegunSession<R>, Outcome>, Error> {
    let Polled { world, opened, .. } = open_and_poll(common).await?;
    let node = why::find_node(&world, &args.service)?;
    let service = world.service_of(node).ok_or_else(|| no_service(&node.label()))?;
    let request = make_request(chosen_target(service, &node.label(), args)?);
    let (user, id) = (runtime::user_name(), request.target().source());
    let record = AuditRecord::of_session_request(&request, &user, Timestamp::now());
    let audit = AuditLog::new(&state_dir().ok_or_else(no_state_dir)?);
    let refused = |record: AuditRecord, refusal: &Refusal| -> Result<_, Error> {
        refuse(&audit, with_reason(record, args), refusal)?;
        Ok(Err(Outcome::Refused))
    };
    let source = opened.sources.iter().find(|source| *source.id() == id);
    let Some((source, operator)) = source.and_then(|source| Some((source, source.operator()?))) else {
        return refused(record, &Refusal::actions_off(id.as_str()));
    };
    let plan = match SessionPlan::new(request, operator.place().await?, source.permission()) {
        Ok(plan) => plan,
        Err(refusal) => return refused(record, &refusal),
    };
    let record = plan.audit_record(&user, Timestamp::now());
    let confirmed = match confirm(plan, args)? {
        Ok(confirmed) => confirmed,
        Err(refusal) => return refused(record, &refusal),
    };
    let running = audit.begin(with_reason(record, args))?;
    Ok(Ok(BegunSession { source: Arc::clone(source), confirmed, running }))
}

impl<R> BegunSession<R> {
    /// Returns the operator that opens the session.
    pub(super) fn operator(&self) -> Result<&dyn Operator, Failure> {
        self.source.operator().ok_or_else(|| {
            let Refusal { reason, remedy } = Refusal::actions_off(self.source.id().as_str());
            Failure::new(FailureKind::Denied, reason, remedy)
        })
    }

    /// Adds the end of the session to the audit log: its outcome in words, or its failure. Reports a log that can't be
    /// written, and goes on, because the session has run and its exit code still counts.
    pub(super) fn finish(self, ended: Result<String, &Failure>) {
        if let Err(error) = self.running.finish_session(ended) {
            output::print_stderr(format_args!("the audit log can't be written: {error}"));
        }
    }
}

fn with_reason(record: AuditRecord, args: &SessionArgs) -> AuditRecord {
    AuditRecord { reason: args.reason.as_deref().map(Into::into), ..record }
}

/// Returns the container that the arguments name, or the first one that runs.
fn chosen_target(service: &Service, label: &str, args: &SessionArgs) -> Result<SessionTarget, Failure> {
    let targets = session_targets(service, label);
    let is_named = |target: &&SessionTarget| {
        let instance = service.instances.iter().find(|instance| instance.id == target.instance);
        args.instance.as_deref().is_none_or(|name| {
            instance.is_some_and(|instance| instance.name == name || instance.id.as_str().ends_with(name))
        })
    };
    let of_instance: Vec<&SessionTarget> = targets.iter().filter(is_named).collect();
    if of_instance.is_empty() {
        return Err(no_instance(service, label, args.instance.as_deref()));
    }
    let name = args.container.as_deref();
    let found = of_instance.iter().find(|target| name.is_none_or(|name| target.container == name));
    found.copied().cloned().ok_or_else(|| {
        let names: Vec<&str> = of_instance.iter().map(|target| target.container.as_str()).collect();
        let what = format!("{label} has no container {}", name.unwrap_or_default());
        Failure::new(FailureKind::Missing, what, format!("its containers: {}", names.join(", ")))
    })
}

fn no_instance(service: &Service, label: &str, name: Option<&str>) -> Failure {
    let names_in = |state: InstanceState| -> Vec<&str> {
        let all = service.instances.iter().filter(|instance| instance.state == state);
        all.map(|instance| instance.name.as_str()).collect()
    };
    let (running, paused) = (names_in(InstanceState::Running), names_in(InstanceState::Paused));
    let what = match name {
        Some(name) => format!("{label} has no running instance {name}"),
        None => format!("no instance of {label} runs"),
    };
    let remedy = match (&running[..], &paused[..]) {
        ([], []) => "start it first".to_owned(),
        ([], paused) => format!("unpause it first; paused: {}", paused.join(", ")),
        (running, _) => format!("running: {}", running.join(", ")),
    };
    Failure::new(FailureKind::Missing, what, remedy)
}

/// Asks for a confirmation, unless `--yes` gives it. Without a terminal and without `--yes`, refuses.
fn confirm<R: SessionRequest>(
    plan: SessionPlan<R>,
    args: &SessionArgs,
) -> Result<Result<ConfirmedSession<R>, Refusal>, io::Error> {
    if args.yes {
        return Ok(ConfirmedSession::by_flag(plan, args.confirm.as_deref()));
    }
    if !stdin().is_terminal() || !output::is_terminal() {
        return Ok(Err(Refusal::new("no terminal to ask for a confirmation", "add --yes")));
    }
    let question = match &plan.typed_name {
        Some(name) => format!("This source is protected. Type {name} to go on: "),
        None => "Go on? [y/N] ".to_owned(),
    };
    // Text typed before the question must not answer it.
    runtime::discard_typed_keys();
    print(format!("{}\n{question}", plan.summary()))?;
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    Ok(ConfirmedSession::by_line(plan, &line)
        .ok_or_else(|| Refusal::new("not confirmed", "answer yes to go on")))
}

/// Reports a refusal and adds it to the audit log.
fn refuse(audit: &AuditLog, mut record: AuditRecord, refusal: &Refusal) -> io::Result<()> {
    output::print_stderr(format_args!("refused: {refusal}; nothing was done"));
    (record.outcome, record.why) = (AuditOutcome::Refused, Some(refusal.reason.as_str().into()));
    audit.append(&record)
}

fn no_service(label: &str) -> Failure {
    Failure::new(FailureKind::Invalid, format!("{label} is not a service"), "name a service")
}

#[cfg(test)]
mod tests {
    use super::no_instance;
    use crate::model::{InstanceState, fixtures};

    #[test]
    fn the_remedy_fits_the_state_of_the_instances() {
        let remedy = |state: InstanceState| {
            let mut service = fixtures::service("web");
            service.instances[0].name = "web-1".into();
            service.instances[0].state = state;
            no_instance(&service, "web", Some("web-2")).remedy.to_string()
        };
        assert_eq!(remedy(InstanceState::Paused), "unpause it first; paused: web-1");
        assert_eq!(remedy(InstanceState::Stopped), "start it first");
        assert_eq!(remedy(InstanceState::Running), "running: web-1");
    }
}
