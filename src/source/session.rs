//! Running sessions with containers: shells, commands and forwarded ports. They are the same for every source.

use crate::{
    background,
    model::{Failure, FailureKind},
    operation::SentChange,
};
use bytes::Bytes;
use tokio::{
    net::TcpStream,
    sync::{
        mpsc::{self, Receiver, Sender},
        oneshot,
    },
};
use tokio_util::task::AbortOnDropHandle;

/// Number of pieces of input or output that wait for the other side.
const SESSION_QUEUE_LEN: usize = 64;

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

/// Session with a container. Dropping it ends the session.
#[derive(Debug)]
pub struct Session<I, O> {
    /// Call that opened the session; `None` if it needed none.
    pub call: Option<SentChange>,
    /// Sender of input. Closing it ends the session.
    pub input: Sender<I>,
    /// Receiver of output, which closes when the session ends.
    pub output: Receiver<O>,
    end: oneshot::Receiver<SessionEnd>,
    _task: AbortOnDropHandle<()>,
}

/// Command or shell that runs in a container.
pub type Shell = Session<ShellInput, ShellOutput>;

/// Forwarded port. It takes connections of this machine and passes each on. It reports the connections that the far
/// end refused.
pub type Forward = Session<TcpStream, Failure>;

/// End of a session: the exit code of the command, `None` if there is none or the source does not report it; or the
/// failure that ended the session.
pub type SessionEnd = Result<Option<i64>, Failure>;

impl<I, O> Session<I, O> {
    /// Starts a task that passes bytes between the user and a container, after `call` has opened the session. `run` gets
    /// the input, and a sender for the output.
    pub(in crate::source) fn start<F>(
        call: Option<SentChange>,
        run: impl FnOnce(Receiver<I>, Sender<O>) -> F,
    ) -> Self
    where
        F: Future<Output = SessionEnd> + Send + 'static,
    {
        let (input, given) = mpsc::channel(SESSION_QUEUE_LEN);
        let (taken, output) = mpsc::channel(SESSION_QUEUE_LEN);
        let (ended, end) = oneshot::channel();
        let work = run(given, taken);
        let task = background::spawn(
            async move {
                let _ = ended.send(work.await);
            },
            |_| (),
        );
        Self { call, input, output, end, _task: task }
    }

    /// Hangs up and returns the end of the session. Output that was not read is lost.
    pub async fn end(self) -> SessionEnd {
        let Self { input, output, end, _task, .. } = self;
        drop((input, output));
        end.await.unwrap_or_else(|_| {
            Err(Failure::new(FailureKind::Invalid, "internal error in the session", "see portolan.log"))
        })
    }
}
