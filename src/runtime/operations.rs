//! Operations of the interactive program: reads services for plans, runs confirmed plans, and keeps the audit log.

use crate::{
    app::Msg,
    audit::{AuditLog, RunningRecord},
    background::{self, Panicked},
    model::{Failure, FailureKind, SourceId, Timestamp},
    operation::{
        AuditOutcome, AuditRecord, ConfirmedPlan, OperationReading, OperationRequest, PlanRun, Refusal,
        RunStop, Verdict,
    },
    source::{self, Source},
};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc::Sender;

/// Records of running operations by the number of the operation.
type RunningRecords = Arc<Mutex<BTreeMap<u64, RunningRecord>>>;

/// Reads services for plans and runs confirmed plans, each in a task of its own.
pub(super) struct OperationTasks {
    sources: Vec<Arc<dyn Source>>,
    sender: Sender<Msg>,
    audit: Option<AuditLog>,
    running: RunningRecords,
}

impl OperationTasks {
    pub(super) fn new(sources: Vec<Arc<dyn Source>>, sender: Sender<Msg>, audit: Option<AuditLog>) -> Self {
        Self { sources, sender, audit, running: Arc::default() }
    }

    /// Asks each source that can be acted on for its account and region, and sends them to the app.
    pub(super) fn read_places(&self) {
        for source in self.sources.iter().filter(|source| source.permission().allows_actions()) {
            let (source, sender) = (Arc::clone(source), self.sender.clone());
            let reading = async move {
                if let Some(place) = source::read_place(&*source).await {
                    // If the program has ended meanwhile, the message has no receiver.
                    let _ = sender.send(Msg::PlaceRead(Box::new(place))).await;
                }
            };
            drop(background::spawn(reading, |_| ()).detach());
        }
    }

    /// Reads the services of a request, and sends them to the app.
    pub(super) fn read_targets(&self, request: OperationRequest) {
        let (source, sender) = (self.source(&request.source()), self.sender.clone());
        let (lost, asked) = (sender.clone(), request.clone());
        let on_panic = move |panicked: Panicked| {
            let failure = panicked.failure("internal error while reading the services");
            // If the queue is full, the user closes the dialog and tries again.
            let _ = lost.try_send(Msg::TargetsRead(asked, Box::new(Err(failure))));
        };
        let reading = async move {
            let outcome = read_targets(source, &request).await;
            // If the program has ended meanwhile, the message has no receiver.
            let _ = sender.send(Msg::TargetsRead(request, Box::new(outcome))).await;
        };
        drop(background::spawn(reading, on_panic).detach());
    }

    /// Runs a confirmed plan, and sends its progress and result to the app. Makes no call if the audit log can't be
    /// written.
    pub(super) fn run(&self, number: u64, confirmed: ConfirmedPlan) {
        let source = self.source(&confirmed.plan().request.source());
        let (sender, audit, running) = (self.sender.clone(), self.audit.clone(), Arc::clone(&self.running));
        let lost = sender.clone();
        let on_panic = move |panicked: Panicked| {
            let failure = panicked.failure("internal error while running the plan");
            let run = PlanRun { sent: Vec::new(), stopped_by: Some(RunStop::Failed(failure)) };
            // If the queue is full, the operation stays open on the screen and in the audit log.
            let _ = lost.try_send(Msg::PlanRunEnded(number, Box::new(run)));
        };
        let work = async move {
            let run = match begin_record(audit, &confirmed).await {
                Ok(record) => {
                    lock(&running).insert(number, record);
                    let run = run_plan(source, &confirmed, number, &sender).await;
                    close_unless_watched(&running, number, &run);
                    run
                }
                Err(error) => PlanRun { sent: Vec::new(), stopped_by: Some(unwritable_audit_log(&error)) },
            };
            // If the program has ended meanwhile, the message has no receiver.
            let _ = sender.send(Msg::PlanRunEnded(number, Box::new(run))).await;
        };
        drop(background::spawn(work, on_panic).detach());
    }

    /// Adds the verdict of an operation to the audit log.
    pub(super) fn record_verdict(&self, number: u64, verdict: &Verdict) {
        let Some(mut running) = lock(&self.running).remove(&number) else { return };
        running.record.verdict = Some(verdict.text.as_str().into());
        background::run_blocking_then(move || running.finish(), report_write_error);
    }

