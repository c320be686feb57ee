//! Terminal guard: a small process that restores the terminal if Portolan can't, because it was killed
//! (SIGKILL), ran out of memory or crashed.
//!
//! The guard is the same program, started with `GUARD_ARGUMENT`. It waits for the end of a pipe, which
//! closes when Portolan ends for any reason. While it waits, it uses no CPU time.
//!
//! The first line in the pipe has Portolan's process group and the original terminal modes. Then come
//! `TAKEN_MARK`, `SHELL_MARK` and `RESTORED_MARK`. The last mark decides whether the guard restores the
//! terminal.

use super::tty;
use rustix::{
    process::{Pid, getpgrp, setpgid},
    termios::{
        ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios,
        tcgetattr, tcgetpgrp, tcsetattr,
    },
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2};
use std::{
    env,
    io::{self, BufRead, PipeWriter, Read, Write, pipe, stdin},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    sync::{Arc, OnceLock, atomic::AtomicBool},
};

/// Argument with which Portolan starts itself as the guard of another process.
const GUARD_ARGUMENT: &str = "--guard-terminal";

/// Mark that Portolan writes to the pipe when it begins to draw on the terminal.
const TAKEN_MARK: &[u8] = b"T";
/// Mark that Portolan writes to the pipe when a shell in a container begins to use the terminal.
const SHELL_MARK: &[u8] = b"S";
/// Mark that Portolan writes to the pipe when it has restored the terminal.
const RESTORED_MARK: &[u8] = b"R";

/// Signals that the whole process group receives, for example when its terminal closes. The guard ignores
/// them.
const IGNORED_SIGNALS: &[i32] = &[SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2];

/// Pipe to the guard of this process; empty until the guard has started.
static GUARD_PIPE: OnceLock<PipeWriter> = OnceLock::new();

/// Starts the guard if it has not started yet. Without a guard, Portolan restores the terminal only after
/// panics and catchable signals.
pub(in crate::runtime) fn start() {
    if GUARD_PIPE.get().is_some() {
        return;
    }
    match spawn() {
        Ok(pipe) => drop(GUARD_PIPE.set(pipe)),
        Err(error) => tracing::warn!(%error, "the terminal guard could not be started"),
    }
}

/// Starts the guard process, and returns the pipe to it.
fn spawn() -> io::Result<PipeWriter> {
    let modes = TerminalModes::from_termios(&tcgetattr(tty::tty())?);
    let (from, mut to) = pipe()?;
    let mut command = Command::new(env::current_exe()?);
    // The guard starts in a process group of its own, so that signals to our group can't end it before it
    // ignores them.
    command
        .arg(GUARD_ARGUMENT)
        .process_group(0)
        .env_clear()
        .current_dir("/")
        .stdin(from)
        .stderr(Stdio::null());
    // No code waits for the guard: it ends after this process.
    drop(command.spawn()?);
    writeln!(to, "{} {}", getpgrp().as_raw_pid(), modes.to_line())?;
    Ok(to)
}

/// Informs the guard that Portolan draws on the terminal.
pub(in crate::runtime) fn note_taken() {
    write_mark(TAKEN_MARK);
}

/// Informs the guard that a shell in a container uses the terminal.
pub(in crate::runtime) fn note_shell() {
    write_mark(SHELL_MARK);
}

/// Informs the guard that Portolan has restored the terminal.
pub(in crate::runtime) fn note_restored() {
    write_mark(RESTORED_MARK);
}

/// Writes a mark to the pipe.
fn write_mark(state: &[u8]) {
    if let Some(mut pipe) = GUARD_PIPE.get() {
        // If the guard is gone, the write fails and there is nothing to do.
        let _ = pipe.write_all(state);
    }
}

/// Returns true if this process was started as a guard.
#[must_use]
pub fn is_guard_process() -> bool {
    env::args_os().nth(1).is_some_and(|argument| argument == GUARD_ARGUMENT)
}

