//! How a source is, and what went wrong with it, in words that say what to do.

use serde::{Deserialize, Serialize};

/// How a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceState {
    /// No answer yet.
    Loading,
    /// The last look went well.
    Live,
    /// The last look failed; what is shown is older.
    Stale,
    /// It may not be read.
    Denied,
    /// It could never be read.
    Failed,
}

impl SourceState {
    /// The word, as JSON and the screen have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// Why a source could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}")]
pub struct Failure {
    /// Which kind of trouble.
    pub kind: FailureKind,
    /// What happened, with the call that failed.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// Which kind of trouble a source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// A permission is missing.
    Denied,
    /// Credentials are missing or no longer valid.
    Credentials,
    /// The service asked for fewer calls.
    Throttled,
    /// Nobody answers there.
    Unreachable,
    /// It answers too slowly.
    Timeout,
    /// What was asked for does not exist.
    Missing,
    /// An answer, file or setting that makes no sense.
    Invalid,
}

impl Failure {
    /// A failure in words.
    #[must_use]
    pub fn new(kind: FailureKind, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, what: what.into(), remedy: remedy.into() }
    }
}
