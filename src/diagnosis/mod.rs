//! The kinds of findings: one table of faults and risks, with the rule that finds each of them.
//!
//! A rule reads a `RuleContext` and adds drafts. This module completes them: start time, suspected causes,
//! impact and order.

mod rules;
mod suspects;
mod outage_tracker;
mod restart_counts;
mod fault_role;
mod call_index;

pub use fault_role::{FaultInvolvement, FaultRole, fault_roles};
pub use outage_tracker::OutageTracker;
pub use rules::log_signals::{LogSignal, LogSignalKind};

use crate::{
    model::{
        Exit, FailureKind, Finding, Instance, InstanceId, Inventory, NodeId, Onset, Service, ServiceKind,
        Severity, SourceId, SourceStatus, Suspect, Timestamp,
    },
    topology::{
        Counterpart, Edge, EdgeFilter, FailedConnection, Node, NodeKind, Topology, drift::DriftContext,
    },
};
use call_index::CallIndex;
use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};
use suspects::FaultSet;

/// The input of all rules.
#[derive(Clone, Copy)]
pub struct RuleInput<'a> {
    /// The services of all sources.
    pub inventory: &'a Inventory,
    /// The graph of calls.
    pub topology: &'a Topology,
    /// Connections that were rejected or failed.
    pub failed_connections: &'a [FailedConnection],
    /// Services that seem to be the same in several sources.
    pub counterparts: &'a BTreeMap<NodeId, Vec<Counterpart>>,
    /// The status of the sources.
    pub sources: &'a [SourceStatus],
    /// Noteworthy states of the logs that the user reads.
    pub log_signals: &'a [LogSignal],
}

/// The input of the rules, with data derived from it.
pub struct RuleContext<'a> {
    inventory: &'a Inventory,
    topology: &'a Topology,
    failed_connections: &'a [FailedConnection],
    counterparts: &'a BTreeMap<NodeId, Vec<Counterpart>>,
    sources: &'a [SourceStatus],
    log_signals: &'a [LogSignal],
    now: Timestamp,
    outages: OutageTracker,
    calls: CallIndex<'a>,
    recent_stops: BTreeMap<&'a InstanceId, u32>,
}

/// A kind of finding.
pub struct FindingKind {
    /// Id in JSON.
    pub id: &'static str,
    /// Title on the screen.
    pub title: &'static str,
    class: FindingClass,
    cause_policy: CausePolicy,
    rule: fn(&RuleContext<'_>, &mut Vec<FindingDraft>),
}

/// The significance of a kind of finding for its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FindingClass {
    /// The reason why the service is down. Only the first one in the table is reported; it may propagate to
    /// callers.
    Outage,
    /// A user stopped or paused the service; reported like an outage.
    IntentionalStop,
    /// A fault that may propagate to callers.
    Degradation,
    /// Any other finding.
    Note,
}

impl FindingClass {
    /// Returns true if findings of this class give a reason why the service is down.
    fn explains_downtime(self) -> bool {
        matches!(self, Self::Outage | Self::IntentionalStop)
    }
}

/// The causes that may be suspected of a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CausePolicy {
    /// Faults of other services, and deployments.
    AnyCause,
    /// Only deployments of the service itself.
    OwnChange,
    /// Nothing to add: the finding explains itself.
    NoCause,
}

/// A finding before its kind, causes and impact are known.
struct FindingDraft {
    severity: Severity,
    subject: Subject,
    since: Option<Onset>,
    reason: String,
    next_step: String,
}

/// The subject of a finding.
enum Subject {
    /// A node of the map.
    Node(NodeId),
    /// A source as a whole.
    Source(SourceId),
}