/// Waits for the end of the guarded process. Restores the terminal if that process did not do so.
pub fn run() -> io::Result<()> {
    for signal in IGNORED_SIGNALS {
        signal_hook::flag::register(*signal, Arc::new(AtomicBool::new(false)))?;
    }
    let mut pipe = stdin().lock();
    let mut line = String::new();
    pipe.read_line(&mut line)?;
    let (group, modes) = line.split_once(' ').unwrap_or_default();
    join_process_group(group);
    let (mut states, mut last) = ([0; 64], None);
    loop {
        match pipe.read(&mut states) {
            Ok(0) => break,
            Ok(count) => last = states[..count].last().copied().or(last),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    if last.as_slice() == TAKEN_MARK || last.as_slice() == SHELL_MARK {
        // The modes come first, because writing blocks if the terminal accepts no output.
        if let Some(modes) = TerminalModes::parse(modes).filter(|_| may_set_modes()) {
            let mut termios = tcgetattr(tty::tty())?;
            modes.apply(&mut termios);
            tcsetattr(tty::tty(), OptionalActions::Now, &termios)?;
        }
        if last.as_slice() == SHELL_MARK {
            tty::write_shell_restore_sequences();
        } else {
            tty::write_restore_sequences();
        }
    }
    Ok(())
}

/// Joins the process group of the guarded process. That group is in the foreground, so its processes may
/// change the terminal modes.
fn join_process_group(group: &str) {
    if let Some(group) = group.parse().ok().and_then(Pid::from_raw) {
        // If the group has no process left, the shell owns the terminal and restores it.
        let _ = setpgid(None, Some(group));
    }
}

/// Returns true if this process may still change the terminal's modes. It may not if the user's shell has
/// taken the terminal back: that shell sets the modes itself, and the system stops a background process that
/// changes them (SIGTTOU).
fn may_set_modes() -> bool {
    tcgetpgrp(tty::tty()).map_or(true, |foreground| foreground == getpgrp())
}

/// Terminal modes that raw mode changes (see cfmakeraw(3)), in the form in which the guard receives and
/// restores them.
#[derive(Debug, PartialEq, Eq)]
struct TerminalModes {
    /// Input, output, control and local modes.
    flags: [u64; 4],
    /// Minimum number of bytes of a read (VMIN).
    min: u8,
    /// Timeout of a read, in tenths of a second (VTIME).
    time: u8,
}

impl TerminalModes {
    fn from_termios(termios: &Termios) -> Self {
        let flags = [
            u64::from(termios.input_modes.bits()),
            u64::from(termios.output_modes.bits()),
            u64::from(termios.control_modes.bits()),
            u64::from(termios.local_modes.bits()),
        ];
        let codes = &termios.special_codes;
        Self { flags, min: codes[SpecialCodeIndex::VMIN], time: codes[SpecialCodeIndex::VTIME] }
    }

    fn to_line(&self) -> String {
        let [input, output, control, local] = self.flags;
        format!("{input} {output} {control} {local} {} {}", self.min, self.time)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut numbers = line.split_whitespace().map(|number| number.parse::<u64>().ok());
        let mut next = || numbers.next().flatten();
        let flags = [next()?, next()?, next()?, next()?];
        let mut code = || next().and_then(|number| u8::try_from(number).ok());
        Some(Self { flags, min: code()?, time: code()? })
    }

    fn apply(&self, termios: &mut Termios) {
        let [input, output, control, local] = self.flags;
        // The width of these flags differs between operating systems.
        termios.input_modes = InputModes::from_bits_retain(input as _);
        termios.output_modes = OutputModes::from_bits_retain(output as _);
        termios.control_modes = ControlModes::from_bits_retain(control as _);
        termios.local_modes = LocalModes::from_bits_retain(local as _);
        termios.special_codes[SpecialCodeIndex::VMIN] = self.min;
        termios.special_codes[SpecialCodeIndex::VTIME] = self.time;
    }
}

#[cfg(test)]
mod tests {
    use super::TerminalModes;

    #[test]
    fn modes_survive_the_way_through_the_pipe() {
        let modes = TerminalModes { flags: [1, 2, 0xffff_ffff, 0], min: 1, time: 255 };
        assert_eq!(TerminalModes::parse(&format!("{}\n", modes.to_line())), Some(modes));
        for cut in ["", "1 2 3", "1 2 3 4 256 0", "1 2 3 4 x 0"] {
            assert_eq!(TerminalModes::parse(cut), None, "{cut}");
        }
    }
}
