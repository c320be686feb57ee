//! Writer of a shell's output to the terminal, a pipe or a file. A separate thread writes, because a write
//! may block for any length of time, and keys and signals must work meanwhile.

use crate::{background, output, source::session::ShellOutput};
use std::io;
use tokio::sync::{
    mpsc::{self, Receiver, Sender},
    oneshot,
};

/// Maximum number of pieces of output that wait for the thread that writes.
const PRINT_QUEUE_LEN: usize = 2;

/// Writer of a shell's output, with a thread of its own.
pub(super) struct Printer {
    /// Sender to the thread; `None` once the output has ended.
    pieces: Option<Sender<ShellOutput>>,
    /// Piece of output that waits for room in the queue.
    held: Option<ShellOutput>,
    ended: oneshot::Receiver<io::Result<()>>,
}

impl Printer {
    /// Starts the thread.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, pieces) = mpsc::channel(PRINT_QUEUE_LEN);
        let (end, ended) = oneshot::channel();
        background::spawn_thread("shell-output", move || {
            // If the session has ended meanwhile, the result has no receiver.
            let _ = end.send(print_all(pieces));
        })?;
        Ok(Self { pieces: Some(sender), held: None, ended })
    }

    /// Passes `output` to the thread until all of it is written. Returns the error of a write, such as to a
    /// closed pipe. Dropping the future loses no output.
    pub(super) async fn print(&mut self, output: &mut Receiver<ShellOutput>) -> io::Result<()> {
        while let Some(pieces) = &self.pieces {
            if self.held.is_none() {
                tokio::select! {
                    ended = &mut self.ended => return ended.unwrap_or(Ok(())),
                    piece = output.recv() => self.held = piece,
                }
            }
            if self.held.is_none() {
                self.pieces = None;
                break;
            }
            // If the thread has ended, its result follows.
            let Ok(permit) = pieces.reserve().await else { break };
            if let Some(piece) = self.held.take() {
                permit.send(piece);
            }
        }
        (&mut self.ended).await.unwrap_or(Ok(()))
    }
}

/// Writes pieces until the channel closes. Does not change them, because terminal programs consist of escape
/// sequences.
fn print_all(mut pieces: Receiver<ShellOutput>) -> io::Result<()> {
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            ShellOutput::Standard(bytes) => output::write_shell_output(&bytes, false)?,
            ShellOutput::Error(bytes) => output::write_shell_output(&bytes, true)?,
        }
    }
    Ok(())
}
