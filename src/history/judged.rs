//! What is told of sources as a whole, and of findings: that they begin, and that they end.

use super::{Entry, Subject};
use crate::{
    model::{EventKind, Finding, Health, NodeId, Severity, SourceId, SourceState, SourceStatus, Timestamp},
    topology::finding::KINDS,
};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// What there is to tell of a source that was in that state before.
pub(super) fn source(before: SourceState, after: &SourceStatus, now: Timestamp) -> Option<Entry> {
    use SourceState::{Denied, Failed, Live, Loading, Stale};
    let why = || after.failure.as_ref().map(|failure| format!(": {}", failure.what)).unwrap_or_default();
    let (text, tone) = match (before, after.state) {
        (Live, Stale) => (format!("went stale{}", why()), Health::Degraded),
        (Loading, Denied | Failed) => (format!("can't be read{}", why()), Health::Failing),
        (Stale | Denied | Failed, Live) => ("can be read again".to_owned(), Health::Healthy),
        _ => return None,
    };
    let subject = Subject::Source(after.id.clone());
    Some(Entry::new(now, subject, EventKind::Source, text, Some(tone)))
}

/// How long a finding must stay away before it is over: a container that is started again and again is well for a second
/// each time.
const AWAY: SignedDuration = SignedDuration::from_secs(15);

/// The findings that have begun and are not over.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Each as it was last, and since when it is away, where it is.
    open: Vec<(Finding, Option<Timestamp>)>,
}

impl Standing {
    /// Follows what is wrong now. Gives what there is to tell: which begin, and which are over.
    pub(super) fn follow(&mut self, findings: &[Finding], now: Timestamp) -> Vec<Entry> {
        if self.open.len() == findings.len()
            && self.open.iter().zip(findings).all(|((known, away), f)| away.is_none() && known == f)
        {
            return Vec::new();
        }
        let known: BTreeSet<_> = self.open.iter().map(|(finding, _)| key(finding)).collect();
        let new = findings.iter().filter(|finding| !known.contains(&key(finding)));
        let mut told: Vec<Entry> = new.map(|finding| began(finding, now)).collect();
        let present: BTreeSet<_> = findings.iter().map(key).collect();
        let mut open: Vec<_> = findings.iter().map(|finding| (finding.clone(), None)).collect();
        for (finding, away) in self.open.iter().filter(|(finding, _)| !present.contains(&key(finding))) {
            let since = away.unwrap_or(now);
            if now.duration_since(since) >= AWAY {
                told.push(over(finding, since));
            } else {
                open.push((finding.clone(), Some(since)));
            }
        }
        self.open = open;
        told
    }
}

fn began(finding: &Finding, now: Timestamp) -> Entry {
    let at = finding.since.unwrap_or(now).min(now);
    entry(finding, at, finding.reason.to_string(), tone(finding.severity))
}

fn over(finding: &Finding, at: Timestamp) -> Entry {
    let title = KINDS.iter().find(|kind| kind.id == finding.kind).map_or(&*finding.kind, |kind| kind.title);
    entry(finding, at, format!("over: {title}"), Health::Healthy)
}

/// What makes a finding the same one, whatever its words: what people call a place depends on what else there is.
fn key(finding: &Finding) -> (&str, &str) {
    (&finding.kind, finding.node.as_ref().map_or(&*finding.service, NodeId::as_str))
}

fn entry(finding: &Finding, at: Timestamp, text: String, tone: Health) -> Entry {
    let source = || Subject::Source(SourceId::new(&finding.service));
    let subject = finding.node.clone().map_or_else(source, Subject::Node);
    Entry::new(at, subject, EventKind::Finding, text, Some(tone))
}

fn tone(severity: Severity) -> Health {
    match severity {
        Severity::Critical => Health::Failing,
        Severity::Warning => Health::Degraded,
        Severity::Info => Health::Unknown,
    }
}
