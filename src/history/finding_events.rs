//! Entries for findings that start or are resolved, and for sources that become unreadable or readable again.

use super::{Entry, Subject};
use crate::{
    diagnosis::FindingKind,
    model::{EventKind, Finding, Health, NodeId, Severity, SourceId, SourceState, SourceStatus, Timestamp},
};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// Returns an entry if the source became unreadable, or readable again, since it had the state `before`.
/// Returns `None` for any other change of state.
pub(super) fn source_entry(before: SourceState, after: &SourceStatus, now: Timestamp) -> Option<Entry> {
    use SourceState::{Cached, Denied, Failed, Live, Loading, Stale};
    let why = || after.failure.as_ref().map(|failure| format!(": {}", failure.message)).unwrap_or_default();
    let (text, tone) = match (before, after.state) {
        (Live | Cached, Stale) => {
            (format!("unreadable, showing the last snapshot{}", why()), Health::Degraded)
        }
        (Loading, Denied | Failed) => (format!("unreadable{}", why()), Health::Failing),
        (Stale | Denied | Failed, Live) => ("readable again".to_owned(), Health::Healthy),
        _ => return None,
    };
    let subject = Subject::Source(after.id.clone());
    Some(Entry::new(now, subject, EventKind::Source, text, Some(tone)))
}

/// Time for which a finding must be absent before it counts as resolved. Without this delay, a container in a
/// crash loop would seem resolved after each start, because it looks healthy for a second.
const RESOLVED_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// Findings that have started and are not resolved yet. Comparing them with the current findings shows which
/// ones started or were resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenFindings {
    /// Latest version of each finding, and the time since which the finding is absent; `None` while it is
    /// present.
    open: Vec<(Finding, Option<Timestamp>)>,
}

impl OpenFindings {
    /// Creates the open findings from `findings`, all of them present.
    pub(super) fn of(findings: &[Finding]) -> Self {
        Self { open: findings.iter().map(|finding| (finding.clone(), None)).collect() }
    }

    /// Adds `findings` as present.
    pub(super) fn add(&mut self, findings: &[Finding]) {
        self.open.extend(Self::of(findings).open);
    }

    /// Replaces the open findings by the current `findings`, and returns an entry for each finding that
    /// started or was resolved. An absent finding stays open for [`RESOLVED_AFTER`].
    pub(super) fn update(&mut self, findings: &[Finding], now: Timestamp) -> Vec<Entry> {
        if self.open.len() == findings.len()
            && self.open.iter().zip(findings).all(|((known, away), f)| away.is_none() && known == f)
        {
            return Vec::new();
        }
        let known: BTreeSet<_> = self.open.iter().map(|(finding, _)| finding_key(finding)).collect();
        let new =
            findings.iter().filter(|finding| is_event(finding) && !known.contains(&finding_key(finding)));
        let mut entries: Vec<Entry> = new.map(|finding| started_entry(finding, now)).collect();
        let present: BTreeSet<_> = findings.iter().map(finding_key).collect();
        let mut open: Vec<_> = findings.iter().map(|finding| (finding.clone(), None)).collect();
        for (finding, away) in
            self.open.iter().filter(|(finding, _)| !present.contains(&finding_key(finding)))
        {
            let since = away.unwrap_or(now);
            if now.duration_since(since) >= RESOLVED_AFTER {
                entries.extend(is_event(finding).then(|| resolved_entry(finding, since)));
            } else {
                open.push((finding.clone(), Some(since)));
            }
        }
        self.open = open;
        entries
    }
}

/// Returns true if the history records the start and the end of `finding`: if its severity is above info, or
/// its start is known. Any other finding is a lasting risk, such as a service with a single task or without
/// an owner, which existed long before Portolan saw it.
fn is_event(finding: &Finding) -> bool {
    finding.severity > Severity::Info || finding.since.is_some()
}

fn started_entry(finding: &Finding, now: Timestamp) -> Entry {
    let at = finding.since.unwrap_or(now).min(now);
    finding_entry(finding, at, finding.reason.to_string(), severity_health(finding.severity))
}

fn resolved_entry(finding: &Finding, at: Timestamp) -> Entry {
    let title = FindingKind::title_of(finding);
    finding_entry(finding, at, format!("resolved: {title}"), Health::Healthy)
}

/// Returns the identity of a finding: its kind and its node or source. The text is not part of the identity,
/// because it may change.
fn finding_key(finding: &Finding) -> (&str, &str) {
    (&finding.kind, finding.node.as_ref().map_or(&*finding.subject, NodeId::as_str))
}

fn finding_entry(finding: &Finding, at: Timestamp, text: String, tone: Health) -> Entry {
    let source = || Subject::Source(SourceId::new(&finding.subject));
    let subject = finding.node.clone().map_or_else(source, Subject::Node);
    let entry = Entry::new(at, subject, EventKind::Finding, text, Some(tone));
    Entry { finding: Some(finding.kind.clone()), ..entry }
}

fn severity_health(severity: Severity) -> Health {
    match severity {
        Severity::Critical => Health::Failing,
        Severity::Warning => Health::Degraded,
        Severity::Info => Health::Unknown,
    }
}
