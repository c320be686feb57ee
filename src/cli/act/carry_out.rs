//! Carries out a confirmed plan: makes the calls, watches the services, and keeps the audit record.

use crate::{
    audit::{AuditLog, RunningRecord, unwritable_log},
    cli::{
        Error, Outcome,
        args::{ActArgs, Format},
        print,
    },
    export,
    model::Timestamp,
    operation::{
        AuditOutcome, AuditRecord, ConfirmedPlan, PlanRun, Refusal, RunStop, SentChange, Verdict, Watch,
        WatchState,
    },
    output, runtime,
    screen::widget::text,
    source::{self, Source},
};
use futures::future::select_all;
use std::{fs, io, sync::Arc, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::sleep,
};

/// Verdict in the audit log if the user ends the watch.
const UNWATCHED_VERDICT: &str = "the calls succeeded; the watch was ended before the verdict";

/// Wait between two polls of a watch.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// Makes the calls of a confirmed plan, watches the services if `--watch` is given, and prints the result.
pub(super) async fn carry_out(
    audit: AuditLog,
    source: &Arc<dyn Source>,
    confirmed: ConfirmedPlan,
    args: &ActArgs,
) -> Result<Outcome, Error> {
    let record = AuditRecord::of_plan(confirmed.plan(), &runtime::user_name(), Timestamp::now());
    let mut running = audit.begin(record).map_err(|error| unwritable_log(&error))?;
    let begun = Timestamp::now();
    let run = run_plan(&**source, &confirmed, &mut running).await;
    let sent_at = Timestamp::now();
    let summary = run.summary(confirmed.plan());
    match run.stopped_by {
        Some(RunStop::Refused(refusal)) => {
            output::print_stderr(format_args!("refused: {refusal}; nothing was done"));
            running.set_outcome(AuditOutcome::Refused, Some(refusal.reason));
            finish(running, args)?;
            Ok(Outcome::Refused)
        }
        Some(RunStop::Failed(failure)) => {
            running.set_outcome(AuditOutcome::Failed, Some(failure.message.to_string()));
            let finished = finish(running, args);
            output::print_stderr(summary);
            finished?;
            output::print_stderr(Error::Failure(failure));
            Ok(Outcome::CallFailed)
        }
        None => {
            running.set_outcome(AuditOutcome::Sent, None);
            let verdict = if args.watch {
                // The watch takes minutes, during which Portolan may be killed.
                running.save().map_err(|error| unwritable_log(&error))?;
                let new_watch = Watch::new(confirmed.plan().clone(), sent_at).begun_at(begun);
                tokio::select! {
                    verdict = watch(&**source, new_watch) => Some(verdict),
                    signal = next_terminating_signal() => {
                        running.record.verdict = Some(UNWATCHED_VERDICT.into());
                        if let Err(error) = finish(running, args) {
                            // A terminal that is gone takes no output, and the signal explains the exit.
                            output::print_stderr(error);
                        }
                        return Ok(Outcome::Signal(signal?));
                    }
                }
            } else {
                None
            };
            let is_as_planned = verdict.as_ref().is_none_or(|verdict| verdict.is_as_planned);
            running.record.verdict = verdict.map(|verdict| verdict.text.into());
            finish(running, args)?;
            Ok(if is_as_planned { Outcome::Success } else { Outcome::NotAsPlanned })
        }
    }
}

/// Makes the calls of a confirmed plan, and saves the record after each.
async fn run_plan(source: &dyn Source, confirmed: &ConfirmedPlan, running: &mut RunningRecord) -> PlanRun {
    let Some(operator) = source.operator() else {
        let refusal = Refusal::actions_off(source.id().as_str());
        return PlanRun { sent: Vec::new(), stopped_by: Some(RunStop::Refused(refusal)) };
    };
    let on_sent = |sent: &[SentChange]| {
        running.record.sent = sent.to_vec();
        if let Err(error) = running.save() {
            // Portolan has made the call already, and an abort would not undo it.
            output::print_stderr(format_args!("the audit log can't be written: {error}"));
        }
    };
    source::run_plan(operator, confirmed, on_sent).await
}

/// Polls the source until the services are as planned, one of them has failed, or time runs out.
async fn watch(source: &dyn Source, mut watch: Watch) -> Verdict {
    let mut said = String::new();
    source.set_priority(watch.plan().request.services());
    let instances = watch.plan().instances();
    loop {
        sleep(WATCH_INTERVAL).await;
        // The list of an engine does not show that a container has ended and started again meanwhile.
        source.read_again(&instances);
        // A failed poll is repeated, because the watch has its own time limit.
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

/// Returns true if this process has ignored SIGHUP since its start, as under nohup (`proc_pid_status(5)`,
/// `SigIgn`). Returns false on systems without `/proc`.
fn is_hangup_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

/// Waits for ctrl-c, SIGTERM or the end of the terminal (SIGHUP), and returns the number of the signal.
async fn next_terminating_signal() -> io::Result<i32> {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let mut waits = Vec::new();
    // Under nohup, the end of the terminal must not end the watch.
    let is_heard = |kind: &SignalKind| *kind != SignalKind::hangup() || !is_hangup_ignored();
    for kind in kinds.into_iter().filter(is_heard) {
        let mut listener = signal(kind)?;
        waits.push(Box::pin(async move {
            listener.recv().await;
            kind.as_raw_value()
        }));
    }
    Ok(select_all(waits).await.0)
}

/// Closes the audit record and prints the result. The record comes first, because printing fails if the
/// output has no reader.
fn finish(running: RunningRecord, args: &ActArgs) -> Result<(), Error> {
    let record = running.record.clone();
    running.finish().map_err(|error| unwritable_log(&error))?;
    if args.format == Format::Json {
        print(export::audit_json(&record))?;
    } else if record.outcome == AuditOutcome::Sent {
        let calls = record.sent.len();
        let made = text::pluralize(calls, "call");
        let words = record.verdict.map_or_else(|| format!("{made} made; not watched"), String::from);
        print(format!("{words}\n"))?;
    }
    Ok(())
}
