//! Sessions in containers: resolves the container that the arguments name, plans the session, asks for
//! confirmation, and keeps the audit record.

use super::{no_state_dir, start_reports};
use crate::{
    audit::{AuditLog, RunningRecord, unwritable_log},
    cli::{
        Error, Outcome, Polled,
        args::{CommonArgs, SessionArgs},
        open_and_poll, print, state_dir, why,
    },
    model::{Failure, FailureKind, Instance, InstanceState, Service, SourceId, Timestamp},
    operation::{
        AuditOutcome, AuditRecord, ConfirmedSession, Refusal, SentChange, SessionPlan, SessionRequest,
        SessionTarget, session_targets,
    },
    output,
    runtime::{self, ActionReports},
    source::{Operator, Source},
};
use std::{
    io::{self, BufRead, IsTerminal, stdin},
    sync::Arc,
};

/// Session that the user has confirmed, with its open record in the audit log.
pub(super) struct RecordedSession<R> {
    source: Arc<dyn Source>,
    confirmed: ConfirmedSession<R>,
    running: RunningRecord,
    reports: ActionReports,
}

/// Finds the container, plans the session for the request that `make_request` returns, and asks for
/// confirmation. A refusal is an outcome, not an error.
pub(super) async fn begin<R: SessionRequest>(
    common: &CommonArgs,
    args: &SessionArgs,
    make_request: impl FnOnce(SessionTarget) -> R,
) -> Result<Result<RecordedSession<R>, Outcome>, Error> {
    let Polled { world, opened, config } = open_and_poll(common).await?;
    let (node, service) = why::find_service(&world, &args.service, "name a service")?;
    let (user, id) = (runtime::user_name(), SourceId::from(&service.id));
    let audit = AuditLog::new(&state_dir().ok_or_else(no_state_dir)?);
    let refused = |record: AuditRecord, refusal: &Refusal| -> Result<_, Error> {
        refuse(&audit, with_reason(record, args), refusal)?;
        Ok(Err(Outcome::Refused))
    };
    let request = match chosen_target(service, &node.label(), args)? {
        Ok(target) => make_request(target),
        Err(refusal) => {
            let record = AuditRecord::of_session_without_target::<R>(&service.id, &user, Timestamp::now());
            return refused(record, &refusal);
        }
    };
    let record = AuditRecord::of_session_request(&request, &user, Timestamp::now());
    let source = opened.sources.iter().find(|source| *source.id() == id);
    let Some((source, operator)) = source.and_then(|source| Some((source, source.operator()?))) else {
        return refused(record, &Refusal::actions_off(id.as_str()));
    };
    let place = match operator.place().await {
        Ok(place) => place,
        Err(failure) => {
            record_failure(&audit, with_reason(record, args), &failure);
            return Err(Error::NothingRead(failure));
        }
    };
    let plan = match SessionPlan::new(request, place, source.permission()) {
        Ok(plan) => plan,
        Err(refusal) => return refused(record, &refusal),
    };
    let record = plan.audit_record(&user, Timestamp::now());
    let confirmed = match confirm(plan, args)? {
        Ok(confirmed) => confirmed,
        Err(refusal) => return refused(record, &refusal),
    };
    let reports = start_reports(&opened, &config);
    let running = audit.with_reports(reports.sender()).begin(with_reason(record, args));
    let running = running.map_err(|error| unwritable_log(&error))?;
    Ok(Ok(RecordedSession { source: Arc::clone(source), confirmed, running, reports }))
}

impl<R> RecordedSession<R> {
    /// Returns the source, the confirmed session and its record.
    pub(super) fn parts(&mut self) -> (&dyn Source, &ConfirmedSession<R>, &mut RunningRecord) {
        (&*self.source, &self.confirmed, &mut self.running)
    }

    /// Records the end of the session in the audit log: its outcome, for which `text` returns the words, or
    /// its failure. If the log can't be written, prints that and continues, because the exit code of the
    /// session still counts. A failed call is an outcome, not an error.
    pub(super) async fn finish<T>(
        self,
        ended: Result<T, Failure>,
        text: impl FnOnce(&T) -> String,
    ) -> Result<Result<T, Outcome>, Error> {
        let has_failed_call = self.running.record.sent.iter().any(|call| call.failure.is_some());
        report_write_error(self.running.finish_session(ended.as_ref().map(text)));
        self.reports.finish().await;
        match ended {
            Ok(outcome) => Ok(Ok(outcome)),
            Err(failure) if has_failed_call => {
                output::print_stderr(Error::Failure(failure));
                Ok(Err(Outcome::CallFailed))
            }
            Err(failure) => Err(failure.into()),
        }
    }
}

/// Returns the operator of `source`, which opens sessions. Fails if the source does not permit actions.
pub(super) fn operator(source: &dyn Source) -> Result<&dyn Operator, Failure> {
    source.operator().ok_or_else(|| Refusal::actions_off(source.id().as_str()).into())
}

/// Adds the call that opened a session, or failed to, to its audit record.
pub(super) fn note_call(running: &mut RunningRecord, call: Option<SentChange>) {
    report_write_error(running.note_call(call));
}

fn with_reason(record: AuditRecord, args: &SessionArgs) -> AuditRecord {
    AuditRecord { reason: args.reason.as_deref().map(Into::into), ..record }
}

