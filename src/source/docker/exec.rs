//! Shells and commands in containers of an engine (Docker API, "Exec").

use super::{api_types::is_valid_id, engine::client::Engine};
use crate::{
    model::{Failure, FailureKind},
    source::session::{SessionEnd, Shell, ShellInput, ShellOutput},
};
use bollard::{
    Docker as Client,
    container::LogOutput,
    errors::Error as BollardError,
    exec::{CreateExecOptions, ResizeExecOptions, StartExecOptions, StartExecResults},
};
use futures::{Stream, StreamExt};
use std::{pin::Pin, time::Duration};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::mpsc::{Receiver, Sender},
    time::sleep,
};

/// Byte that a terminal sends at the end of input (ctrl-d).
const END_OF_TRANSMISSION: u8 = 4;

/// Maximum number of attempts to report the first size of the terminal.
const MAX_FIRST_RESIZES: usize = 10;
/// Time between two of these attempts.
const FIRST_RESIZE_INTERVAL: Duration = Duration::from_millis(50);

/// Streams of a started command.
struct ExecStreams {
    id: String,
    output: Pin<Box<dyn Stream<Item = Result<LogOutput, BollardError>> + Send>>,
    input: Pin<Box<dyn AsyncWrite + Send>>,
}

impl Engine {
    /// Starts `command` in a container, on a terminal of `size` columns and rows, or without a terminal.
    pub(super) async fn open_shell(
        &self,
        container: &str,
        command: Vec<String>,
        size: Option<(u16, u16)>,
    ) -> Result<Shell, Failure> {
        if !is_valid_id(container) {
            let what = format!("`{container}` is no container id");
            return Err(Failure::new(FailureKind::Invalid, what, "name a running instance"));
        }
        let client = self.bollard_client().await?;
        let failure = |error: BollardError| exec_failure(container, &error);
        let options = CreateExecOptions {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(size.is_some()),
            env: size.map(|_| vec!["TERM=xterm-256color".to_owned()]),
            cmd: Some(command),
            ..CreateExecOptions::default()
        };
        let id = client.create_exec(container, options).await.map_err(failure)?.id;
        let start = StartExecOptions { tty: size.is_some(), ..StartExecOptions::default() };
        let started = client.start_exec(&id, Some(start)).await.map_err(failure)?;
        let StartExecResults::Attached { output, input } = started else {
            let what = format!("{container}: the engine gave no streams of the command");
            return Err(Failure::new(FailureKind::Invalid, what, "update the engine"));
        };
        let streams = ExecStreams { id, output, input };
        let container = container.to_owned();
        Ok(Shell::start(move |typed, printed| async move {
            if let Some(size) = size {
                set_first_size(&client, &streams.id, size).await;
            }
            pass_bytes(&client, streams, typed, printed)
                .await
                .map_err(|error| exec_failure(&container, &error))?
        }))
    }
}

/// Passes bytes both ways until the command ends or the user hangs up. Returns the exit code.
async fn pass_bytes(
    client: &Client,
    mut streams: ExecStreams,
    mut typed: Receiver<ShellInput>,
    printed: Sender<ShellOutput>,
) -> Result<SessionEnd, BollardError> {
    let mut takes_input = true;
    loop {
        tokio::select! {
            output = streams.output.next() => match output {
                Some(Ok(LogOutput::StdErr { message })) => {
                    let _ = printed.send(ShellOutput::Error(message)).await;
                }
                Some(Ok(piece)) => {
                    let _ = printed.send(ShellOutput::Standard(piece.into_bytes())).await;
                }
                Some(Err(error)) => return Err(error),
                None => break,
            },
            input = typed.recv(), if takes_input => match input {
                Some(ShellInput::Bytes(bytes)) => {
                    // A command that ended takes no input; its output says the rest.
                    takes_input = streams.input.write_all(&bytes).await.is_ok() && streams.input.flush().await.is_ok();
                }
                Some(ShellInput::Resize(columns, rows)) => {
                    resize(client, &streams.id, columns, rows).await;
                }
                Some(ShellInput::Eof) => {
                    takes_input = false;
                    let _ = streams.input.shutdown().await;
                }
                None => {
                    // An engine has no call that ends a command; a shell that waits for input ends by itself.
                    let _ = streams.input.write_all(&[END_OF_TRANSMISSION]).await;
                    let _ = streams.input.flush().await;
                    return Ok(Ok(None));
                }
            },
        }
    }
    let ended = client.inspect_exec(&streams.id).await?;
    Ok(Ok(ended.exit_code))
}

/// Reports the first size of the terminal. An engine refuses it while the command is starting.
async fn set_first_size(client: &Client, id: &str, (columns, rows): (u16, u16)) {
    for _ in 0..MAX_FIRST_RESIZES {
        if resize(client, id, columns, rows).await {
            return;
        }
        sleep(FIRST_RESIZE_INTERVAL).await;
    }
}

/// Reports a size of the terminal. Returns false if the engine refuses it: the command is starting or has ended.
async fn resize(client: &Client, id: &str, columns: u16, rows: u16) -> bool {
    let options = ResizeExecOptions { width: columns, height: rows };
    client.resize_exec(id, options).await.is_ok()
}

fn exec_failure(container: &str, error: &BollardError) -> Failure {
    let (kind, remedy) = match error {
        BollardError::DockerResponseServerError { status_code: 403, .. } => {
            (FailureKind::Denied, "a proxy or plugin of this engine forbids exec")
        }
        BollardError::DockerResponseServerError { status_code: 404, .. } => {
            (FailureKind::Missing, "the container was removed: look at the service again")
        }
        BollardError::DockerResponseServerError { status_code: 409, .. } => {
            (FailureKind::Invalid, "the container does not run, or is paused")
        }
        _ => (FailureKind::Unreachable, "look at the engine's log"),
    };
    let what = match error {
        BollardError::DockerResponseServerError { message, .. } => message.clone(),
        other => other.to_string(),
    };
    Failure::new(kind, format!("{container}: {}", what.trim()), remedy)
}
