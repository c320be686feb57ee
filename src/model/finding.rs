//! Something wrong: what, where, since when, how bad, the suspected cause, what to look at next.

use super::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The kind's id in `topology::finding::KINDS`, such as `crash-loop`.
    pub kind: String,
    /// How bad it is.
    pub severity: Severity,
    /// The service's or source's name, as people say it.
    pub service: String,
    /// The node it stands on, where it is about one.
    pub node: Option<NodeId>,
    /// Since when, as far as known.
    pub since: Option<Timestamp>,
    /// What is wrong, with the facts it rests on.
    pub reason: String,
    /// What probably made it so.
    pub cause: Option<String>,
    /// What to look at or do next.
    pub next: String,
}

/// How bad a finding is. The order is from mild to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Something is not as it should be, and still serves.
    Warning,
    /// Something does not serve.
    Critical,
}

impl Severity {
    /// The word, as JSON and the screen have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}
