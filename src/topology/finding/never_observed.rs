//! Calls that are declared and were never observed, although both ends are watched.

use super::{Draft, Evidence, drift};
use crate::topology::EdgeFilter;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let watch = evidence.watch();
    let since = |edge: &_, from: &_, to: &_| watch.never_observed_since(from, to, edge);
    let reason =
        |peers: &str| format!("is configured to call {peers}; both ends are watched, and no call was seen");
    let next = "is it called seldom, or is the setting left over?";
    drift(evidence, EdgeFilter::NeverObserved, since, reason, next, drafts);
}