    /// Adds a refused or failed request to the audit log.
    pub(super) fn record_refusal(&self, request: &OperationRequest, outcome: AuditOutcome, why: &str) {
        let Some(audit) = self.audit.clone() else { return };
        let mut record = AuditRecord::of_request(request, &user_name(), Timestamp::now());
        (record.outcome, record.why) = (outcome, Some(why.into()));
        background::run_blocking_then(move || audit.append(&record), report_write_error);
    }

    /// Closes the records of operations whose verdict is not known yet, at the end of the program.
    fn close_records(&self) {
        let open = std::mem::take(&mut *lock(&self.running));
        for mut running in open.into_values() {
            running.record.verdict = Some("Portolan ended before the verdict".into());
            report_write_error(Ok(running.finish()));
        }
    }

    fn source(&self, id: &SourceId) -> Option<Arc<dyn Source>> {
        self.sources.iter().find(|source| source.id() == id).cloned()
    }
}

impl Drop for OperationTasks {
    fn drop(&mut self) {
        self.close_records();
    }
}

/// Returns the name of the user for the audit log.
pub fn user_name() -> String {
    let by_name = ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let uid = rustix::process::getuid().as_raw();
    by_name
        .filter(|name| !name.is_empty())
        .map_or_else(|| format!("uid {uid}"), |name| format!("{name} (uid {uid})"))
}

fn lock(running: &RunningRecords) -> std::sync::MutexGuard<'_, BTreeMap<u64, RunningRecord>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn read_targets(
    source: Option<Arc<dyn Source>>,
    request: &OperationRequest,
) -> Result<OperationReading, Failure> {
    match source.as_ref().and_then(|source| source.operator()) {
        Some(operator) => operator.read_targets(request).await,
        None => Err(not_permitted(request)),
    }
}

/// Returns the failure of a request for a source that can't be acted on.
fn not_permitted(request: &OperationRequest) -> Failure {
    let Refusal { reason, remedy } = Refusal::actions_off(request.source().as_str());
    Failure::new(FailureKind::Denied, reason, remedy)
}

async fn begin_record(audit: Option<AuditLog>, confirmed: &ConfirmedPlan) -> io::Result<RunningRecord> {
    let audit = audit.ok_or_else(|| io::Error::other("there is no state directory"))?;
    let record = AuditRecord::of_plan(confirmed.plan(), &user_name(), Timestamp::now());
    background::run_blocking(move || audit.begin(record))
        .await
        .map_err(|panicked| io::Error::other(panicked.to_string()))?
}

async fn run_plan(
    source: Option<Arc<dyn Source>>,
    confirmed: &ConfirmedPlan,
    number: u64,
    sender: &Sender<Msg>,
) -> PlanRun {
    let Some(operator) = source.as_ref().and_then(|source| source.operator()) else {
        let stop = RunStop::Failed(not_permitted(&confirmed.plan().request));
        return PlanRun { sent: Vec::new(), stopped_by: Some(stop) };
    };
    source::run_plan(operator, confirmed, |sent| {
        // Progress is for display only, so a full queue may drop it.
        let _ = sender.try_send(Msg::PlanStepSent(number, sent));
    })
    .await
}

/// Writes the result of a run into its record. Closes the record if there is nothing to watch.
fn close_unless_watched(running: &RunningRecords, number: u64, run: &PlanRun) {
    let Some(mut record) = lock(running).remove(&number) else { return };
    record.record.sent.clone_from(&run.sent);
    match &run.stopped_by {
        None => {
            record.set_outcome(AuditOutcome::Sent, None);
            report_write_error(Ok(record.save()));
            lock(running).insert(number, record);
        }
        Some(RunStop::Refused(refusal)) => {
            record.set_outcome(AuditOutcome::Refused, Some(refusal.reason.clone()));
            report_write_error(Ok(record.finish()));
        }
        Some(RunStop::Failed(failure)) => {
            record.set_outcome(AuditOutcome::Failed, Some(failure.message.to_string()));
            report_write_error(Ok(record.finish()));
        }
    }
}

fn unwritable_audit_log(error: &io::Error) -> RunStop {
    let what = format!("the audit log can't be written: {error}");
    RunStop::Refused(Refusal::new(
        what,
        "make Portolan's state directory writable; portolan doctor prints it",
    ))
}

/// Logs a failure to write the audit log after the calls were made, when nothing else can be done about it.
fn report_write_error(written: Result<io::Result<()>, Panicked>) {
    match written {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("the audit log can't be written: {error}"),
        Err(panicked) => tracing::warn!("the audit log can't be written: {panicked}"),
    }
}
