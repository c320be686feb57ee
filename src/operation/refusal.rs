//! Refusals: reasons why Portolan does not carry out an operation, each with a remedy.

use crate::model::{Failure, FailureKind};

/// Reason why Portolan does not carry out an operation, with a remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} ({remedy})")]
pub struct Refusal {
    /// The reason.
    pub reason: String,
    /// Action that the user can take instead.
    pub remedy: String,
}

impl Refusal {
    /// Returns a refusal with its reason and remedy.
    pub fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: remedy.into() }
    }

    /// Returns the refusal of any operation on a source that Portolan only reads.
    #[must_use]
    pub fn actions_off(source: &str) -> Self {
        Self::new(
            format!("actions are off for {source}"),
            "set actions = \"ask\" in its [[source]], without --read-only; recordings and the demo allow none",
        )
    }
}

impl From<Refusal> for Failure {
    fn from(Refusal { reason, remedy }: Refusal) -> Self {
        Self::new(FailureKind::Denied, reason, remedy)
    }
}
