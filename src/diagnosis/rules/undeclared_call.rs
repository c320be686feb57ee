//! Undeclared calls: Portolan observed a call that no configuration declares.

use crate::{
    diagnosis::{FindingDraft, RuleContext, rules::add_drift_findings},
    topology::EdgeFilter,
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let since = |edge: &crate::topology::Edge, _: &_, _: &_| edge.first_seen();
    let reason = |peers: &str| format!("observed calls to {peers}, but no configuration declares them");
    let next = "declare the call in its configuration or in Portolan's, or find the code that makes it";
    add_drift_findings(context, EdgeFilter::Undeclared, since, reason, next, drafts);
}