/// Returns the container that the arguments name. By default, returns the first container of the first
/// running instance. Refuses if there is none. Fails if the name of the instance is ambiguous.
fn chosen_target(
    service: &Service,
    label: &str,
    args: &SessionArgs,
) -> Result<Result<SessionTarget, Refusal>, Failure> {
    let instance = match args.instance.as_deref().map(|name| named_instance(service, label, name)) {
        Some(Ok(Ok(named))) => Some(&named.id),
        Some(Ok(Err(refusal))) => return Ok(Err(refusal)),
        Some(Err(failure)) => return Err(failure),
        None => None,
    };
    let mut targets = session_targets(service, label);
    targets.retain(|target| instance.is_none_or(|instance| target.instance == *instance));
    if targets.is_empty() {
        return Ok(Err(no_instance(service, label, args.instance.as_deref())));
    }
    let name = args.container.as_deref();
    let found = targets.iter().find(|target| name.is_none_or(|name| target.container == name));
    Ok(found.cloned().ok_or_else(|| {
        let names: Vec<&str> = targets.iter().map(|target| target.container.as_str()).collect();
        let what = format!("{label} has no container {}", name.unwrap_or_default());
        Refusal::new(what, format!("its containers: {}", names.join(", ")))
    }))
}

/// Returns the running instance `name`: by its name or id, or by a prefix that only its id has, because
/// summaries and engines shorten ids.
fn named_instance<'a>(
    service: &'a Service,
    label: &str,
    name: &str,
) -> Result<Result<&'a Instance, Refusal>, Failure> {
    let runs = |instance: &&Instance| instance.state == InstanceState::Running;
    let running: Vec<&Instance> = service.instances.iter().filter(runs).collect();
    if let Some(named) = running.iter().copied().find(|one| one.name == name || one.id.as_str() == name) {
        return Ok(Ok(named));
    }
    let short_id = |instance: &Instance| {
        instance.id.as_str().rsplit('/').next().is_some_and(|id| !name.is_empty() && id.starts_with(name))
    };
    let meant: Vec<&Instance> = running.into_iter().filter(|instance| short_id(instance)).collect();
    match meant[..] {
        [only] => Ok(Ok(only)),
        [] => Ok(Err(no_instance(service, label, Some(name)))),
        [..] => {
            let what = format!("`{name}` is ambiguous: {} instances of {label} begin with it", meant.len());
            let ids: Vec<&str> = meant.iter().map(|instance| instance.id.as_str()).collect();
            Err(Failure::new(FailureKind::Invalid, what, format!("use one of: {}", ids.join(", "))))
        }
    }
}

/// Returns the refusal for a service that has no running instance `name`, or no running instance at all.
fn no_instance(service: &Service, label: &str, name: Option<&str>) -> Refusal {
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
    Refusal::new(what, remedy)
}

/// Asks for confirmation, unless `--yes` is given. Refuses if there is neither a terminal nor `--yes`.
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
    let expected = match &plan.typed_name {
        Some(name) => format!("type {name} to go on"),
        None => "answer yes to go on".to_owned(),
    };
    // Text typed before the question must not answer it.
    runtime::discard_typed_keys();
    print(format!("{}\n{question}", plan.lines().join("\n")))?;
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    Ok(ConfirmedSession::by_line(plan, &line).ok_or_else(|| Refusal::new("not confirmed", expected)))
}

/// Prints a refusal and appends it to the audit log.
fn refuse(audit: &AuditLog, mut record: AuditRecord, refusal: &Refusal) -> io::Result<()> {
    output::print_stderr(format_args!("refused: {refusal}; nothing was done"));
    (record.outcome, record.why) = (AuditOutcome::Refused, Some(refusal.reason.as_str().into()));
    audit.append(&record)
}

/// Appends to the audit log a request that failed before its session began.
fn record_failure(audit: &AuditLog, mut record: AuditRecord, failure: &Failure) {
    (record.outcome, record.why) = (AuditOutcome::Failed, Some(failure.message.clone()));
    report_write_error(audit.append(&record));
}

/// Prints a failure to write the audit log. At this point the session has begun, ended or failed, so Portolan
/// can't refuse it any more.
fn report_write_error(written: io::Result<()>) {
    if let Err(error) = written {
        output::print_stderr(format_args!("the audit log can't be written: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::{named_instance, no_instance};
    use crate::model::{InstanceId, InstanceState, Service, fixtures};

    #[test]
    fn an_instance_is_named_by_its_name_its_id_or_a_beginning_that_is_its_own() {
        let mut service = fixtures::service("web");
        service.instances = ["abc1", "abd2", "c1"].map(fixtures::instance).to_vec();
        for instance in &mut service.instances {
            instance.id = InstanceId::new(format!("docker/{}", instance.name));
            instance.name = format!("web-{}", instance.name).into();
        }
        let found = |service: &Service, name: &str| {
            named_instance(service, "web", name).ok()?.map(|instance| instance.name.to_string()).ok()
        };
        for name in ["web-abc1", "docker/abc1", "abc1", "abc"] {
            assert_eq!(found(&service, name).as_deref(), Some("web-abc1"), "{name}");
        }
        for name in ["1", "", "bc1", "ab", "web"] {
            assert_eq!(found(&service, name), None, "{name}");
        }
        let failure = named_instance(&service, "web", "ab").unwrap_err();
        assert!(
            failure.message.contains("ambiguous") && failure.remedy.contains("docker/abd2"),
            "{failure:?}"
        );
    }

    #[test]
    fn the_remedy_fits_the_state_of_the_instances() {
        let remedy = |state: InstanceState| {
            let mut service = fixtures::service("web");
            service.instances[0].name = "web-1".into();
            service.instances[0].state = state;
            no_instance(&service, "web", Some("web-2")).remedy
        };
        assert_eq!(remedy(InstanceState::Paused), "unpause it first; paused: web-1");
        assert_eq!(remedy(InstanceState::Stopped), "start it first");
        assert_eq!(remedy(InstanceState::Running), "running: web-1");
    }
}
