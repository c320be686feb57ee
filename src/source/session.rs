//! Running sessions with containers: shells, commands and forwarded ports. They are the same for every source.

use crate::{
    background,
    model::{Failure, FailureKind},
    operation::SentChange,
};
use bytes::Bytes;
use futures::future::BoxFuture;
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
pub type SessionEnd = Result<Option<i64>, SessionFailure>;

/// Failure that ended a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionFailure {
    /// The far end asks for encryption with a KMS key, which Portolan can't do. The command has not started.
    Encrypted,
    /// Any other failure.
    Other(Failure),
}

impl From<Failure> for SessionFailure {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

impl From<SessionFailure> for Failure {
    fn from(failure: SessionFailure) -> Self {
        match failure {
            SessionFailure::Encrypted => {
                let what = "the session is encrypted with a KMS key, which Portolan can't do";
                Self::new(FailureKind::Invalid, what, "use the aws command with AWS's session-manager-plugin")
            }
            SessionFailure::Other(failure) => failure,
        }
    }
}

/// Open session that another program runs on the terminal, because Portolan can't decrypt it. Not `Debug`, so that no log
/// can show the token.
pub struct ExternalShell {
    /// Call that opened the session.
    pub call: SentChange,
    /// Name and version of the program.
    pub title: String,
    /// Program, which is looked up in `PATH`.
    pub program: &'static str,
    /// Arguments of the program, without a token.
    pub arguments: Vec<String>,
    /// Environment variable with the token: its name and its value.
    pub variable: (&'static str, String),
    /// Call that ends the session.
    pub end: BoxFuture<'static, Result<(), Failure>>,
}

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
            let what = "internal error in the session";
            Err(Failure::new(FailureKind::Invalid, what, "see portolan.log").into())
        })
    }
}
