//! Lookup of a finding's previous occurrence: when the same kind of fault last began and ended on the same
//! node.

use super::{Entry, History, Subject};
use crate::model::{Finding, Timestamp};

/// Start and end of the previous fault that was of the same kind, and on the same node, as a current finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlierOccurrence {
    /// Start of the fault, UTC; `None` if the history has only the end.
    pub began: Option<Timestamp>,
    /// End of the fault, UTC.
    pub ended: Timestamp,
}

impl History {
    /// Returns the most recent occurrence of `finding` that ended before the present one began. Returns
    /// `None` if the history contains none, or if the finding is about a source.
    #[must_use]
    pub fn earlier_occurrence(&self, finding: &Finding) -> Option<EarlierOccurrence> {
        let subject = Subject::Node(finding.node.clone()?);
        let is_of_kind = |entry: &&Entry| entry.finding.as_ref() == Some(&finding.kind);
        let mut entries = self.entries_of(&subject).rev().map(|entry| &**entry).filter(is_of_kind);
        let is_before = |entry: &Entry| finding.since.is_none_or(|since| entry.at <= since);
        let ended = entries.find(|entry| entry.is_resolution() && is_before(entry))?.at;
        // Several members of a team may have recorded the start, each at the time when it first saw the
        // fault. The earliest record counts.
        let began = entries.take_while(|entry| !entry.is_resolution()).last().map(|entry| entry.at);
        Some(EarlierOccurrence { began, ended })
    }
}
