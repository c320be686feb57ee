//! Command `audit`: prints the audit log of actions.

use crate::{
    audit::AuditLog,
    cli::{Error, Outcome, args::LogFormat, print, state_dir},
    export,
    operation::AuditRecord,
};

/// Prints the records of the audit log, the oldest first.
pub(in crate::cli) fn run(format: LogFormat) -> Result<Outcome, Error> {
    let records = state_dir().map_or_else(|| Ok(Vec::new()), |state| AuditLog::new(&state).read())?;
    let lines = records.iter().map(|record| match format {
        LogFormat::Json => export::audit_json(record),
        LogFormat::Text => audit_line(record),
    });
    print(lines.collect::<String>())?;
    Ok(Outcome::Success)
}

/// Formats a record as one line.
fn audit_line(record: &AuditRecord) -> String {
    let who = record.caller.as_ref().unwrap_or(&record.user);
    let what = format!("{} {}", record.action, record.targets.join(" "));
    let place = record.account.as_ref().map(|account| format!(" in {account}")).unwrap_or_default();
    let details = [
        record.why.as_deref().map(|why| format!(": {why}")),
        record.verdict.as_deref().map(|verdict| format!("; {verdict}")),
        record.reason.as_deref().map(|reason| format!(" (reason: {reason})")),
    ];
    let details: String = details.into_iter().flatten().collect();
    let at = record.at.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!("{at}  {}  {what}{place}  {}{details}  by {who}\n", record.source, record.outcome.as_str())
}
