//! Evaluation of all rules. It runs them, and completes their drafts with onsets, suspects and impact.

use super::{
    class::{CausePolicy, FindingClass},
    context::RuleContext,
    draft::FindingDraft,
    kinds::{FINDING_KINDS, FindingKind},
    outage_tracker::OutageTracker,
    suspects::FaultSet,
};
use crate::model::{Finding, NodeId, Outage, Severity, SourceId, Suspect, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Returns all findings, the worst first.
#[must_use]
pub fn findings(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = run_rules(context);
    let bad = |kind: &FindingKind, draft: &FindingDraft| {
        kind.class != FindingClass::Note && draft.severity > Severity::Info
    };
    let ill = FaultSet::from_drafts(
        &context.calls,
        found.iter().filter(|(kind, d)| bad(kind, d)).map(|(_, draft)| draft),
    );
    let mut own: BTreeMap<&NodeId, &str> = BTreeMap::new();
    for (_, draft) in found.iter().filter(|(kind, _)| kind.class != FindingClass::Note) {
        if let Some(node) = draft.node() {
            own.entry(node).or_insert(&draft.reason);
        }
    }
    let finding = |(kind, draft): &(&FindingKind, FindingDraft)| {
        let mut suspects = ill.suspects(context, draft, kind.cause_policy);
        let trouble = draft.node().filter(|_| kind.cause_policy == CausePolicy::OwnInstances);
        if let Some(trouble) = trouble.and_then(|node| own.get(node)).filter(|words| **words != draft.reason)
        {
            suspects.push(Suspect {
                description: format!("possibly because of its own fault: {trouble}").into(),
                node: None,
            });
        }
        let number = draft.node().and_then(|node| context.calls.index_of(node));
        let reached = number.filter(|_| bad(kind, draft)).map(|number| context.calls.impact(number));
        Finding {
            kind: kind.id.into(),
            severity: draft.severity,
            subject: draft.subject.label(context.topology).into(),
            node: draft.node().cloned(),
            since: draft.since.map(|since| since.at),
            since_at_least: draft.since.is_some_and(|since| since.at_least),
            reason: draft.reason.clone().into(),
            suspects,
            impact: reached.unwrap_or_default(),
            next_step: draft.next_step.clone().into(),
        }
    };
    let mut all: Vec<Finding> = found.iter().map(finding).collect();
    all.sort_by(|a, b| {
        sort_key(b).cmp(&sort_key(a)).then_with(|| (&a.subject, &a.kind).cmp(&(&b.subject, &b.kind)))
    });
    all
}

/// Returns the key for sorting findings in descending order. The worst severity comes first, then the
/// findings that suspect no other service, then those with the most dependants, then the newest.
fn sort_key(finding: &Finding) -> (Severity, bool, usize, Option<Timestamp>) {
    (finding.severity, finding.main_suspect().is_none(), finding.impact.dependant_count(), finding.since)
}

/// Runs all rules in the order of `FINDING_KINDS`, and returns their drafts. If several drafts explain why a
/// service is down, only the first one is kept.
fn run_rules(context: &RuleContext<'_>) -> Vec<(&'static FindingKind, FindingDraft)> {
    let mut all = Vec::new();
    let mut told: BTreeSet<NodeId> = BTreeSet::new();
    for kind in FINDING_KINDS {
        let mut drafts = Vec::new();
        (kind.rule)(context, &mut drafts);
        drafts.iter_mut().for_each(|draft| context.set_onset(kind.class, draft));
        if kind.class.explains_downtime() {
            drafts.retain(|draft| draft.node().is_none_or(|node| told.insert(node.clone())));
        }
        all.extend(drafts.into_iter().map(|draft| (kind, draft)));
    }
    all
}

impl RuleContext<'_> {
    /// Returns the tracker for the next evaluation, updated with `findings`. `complete_sources` lists the
    /// sources that had been read completely when this evaluation began.
    #[must_use]
    pub fn into_tracker(self, findings: &[Finding], complete_sources: BTreeSet<SourceId>) -> OutageTracker {
        let outages = findings.iter().filter_map(|finding| outage_from(finding, self.now));
        self.outages.update(outages, self.inventory, complete_sources, self.now)
    }
}

/// Returns the outage that a finding reports, with the node of its service. Returns `None` if the finding
/// does not report an outage.
fn outage_from(finding: &Finding, now: Timestamp) -> Option<(NodeId, Outage)> {
    let kind = FindingKind::with_id(&finding.kind).filter(|kind| kind.class.explains_downtime())?;
    let outage = Outage {
        since: finding.onset()?,
        last_seen: now,
        intentional: kind.class == FindingClass::IntentionalStop,
    };
    Some((finding.node.clone()?, outage))
}
