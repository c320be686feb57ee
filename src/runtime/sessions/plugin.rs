//! Shells whose session is encrypted. Another program, AWS's session-manager-plugin, runs such a shell and
//! uses the terminal until it ends.

use super::shell::{
    self, HANG_UP_TIMEOUT, LeaveReason, OpenOutcome, SIGNAL_HANG_UP_TIMEOUT, SessionTerminal, ShellOutcome,
    leave_opening, note_failure, unwritable_output, wait_until_open,
};
use crate::{
    model::{Failure, FailureKind},
    operation::{ConfirmedSession, SentChange, ShellRequest},
    output,
    runtime::{
        signals::{KeyboardSignalsIgnored, Signal, Signals, continue_program},
        terminal::LentTerminal,
    },
    source::{
        Operator,
        session::{ExternalShell, OpeningFailure, SessionFailure},
    },
};
use std::{io, pin::pin, process::ExitStatus};
use tokio::{process::Command, time::timeout};

/// End of a program that used the terminal: by itself, or because Portolan killed it.
enum ProgramEnd {
    /// The program exited.
    Exited(ExitStatus),
    /// A signal with this number ended Portolan, which killed the program.
    Killed(i32),
}

/// Opens a confirmed shell and runs it to its end. If the session is encrypted, opens a second session for
/// the program that can decrypt it. Passes each call that opened a session, or failed to,
/// to `note_call`.
pub async fn run_shell(
    operator: &dyn Operator,
    confirmed: &ConfirmedSession<ShellRequest>,
    terminal: SessionTerminal,
    signals: &mut Signals,
    mut note_call: impl FnMut(Option<SentChange>),
) -> Result<ShellOutcome, Failure> {
    let has_terminal = terminal.is_terminal();
    match shell::run(operator.open_shell(confirmed), terminal, signals, &mut note_call).await {
        Ok(outcome) => Ok(outcome),
        Err(SessionFailure::Encrypted) if has_terminal => {
            run_program(operator.open_external_shell(confirmed), signals, note_call).await
        }
        Err(SessionFailure::Encrypted) => Err(needs_terminal()),
        Err(SessionFailure::Other(failure)) => Err(failure),
    }
}

/// Awaits `opening`, and runs the program that it names on the terminal. While the session opens, the user
/// and signals can cancel it.
async fn run_program(
    opening: impl Future<Output = Result<ExternalShell, OpeningFailure>>,
    signals: &mut Signals,
    mut note_call: impl FnMut(Option<SentChange>),
) -> Result<ShellOutcome, Failure> {
    let mut opening = pin!(opening);
    // Until the program has the terminal, the same keys cancel, and raw mode keeps ctrl-c from sending a
    // signal.
    let mut terminal = SessionTerminal::take(true).map_err(|error| unwritable_output(&error))?;
    let opened = wait_until_open(opening.as_mut(), &mut terminal, signals).await;
    drop(terminal);
    match opened.map_err(|failed| note_failure(failed, &mut note_call))? {
        OpenOutcome::Opened(shell) => {
            note_call(Some(shell.call.clone()));
            attach(shell, signals).await
        }
        OpenOutcome::Left(why) => {
            let end = async |opened: Result<ExternalShell, OpeningFailure>| match opened {
                Ok(shell) => {
                    note_call(Some(shell.call));
                    shell.end.await.is_ok()
                }
                Err(failed) => {
                    note_call(failed.call);
                    true
                }
            };
            Ok(leave_opening(opening, why, end).await)
        }
    }
}

/// Runs the program on the terminal to its end, and then asks AWS to end the session, even if the program did
/// so too.
async fn attach(shell: ExternalShell, signals: &mut Signals) -> Result<ShellOutcome, Failure> {
    let title = shell.title;
    output::print_stderr(format_args!("the session is encrypted: {title} runs it; end the command to leave"));
    let mut command = Command::new(shell.program);
    let (name, value) = shell.variable;
    command.args(shell.arguments).env(name, value).kill_on_drop(true);
    let ended = wait_on_terminal(command, signals).await;
    let limit =
        if matches!(ended, Ok(ProgramEnd::Killed(_))) { SIGNAL_HANG_UP_TIMEOUT } else { HANG_UP_TIMEOUT };
    let is_over = matches!(timeout(limit, shell.end).await, Ok(Ok(())));
    match ended {
        Ok(ProgramEnd::Exited(status)) if status.success() => Ok(ShellOutcome::EndedElsewhere(title)),
        Ok(ProgramEnd::Exited(status)) => Err(failed_program(&format!("{title} failed: {status}"))),
        Ok(ProgramEnd::Killed(number)) => {
            Ok(ShellOutcome::Left { why: LeaveReason::Signal(number), may_run: !is_over })
        }
        Err(error) => Err(failed_program(&format!("{title} can't run: {error}"))),
    }
}

/// Runs a program on the terminal to its end, and then restores the terminal.
async fn wait_on_terminal(mut command: Command, signals: &mut Signals) -> io::Result<ProgramEnd> {
    let _terminal = LentTerminal::lend()?;
    let _keyboard = KeyboardSignalsIgnored::begin();
    let mut child = command.spawn()?;
    // The environment variable has a secret, which need not stay in memory.
    drop(command);
    loop {
        tokio::select! {
            status = child.wait() => return status.map(ProgramEnd::Exited),
            signal = signals.next() => match signal {
                Signal::Terminate(number) => {
                    child.kill().await?;
                    return Ok(ProgramEnd::Killed(number));
                }
                // The user pressed ctrl-z for the command in the container. It stops a plugin that does not
                // pass on keys yet, so Portolan continues the plugin.
                Signal::Stop => child.id().into_iter().for_each(continue_program),
                Signal::Continue => {}
            },
        }
    }
}

/// Returns the failure of a session whose program did not run to its end.
fn failed_program(what: &str) -> Failure {
    Failure::new(FailureKind::Invalid, what, "read its words above; a command may still run in the task")
}

/// Returns the failure of an encrypted session without a terminal.
fn needs_terminal() -> Failure {
    let what = "the session is encrypted with a KMS key, and AWS's session-manager-plugin, which can decrypt it, needs a terminal";
    Failure::new(FailureKind::Invalid, what, "run it with its input and output on a terminal")
}
