//! Sessions with containers: shells, commands and forwarded ports. The types are the same for every source.

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

/// Capacity of the input channel, and of the output channel, in messages.
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
    /// Bytes of standard output, or of the terminal.
    Standard(Bytes),
    /// Bytes of standard error.
    Error(Bytes),
}

/// Open session with a container. Dropping it ends the session.
#[derive(Debug)]
pub struct Session<I, O> {
    /// API call that opened the session; `None` if the source needed none.
    pub call: Option<SentChange>,
    /// Sender of input. Closing it ends the session.
    pub input: Sender<I>,
    /// Receiver of output, which closes when the session ends.
    pub output: Receiver<O>,
    end: oneshot::Receiver<SessionEnd>,
    _task: AbortOnDropHandle<()>,
}

/// Session with a shell or command in a container.
pub type Shell = Session<ShellInput, ShellOutput>;

/// Session that forwards TCP connections from this machine to a port of a container. Its input is the
/// accepted connections. Its output is the failures of connections that the container refused.
pub type Forward = Session<TcpStream, Failure>;

/// Result of a session: the exit code of the command, or the failure that ended the session. `Ok(None)` means
/// that the session ran no command, or that the source does not report the exit code.
pub type SessionEnd = Result<Option<i64>, SessionFailure>;

/// Failure that ended a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionFailure {
    /// AWS asks for encryption of the session with a KMS key, which Portolan can't do. The command has not
    /// started.
    Encrypted,
    /// Any other failure.
    Other(Failure),
}

/// Failure to open a session, with the record of the call that failed. There is no record if Portolan made no
/// call that opens a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningFailure {
    /// The failure.
    pub failure: Failure,
    /// Record of the failed call.
    pub call: Option<SentChange>,
}

impl OpeningFailure {
    /// Returns the failure of the call `call`, which was to open a session.
    pub(in crate::source) fn of_call(call: &str, failure: Failure) -> Self {
        let record = SentChange::failed(call, failure.message.clone());
        Self { failure, call: Some(record) }
    }
}

impl From<Failure> for OpeningFailure {
    fn from(failure: Failure) -> Self {
        Self { failure, call: None }
    }
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

/// Open session that another program runs in the terminal, because Portolan can't decrypt it. The type does
/// not implement `Debug`, so that no log can show the session's secret token.
pub struct ExternalShell {
    /// API call that opened the session.
    pub call: SentChange,
    /// Name and version of the program, for display.
    pub title: String,
    /// Name of the executable, to be found in `PATH`.
    pub program: &'static str,
    /// Arguments of the program, without the token.
    pub arguments: Vec<String>,
    /// Environment variable that passes the token to the program: its name and its value.
    pub variable: (&'static str, String),
    /// Future that ends the session by an API call.
    pub end: BoxFuture<'static, Result<(), Failure>>,
}

impl<I, O> Session<I, O> {
    /// Creates a session after `call` has opened it. `run` gets the receiver of input and the sender of
    /// output. A background task runs the future that `run` returns.
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

    /// Closes the input and the output, then waits for the end of the session. Unread output is lost.
    pub async fn end(self) -> SessionEnd {
        let Self { input, output, end, _task, .. } = self;
        drop((input, output));
        end.await.unwrap_or_else(|_| {
            let what = "internal error in the session";
            Err(Failure::new(FailureKind::Invalid, what, "see portolan.log").into())
        })
    }
}
