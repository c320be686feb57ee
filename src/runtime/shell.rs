//! Terminal of a shell in a container: raw mode, keys, sizes and signals. The terminal is restored whatever happens.

use super::signals::{Signal, Signals};
use crate::{
    background,
    model::Failure,
    output,
    source::shell::{Shell, ShellInput, ShellOutput},
};
use bytes::Bytes;
use crossterm::terminal;
use std::{
    io::{self, Read},
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc::{self, Sender},
    time::timeout,
};

/// Key that leaves the session, as the terminal sends it: ctrl-].
const DETACH_BYTE: u8 = 0x1d;
/// Size of one read of the keyboard or pipe, in bytes.
const READ_BYTES: usize = 4096;
/// Time that the far end has to end after the user left. A signal leaves less time: see `signals`.
const HANG_UP_TIMEOUT: Duration = Duration::from_secs(3);
/// Number of reads that wait for the session.
const KEY_QUEUE_LEN: usize = 16;

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

/// Raw mode of the terminal, until the value is dropped.
struct RawMode;

impl RawMode {
    fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = terminal::disable_raw_mode();
    }
}

/// Returns the size of the terminal in columns and rows.
#[must_use]
pub fn terminal_size() -> (u16, u16) {
    terminal::size().unwrap_or((80, 24))
}

/// Passes bytes between a shell and this process's input and output until one side ends. If `is_terminal`, the
/// terminal is in raw mode meanwhile.
pub async fn attach(mut shell: Shell, is_terminal: bool) -> io::Result<Result<ShellOutcome, Failure>> {
    let mut signals = Signals::listen()?;
    let mut resized = signal(SignalKind::window_change())?;
    let raw = if is_terminal { Some(RawMode::enter()?) } else { None };
    let (sender, mut keys) = mpsc::channel(KEY_QUEUE_LEN);
    background::spawn_thread("shell-input", move || read_input(&sender))?;
    let input = shell.input.clone();
    let mut reads_keys = true;
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
                let _ = input.send(ShellInput::Resize(columns, rows)).await;
            }
            typed = keys.recv(), if reads_keys => match typed {
                Some(bytes) if is_terminal && bytes.contains(&DETACH_BYTE) => break Some(ShellOutcome::Detached),
                Some(bytes) => { let _ = input.send(ShellInput::Bytes(bytes)).await; }
                None => {
                    reads_keys = false;
                    let _ = input.send(ShellInput::Eof).await;
                }
            },
        }
    };
    drop((raw, input));
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

/// Reads the standard input until it ends or nobody listens.
fn read_input(sender: &Sender<Bytes>) {
    let mut buffer = vec![0; READ_BYTES];
    while let Ok(count) = io::stdin().lock().read(&mut buffer) {
        if count == 0 || sender.blocking_send(Bytes::copy_from_slice(&buffer[..count])).is_err() {
            return;
        }
    }
}
