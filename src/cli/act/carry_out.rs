//! Carrying out of a confirmed plan: the calls, the watch, and the audit record.

use super::no_state_dir;
use crate::{
    audit::{AuditLog, RunningRecord},
    cli::{
        Error, Outcome,
        args::{ActArgs, Format},
        print, state_dir,
    },
    export,
    model::{Failure, FailureKind, Timestamp},
    operation::{AuditOutcome, AuditRecord, ConfirmedPlan, PlanRun, RunStop, Verdict, Watch, WatchState},
    output, runtime,
    source::{self, Source},
};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

/// Wait between two polls of a watch.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// Makes the calls of a confirmed plan, watches the services if asked, and prints the result.
pub(super) async fn carry_out(
    source: &Arc<dyn Source>,
    confirmed: ConfirmedPlan,
    args: &ActArgs,
) -> Result<Outcome, Error> {
    let audit = AuditLog::new(&state_dir().ok_or_else(no_state_dir)?);
    let record = AuditRecord::of_plan(confirmed.plan(), &runtime::user_name(), Timestamp::now());
    let mut running = audit.begin(record).map_err(|error| unwritable(&error))?;
    let run = match source.operator() {
        Some(operator) => source::run_plan(operator, &confirmed, |_| {}).await,
        None => PlanRun::default(),
    };
    running.record.sent.clone_from(&run.sent);
    let sent_at = Timestamp::now();
    match run.stopped_by {
        Some(RunStop::Refused(refusal)) => {
            output::print_stderr(format_args!("refused: {refusal}; nothing was done"));
            finish(running, AuditOutcome::Refused, Some(refusal.reason), None, args)?;
            Ok(Outcome::Refused)
        }
        Some(RunStop::Failed(failure)) => {
            let why = failure.message.to_string();
            finish(running, AuditOutcome::Failed, Some(why), None, args)?;
            Err(failure.into())
        }
        None => {
            let verdict = if args.watch {
                Some(watch(&**source, Watch::new(confirmed.plan().clone(), sent_at)).await)
            } else {
                None
            };
            let is_as_planned = verdict.as_ref().is_none_or(|verdict| verdict.is_as_planned);
            finish(running, AuditOutcome::Sent, None, verdict.as_ref(), args)?;
            Ok(if is_as_planned { Outcome::Success } else { Outcome::NotHealthy })
        }
    }
}

/// Polls the source until the services are as planned, or can't become so.
async fn watch(source: &dyn Source, watch: Watch) -> Verdict {
    let mut said = String::new();
    loop {
        sleep(WATCH_INTERVAL).await;
        // A poll that fails is tried again; the watch has a time limit of its own.
        let snapshot = source.snapshot().await;
        let state = match &snapshot {
            Ok(snapshot) => watch.assess(snapshot, Timestamp::now()),
            Err(failure) => watch.assess_unread(&failure.message, Timestamp::now()),
        };
        match state {
            WatchState::Ended(verdict) => return verdict,
            WatchState::Waiting(words) if words != said => {
                output::print_stderr(&words);
                said = words;
            }
            WatchState::Waiting(_) => {}
        }
    }
}

/// Prints the result and closes the audit record.
fn finish(
    mut running: RunningRecord,
    outcome: AuditOutcome,
    why: Option<String>,
    verdict: Option<&Verdict>,
    args: &ActArgs,
) -> Result<(), Error> {
    running.set_outcome(outcome, why);
    running.record.verdict = verdict.map(|verdict| verdict.text.as_str().into());
    if args.format == Format::Json {
        print(export::audit_json(&running.record))?;
    } else if outcome == AuditOutcome::Sent {
        let calls = running.record.sent.len();
        let words = verdict
            .map_or_else(|| format!("{calls} calls made; not watched"), |verdict| verdict.text.clone());
        print(format!("{words}\n"))?;
    }
    running.finish().map_err(|error| unwritable(&error).into())
}

fn unwritable(error: &std::io::Error) -> Failure {
    let what = format!("the audit log can't be written: {error}");
    Failure::new(FailureKind::Denied, what, "make Portolan's state directory writable")
}
