//! Operations of the interactive program: reads services for plans, runs confirmed plans, and keeps the audit
//! log.

mod audit_records;
mod forward_tasks;
mod prepared_shell;
mod unfinished_runs;

pub use audit_records::user_name;

use crate::{
    app::Msg,
    audit::AuditLog,
    background::{self, Panicked},
    model::{Failure, SourceId, Timestamp},
    operation::{
        AuditOutcome, AuditRecord, ConfirmedPlan, ConfirmedSession, ForwardRequest, OperationReading,
        OperationRequest, PlanRun, Refusal, RequestedSession, RunStop, SentChange, SessionRequest,
        ShellRequest, Verdict,
    },
    source::{self, Source},
};
use audit_records::{
    RunningRecords, begin_record, lock, note_sent, record_result, report_write_error, unwritable_audit_log,
};
use forward_tasks::{ForwardTasks, open_local_port};
use prepared_shell::PreparedShell;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;
use unfinished_runs::UnfinishedRuns;

/// Tasks that read services for plans and run confirmed plans. Each reading and each plan has its own task.
pub(super) struct OperationTasks {
    sources: Vec<Arc<dyn Source>>,
    sender: Sender<Msg>,
    audit: Option<AuditLog>,
    running: RunningRecords,
    unfinished: UnfinishedRuns,
    forwards: ForwardTasks,
}

impl OperationTasks {
    pub(super) fn new(sources: Vec<Arc<dyn Source>>, sender: Sender<Msg>, audit: Option<AuditLog>) -> Self {
        Self {
            sources,
            sender,
            audit,
            running: Arc::default(),
            unfinished: UnfinishedRuns::default(),
            forwards: ForwardTasks::default(),
        }
    }

    /// Reads the account and region of each source that permits actions, and sends them to the app.
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

    /// Reads the services that `request` names, and sends their state to the app.
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

    /// Reads the account or engine in which a session would run, and sends it to the app. Opens the local port
    /// of a forward.
    pub(super) fn read_session_place(&self, request: RequestedSession) {
        let (source, sender) = (self.source(&request.target().source()), self.sender.clone());
        let (lost, asked) = (sender.clone(), request.clone());
        let planned_ports = self.forwards.planned_ports();
        let on_panic = move |panicked: Panicked| {
            let failure = panicked.failure("internal error while reading the account");
            // If the queue is full, the user closes the dialog and tries again.
            let _ = lost.try_send(Msg::SessionPlaceRead(asked, Box::new(Err(failure))));
        };
        let reading = async move {
            let place = match source.as_ref().and_then(|source| source.operator()) {
                Some(operator) => operator.place().await,
                None => Err(not_permitted(&request.target().source())),
            };
            let outcome = match (place, request.clone()) {
                (Ok(place), RequestedSession::Forward(forward)) => {
                    let opened = open_local_port(forward, planned_ports).await;
                    opened.map(|forward| (RequestedSession::Forward(forward), place))
                }
                (place, ready) => place.map(|place| (ready, place)),
            };
            // If the program has ended meanwhile, the message has no receiver.
            let _ = sender.send(Msg::SessionPlaceRead(request, Box::new(outcome))).await;
        };
        drop(background::spawn(reading, on_panic).detach());
    }

    /// Forwards a confirmed port until one side ends it.
    pub(super) fn open_forward(&mut self, number: u64, confirmed: ConfirmedSession<ForwardRequest>) {
        let source = self.source(&confirmed.request().target().source());
        self.forwards.open(number, confirmed, source, (self.audit.clone(), self.sender.clone()));
    }

    /// Closes the local port of a plan that the user has not confirmed.
    pub(super) fn close_planned_port(&self, number: u16) {
        self.forwards.close_planned_port(number);
    }

    /// Ends a forward.
    pub(super) fn end_forward(&mut self, number: u64) {
        self.forwards.end(number);
    }

    /// Returns the shell that `confirmed` describes, ready to open.
    pub(super) fn shell(&self, confirmed: ConfirmedSession<ShellRequest>) -> PreparedShell {
        let source = self.source(&confirmed.request().target().source());
        PreparedShell { source, audit: self.audit.clone(), confirmed }
    }

