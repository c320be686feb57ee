//! Input and output of a command in a container, until the command ends.

use crate::source::session::{ShellInput, ShellOutput};
use bollard::{
    Docker as Client, container::LogOutput, errors::Error as BollardError, exec::ResizeExecOptions,
};
use futures::{Stream, StreamExt};
use std::{pin::Pin, time::Duration};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::mpsc::{Receiver, Sender},
    time::{sleep, timeout},
};

/// Byte that a terminal sends at the end of input (ctrl-d).
const END_OF_TRANSMISSION: u8 = 4;

/// Maximum number of attempts to set the initial size of the terminal.
const MAX_FIRST_RESIZES: usize = 10;
/// Time between two attempts to set the initial size of the terminal.
const FIRST_RESIZE_INTERVAL: Duration = Duration::from_millis(50);

/// Maximum number of requests for the exit code after the output has ended.
const MAX_EXIT_CODE_READS: usize = 10;
/// Time between two requests for the exit code. The engine may notice the end of a command later than the end
/// of its output.
const EXIT_CODE_READ_INTERVAL: Duration = Duration::from_millis(50);
/// Time that a command has to end after the user leaves. It is shorter than the time within which Portolan
/// must exit after a signal: see `runtime::signals`.
const HANG_UP_TIMEOUT: Duration = Duration::from_millis(400);

type Input = Pin<Box<dyn AsyncWrite + Send>>;
type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, BollardError>> + Send>>;

/// Command that the engine has started in a container.
pub(super) struct Exec {
    pub(super) client: Client,
    /// Id of the exec instance (Docker Engine API, "Exec").
    pub(super) id: String,
}

/// Input and output of a command that runs in a container.
pub(super) struct ExecStreams {
    /// True if the command runs on a terminal.
    pub(super) is_terminal: bool,
    pub(super) output: Output,
    pub(super) input: Input,
}

/// Reason why Portolan stopped reading the output of a command.
enum OutputEnd {
    /// The command closed its output.
    Closed,
    /// The connection failed. That also happens if the command ends without reading all of its input.
    Failed(BollardError),
    /// The user has left, so the rest of the output stays unread.
    Unread,
}

impl Exec {
    /// Sets the initial size of the terminal. Retries, because the engine refuses it while the command is
    /// starting.
    pub(super) async fn set_first_size(&self, (columns, rows): (u16, u16)) {
        for _ in 0..MAX_FIRST_RESIZES {
            if self.resize(columns, rows).await {
                return;
            }
            sleep(FIRST_RESIZE_INTERVAL).await;
        }
    }

    /// Passes bytes both ways until the command ends or the user hangs up. Returns the exit code, or `None`
    /// if the command may still run.
    pub(super) async fn pass_bytes(
        &self,
        mut streams: ExecStreams,
        mut typed: Receiver<ShellInput>,
        printed: Sender<ShellOutput>,
    ) -> Result<Option<i64>, BollardError> {
        let ExecStreams { is_terminal, output, input } = &mut streams;
        // A command that does not read its input delays only the input, not the output or the end of the
        // session.
        let end = tokio::select! {
            end = pass_output(output, &printed) => end,
            () = self.pass_input(input, *is_terminal, &mut typed) => OutputEnd::Unread,
            () = printed.closed() => OutputEnd::Unread,
        };
        match end {
            OutputEnd::Closed => self.exit_code(MAX_EXIT_CODE_READS).await,
            OutputEnd::Failed(error) => match self.exit_code(MAX_EXIT_CODE_READS).await? {
                Some(code) => Ok(Some(code)),
                None => Err(error),
            },
            OutputEnd::Unread => {
                // A command that still runs after the timeout is no error.
                let _ = timeout(HANG_UP_TIMEOUT, hang_up(streams)).await;
                self.exit_code(1).await
            }
        }
    }

    /// Passes input to the command until the user hangs up.
    async fn pass_input(&self, input: &mut Input, is_terminal: bool, typed: &mut Receiver<ShellInput>) {
        while let Some(next) = typed.recv().await {
            match next {
                ShellInput::Bytes(bytes) => {
                    // A command that has ended accepts no input, which is not an error.
                    let _ = write(input, &bytes).await;
                }
                ShellInput::Resize(columns, rows) => {
                    self.resize(columns, rows).await;
                }
                ShellInput::Eof => end_input(input, is_terminal).await,
            }
        }
    }

    /// Sets the size of the terminal. Returns false if the engine refuses it, because the command is starting
    /// or has ended.
    async fn resize(&self, columns: u16, rows: u16) -> bool {
        let options = ResizeExecOptions { width: columns, height: rows };
        self.client.resize_exec(&self.id, options).await.is_ok()
    }

    /// Returns the exit code of the command, or `None` if it still runs after `reads` requests.
    async fn exit_code(&self, reads: usize) -> Result<Option<i64>, BollardError> {
        for read in 0..reads {
            if read > 0 {
                sleep(EXIT_CODE_READ_INTERVAL).await;
            }
            let state = self.client.inspect_exec(&self.id).await?;
            // Podman reports a code of 0 while the command runs.
            if state.running == Some(false) {
                return Ok(state.exit_code);
            }
        }
        Ok(None)
    }
}

/// Passes output to the user until the command closes it.
async fn pass_output(output: &mut Output, printed: &Sender<ShellOutput>) -> OutputEnd {
    while let Some(piece) = output.next().await {
        let piece = match piece {
            Ok(LogOutput::StdErr { message }) => ShellOutput::Error(message),
            Ok(other) => ShellOutput::Standard(other.into_bytes()),
            Err(error) => return OutputEnd::Failed(error),
        };
        if printed.send(piece).await.is_err() {
            return OutputEnd::Unread;
        }
    }
    OutputEnd::Closed
}

/// Ends the input and waits for the end of the output. An engine has no call that ends a command, but a shell
/// ends with its input.
async fn hang_up(mut streams: ExecStreams) {
    end_input(&mut streams.input, streams.is_terminal).await;
    while let Some(Ok(_)) = streams.output.next().await {}
}

/// Ends the input of the command. On a terminal, that takes the character ctrl-d, because closing the stream
/// would end no program.
async fn end_input(input: &mut Input, is_terminal: bool) {
    // A command that has ended accepts no input, which is not an error.
    let _ = if is_terminal { write(input, &[END_OF_TRANSMISSION]).await } else { input.shutdown().await };
}

async fn write(input: &mut Input, bytes: &[u8]) -> std::io::Result<()> {
    input.write_all(bytes).await?;
    input.flush().await
}
