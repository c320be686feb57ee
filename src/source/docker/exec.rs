//! Shells and commands in containers of an engine (Docker API, "Exec").

mod streams;

use super::{api_types::is_valid_id, engine::client::Engine};
use crate::{
    model::{Failure, FailureKind},
    operation::SentChange,
    source::session::{OpeningFailure, Shell},
};
use bollard::{
    errors::Error as BollardError,
    exec::{CreateExecOptions, StartExecOptions, StartExecResults},
};
use streams::{Exec, ExecStreams};

impl Engine {
    /// Starts `command` in a container: on a terminal of `size` (columns, rows), or without a terminal if
    /// `size` is `None`.
    pub(super) async fn open_shell(
        &self,
        container: &str,
        command: Vec<String>,
        size: Option<(u16, u16)>,
    ) -> Result<Shell, OpeningFailure> {
        if !is_valid_id(container) {
            let what = format!("`{container}` is no container id");
            return Err(Failure::new(FailureKind::Invalid, what, "name a running instance").into());
        }
        let client = self.bollard_client().await?;
        let opening_call = format!("POST /containers/{container}/exec");
        let failure =
            |error: BollardError| OpeningFailure::of_call(&opening_call, exec_failure(container, &error));
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
            let failure = Failure::new(FailureKind::Invalid, what, "update the engine");
            return Err(OpeningFailure::of_call(&opening_call, failure));
        };
        let (exec, streams) =
            (Exec { client, id }, ExecStreams { is_terminal: size.is_some(), output, input });
        let container = container.to_owned();
        let call = SentChange::succeeded(opening_call, None);
        Ok(Shell::start(Some(call), move |typed, printed| async move {
            if let Some(size) = size {
                exec.set_first_size(size).await;
            }
            match exec.pass_bytes(streams, typed, printed).await {
                Ok(Some(code)) => Ok(Some(code)),
                Ok(None) => Err(unfinished(&container, "the connection ended before the command").into()),
                Err(error @ BollardError::DockerResponseServerError { .. }) => {
                    Err(exec_failure(&container, &error).into())
                }
                Err(error) => Err(unfinished(&container, &error.to_string()).into()),
            }
        }))
    }
}

/// Returns the failure of a session that ended before its command. `why` is the reason.
fn unfinished(container: &str, why: &str) -> Failure {
    let what = format!("{container}: {}; the command may still run", why.trim());
    Failure::new(FailureKind::Unreachable, what, "look at the processes of the container")
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
