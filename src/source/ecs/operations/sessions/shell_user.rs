//! Local end of a session with a shell or command: passes keys and terminal sizes to the session, and the
//! output of the command to the user.

use super::session::{SessionEndpoint, SessionInput, SessionOutput};
use crate::{
    model::{Failure, FailureKind},
    source::session::{ShellInput, ShellOutput},
};
use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use tokio::sync::mpsc::{Receiver, Sender};

/// Byte that a terminal sends at the end of input (ctrl-d).
const END_OF_TRANSMISSION: &[u8] = &[4];
/// Size of the terminal in the container, in columns and rows, if the user's side has no terminal. A session
/// always has a terminal in the container, so it needs some size.
const DEFAULT_SIZE: (u16, u16) = (200, 50);

/// Local end of a session with a shell or command: passes on keys, terminal sizes and output.
pub(super) struct ShellEndpoint {
    typed: Receiver<ShellInput>,
    printed: Sender<ShellOutput>,
    /// True if the user has a terminal.
    is_terminal: bool,
    /// Size of the terminal at the start, in columns and rows; `None` once it was sent.
    first_size: Option<(u16, u16)>,
}

impl ShellEndpoint {
    /// Creates the local end of a session. `size` is the size of the user's terminal in columns and rows, or
    /// `None` if the user has no terminal.
    pub(super) fn new(
        typed: Receiver<ShellInput>,
        printed: Sender<ShellOutput>,
        size: Option<(u16, u16)>,
    ) -> Self {
        let first_size = Some(size.unwrap_or(DEFAULT_SIZE));
        Self { typed, printed, is_terminal: size.is_some(), first_size }
    }
}

impl SessionEndpoint for ShellEndpoint {
    async fn next_input(&mut self) -> Result<Option<SessionInput>, Failure> {
        if let Some((columns, rows)) = self.first_size.take() {
            return Ok(Some(SessionInput::Size(columns, rows)));
        }
        Ok(match self.typed.recv().await {
            Some(ShellInput::Bytes(_)) if !self.is_terminal => return Err(piped_input()),
            Some(ShellInput::Bytes(bytes)) => Some(SessionInput::Bytes(bytes)),
            Some(ShellInput::Eof) => Some(SessionInput::Bytes(Bytes::from_static(END_OF_TRANSMISSION))),
            Some(ShellInput::Resize(columns, rows)) => Some(SessionInput::Size(columns, rows)),
            None => None,
        })
    }

    fn departure(&self) -> BoxFuture<'static, ()> {
        let printed = self.printed.clone();
        async move { printed.closed().await }.boxed()
    }

    async fn take_output(&mut self, output: SessionOutput) -> Result<(), Failure> {
        let piece = match output {
            SessionOutput::Bytes(bytes, true) => ShellOutput::Error(bytes),
            SessionOutput::Bytes(bytes, false) => ShellOutput::Standard(bytes),
            SessionOutput::Started(_) | SessionOutput::PortRefused => return Ok(()),
        };
        // If nothing reads the output any more, the session ends soon.
        let _ = self.printed.send(piece).await;
        Ok(())
    }
}

/// Returns the failure for input from a pipe. Portolan refuses it, because the terminal in the container
/// would change it: long lines are cut, some bytes act as keys, and the input can end only after a complete
/// line.
fn piped_input() -> Failure {
    let what = "a command on ECS takes input only if input and output are a terminal, because its own terminal would change it";
    Failure::new(FailureKind::Invalid, what, "add </dev/null, or give the input as arguments")
}

#[cfg(test)]
mod tests {
    use super::{SessionEndpoint, SessionInput, ShellEndpoint, ShellInput};
    use bytes::Bytes;
    use tokio::sync::mpsc;

    /// Returns a local end that has already given the terminal's first size, and gives `inputs` next. Nothing
    /// reads its output.
    async fn user(size: Option<(u16, u16)>, inputs: &[ShellInput]) -> ShellEndpoint {
        let (typed, receiver) = mpsc::channel(8);
        for input in inputs {
            typed.send(input.clone()).await.unwrap();
        }
        let mut user = ShellEndpoint::new(receiver, mpsc::channel(1).0, size);
        let first = user.next_input().await;
        assert!(matches!(first, Ok(Some(SessionInput::Size(..)))), "the size comes first: {first:?}");
        user
    }

    #[tokio::test]
    async fn input_of_a_pipe_is_refused_but_its_end_is_not() {
        let bytes = ShellInput::Bytes(Bytes::from_static(b"abc"));
        let typed = user(Some((80, 24)), std::slice::from_ref(&bytes)).await.next_input().await;
        assert_eq!(typed, Ok(Some(SessionInput::Bytes(Bytes::from_static(b"abc")))));
        let failure = user(None, &[bytes]).await.next_input().await.unwrap_err();
        assert!(failure.message.contains("only if input and output are a terminal"), "{failure:?}");
        let end = user(None, &[ShellInput::Eof]).await.next_input().await;
        assert_eq!(end, Ok(Some(SessionInput::Bytes(Bytes::from_static(&[4])))));
    }

    #[tokio::test]
    async fn the_departure_comes_once_nothing_reads_the_output() {
        let (printed, output) = mpsc::channel(1);
        let (_typed, receiver) = mpsc::channel(1);
        let departure = ShellEndpoint::new(receiver, printed, None).departure();
        let mut departure = std::pin::pin!(departure);
        assert!(futures::poll!(departure.as_mut()).is_pending());
        drop(output);
        departure.await;
    }
}
