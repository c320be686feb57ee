//! Command `exec`: runs a shell or a command in a container of a service.

use super::session;
use crate::{
    cli::{
        Error, Outcome,
        args::{CommonArgs, ExecArgs},
    },
    operation::ShellRequest,
    output,
    runtime::sessions::shell::{self, LeaveReason, ShellOutcome},
};
use std::io::{IsTerminal, stdin};

/// Exit code of a session that the user left, as of a program that SIGHUP ends.
const DETACHED_CODE: u8 = 129;

/// Runs the command. A refusal is an outcome, not an error.
pub(in crate::cli) async fn run(common: &CommonArgs, args: &ExecArgs) -> Result<Outcome, Error> {
    let is_terminal = stdin().is_terminal() && output::is_terminal();
    let size = is_terminal.then(shell::terminal_size);
    let make_request = |target| ShellRequest::new(target, args.command.clone(), size);
    let mut begun = match session::begin(common, &args.session, make_request).await? {
        Ok(begun) => begun,
        Err(outcome) => return Ok(outcome),
    };
    let opening = begun.operator()?.open_shell(&begun.confirmed).await;
    let ended = match opening {
        Ok(opened) => {
            begun.note_call(opened.call.clone());
            if is_terminal {
                output::print_stderr("ctrl-] leaves the session");
            }
            shell::attach(opened, is_terminal).await?
        }
        Err(failure) => Err(failure),
    };
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