    /// Runs a confirmed plan, and sends its progress and result to the app. Makes no call if Portolan can't
    /// write the audit log.
    pub(super) fn run(&mut self, number: u64, confirmed: ConfirmedPlan) {
        let source = self.source(&confirmed.plan().request.source());
        let (sender, audit, running) = (self.sender.clone(), self.audit.clone(), Arc::clone(&self.running));
        let (lost, ended) = (sender.clone(), self.unfinished.add(confirmed.plan().clone()));
        let on_panic = move |panicked: Panicked| {
            let failure = panicked.failure("internal error while running the plan");
            let run = PlanRun { sent: Vec::new(), stopped_by: Some(RunStop::Failed(failure)) };
            // If the queue is full, the operation stays open on the screen and in the audit log.
            let _ = lost.try_send(Msg::PlanRunEnded(number, Box::new(run)));
        };
        let work = async move {
            let record = AuditRecord::of_plan(confirmed.plan(), &user_name(), Timestamp::now());
            let run = match begin_record(audit, record).await {
                Ok(record) => {
                    lock(&running).insert(number, record);
                    let on_sent = |sent: &[SentChange]| {
                        note_sent(&running, number, sent);
                        let done = sent.iter().filter(|sent| sent.failure.is_none()).count();
                        // Progress is for display only, so a full queue may drop it.
                        let _ = sender.try_send(Msg::PlanStepSent(number, done));
                    };
                    let run = run_plan(source, &confirmed, on_sent).await;
                    record_result(&running, number, &run);
                    run
                }
                Err(error) => PlanRun { sent: Vec::new(), stopped_by: Some(unwritable_audit_log(&error)) },
            };
            // Only the exit of the program waits for this result.
            let _ = ended.send(run.clone());
            // If the program has ended meanwhile, the message has no receiver.
            let _ = sender.send(Msg::PlanRunEnded(number, Box::new(run))).await;
        };
        drop(background::spawn(work, on_panic).detach());
    }

    /// Ends the forwards, and waits for the plans that are still running, so that the exit does not interrupt them between two
    /// calls. After a terminating signal, the wait lasts at most a second, because the thread that listens
    /// for signals then ends the program.
    pub(super) async fn finish_runs(&mut self) {
        let unfinished = std::mem::take(&mut self.unfinished);
        tokio::join!(self.forwards.finish(), unfinished.finish());
    }

    /// Adds the verdict of an operation to the audit log.
    pub(super) fn record_verdict(&self, number: u64, verdict: &Verdict) {
        let Some(mut running) = lock(&self.running).remove(&number) else { return };
        running.record.verdict = Some(verdict.text.as_str().into());
        background::run_blocking_then(move || running.finish(), report_write_error);
    }

    /// Appends a refused or failed request to the audit log.
    pub(super) fn record_refusal(&self, request: &OperationRequest, outcome: AuditOutcome, why: &str) {
        self.append(AuditRecord::of_request(request, &user_name(), Timestamp::now()), outcome, why);
    }

    /// Appends a refused or failed request for a session to the audit log.
    pub(super) fn record_session_refusal(
        &self,
        request: &RequestedSession,
        outcome: AuditOutcome,
        why: &str,
    ) {
        self.append(request.audit_record(&user_name(), Timestamp::now()), outcome, why);
    }

    fn append(&self, mut record: AuditRecord, outcome: AuditOutcome, why: &str) {
        let Some(audit) = self.audit.clone() else { return };
        (record.outcome, record.why) = (outcome, Some(why.into()));
        background::run_blocking_then(move || audit.append(&record), report_write_error);
    }

    /// Finishes the records of operations that have no verdict yet, at the end of the program.
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

async fn read_targets(
    source: Option<Arc<dyn Source>>,
    request: &OperationRequest,
) -> Result<OperationReading, Failure> {
    match source.as_ref().and_then(|source| source.operator()) {
        Some(operator) => operator.read_targets(request).await,
        None => Err(not_permitted(&request.source())),
    }
}

/// Returns the failure of an action on a source for which the user has not permitted actions.
fn not_permitted(source: &SourceId) -> Failure {
    Refusal::actions_off(source.as_str()).into()
}

async fn run_plan(
    source: Option<Arc<dyn Source>>,
    confirmed: &ConfirmedPlan,
    on_sent: impl FnMut(&[SentChange]),
) -> PlanRun {
    let Some(operator) = source.as_ref().and_then(|source| source.operator()) else {
        let stop = RunStop::Refused(Refusal::actions_off(confirmed.plan().request.source().as_str()));
        return PlanRun { sent: Vec::new(), stopped_by: Some(stop) };
    };
    source::run_plan(operator, confirmed, on_sent).await
}
