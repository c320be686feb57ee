//! Shell completion: a script registers Portolan with the shell. To complete a command, the shell runs
//! Portolan with the variable `COMPLETE` set, and Portolan prints the possible words.

use crate::cli::args::Cli;
use clap::CommandFactory;
use clap_complete::{CompleteEnv, Shell, env::Shells};
use std::io;

/// Variable that the shell sets when it requests words.
const COMPLETION_VARIABLE: &str = "COMPLETE";

/// Prints the possible words if the shell requests them. Returns false if this is an ordinary run.
pub fn print_words_if_asked() -> clap::error::Result<bool> {
    let directory = std::env::current_dir().ok();
    CompleteEnv::with_factory(Cli::command)
        .var(COMPLETION_VARIABLE)
        .try_complete(std::env::args_os(), directory.as_deref())
}

/// Returns the script that registers `portolan` with a shell.
pub(in crate::cli) fn registration_script(shell: Shell) -> io::Result<Vec<u8>> {
    let unknown = || io::Error::other(format!("no completions for {shell}"));
    let (shells, name) = (Shells::builtins(), shell.to_string());
    let completer = shells.completer(&name).ok_or_else(unknown)?;
    let mut script = Vec::new();
    completer.write_registration(COMPLETION_VARIABLE, "portolan", "portolan", "portolan", &mut script)?;
    Ok(script)
}
