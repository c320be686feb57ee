//! Terminal of a shell in a container: raw mode, keys, sizes and signals. The terminal is restored whatever happens.

use super::keyboard::Keyboard;
use crate::{
    model::Failure,
    output,
    runtime::{
        signals::{Signal, Signals},
        terminal::{self, RawTerminal},
    },
    source::session::{Shell, ShellInput, ShellOutput},
};
use std::{collections::VecDeque, io, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

/// Key that leaves the session, as the terminal sends it: ctrl-].
const DETACH_BYTE: u8 = 0x1d;
/// Maximum number of reads of the keyboard or pipe that wait for the session. The detach key works until then.
const MAX_WAITING_READS: usize = 256;
/// Time that the far end has to end after the user left. A signal leaves less time: see `signals`.
pub(super) const HANG_UP_TIMEOUT: Duration = Duration::from_secs(3);

/// End of a session on the user's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellOutcome {
    /// The command ended, with its exit code if the source reports it.
    Ended(Option<i64>),
    /// The user left with the detach key.
    Detached,
    /// A signal with that number ended the session.
    Signal(i32),
}

impl ShellOutcome {
    /// Returns the outcome in words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Ended(Some(code)) => format!("ended with exit code {code}"),
            Self::Ended(None) => "ended".to_owned(),
            Self::Detached => "left by the user".to_owned(),
            Self::Signal(number) => format!("ended by signal {number}"),
        }
    }
}

/// Returns the size of the terminal in columns and rows.
#[must_use]
pub fn terminal_size() -> (u16, u16) {
    terminal::size().unwrap_or((80, 24))
}

/// Passes bytes between a shell and this process's input and output until one side ends. If `is_terminal`, the
/// terminal is in raw mode meanwhile.
pub async fn attach(shell: Shell, is_terminal: bool) -> io::Result<Result<ShellOutcome, Failure>> {
    let mut signals = Signals::listen()?;
    let raw = if is_terminal { Some(RawTerminal::take()?) } else { None };
    attach_with(shell, (raw, Keyboard::open(is_terminal)?), &mut signals).await
}

/// Does as [`attach`], with the terminal, if there is one, and the input taken over already.
pub(in crate::runtime) async fn attach_with(
    mut shell: Shell,
    (raw, mut keys): (Option<RawTerminal>, Keyboard),
    signals: &mut Signals,
) -> io::Result<Result<ShellOutcome, Failure>> {
    let is_terminal = raw.is_some();
    let mut resized = signal(SignalKind::window_change())?;
    let input = shell.input.clone();
    let (mut reads_keys, mut waiting) = (true, VecDeque::new());
    let outcome = loop {
        tokio::select! {
            biased;
            signal = signals.next() => {
                if let Signal::Terminate(number) = signal {
                    break Some(ShellOutcome::Signal(number));
                }
            }
            printed = shell.output.recv() => match printed {
                Some(piece) => print(&piece)?,
                None => break None,
            },
            _ = resized.recv(), if is_terminal => {
                let (columns, rows) = terminal_size();
                waiting.push_back(ShellInput::Resize(columns, rows));
            }
            typed = keys.next(), if reads_keys && waiting.len() < MAX_WAITING_READS => match typed {
                Some(bytes) if is_terminal && bytes.contains(&DETACH_BYTE) => break Some(ShellOutcome::Detached),
                Some(bytes) => waiting.push_back(ShellInput::Bytes(bytes)),
                None => {
                    reads_keys = false;
                    waiting.push_back(ShellInput::Eof);
                }
            },
            permit = input.reserve(), if !waiting.is_empty() => match (permit, waiting.pop_front()) {
                (Ok(permit), Some(next)) => permit.send(next),
                // The session is over: its output says so.
                _ => waiting.clear(),
            },
        }
    };
    drop((raw, keys, input));
    Ok(match outcome {
        Some(outcome) => {
            // The far end should end too, but the user need not wait for it.
            let _ = timeout(HANG_UP_TIMEOUT, shell.end()).await;
            Ok(outcome)
        }
        None => shell.end().await.map(ShellOutcome::Ended),
    })
}

/// Passes a piece of output on, unchanged: escape sequences are what a terminal program consists of.
fn print(piece: &ShellOutput) -> io::Result<()> {
    match piece {
        ShellOutput::Standard(bytes) => output::write_shell_output(bytes, false),
        ShellOutput::Error(bytes) => output::write_shell_output(bytes, true),
    }
}
