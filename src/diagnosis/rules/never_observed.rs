//! Declared calls that Portolan has never observed, although it observes the connections of both ends.

use crate::{
    diagnosis::{FindingDraft, RuleContext, rules::add_drift_findings},
    topology::EdgeFilter,
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let watch = context.drift_context();
    let since = |edge: &_, from: &_, to: &_| watch.never_observed_since(from, to, edge);
    let reason = |peers: &str| {
        format!("configured to call {peers}; both ends are monitored, but no call was observed")
    };
    let next = "check whether the call is rare or the setting is obsolete";
    add_drift_findings(context, EdgeFilter::NeverObserved, since, reason, next, drafts);
}
