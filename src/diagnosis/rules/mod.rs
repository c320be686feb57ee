//! Rules that find faults and risks, one file per rule or group of related rules. A rule is a function that
//! reads a `RuleContext` and adds a `FindingDraft` for each fault.

pub(super) mod capacity_loss;
pub(super) mod counterpart_skew;
pub(super) mod crash_loop;
pub(super) mod dangling_reference;
pub(super) mod deployment;
pub(super) mod failed_connections;
pub(super) mod flapping;
pub(super) mod graph_risks;
pub(super) mod log_signals;
pub(super) mod mass_failure;
pub(super) mod mixed_versions;
pub(super) mod never_observed;
pub(super) mod out_of_memory;
pub(super) mod ownership;
pub(super) mod restarts_exhausted;
pub(super) mod source_failure;
pub(super) mod start_failure;
pub(super) mod stopped;
pub(super) mod stopped_with_error;
pub(super) mod target_health;
pub(super) mod task_placement;
pub(super) mod too_few_running;
pub(super) mod undeclared_call;
pub(super) mod unhealthy;

use super::{FindingDraft, RuleContext, Subject, join_names};
use crate::{
    model::{Exit, Instance, NodeId, Onset, Service, Severity, Timestamp},
    topology::{Edge, EdgeFilter, Node},
};
use std::collections::BTreeMap;

/// Adds one draft for each caller with edges that pass the filter `which`, such as calls that were never
/// observed. The draft names all callees of these edges in one sentence, because one finding per caller is
/// enough.
fn add_drift_findings(
    context: &RuleContext<'_>,
    which: EdgeFilter,
    since: impl Fn(&Edge, &NodeId, &NodeId) -> Option<Timestamp>,
    reason: impl Fn(&str) -> String,
    next: &str,
    drafts: &mut Vec<FindingDraft>,
) {
    if !context.all_sources_read() {
        return;
    }
    let mut callers: BTreeMap<&NodeId, Vec<(&NodeId, &Edge)>> = BTreeMap::new();
    for ((from, to), edge) in &context.topology.edges {
        if context.drift_context().passes_filter(which, from, to, edge) {
            callers.entry(from).or_default().push((to, edge));
        }
    }
    let nodes = &context.topology.nodes;
    for (from, drifted) in callers {
        let peers: Vec<String> =
            drifted.iter().filter_map(|(to, _)| nodes.get(to)).map(Node::label).collect();
        drafts.push(FindingDraft {
            severity: Severity::Info,
            subject: Subject::Node(from.clone()),
            since: drifted.iter().filter_map(|(to, edge)| since(edge, from, to)).min().map(Onset::exact),
            reason: reason(&join_names(&peers)),
            next_step: next.to_owned(),
        });
    }
}

/// Returns the faulty instance that exited last, with its exit. Returns `None` if no faulty instance has an
/// exit.
fn newest_fault(service: &Service) -> Option<(&Instance, &Exit)> {
    let faulty = service.instances.iter().filter(|i| i.is_faulty());
    faulty.filter_map(|i| i.exit.as_ref().map(|exit| (i, exit))).max_by_key(|(_, exit)| exit.at)
}
