//! Something wrong: what, where, since when, how bad, what may have made it so, whom it reaches, what to look at next.

use super::{NodeId, Onset, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The kind's id in `topology::finding::KINDS`, such as `crash-loop`.
    pub kind: Text,
    /// How bad it is.
    pub severity: Severity,
    /// The service's or source's name, as people say it.
    pub service: Text,
    /// The node it stands on, where it is about one.
    pub node: Option<NodeId>,
    /// Since when, as far as known.
    pub since: Option<Timestamp>,
    /// Whether it may have begun before `since`: its source has forgotten the rest, or nobody watched.
    #[serde(default)]
    pub since_at_least: bool,
    /// What is wrong, with the facts it rests on.
    pub reason: Text,
    /// What may have made it so, the likeliest first. Never a certainty.
    pub suspects: Vec<Suspect>,
    /// Whom it reaches: those that depend on it.
    pub reach: Reach,
    /// What to look at or do next.
    pub next: Text,
}

/// What may have made something so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// What is suspected, and why, in words that claim no certainty.
    pub words: Text,
    /// The other service that is suspected; none where the service's own change or end is.
    pub node: Option<NodeId>,
}

/// Those that depend on a service, by the calls that are declared or were seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Those that call it, by name.
    pub callers: Vec<Text>,
    /// How many more depend on it by way of those.
    pub beyond: usize,
    /// The ways in from outside that lead to it: who is called by nobody here, by name.
    pub entries: Vec<Text>,
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

impl Finding {
    /// Since when, with whether that is its true beginning.
    #[must_use]
    pub fn onset(&self) -> Option<Onset> {
        self.since.map(|at| Onset { at, at_least: self.since_at_least })
    }

    /// The other service that is suspected before all else; none where the fault seems to be the service's own.
    #[must_use]
    pub fn explained_by(&self) -> Option<&NodeId> {
        self.suspects.first().and_then(|suspect| suspect.node.as_ref())
    }
}

impl Reach {
    /// How many depend on it.
    #[must_use]
    pub fn total(&self) -> usize {
        self.callers.len() + self.beyond
    }

    /// The same in a sentence; none where nobody depends on it.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let (first, rest) = self.callers.split_first()?;
        let more = rest.len() + self.beyond;
        let words = match (rest, more) {
            ([], 0) => first.to_string(),
            ([second], 1) => format!("{first} and {second}"),
            (_, more) => format!("{first} and {more} more"),
        };
        let inner = self.entries.iter().filter(|entry| !self.callers.contains(entry));
        let entries: Vec<&str> = inner.take(3).map(Text::as_str).collect();
        let up = if entries.is_empty() { String::new() } else { format!(", up to {}", entries.join(", ")) };
        Some(words + &up)
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, Text};

    #[test]
    fn reach_is_one_sentence() {
        let reach = |callers: &[&str], beyond, entries: &[&str]| {
            let owned = |all: &[&str]| all.iter().copied().map(Text::from).collect();
            Reach { callers: owned(callers), beyond, entries: owned(entries) }.words()
        };
        assert_eq!(reach(&[], 0, &[]), None);
        assert_eq!(reach(&["web"], 0, &["web"]).as_deref(), Some("web"));
        assert_eq!(reach(&["a", "b"], 0, &[]).as_deref(), Some("a and b"));
        assert_eq!(reach(&["a"], 1, &["web"]).as_deref(), Some("a and 1 more, up to web"));
        assert_eq!(reach(&["a", "b", "c"], 4, &[]).as_deref(), Some("a and 6 more"));
    }
}