/// All kinds of findings. Of several reasons why a service is down, only the first in this order is reported.
pub const FINDING_KINDS: &[FindingKind] = &[
    finding_kind(
        "out-of-memory",
        "out of memory",
        FindingClass::Outage,
        CausePolicy::OwnChange,
        rules::out_of_memory::find,
    ),
    finding_kind(
        "image-missing",
        "image pull failed",
        FindingClass::Outage,
        CausePolicy::OwnChange,
        rules::start_failure::find_image_pull,
    ),
    finding_kind(
        "cannot-start",
        "start failed",
        FindingClass::Outage,
        CausePolicy::OwnChange,
        rules::start_failure::find_other,
    ),
    finding_kind(
        "restarts-exhausted",
        "restarts exhausted",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::restarts_exhausted::find,
    ),
    finding_kind(
        "crash-loop",
        "crash loop",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::crash_loop::find,
    ),
    finding_kind(
        "stopped-with-error",
        "stopped with an error",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::stopped_with_error::find,
    ),
    finding_kind(
        "stopped",
        "stopped",
        FindingClass::IntentionalStop,
        CausePolicy::NoCause,
        rules::stopped::find,
    ),
    finding_kind(
        "paused",
        "paused",
        FindingClass::IntentionalStop,
        CausePolicy::NoCause,
        rules::stopped::find_paused,
    ),
    finding_kind(
        "unhealthy",
        "unhealthy",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::unhealthy::find,
    ),
    finding_kind(
        "target-unhealthy",
        "target unhealthy",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::target_health::find,
    ),
    finding_kind("flapping", "flapping", FindingClass::Outage, CausePolicy::AnyCause, rules::flapping::find),
    finding_kind(
        "cannot-place",
        "task placement failed",
        FindingClass::Outage,
        CausePolicy::NoCause,
        rules::task_placement::find,
    ),
    finding_kind(
        "too-few-running",
        "too few running",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::too_few_running::find,
    ),
    finding_kind(
        "deployment-failed",
        "deployment failed",
        FindingClass::Degradation,
        CausePolicy::NoCause,
        rules::deployment::find_failed,
    ),
    finding_kind(
        "deployment-rolled-back",
        "deployment rolled back",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::deployment::find_rolled_back,
    ),
    finding_kind(
        "deployment-stuck",
        "deployment stuck",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::deployment::find_stuck,
    ),
    finding_kind(
        "spot-interruption",
        "Spot interruption",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::capacity_loss::find_spot,
    ),
    finding_kind(
        "host-lost",
        "host lost",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::capacity_loss::find_host,
    ),
    finding_kind(
        "restart-storm",
        "mass failure",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::mass_restart::find,
    ),
    finding_kind(
        "rejected-flow",
        "rejected connection",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::failed_connections::find_rejected,
    ),
    finding_kind(
        "connection-error",
        "connection error",
        FindingClass::Note,
        CausePolicy::AnyCause,
        rules::failed_connections::find_failed,
    ),
    finding_kind(
        "log-silence",
        "log silence",
        FindingClass::Note,
        CausePolicy::AnyCause,
        rules::log_signals::find_silent,
    ),
    finding_kind(
        "log-missing",
        "log group missing",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::log_signals::find_missing_log_group,
    ),
    finding_kind(
        "dangling-reference",
        "dangling reference",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::dangling_reference::find,
    ),
    finding_kind(
        "source-trouble",
        "source unreadable",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::source_failure::find,
    ),
    finding_kind(
        "version-skew",
        "mixed versions",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::mixed_versions::find,
    ),
    finding_kind(
        "twin-skew",
        "counterpart version differs",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::counterpart_skew::find,
    ),
    finding_kind(
        "undeclared-call",
        "undeclared call",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::undeclared_call::find,
    ),
    finding_kind(
        "never-observed",
        "never observed",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::never_observed::find,
    ),
    finding_kind(
        "dependency-ring",
        "circular dependency",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::graph_risks::find_cycles,
    ),
    finding_kind(
        "single-point",
        "single point of failure",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::graph_risks::find_single_points,
    ),
];

