//! Output of a shell on the terminal or into a pipe. It is written by a thread of its own, because both may take
//! nothing for any length of time, while keys and signals still have to work.

use crate::{background, output, source::session::ShellOutput};
use std::io;
use tokio::sync::{
    mpsc::{self, Receiver, Sender},
    oneshot,
};

/// Number of pieces that wait for the thread.
const PRINT_QUEUE_LEN: usize = 2;

/// Writer of a shell's output.
pub(super) struct Printer {
    /// Way to the thread; `None` once the output has ended.
    pieces: Option<Sender<ShellOutput>>,
    /// Piece that the thread has no room for yet.
    held: Option<ShellOutput>,
    ended: oneshot::Receiver<io::Result<()>>,
}

impl Printer {
    /// Starts the thread.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, pieces) = mpsc::channel(PRINT_QUEUE_LEN);
        let (end, ended) = oneshot::channel();
        background::spawn_thread("shell-output", move || {
            // The session may have ended meanwhile.
            let _ = end.send(print_all(pieces));
        })?;
        Ok(Self { pieces: Some(sender), held: None, ended })
    }

    /// Passes output on until all of it is written. Returns the error of a write, such as that of a closed pipe.
    /// Dropping the future loses nothing.
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
            // Without the thread, its result follows.
            let Ok(permit) = pieces.reserve().await else { break };
            if let Some(piece) = self.held.take() {
                permit.send(piece);
            }
        }
        (&mut self.ended).await.unwrap_or(Ok(()))
    }
}

/// Writes pieces until there are no more. They are written unchanged: escape sequences are what a terminal program
/// consists of.
fn print_all(mut pieces: Receiver<ShellOutput>) -> io::Result<()> {
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            ShellOutput::Standard(bytes) => output::write_shell_output(&bytes, false)?,
            ShellOutput::Error(bytes) => output::write_shell_output(&bytes, true)?,
        }
    }
    Ok(())
}
