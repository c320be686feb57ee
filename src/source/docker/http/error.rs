//! What can go wrong with one call, before it is put into words for people.

use std::{path::PathBuf, time::Duration};

/// The failure of one call.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum CallError {
    /// The engine, or a proxy before it, answered with an error.
    #[error("{status} {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The engine's own message, or the meaning of the status.
        message: String,
    },
    /// The time for the whole call was over.
    #[error("no answer within {} s", .0.as_secs_f32().ceil())]
    Late(Duration),
    /// The answer began, and then nothing more came.
    #[error("the answer stopped: nothing came for {} s", .0.as_secs())]
    Stalled(Duration),
    /// The answer is larger than it may be, in bytes.
    #[error("the answer is larger than {} KiB", .0 / 1024)]
    TooLarge(usize),
    /// The head of the answer is larger than it may be, in bytes.
    #[error("the head of the answer is larger than {} KiB", .0 / 1024)]
    HeadTooLarge(usize),
    /// The answer can not be read as what was asked for.
    #[error("an answer that makes no sense: {0}")]
    Nonsense(String),
    /// A certificate or key can not be used.
    #[error("{}: {why}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The connection could not be made, or broke.
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
