//! Command `exec`: runs a shell or a command in a container of a service.

use super::session::{self, BegunSession};
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
        sessions::shell::{self, LeaveReason, SessionTerminal, ShellOutcome},
    },
};
use std::io::{self, IsTerminal, stdin};

/// Exit code of a session that the user left, as of a program that SIGHUP ends.
const DETACHED_CODE: u8 = 129;

/// Opens the shell and runs it to its end.
async fn open(begun: &mut BegunSession<ShellRequest>, is_terminal: bool) -> Result<ShellOutcome, Failure> {
    let begin = || io::Result::Ok((Signals::listen()?, SessionTerminal::take(is_terminal)?));
    let (mut signals, terminal) = begin().map_err(|error| shell::unwritable_output(&error))?;
    let (source, confirmed, running) = begun.parts();
    let opening = session::operator(source)?.open_shell(confirmed);
    shell::run(opening, terminal, &mut signals, |call| session::note_call(running, call)).await
}

/// Runs the command. A refusal is an outcome, not an error.
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
    begun.finish(ended.as_ref().map(ShellOutcome::text));
    Ok(match ended? {
        ShellOutcome::Ended(code) => {
            Outcome::Exit(code.map_or(0, |code| u8::try_from(code).unwrap_or(u8::MAX)))
        }
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
