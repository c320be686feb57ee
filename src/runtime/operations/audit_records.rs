//! Audit records of running operations. Portolan opens each record before the first call of the operation,
//! and closes it with the outcome or, if all calls succeeded, with the verdict.

use crate::{
    audit::{AuditLog, RunningRecord, unwritable_log},
    background::{self, Panicked},
    model::Failure,
    operation::{AuditOutcome, AuditRecord, PlanRun, Refusal, RunStop, SentChange},
};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Audit records of running operations, by the number of the operation.
pub(super) type RunningRecords = Arc<Mutex<BTreeMap<u64, RunningRecord>>>;

/// Returns the user's name and id for the audit log, such as `ann (uid 501)`.
pub fn user_name() -> String {
    let by_name = ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let uid = rustix::process::getuid().as_raw();
    by_name
        .filter(|name| !name.is_empty())
        .map_or_else(|| format!("uid {uid}"), |name| format!("{name} (uid {uid})"))
}

/// Locks the records. No caller holds the lock while it awaits a call.
pub(super) fn lock(running: &RunningRecords) -> MutexGuard<'_, BTreeMap<u64, RunningRecord>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens the record of an operation or session that is about to begin. Fails if the audit log can't be written.
pub(super) async fn begin_record(audit: Option<AuditLog>, record: AuditRecord) -> io::Result<RunningRecord> {
    let audit = audit.ok_or_else(|| io::Error::other("there is no state directory"))?;
    background::run_blocking(move || audit.begin(record))
        .await
        .map_err(|panicked| io::Error::other(panicked.to_string()))?
}

/// Saves the calls made so far in the record of a run, so that they survive if Portolan is killed.
pub(super) fn note_sent(running: &RunningRecords, number: u64, sent: &[SentChange]) {
    if let Some(record) = lock(running).get_mut(&number) {
        record.record.sent = sent.to_vec();
        report_write_error(Ok(record.save()));
    }
}

/// Saves the result of a run in its record. If all calls succeeded, leaves the record open for the verdict,
/// otherwise closes it.
pub(super) fn record_result(running: &RunningRecords, number: u64, run: &PlanRun) {
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

/// Returns the refusal of a plan whose record can't be opened.
pub(super) fn unwritable_audit_log(error: &io::Error) -> RunStop {
    let Failure { message, remedy, .. } = unwritable_log(error);
    RunStop::Refused(Refusal::new(message, remedy))
}

/// Logs a failure to write the audit log. The calls were made already, so Portolan can't refuse the
/// operation.
pub(super) fn report_write_error(written: Result<io::Result<()>, Panicked>) {
    match written {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("the audit log can't be written: {error}"),
        Err(panicked) => tracing::warn!("the audit log can't be written: {panicked}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{RunningRecords, lock, note_sent};
    use crate::{
        audit::AuditLog,
        model::{ServiceId, Timestamp},
        operation::{AuditRecord, OperationKind, OperationRequest, SentChange},
        private_fs::TemporaryDir,
    };

    #[test]
    fn each_call_is_on_disk_before_the_next() {
        let state = TemporaryDir::create("portolan-audit-test-").unwrap();
        let log = AuditLog::new(state.path());
        let request = OperationRequest::new(OperationKind::Stop, [ServiceId::new("docker/web")]).unwrap();
        let record = AuditRecord::of_request(&request, "me", Timestamp::UNIX_EPOCH);
        let running = RunningRecords::default();
        lock(&running).insert(1, log.begin(record).unwrap());
        let call = SentChange { call: "POST".into(), request_id: None, failure: None, unchanged: false };
        note_sent(&running, 1, std::slice::from_ref(&call));
        assert_eq!(log.read().unwrap()[0].sent, [call]);
    }
}
