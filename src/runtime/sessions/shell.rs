//! Terminal side of a shell in a container: passes on keys, output, window sizes and signals. None of them
//! waits for another. Portolan restores the terminal in every case.

mod printer;

use super::keyboard::Keyboard;
use crate::{
    model::{Failure, FailureKind},
    operation::SentChange,
    runtime::{
        signals::{self, Signal, Signals},
        terminal::{self, RawTerminal},
    },
    source::session::{OpeningFailure, SessionFailure, Shell, ShellInput},
};
use bytes::Bytes;
use printer::Printer;
use signal_hook::consts::SIGHUP;
use std::{
    collections::VecDeque,
    io,
    pin::{Pin, pin},
    time::Duration,
};
use tokio::{
    signal::unix::{Signal as UnixSignal, SignalKind, signal},
    time::timeout,
};

/// Byte of the key that leaves the session: ctrl-].
const DETACH_BYTE: u8 = 0x1d;
/// Maximum number of reads of the keyboard or pipe that wait for the session to accept them.
const MAX_WAITING_READS: usize = 256;
/// Bytes of the keys that cancel a shell while it opens: ctrl-c and ctrl-].
const GIVE_UP_BYTES: [u8; 2] = [0x03, DETACH_BYTE];
/// Maximum time for the remote end to close after the user has left.
pub(super) const HANG_UP_TIMEOUT: Duration = Duration::from_secs(3);
/// Maximum time for the remote end to close after a signal. It is short, so that Portolan can still write the
/// audit log before the thread in `signals` ends the program.
pub(super) const SIGNAL_HANG_UP_TIMEOUT: Duration = Duration::from_millis(500);

/// Way in which a shell session ended: the command ended, another program ran it, or the user's side left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellOutcome {
    /// The command ended, with its exit code if the source reports it.
    Ended(Option<i64>),
    /// Another program ran the session and has ended. Contains the program's name and version. The program
    /// does not report the command's exit code.
    EndedElsewhere(String),
    /// The user's side ended the session.
    Left {
        /// Reason for leaving.
        why: LeaveReason,
        /// True if the command may still run.
        may_run: bool,
    },
}

/// Reason why the user's side ended a session: the detach key, a signal or closed output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveReason {
    /// The user pressed the detach key.
    Detached,
    /// A signal with this number arrived, or the terminal was closed (SIGHUP).
    Signal(i32),
    /// The reader of the output has closed it, as in `| head -1`.
    OutputClosed,
}

impl ShellOutcome {
    /// Describes the outcome in words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Ended(Some(code)) => format!("ended with exit code {code}"),
            Self::Ended(None) => "ended".to_owned(),
            Self::EndedElsewhere(program) => {
                format!("ended in {program}, which reports no exit code of the command")
            }
            Self::Left { why, may_run } => {
                let how = match why {
                    LeaveReason::Detached => "left by the user".to_owned(),
                    LeaveReason::Signal(number) => format!("ended by signal {number}"),
                    LeaveReason::OutputClosed => "left because nothing reads its output".to_owned(),
                };
                format!("{how}{}", if *may_run { "; the command may still run" } else { "" })
            }
        }
    }
}

/// Returns the size of the terminal in columns and rows, or 80 by 24 if it is unknown.
#[must_use]
pub fn terminal_size() -> (u16, u16) {
    terminal::size().unwrap_or((80, 24))
}

/// Input and output of a session: the terminal in raw mode, or a pipe or file.
pub struct SessionTerminal {
    raw: Option<RawTerminal>,
    keys: Keyboard,
}

impl SessionTerminal {
    /// Takes over the input and, if `is_terminal` is true, the terminal. Dropping the value restores the
    /// terminal.
    pub fn take(is_terminal: bool) -> io::Result<Self> {
        let raw = if is_terminal { Some(RawTerminal::take()?) } else { None };
        Ok(Self { raw, keys: Keyboard::open(is_terminal)? })
    }

    /// Returns true for a terminal, false for a pipe or file.
    pub(super) fn is_terminal(&self) -> bool {
        self.raw.is_some()
    }
}

