//! Audit log: one line of JSON for each operation (a change of services) and for each session in a container,
//! in the state directory.
//!
//! While an operation runs, its record is in a separate file. If Portolan is killed before the operation
//! ends, that file stays, and [`AuditLog::read`] returns the operation as unfinished.

use crate::{
    model::{Failure, FailureKind, Timestamp},
    operation::{AuditOutcome, AuditRecord, SentChange},
    private_fs::PrivateDir,
};
use std::{
    fmt::Display,
    fs::File,
    hash::{BuildHasher, RandomState},
    io::{self, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::sync::mpsc::Sender;

/// File name of the log.
const AUDIT_FILE: &str = "audit.jsonl";
/// Prefix of the names of files that hold the record of a running operation.
const RUNNING_FILE_PREFIX: &str = "audit-running-";
/// Suffix of the names of files that hold the record of a running operation.
const RUNNING_FILE_SUFFIX: &str = ".json";
/// Maximum size of the log in bytes. Reading a larger log fails.
const MAX_LOG_BYTES: u64 = 256 << 20;
/// Number of operations that this process has begun. It makes the names of their files unique.
static RUNNING_COUNT: AtomicU32 = AtomicU32::new(0);

/// Maximum size of the record of a running operation, in bytes.
const MAX_RECORD_BYTES: u64 = 1 << 20;

/// Audit log on disk: the operations and sessions that users requested, with their calls, outcomes and
/// refusals.
#[derive(Clone, Debug)]
pub struct AuditLog {
    folder: PathBuf,
    reports: Option<Sender<AuditReport>>,
}

/// Report of an operation that has begun or ended, for the other members of a team.
#[derive(Clone, Debug)]
pub struct AuditReport {
    /// Random id of the operation.
    pub id: String,
    /// Record of the operation so far.
    pub record: AuditRecord,
    /// Time at which the operation ended, UTC; `None` while it runs.
    pub ended_at: Option<Timestamp>,
}

/// Record of a running operation or session, which becomes a line of the log at the end.
#[derive(Debug)]
pub struct RunningRecord {
    log: AuditLog,
    file_name: String,
    /// Random id of the operation in the reports to the team.
    id: String,
    /// The record so far.
    pub record: AuditRecord,
}

impl AuditLog {
    /// Returns the log in the state directory `state`.
    #[must_use]
    pub fn new(state: &Path) -> Self {
        Self { folder: state.to_owned(), reports: None }
    }

    /// Returns the log with `reports` as the channel to which it sends a report when an operation begins or
    /// ends; `None` for no reports.
    #[must_use]
    pub fn with_reports(self, reports: Option<Sender<AuditReport>>) -> Self {
        Self { reports, ..self }
    }

    /// Returns the path of the log file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(AUDIT_FILE)
    }

    /// Appends the record of an operation or session that has ended, failed or been refused.
    pub fn append(&self, record: &AuditRecord) -> io::Result<()> {
        let mut log = PrivateDir::open_or_create(&self.folder)?.open_append(AUDIT_FILE)?;
        let mut line = serde_json::to_vec(&record.redacted())?;
        line.push(b'\n');
        if ends_within_a_line(&log)? {
            line.insert(0, b'\n');
        }
        // One write of a whole line, so that lines of several processes do not mix (O_APPEND).
        log.write_all(&line)
    }

    /// Saves the record of an operation that is about to run. Fails if Portolan can't write the record or the
    /// log; the operation must not run then.
    pub fn begin(&self, record: AuditRecord) -> io::Result<RunningRecord> {
        PrivateDir::open_or_create(&self.folder)?.open_append(AUDIT_FILE)?;
        let number = RUNNING_COUNT.fetch_add(1, Ordering::Relaxed);
        let start = record.at.as_millisecond();
        let file_name =
            format!("{RUNNING_FILE_PREFIX}{start}-{}-{number}{RUNNING_FILE_SUFFIX}", std::process::id());
        let id = format!("{:016x}", RandomState::new().hash_one(()));
        let running = RunningRecord { log: self.clone(), file_name, id, record };
        running.save()?;
        running.report(None);
        Ok(running)
    }

    /// Returns the records of all operations and sessions, running ones included, the oldest first. The list
    /// is empty if the state directory does not exist. Skips lines that are no records, because a full disk
    /// may cut a line.
    pub fn read(&self) -> io::Result<Vec<AuditRecord>> {
        let folder = match PrivateDir::open(&self.folder) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let log = folder.read(AUDIT_FILE, MAX_LOG_BYTES)?.unwrap_or_default();
        let lines = log.split(|byte| *byte == b'\n');
        let mut records: Vec<AuditRecord> =
            lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        let is_running =
            |name: &String| name.starts_with(RUNNING_FILE_PREFIX) && name.ends_with(RUNNING_FILE_SUFFIX);
        for name in folder.file_names().into_iter().filter(is_running) {
            let text = folder.read(&name, MAX_RECORD_BYTES)?.unwrap_or_default();
            records.extend(serde_json::from_slice::<AuditRecord>(&text));
        }
        records.sort_by_key(|record| record.at);
        Ok(records)
    }
}

impl RunningRecord {
    /// Writes the current record to its file, in place of the previous version.
    pub fn save(&self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.record.redacted())?;
        let folder = PrivateDir::open_or_create(&self.log.folder)?;
        folder.replace(&self.file_name, |file| file.write_all(&text))
    }

    /// Appends the record to the log, deletes its own file, and reports the end of the operation to the team.
    pub fn finish(self) -> io::Result<()> {
        let appended = self.log.append(&self.record);
        self.report(Some(Timestamp::now()));
        appended?;
        PrivateDir::open(&self.log.folder)?.remove(&self.file_name)
    }

    /// Reports the record to the team, if the log has a channel for reports. `ended_at` is `None` while the
    /// operation runs.
    fn report(&self, ended_at: Option<Timestamp>) {
        if let Some(reports) = &self.log.reports {
            let report = AuditReport { id: self.id.clone(), record: self.record.redacted(), ended_at };
            // If the queue is full, only the team misses the report. The log has the record anyway.
            let _ = reports.try_send(report);
        }
    }

    /// Adds `call`, which opened a session, to the record, and saves the record.
    pub fn note_call(&mut self, call: Option<SentChange>) -> io::Result<()> {
        self.record.sent.extend(call);
        self.save()
    }

    /// Finishes the record of a session in a container. `ended` describes the end of the session, or is the
    /// failure that ended it.
    pub fn finish_session(mut self, ended: Result<String, &Failure>) -> io::Result<()> {
        match ended {
            Ok(verdict) => {
                self.set_outcome(AuditOutcome::Sent, None);
                self.record.verdict = Some(verdict.as_str().into());
            }
            Err(failure) => self.set_outcome(AuditOutcome::Failed, Some(failure.message.to_string())),
        }
        self.finish()
    }

    /// Sets the outcome of the operation, and the reason for it, if any.
    pub fn set_outcome(&mut self, outcome: AuditOutcome, why: Option<String>) {
        self.record.outcome = outcome;
        self.record.why = why.map(Into::into);
    }
}