const fn finding_kind(
    id: &'static str,
    title: &'static str,
    part: FindingClass,
    blame: CausePolicy,
    find: fn(&RuleContext<'_>, &mut Vec<FindingDraft>),
) -> FindingKind {
    FindingKind { id, title, class: part, cause_policy: blame, rule: find }
}

impl<'a> RuleContext<'a> {
    /// Derives the context of the rules at `now`; `outages` holds the known outages from earlier evaluations.
    #[must_use]
    pub fn new(input: RuleInput<'a>, outages: OutageTracker, now: Timestamp) -> Self {
        let RuleInput { inventory, topology, failed_connections, counterparts, sources, log_signals } = input;
        let (calls, recent_stops) = (CallIndex::new(topology), restart_counts::recent_stops(inventory, now));
        Self {
            inventory,
            topology,
            failed_connections,
            counterparts,
            sources,
            log_signals,
            now,
            outages,
            calls,
            recent_stops,
        }
    }

    /// Updates the tracker with `findings`. `watched` lists the sources that were complete at this
    /// evaluation.
    #[must_use]
    pub fn into_tracker(self, findings: &[Finding], watched: BTreeSet<SourceId>) -> OutageTracker {
        self.outages.update(findings, self.inventory, watched, self.now)
    }

    /// Returns the service that the draft is about. Returns `None` if it is about another node or a source.
    fn service(&self, draft: &FindingDraft) -> Option<&'a Service> {
        match &self.topology.nodes.get(draft.node()?)?.kind {
            NodeKind::Service(id) => self.inventory.service(id),
            _ => None,
        }
    }

    /// Corrects the start of a fault by the source's records and earlier evaluations. Standalone tasks of a
    /// family are separate runs, so only the newest one's own time counts.
    fn set_onset(&self, kind: &FindingKind, draft: &mut FindingDraft) {
        let service = self.service(draft);
        if service.is_some_and(|service| service.kind == ServiceKind::EcsFamily) {
            return;
        }
        if kind.class == FindingClass::Outage {
            let recorded = service.and_then(|service| service.failing_since);
            let reaches_back = |onset: &Onset| draft.since.is_none_or(|own| onset.at <= own.at);
            draft.since = recorded.filter(reaches_back).or(draft.since);
        }
        self.outages.correct_onset(kind, draft, self.now);
    }

    /// Returns true if every source has been read completely, so that a missing endpoint does not exist.
    /// Parts with denied access don't count: they never arrive, and are reported as such.
    fn all_sources_answered(&self) -> bool {
        let gaps = self.inventory.snapshots().flat_map(|snapshot| &snapshot.unread_parts);
        self.sources.iter().all(SourceStatus::has_reported_fully)
            && gaps.into_iter().all(|gap| gap.failure.kind == FailureKind::Denied)
    }

    /// Returns the data that drift depends on.
    fn drift_context(&self) -> DriftContext<'a> {
        DriftContext { inventory: self.inventory, topology: self.topology, now: self.now }
    }
}

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
        // A deployment's own instances often explain why it does not complete.
        let trouble = draft.node().filter(|_| kind.id.starts_with("deployment-"));
        if let Some(trouble) = trouble.and_then(|node| own.get(node)).filter(|words| **words != draft.reason)
        {
            suspects.push(Suspect {
                description: format!("possibly its own instances: {trouble}").into(),
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

/// Returns the sort key: severity first, then findings without an external cause, then impact, then start.
fn sort_key(finding: &Finding) -> (Severity, bool, usize, Option<Timestamp>) {
    (finding.severity, finding.main_suspect().is_none(), finding.impact.dependant_count(), finding.since)
}

/// Returns the drafts of all rules, in the order of the table. Of several reasons why a service is down, only
/// the first is kept.
fn run_rules(context: &RuleContext<'_>) -> Vec<(&'static FindingKind, FindingDraft)> {
    let mut all = Vec::new();
    let mut told: BTreeSet<NodeId> = BTreeSet::new();
    for kind in FINDING_KINDS {
        let mut drafts = Vec::new();
        (kind.rule)(context, &mut drafts);
        drafts.iter_mut().for_each(|draft| context.set_onset(kind, draft));
        if kind.class.explains_downtime() {
            drafts.retain(|draft| draft.node().is_none_or(|node| told.insert(node.clone())));
        }
        all.extend(drafts.into_iter().map(|draft| (kind, draft)));
    }
    all
}

impl Subject {
    /// Returns the subject's label on the screen.
    fn label(&self, topology: &Topology) -> String {
        match self {
            Self::Node(id) => topology.nodes.get(id).map_or_else(|| id.to_string(), Node::label),
            Self::Source(id) => id.to_string(),
        }
    }
}

impl FindingDraft {
    /// Returns the node that the finding is about.
    fn node(&self) -> Option<&NodeId> {
        match &self.subject {
            Subject::Node(id) => Some(id),
            Subject::Source(_) => None,
        }
    }

    /// Returns a draft about `service` with an exact start.
    fn about_service(
        service: &Service,
        severity: Severity,
        since: Option<Timestamp>,
        reason: String,
        next: &str,
    ) -> Self {
        let (subject, since) = (Subject::Node(NodeId::from(&service.id)), since.map(Onset::exact));
        Self { severity, subject, since, reason, next_step: next.to_owned() }
    }
}

/// Adds one draft for each service with drifted edges. It names all callees in one sentence, because drift is
/// only worth one line.
fn add_drift_findings(
    context: &RuleContext<'_>,
    which: EdgeFilter,
    since: impl Fn(&Edge, &NodeId, &NodeId) -> Option<Timestamp>,
    reason: impl Fn(&str) -> String,
    next: &str,
    drafts: &mut Vec<FindingDraft>,
) {
    if !context.all_sources_answered() {
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

/// Formats a number with a noun: `1 task`, `3 tasks`.
fn count_label(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Maximum number of names in a sentence.
const MAX_LISTED_NAMES: usize = 8;

/// Joins names in a sentence: `a, b and c`, or `a, b and 7 more`.
fn join_names<S: Borrow<str> + Display>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [all @ .., last] if names.len() <= MAX_LISTED_NAMES => format!("{} and {last}", all.join(", ")),
        _ => format!("{} and {} more", names[..MAX_LISTED_NAMES].join(", "), names.len() - MAX_LISTED_NAMES),
    }
}

/// Returns the newest exit among the service's faulty instances.
fn newest_fault(service: &Service) -> Option<(&Instance, &Exit)> {
    let faulty = service.instances.iter().filter(|i| i.is_faulty());
    faulty.filter_map(|i| i.exit.as_ref().map(|exit| (i, exit))).max_by_key(|(_, exit)| exit.at)
}

#[cfg(test)]
mod tests;