/// Runs a shell to its end, once `opening` has opened it. While the shell opens, the user and signals can
/// cancel it. Passes the call that opened it, or failed to, to `note_call`.
pub(super) async fn run(
    opening: impl Future<Output = Result<Shell, OpeningFailure>>,
    mut terminal: SessionTerminal,
    signals: &mut Signals,
    mut note_call: impl FnMut(Option<SentChange>),
) -> Result<ShellOutcome, SessionFailure> {
    let mut opening = pin!(opening);
    let opened = wait_until_open(opening.as_mut(), &mut terminal, signals).await;
    match opened.map_err(|failed| note_failure(failed, &mut note_call))? {
        OpenOutcome::Opened(shell) => {
            note_call(shell.call.clone());
            attach(shell, terminal, signals).await
        }
        OpenOutcome::Left(why) => {
            drop(terminal);
            let end = async |opened: Result<Shell, OpeningFailure>| match opened {
                Ok(shell) => {
                    note_call(shell.call.clone());
                    shell.end().await.is_ok()
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

/// Passes the record of a failed call to `note_call`, and returns the failure.
pub(super) fn note_failure(
    OpeningFailure { failure, call }: OpeningFailure,
    mut note_call: impl FnMut(Option<SentChange>),
) -> Failure {
    note_call(call);
    failure
}

/// Outcome of waiting for a session to open: open, or cancelled by the user or a signal.
pub(super) enum OpenOutcome<T> {
    /// The session is open.
    Opened(T),
    /// The user or a signal cancelled the session before it was open.
    Left(LeaveReason),
}

/// Waits until a session is open, or the user or a signal cancels it.
pub(super) async fn wait_until_open<T, E>(
    mut opening: Pin<&mut impl Future<Output = Result<T, E>>>,
    terminal: &mut SessionTerminal,
    signals: &mut Signals,
) -> Result<OpenOutcome<T>, E> {
    loop {
        tokio::select! {
            opened = opening.as_mut() => return opened.map(OpenOutcome::Opened),
            typed = terminal.keys.next(), if terminal.raw.is_some() => match typed {
                Some(bytes) if !bytes.iter().any(|byte| GIVE_UP_BYTES.contains(byte)) => {}
                Some(_) => return Ok(OpenOutcome::Left(LeaveReason::Detached)),
                None => return Ok(OpenOutcome::Left(LeaveReason::Signal(SIGHUP))),
            },
            signal = signals.next() => if let Some(number) = handle_signal(signal, terminal.raw.as_ref()) {
                return Ok(OpenOutcome::Left(LeaveReason::Signal(number)));
            },
        }
    }
}

/// Ends a session that was cancelled while it opened, because Portolan may already have made the call that
/// opens it. `end` gets the session or the failure to open it, ends an open session, and returns true if no
/// session is open afterwards.
pub(super) async fn leave_opening<T, E>(
    opening: Pin<&mut impl Future<Output = Result<T, E>>>,
    why: LeaveReason,
    end: impl AsyncFnOnce(Result<T, E>) -> bool,
) -> ShellOutcome {
    let ended = async { end(opening.await).await };
    let may_run = !timeout(hang_up_limit(why), ended).await.unwrap_or(false);
    ShellOutcome::Left { why, may_run }
}

/// Passes bytes between a shell and the terminal until one side ends.
async fn attach(
    shell: Shell,
    terminal: SessionTerminal,
    signals: &mut Signals,
) -> Result<ShellOutcome, SessionFailure> {
    let resized = signal(SignalKind::window_change()).and_then(|resized| Ok((resized, Printer::start()?)));
    match resized {
        Ok((resized, printer)) => pass_bytes(shell, terminal, signals, (resized, printer)).await,
        Err(error) => {
            drop(terminal);
            hang_up(shell, LeaveReason::OutputClosed).await;
            Err(unwritable_output(&error).into())
        }
    }
}

async fn pass_bytes(
    mut shell: Shell,
    SessionTerminal { raw, mut keys }: SessionTerminal,
    signals: &mut Signals,
    (mut resized, mut printer): (UnixSignal, Printer),
) -> Result<ShellOutcome, SessionFailure> {
    let is_terminal = raw.is_some();
    let input = shell.input.clone();
    let (mut reads_keys, mut waiting) = (true, VecDeque::new());
    if is_terminal {
        // The size may have changed since Portolan requested the session.
        push_size(&mut waiting);
    }
    let left = loop {
        let has_room = waiting.len() < MAX_WAITING_READS;
        tokio::select! {
            biased;
            signal = signals.next() => if let Some(number) = handle_signal(signal, raw.as_ref()) {
                break Ok(Some(LeaveReason::Signal(number)));
            },
            // The detach key must work even while the command reads no input.
            typed = keys.next(), if reads_keys && (is_terminal || has_room) => match typed {
                Some(bytes) if is_terminal && bytes.contains(&DETACH_BYTE) => break Ok(Some(LeaveReason::Detached)),
                Some(bytes) => push_within_limit(&mut waiting, bytes),
                // The terminal was closed.
                None if is_terminal => break Ok(Some(LeaveReason::Signal(SIGHUP))),
                None => {
                    reads_keys = false;
                    waiting.push_back(ShellInput::Eof);
                }
            },
            _ = resized.recv(), if is_terminal => push_size(&mut waiting),
            permit = input.reserve(), if !waiting.is_empty() => match (permit, waiting.pop_front()) {
                (Ok(permit), Some(next)) => permit.send(next),
                // The session has ended; the end of its output reports that.
                _ => waiting.clear(),
            },
            printed = printer.print(&mut shell.output) => match printed {
                Ok(()) => break Ok(None),
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break Ok(Some(LeaveReason::OutputClosed)),
                Err(error) => break Err(unwritable_output(&error)),
            },
        }
    };
    drop((raw, keys, input));
    match left {
        Ok(Some(why)) => Ok(ShellOutcome::Left { why, may_run: !hang_up(shell, why).await }),
        Ok(None) => shell.end().await.map(ShellOutcome::Ended),
        Err(failure) => {
            hang_up(shell, LeaveReason::OutputClosed).await;
            Err(failure.into())
        }
    }
}

/// Adds typed bytes to the input that waits for the session. Drops them if too many reads wait, because a
/// command that reads no input would fill the memory.
fn push_within_limit(waiting: &mut VecDeque<ShellInput>, bytes: Bytes) {
    if waiting.len() < MAX_WAITING_READS {
        waiting.push_back(ShellInput::Bytes(bytes));
    }
}

/// Adds the size of the terminal to the input that waits for the session. Replaces a size that still waits.
fn push_size(waiting: &mut VecDeque<ShellInput>) {
    let (columns, rows) = terminal_size();
    waiting.retain(|next| !matches!(next, ShellInput::Resize(..)));
    waiting.push_back(ShellInput::Resize(columns, rows));
}

/// Handles a signal. For a stop signal, restores the terminal and stops this process. For a continue signal,
/// takes the terminal over again. Returns the number of a signal that ends the session.
fn handle_signal(signal: Signal, raw: Option<&RawTerminal>) -> Option<i32> {
    match signal {
        Signal::Terminate(number) => return Some(number),
        Signal::Stop => {
            if raw.is_some() {
                terminal::restore();
            }
            // A process may always stop itself.
            let _ = signals::suspend_process();
        }
        Signal::Continue => {
            // Without a terminal, the session ends as if the window had been closed.
            if raw.is_some() && RawTerminal::retake().is_err() {
                return Some(SIGHUP);
            }
        }
    }
    None
}

/// Leaves a session. Returns true if the remote end closed it in time.
async fn hang_up(shell: Shell, why: LeaveReason) -> bool {
    matches!(timeout(hang_up_limit(why), shell.end()).await, Ok(Ok(_)))
}

/// Returns the maximum time for the remote end to close.
const fn hang_up_limit(why: LeaveReason) -> Duration {
    if matches!(why, LeaveReason::Signal(_)) { SIGNAL_HANG_UP_TIMEOUT } else { HANG_UP_TIMEOUT }
}

/// Returns the failure of a session that can't write its output or can't use the terminal.
pub fn unwritable_output(error: &io::Error) -> Failure {
    let what = format!("the output can't be written: {error}");
    Failure::new(FailureKind::Invalid, what, "the command may still run: look at the container")
}
