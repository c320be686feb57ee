//! Terminal guard: a small process that gives the terminal back where Portolan can't, because it was killed (SIGKILL), ran
//! out of memory or crashed.
//!
//! It is the same program, started with [`ARGUMENT`]. It waits for the end of a pipe that closes with Portolan, however
//! that ends, and costs no time meanwhile. The first line in the pipe holds Portolan's group of processes and the modes of
//! the terminal as it was; after it come [`TAKEN`] and [`RESTORED`], and the last of them says whether there is anything to do.

use super::terminal;
use rustix::{
    process::{Pid, getpgrp, setpgid},
    termios::{
        ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios,
        tcgetattr, tcgetpgrp, tcsetattr,
    },
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use std::{
    env,
    io::{self, BufRead, PipeWriter, Read, Write, pipe, stdin},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    sync::{Arc, OnceLock, atomic::AtomicBool},
};

/// Argument that makes the program the guard of another.
const ARGUMENT: &str = "--guard-terminal";

/// Says that the terminal is taken from now on, and that it was given back.
const TAKEN: &[u8] = b"T";
const RESTORED: &[u8] = b"R";

/// Signals that reach the whole group of processes, as when a terminal is closed: the guard outlives them.
const OUTLIVED: &[i32] = &[SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// Pipe to the guard of this process, once it is started.
static GUARD: OnceLock<PipeWriter> = OnceLock::new();

/// Starts the guard, unless it was started. Without one, what can be caught is restored all the same.
pub(super) fn start() {
    if GUARD.get().is_some() {
        return;
    }
    match spawn() {
        Ok(pipe) => drop(GUARD.set(pipe)),
        Err(error) => tracing::warn!(%error, "the terminal has no guard"),
    }
}

fn spawn() -> io::Result<PipeWriter> {
    let modes = Modes::of(&tcgetattr(terminal::tty())?);
    let (from, mut to) = pipe()?;
    let mut command = Command::new(env::current_exe()?);
    // In a group of its own until it can outlive the signals of ours.
    command.arg(ARGUMENT).process_group(0).env_clear().current_dir("/").stdin(from).stderr(Stdio::null());
    // Its end is nobody's business; it ends after this process.
    drop(command.spawn()?);
    writeln!(to, "{} {}", getpgrp().as_raw_pid(), modes.line())?;
    Ok(to)
}

/// Tells the guard that the terminal is taken.
pub(super) fn note_taken() {
    note(TAKEN);
}

/// Tells the guard that the terminal was given back.
pub(super) fn note_restored() {
    note(RESTORED);
}

fn note(state: &[u8]) {
    if let Some(mut pipe) = GUARD.get() {
        // A guard that is gone guards nothing.
        let _ = pipe.write_all(state);
    }
}

/// Returns whether this process is to be the guard of another.
#[must_use]
pub fn is_asked() -> bool {
    env::args_os().nth(1).is_some_and(|argument| argument == ARGUMENT)
}

/// Waits for the end of the guarded process, and restores the terminal where that did not.
pub fn run() -> io::Result<()> {
    for signal in OUTLIVED {
        signal_hook::flag::register(*signal, Arc::new(AtomicBool::new(false)))?;
    }
    let mut pipe = stdin().lock();
    let mut line = String::new();
    pipe.read_line(&mut line)?;
    let (group, modes) = line.split_once(' ').unwrap_or_default();
    join(group);
    let (mut states, mut last) = ([0; 64], None);
    loop {
        match pipe.read(&mut states) {
            Ok(0) => break,
            Ok(count) => last = states[..count].last().copied().or(last),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    if last.as_slice() == TAKEN {
        terminal::write_restored();
        if let Some(modes) = Modes::read(modes).filter(|_| may_set_modes()) {
            let mut termios = tcgetattr(terminal::tty())?;
            modes.apply(&mut termios);
            tcsetattr(terminal::tty(), OptionalActions::Now, &termios)?;
        }
    }
    Ok(())
}

/// Joins the group of the guarded process, which is in the foreground of the terminal and may change its modes.
fn join(group: &str) {
    if let Some(group) = group.parse().ok().and_then(Pid::from_raw) {
        // A group that has died already has left its terminal, or its shell has taken it.
        let _ = setpgid(None, Some(group));
    }
}

/// Returns whether the terminal is still ours to change. A shell that has taken it back sets the modes itself, and a
/// process in its background would be stopped for trying (SIGTTOU).
fn may_set_modes() -> bool {
    tcgetpgrp(terminal::tty()).map_or(true, |foreground| foreground == getpgrp())
}

/// Modes of a terminal: what raw mode changes of them (cfmakeraw(3)).
#[derive(Debug, PartialEq, Eq)]
struct Modes {
    flags: [u64; 4],
    min: u8,
    time: u8,
}

impl Modes {
    fn of(termios: &Termios) -> Self {
        let flags = [
            u64::from(termios.input_modes.bits()),
            u64::from(termios.output_modes.bits()),
            u64::from(termios.control_modes.bits()),
            u64::from(termios.local_modes.bits()),
        ];
        let codes = &termios.special_codes;
        Self { flags, min: codes[SpecialCodeIndex::VMIN], time: codes[SpecialCodeIndex::VTIME] }
    }

    fn line(&self) -> String {
        let [input, output, control, local] = self.flags;
        format!("{input} {output} {control} {local} {} {}", self.min, self.time)
    }

    fn read(line: &str) -> Option<Self> {
        let mut numbers = line.split_whitespace().map(|number| number.parse::<u64>().ok());
        let mut next = || numbers.next().flatten();
        let flags = [next()?, next()?, next()?, next()?];
        let mut code = || next().and_then(|number| u8::try_from(number).ok());
        Some(Self { flags, min: code()?, time: code()? })
    }

    fn apply(&self, termios: &mut Termios) {
        let [input, output, control, local] = self.flags;
        // The width of these flags differs between systems.
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
    use super::Modes;

    #[test]
    fn modes_survive_the_way_through_the_pipe() {
        let modes = Modes { flags: [1, 2, 0xffff_ffff, 0], min: 1, time: 255 };
        assert_eq!(Modes::read(&format!("{}\n", modes.line())), Some(modes));
        for cut in ["", "1 2 3", "1 2 3 4 256 0", "1 2 3 4 x 0"] {
            assert_eq!(Modes::read(cut), None, "{cut}");
        }
    }
}
