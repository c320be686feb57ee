//! What is told of sources as a whole, and of findings: that they begin, and that they end.

use super::{Entry, Subject};
use crate::{
    model::{EventKind, Finding, Health, Severity, SourceId, SourceState, SourceStatus, Timestamp},
    topology::finding::KINDS,
};
use std::collections::BTreeMap;

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
    Some(Entry { at: now, subject, kind: EventKind::Source, text, tone: Some(tone) })
}

/// The findings that are new, and those that are over.
pub(super) fn findings(before: &[Finding], after: &[Finding], now: Timestamp) -> Vec<Entry> {
    let by_key = |all| -> BTreeMap<_, &Finding> { Iterator::map(all, |f| (key(f), f)).collect() };
    let (was, is) = (by_key(before.iter()), by_key(after.iter()));
    let began = is.iter().filter(|(key, _)| !was.contains_key(*key)).map(|(_, finding)| {
        let at = finding.since.unwrap_or(now).min(now);
        entry(finding, at, finding.reason.clone(), tone(finding.severity))
    });
    let over = was.iter().filter(|(key, _)| !is.contains_key(*key)).map(|(_, finding)| {
        let title =
            KINDS.iter().find(|kind| kind.id == finding.kind).map_or(&*finding.kind, |kind| kind.title);
        entry(finding, now, format!("over: {title}"), Health::Healthy)
    });
    began.chain(over).collect()
}

/// What makes a finding the same one, whatever its words.
fn key(finding: &Finding) -> (&str, &Option<crate::model::NodeId>, &str) {
    (&finding.kind, &finding.node, &finding.service)
}

fn entry(finding: &Finding, at: Timestamp, text: String, tone: Health) -> Entry {
    let source = || Subject::Source(SourceId::new(&finding.service));
    let subject = finding.node.clone().map_or_else(source, Subject::Node);
    Entry { at, subject, kind: EventKind::Finding, text, tone: Some(tone) }
}

fn tone(severity: Severity) -> Health {
    match severity {
        Severity::Critical => Health::Failing,
        Severity::Warning => Health::Degraded,
        Severity::Info => Health::Unknown,
    }
}
