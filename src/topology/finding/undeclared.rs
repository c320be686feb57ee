//! Undeclared calls: connections of a service that were seen and that nothing declares.

use super::{Draft, Evidence, drift};
use crate::topology::EdgeFilter;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let since = |edge: &crate::topology::Edge, _: &_, _: &_| edge.first_seen();
    let reason = |peers: &str| format!("was seen to call {peers}, and nothing declares that");
    let next = "declare it in its own configuration or in Portolan's, or find out which code does it";
    drift(evidence, EdgeFilter::Undeclared, since, reason, next, drafts);
}
