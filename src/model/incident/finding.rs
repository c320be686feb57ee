//! Findings: faults and risks, with their start, severity, suspected causes, impact and next step.

use crate::model::{NodeId, Onset, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// A fault or risk of a service or source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The kind's id in `FINDING_KINDS`, such as `crash-loop`.
    pub kind: Text,
    /// Severity of the fault or risk.
    pub severity: Severity,
    /// Label of the affected service or source.
    #[serde(rename = "service")]
    pub subject: Text,
    /// The affected node; `None` for a finding about a source.
    pub node: Option<NodeId>,
    /// Start of the fault, UTC; `None` while unknown.
    pub since: Option<Timestamp>,
    /// True if the fault may have begun before `since`, because the source no longer reports earlier failures
    /// or because Portolan was not running.
    #[serde(default)]
    pub since_at_least: bool,
    /// The fault in one sentence, with the facts behind it.
    pub reason: Text,
    /// Possible causes, the likeliest first; none of them is certain.
    pub suspects: Vec<Suspect>,
    /// The services that depend on the faulty one.
    #[serde(rename = "reach")]
    pub impact: Impact,
    /// The next thing to check or do.
    #[serde(rename = "next")]
    pub next_step: Text,
}

/// A possible cause of a finding, such as a faulty callee or a recent deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// Sentence about the suspected cause and the reason for the suspicion. It claims no certainty.
    #[serde(rename = "words")]
    pub description: Text,
    /// The other service that is suspected; `None` if the suspected cause lies in the faulty service itself,
    /// such as its own deployment.
    pub node: Option<NodeId>,
}

/// The services that depend on a faulty one, along declared and observed calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// Labels of the direct callers.
    pub callers: Vec<Text>,
    /// Number of services that depend on the faulty one only through other services.
    #[serde(rename = "beyond")]
    pub indirect_count: usize,
    /// Labels of the dependent services at which requests enter the system. An entry point has no caller, or
    /// the internet or a load balancer calls it.
    #[serde(rename = "entries")]
    pub entry_points: Vec<Text>,
}

/// The severity of a finding, sorted from harmless to critical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; nothing is broken.
    Info,
    /// Something is wrong, but the service still works.
    Warning,
    /// The service does not work.
    Critical,
}

impl Severity {
    /// Returns the name of the severity in JSON and on the screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl Finding {
    /// Returns the start of the fault, and whether that time is exact. Returns `None` while the start is
    /// unknown.
    #[must_use]
    pub fn onset(&self) -> Option<Onset> {
        self.since.map(|at| Onset { at, at_least: self.since_at_least })
    }

    /// Returns the other service that most likely caused the finding. Returns `None` if no suspect is known,
    /// or if the likeliest cause lies in the faulty service itself, such as its own deployment.
    #[must_use]
    pub fn main_suspect(&self) -> Option<&NodeId> {
        self.suspects.first().and_then(|suspect| suspect.node.as_ref())
    }
}

impl Impact {
    /// Returns the number of dependent services, direct and indirect.
    #[must_use]
    pub fn dependant_count(&self) -> usize {
        self.callers.len() + self.indirect_count
    }

    /// Summarises the impact in one phrase, such as `web and 2 more, entry point api`. Returns `None` if no
    /// service depends on the faulty one.
    #[must_use]
    pub fn summary(&self) -> Option<String> {
        let (first, rest) = self.callers.split_first()?;
        let more = rest.len() + self.indirect_count;
        let words = match (rest, more) {
            ([], 0) => first.to_string(),
            ([second], 1) => format!("{first} and {second}"),
            (_, more) => format!("{first} and {more} more"),
        };
        let inner = self.entry_points.iter().filter(|entry| !self.callers.contains(entry));
        let entries: Vec<&str> = inner.take(3).map(Text::as_str).collect();
        let up = match &entries[..] {
            [] => String::new(),
            [one] => format!(", entry point {one}"),
            all => format!(", entry points {}", all.join(", ")),
        };
        Some(words + &up)
    }
}

#[cfg(test)]
mod tests {
    use super::{Impact, Text};

    #[test]
    fn reach_is_one_sentence() {
        let reach = |callers: &[&str], beyond, entries: &[&str]| {
            let owned = |all: &[&str]| all.iter().copied().map(Text::from).collect();
            Impact { callers: owned(callers), indirect_count: beyond, entry_points: owned(entries) }.summary()
        };
        assert_eq!(reach(&[], 0, &[]), None);
        assert_eq!(reach(&["web"], 0, &["web"]).as_deref(), Some("web"));
        assert_eq!(reach(&["a", "b"], 0, &[]).as_deref(), Some("a and b"));
        assert_eq!(reach(&["a"], 1, &["web"]).as_deref(), Some("a and 1 more, entry point web"));
        assert_eq!(reach(&["a", "b", "c"], 4, &[]).as_deref(), Some("a and 6 more"));
    }
}
