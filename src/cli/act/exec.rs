//! Command `exec`: runs a shell or a command in a container of a service.

use super::session::{self, RecordedSession};
use crate::{
    cli::{
        Error, Outcome,
        args::{CommonArgs, ExecArgs},
    },
    model::Failure,
    operation::ShellRequest,
    output,
    runtime::{
        Signals,
        sessions::{
            plugin,
            shell::{self, LeaveReason, SessionTerminal, ShellOutcome},
        },
    },
};
use std::io::{self, IsTerminal, stdin};

/// Exit code of a session that the user has left: that of a program ended by SIGHUP.
const DETACHED_CODE: u8 = 129;

/// Opens the shell and runs it to its end.
async fn open(begun: &mut RecordedSession<ShellRequest>, is_terminal: bool) -> Result<ShellOutcome, Failure> {
    let begin = || io::Result::Ok((Signals::listen()?, SessionTerminal::take(is_terminal)?));
    let (mut signals, terminal) = begin().map_err(|error| shell::unwritable_output(&error))?;
    let (source, confirmed, running) = begun.parts();
    let operator = session::operator(source)?;
    let note_call = |call| session::note_call(running, call);
    plugin::run_shell(operator, confirmed, terminal, &mut signals, note_call).await
}

/// Runs `portolan exec`. A refusal is an outcome, not an error.
pub(in crate::cli) async fn run(common: &CommonArgs, args: &ExecArgs) -> Result<Outcome, Error> {
    let is_terminal = stdin().is_terminal() && output::is_terminal();
    let size = is_terminal.then(shell::terminal_size);
    let make_request = |target| ShellRequest::new(target, args.command.clone(), size);
    let mut begun = match session::begin(common, &args.session, make_request).await? {
        Ok(begun) => begun,
        Err(outcome) => return Ok(outcome),
    };
    if is_terminal {
        output::print_stderr("ctrl-] leaves the session");
    }
    let ended = open(&mut begun, is_terminal).await;
    let outcome = match begun.finish(ended, ShellOutcome::text).await? {
        Ok(outcome) => outcome,
        Err(outcome) => return Ok(outcome),
    };
    Ok(match outcome {
        ShellOutcome::Ended(code) => {
            Outcome::Exit(code.map_or(0, |code| u8::try_from(code).unwrap_or(u8::MAX)))
        }
        ShellOutcome::EndedElsewhere(_) => Outcome::Success,
        ShellOutcome::Left { why, may_run } => {
            if may_run {
                output::print_stderr("the command may still run");
            }
            match why {
                LeaveReason::Detached => Outcome::Exit(DETACHED_CODE),
                LeaveReason::Signal(number) => Outcome::Signal(number),
                LeaveReason::OutputClosed => Outcome::Success,
            }
        }
    })
}
