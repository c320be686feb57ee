//! User of a shell: keys and sizes of the terminal in, output out.

use super::session::{SessionInput, SessionOutput, SessionUser};
use crate::{
    model::Failure,
    source::session::{ShellInput, ShellOutput},
};
use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, Sender};

/// Byte that a terminal sends at the end of input (ctrl-d).
const END_OF_TRANSMISSION: &[u8] = &[4];

/// User of a shell.
pub(super) struct ShellUser {
    typed: Receiver<ShellInput>,
    printed: Sender<ShellOutput>,
    /// Size of the terminal that was not sent yet, in columns and rows.
    first_size: Option<(u16, u16)>,
}

impl ShellUser {
    pub(super) fn new(
        typed: Receiver<ShellInput>,
        printed: Sender<ShellOutput>,
        (columns, rows): (u16, u16),
    ) -> Self {
        Self { typed, printed, first_size: Some((columns, rows)) }
    }
}

impl SessionUser for ShellUser {
    async fn next_input(&mut self) -> Option<SessionInput> {
        if let Some((columns, rows)) = self.first_size.take() {
            return Some(SessionInput::Size(columns, rows));
        }
        Some(match self.typed.recv().await? {
            ShellInput::Bytes(bytes) => SessionInput::Bytes(bytes),
            ShellInput::Eof => SessionInput::Bytes(Bytes::from_static(END_OF_TRANSMISSION)),
            ShellInput::Resize(columns, rows) => SessionInput::Size(columns, rows),
        })
    }

    async fn take_output(&mut self, output: SessionOutput) -> Result<(), Failure> {
        let piece = match output {
            SessionOutput::Bytes(bytes, true) => ShellOutput::Error(bytes),
            SessionOutput::Bytes(bytes, false) => ShellOutput::Standard(bytes),
            SessionOutput::Started(_) | SessionOutput::PortRefused => return Ok(()),
        };
        // Without a reader the input ends soon too.
        let _ = self.printed.send(piece).await;
        Ok(())
    }
}
