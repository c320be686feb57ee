//! Errors of a single call to an engine. The module `failure` describes them for the user.

use std::{path::PathBuf, time::Duration};

/// Error of a single call to an engine.
#[derive(Debug, thiserror::Error)]
pub(in crate::source::docker) enum CallError {
    /// The engine, or a proxy in front of it, responded with an error status.
    #[error("{status} {message}")]
    Refused {
        /// HTTP status of the response.
        status: u16,
        /// The engine's message, or the meaning of the status.
        message: String,
    },
    /// The connection closed after the request and before its response. The engine may have carried out the
    /// request.
    #[error("the connection closed before the response")]
    ConnectionLost,
    /// The call exceeded its time limit.
    #[error("no response within {} s", .0.as_secs_f32().ceil())]
    Timeout(Duration),
    /// The response began, and then no data arrived for this long.
    #[error("the response stalled: no data for {} s", .0.as_secs())]
    Stalled(Duration),
    /// The response exceeds this many bytes.
    #[error("the response is larger than {} KiB", .0 / 1024)]
    TooLarge(usize),
    /// The response head exceeds this many bytes.
    #[error("the response head is larger than {} KiB", .0 / 1024)]
    HeadTooLarge(usize),
    /// The response is not of the form that the call expects.
    #[error("invalid response: {0}")]
    InvalidResponse(String),
    /// A certificate or key is unusable.
    #[error("{}: {why}", path.display())]
    Certificate {
        /// Path of the file.
        path: PathBuf,
        /// Reason in words.
        why: String,
    },
    /// The connection failed or broke.
    #[error(transparent)]
    Transport(Box<dyn std::error::Error + Send + Sync>),
}

impl From<std::io::Error> for CallError {
    fn from(error: std::io::Error) -> Self {
        Self::Transport(Box::new(error))
    }
}

impl From<bollard::errors::Error> for CallError {
    fn from(error: bollard::errors::Error) -> Self {
        use bollard::errors::Error;
        match error {
            Error::DockerResponseServerError { status_code, message } => {
                Self::Refused { status: status_code, message }
            }
            other => Self::Transport(Box::new(other)),
        }
    }
}