/// Returns the failure of an operation that does not run because its record can't be written.
pub fn unwritable_log(why: &dyn Display) -> Failure {
    let what = format!("the audit log can't be written: {why}");
    Failure::new(
        FailureKind::Denied,
        what,
        "make Portolan's state directory writable, on Linux ~/.local/state/portolan",
    )
}

/// Returns true if the last line of the log has no line feed, because a full disk cut the line.
fn ends_within_a_line(log: &File) -> io::Result<bool> {
    let mut last = *b"\n";
    if let Some(at) = log.metadata()?.len().checked_sub(1) {
        log.read_exact_at(&mut last, at)?;
    }
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::{AUDIT_FILE, AuditLog};
    use crate::{
        model::{ServiceId, Timestamp},
        operation::{AuditOutcome, AuditRecord, OperationKind, OperationRequest, SentChange},
        private_fs::TemporaryDir,
    };

    fn record() -> AuditRecord {
        let request = OperationRequest::new(OperationKind::Stop, [ServiceId::new("docker/web")]).unwrap();
        AuditRecord::of_request(&request, "me", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_running_operation_is_in_the_log_as_unfinished_until_it_ends() {
        let state = TemporaryDir::create("portolan-audit-test-").unwrap();
        let log = AuditLog::new(state.path());
        let mut running = log.begin(record()).unwrap();
        let outcomes = || log.read().unwrap().iter().map(|record| record.outcome).collect::<Vec<_>>();
        assert_eq!(outcomes(), [AuditOutcome::Unfinished]);
        running.set_outcome(AuditOutcome::Sent, None);
        running.finish().unwrap();
        assert_eq!(outcomes(), [AuditOutcome::Sent]);
    }

    #[test]
    fn a_session_is_logged_with_the_call_that_opened_it() {
        let state = TemporaryDir::create("portolan-audit-test-").unwrap();
        let log = AuditLog::new(state.path());
        let mut running = log.begin(record()).unwrap();
        let call = SentChange::succeeded("ecs:ExecuteCommand", Some("id-1".into()));
        running.note_call(Some(call.clone())).unwrap();
        let is_unfinished = |record: &AuditRecord| record.outcome == AuditOutcome::Unfinished;
        assert!(
            log.read().unwrap().iter().all(|record| is_unfinished(record) && record.sent == [call.clone()])
        );
        running.finish_session(Ok("ended".to_owned())).unwrap();
        let [record] = &log.read().unwrap()[..] else { panic!() };
        assert_eq!((&record.sent[..], record.outcome), (&[call][..], AuditOutcome::Sent));
    }

    #[test]
    fn no_secret_in_a_reason_or_a_failure_reaches_the_disk_or_the_team() {
        let state = TemporaryDir::create("portolan-audit-test-").unwrap();
        let (sender, mut reports) = tokio::sync::mpsc::channel(4);
        let log = AuditLog::new(state.path()).with_reports(Some(sender));
        let mut running =
            log.begin(AuditRecord { reason: Some("password=hunter2 rotated".into()), ..record() }).unwrap();
        running.set_outcome(
            AuditOutcome::Failed,
            Some("exec: \"mysql --password=hunter2\": not found".to_owned()),
        );
        running.save().unwrap();
        let files = || std::fs::read_dir(state.path()).unwrap().map(|file| file.unwrap().path());
        let is_secret = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap().contains("hunter2");
        assert!(!files().any(is_secret), "while it runs");
        running.finish().unwrap();
        assert!(!files().any(is_secret), "in the log");
        let text = std::fs::read_to_string(log.path()).unwrap();
        assert!(text.contains("rotated") && text.contains("not found"), "{text}");
        while let Ok(report) = reports.try_recv() {
            assert!(!format!("{report:?}").contains("hunter2"), "{report:?}");
        }
    }

    #[test]
    fn a_line_that_a_full_disk_cut_spoils_no_later_record() {
        let state = TemporaryDir::create("portolan-audit-test-").unwrap();
        let log = AuditLog::new(state.path());
        log.append(&record()).unwrap();
        let whole = std::fs::read(log.path()).unwrap();
        std::fs::write(log.path(), [&whole[..], &whole[..40]].concat()).unwrap();
        log.append(&record()).unwrap();
        assert_eq!(log.read().unwrap().len(), 2);
    }

    #[test]
    fn no_operation_begins_without_a_writable_log() {
        let state = TemporaryDir::create("portolan-audit-test-").unwrap();
        let log = AuditLog::new(state.path());
        std::fs::create_dir(state.path().join(AUDIT_FILE)).unwrap();
        assert!(log.begin(record()).is_err());
        let left: Vec<_> = std::fs::read_dir(state.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "no record of an operation that did not begin: {left:?}");
    }
}
