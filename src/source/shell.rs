//! Shells and commands in containers: the bytes in both directions and the end, the same for every source.

use crate::{
    background,
    model::{Failure, FailureKind},
};
use bytes::Bytes;
use tokio::sync::{
    mpsc::{self, Receiver, Sender},
    oneshot,
};
use tokio_util::task::AbortOnDropHandle;

/// Number of pieces of input or output that wait for the other side.
const SHELL_QUEUE_LEN: usize = 64;

/// Input to a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellInput {
    /// Bytes that the user typed or piped.
    Bytes(Bytes),
    /// New size of the terminal, in columns and rows.
    Resize(u16, u16),
    /// End of the input: nothing more will be typed or piped.
    Eof,
}

/// Output of a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellOutput {
    /// Bytes of the standard output, or of the terminal.
    Standard(Bytes),
    /// Bytes of the standard error stream.
    Error(Bytes),
}

/// Command or shell that runs in a container. Dropping it ends the session.
#[derive(Debug)]
pub struct Shell {
    /// Way in for input. Closing it ends the session.
    pub input: Sender<ShellInput>,
    /// Output, until the command ends.
    pub output: Receiver<ShellOutput>,
    end: oneshot::Receiver<ShellEnd>,
    _task: AbortOnDropHandle<()>,
}

/// End of a shell: the exit code, `None` if the source does not report it, or the failure that ended the session.
pub type ShellEnd = Result<Option<i64>, Failure>;

impl Shell {
    /// Starts a task that passes bytes between the user and a container. `run` gets the input, and a sender for the
    /// output.
    pub(in crate::source) fn start<F>(
        run: impl FnOnce(Receiver<ShellInput>, Sender<ShellOutput>) -> F,
    ) -> Self
    where
        F: Future<Output = ShellEnd> + Send + 'static,
    {
        let (input, typed) = mpsc::channel(SHELL_QUEUE_LEN);
        let (printed, output) = mpsc::channel(SHELL_QUEUE_LEN);
        let (ended, end) = oneshot::channel();
        let work = run(typed, printed);
        let task = background::spawn(
            async move {
                let _ = ended.send(work.await);
            },
            |_| (),
        );
        Self { input, output, end, _task: task }
    }

    /// Hangs up and returns the end of the shell. Output that was not read is lost.
    pub async fn end(self) -> ShellEnd {
        let Self { input, output, end, _task } = self;
        drop((input, output));
        end.await.unwrap_or_else(|_| {
            Err(Failure::new(FailureKind::Invalid, "internal error in the session", "see portolan.log"))
        })
    }
}
