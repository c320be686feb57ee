//! The kinds of finding: one table of what can be wrong, each with what it rests on and what to look at next.

mod cause;
mod crash_loop;
mod dangling;
mod deployment;
mod ended;
mod flapping;
mod log_signs;
mod lost_host;
mod never_observed;
mod obstacle;
mod out_of_memory;
mod outage;
mod placement;
mod rejected;
mod restarts;
mod restarts_exhausted;
mod role;
mod shape;
mod source;
mod stopped;
mod storm;
mod targets;
mod too_few;
mod twin_skew;
mod undeclared;
mod unhealthy;
mod versions;
mod web;

pub use log_signs::{Sign, Told};
pub use outage::Lasting;
pub use role::{Involved, Role, roles};

use super::{Edge, EdgeFilter, Node, NodeKind, Rejected, Topology, Twin, drift::Watch};
use crate::model::{
    Exit, FailureKind, Finding, Instance, InstanceId, Inventory, NodeId, Onset, Service, ServiceKind,
    Severity, SourceId, SourceStatus, Suspect, Timestamp,
};
use cause::Ill;
use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};
use web::Web;

/// All that is known at present.
#[derive(Clone, Copy)]
pub struct Estate<'a> {
    /// All sources' services.
    pub inventory: &'a Inventory,
    /// Who calls whom.
    pub topology: &'a Topology,
    /// The connections that were turned away.
    pub rejected: &'a [Rejected],
    /// Who seems to be the same service as who.
    pub twins: &'a BTreeMap<NodeId, Vec<Twin>>,
    /// How the sources are.
    pub sources: &'a [SourceStatus],
    /// What the logs that are read tell.
    pub signs: &'a [Sign],
}

/// What findings are drawn from.
pub struct Evidence<'a> {
    inventory: &'a Inventory,
    topology: &'a Topology,
    rejected: &'a [Rejected],
    twins: &'a BTreeMap<NodeId, Vec<Twin>>,
    sources: &'a [SourceStatus],
    signs: &'a [Sign],
    now: Timestamp,
    lasting: Lasting,
    web: Web<'a>,
    ends: BTreeMap<&'a InstanceId, u32>,
}

/// A kind of finding.
pub struct Kind {
    /// The id in JSON.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    part: Part,
    blame: Blame,
    find: fn(&Evidence<'_>, &mut Vec<Draft>),
}

/// What a kind of finding says of its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Why it does not run: of several the first speaks, and it may bring others down.
    End,
    /// That somebody stopped or paused it, which is told as an end is.
    Rest,
    /// That it is ill, so that it may bring others down.
    Illness,
    /// Something else.
    Remark,
}

impl Part {
    /// Whether it says why a service does not run.
    fn is_end(self) -> bool {
        matches!(self, Self::End | Self::Rest)
    }
}

/// What may have caused a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blame {
    /// Something else that is ill, or a change.
    Anything,
    /// A change of the service itself, and nothing beside it.
    OwnChange,
    /// The finding is its own reason.
    Nothing,
}

/// A finding before its kind and its causes are known.
struct Draft {
    severity: Severity,
    about: About,
    since: Option<Onset>,
    reason: String,
    next: String,
}

/// What a finding is about.
enum About {
    /// A place on the map.
    Node(NodeId),
    /// A whole source.
    Source(SourceId),
}

/// All kinds. Of the ends of one service the first in this order speaks.
pub const KINDS: &[Kind] = &[
    kind("out-of-memory", "out of memory", Part::End, Blame::OwnChange, out_of_memory::find),
    kind("image-missing", "image can't be fetched", Part::End, Blame::OwnChange, obstacle::find_image),
    kind("cannot-start", "can't start", Part::End, Blame::OwnChange, obstacle::find_other),
    kind("restarts-exhausted", "restarts exhausted", Part::End, Blame::Anything, restarts_exhausted::find),
    kind("crash-loop", "crash loop", Part::End, Blame::Anything, crash_loop::find),
    kind("stopped-with-error", "stopped with an error", Part::End, Blame::Anything, ended::find),
    kind("stopped", "stopped", Part::Rest, Blame::Nothing, stopped::find),
    kind("paused", "paused", Part::Rest, Blame::Nothing, stopped::find_paused),
    kind("unhealthy", "unhealthy", Part::End, Blame::Anything, unhealthy::find),
    kind("target-unhealthy", "target unhealthy", Part::End, Blame::Anything, targets::find),
    kind("flapping", "flapping", Part::End, Blame::Anything, flapping::find),
    kind("cannot-place", "no place for a task", Part::End, Blame::Nothing, placement::find),
    kind("too-few-running", "too few running", Part::End, Blame::Anything, too_few::find),
    kind("deployment-failed", "deployment failed", Part::Illness, Blame::Nothing, deployment::find_failed),
    kind("deployment-rolled-back", "rolled back", Part::Remark, Blame::Nothing, deployment::find_rolled_back),
    kind("deployment-stuck", "deployment stuck", Part::Remark, Blame::Nothing, deployment::find_stuck),
    kind("spot-interruption", "Spot interruption", Part::Remark, Blame::Nothing, lost_host::find_spot),
    kind("host-lost", "host lost", Part::Remark, Blame::Nothing, lost_host::find_host),
    kind("restart-storm", "restart storm", Part::Remark, Blame::Nothing, storm::find),
    kind("rejected-flow", "rejected connection", Part::Remark, Blame::Nothing, rejected::find_rejected),
    kind("connection-error", "connection error", Part::Remark, Blame::Anything, rejected::find_failed),
    kind("log-silence", "log silence", Part::Remark, Blame::Anything, log_signs::find_silent),
    kind("log-missing", "log without a place", Part::Remark, Blame::Nothing, log_signs::find_absent),
    kind("dangling-reference", "dangling reference", Part::Remark, Blame::Nothing, dangling::find),
    kind("source-trouble", "source trouble", Part::Remark, Blame::Nothing, source::find),
    kind("version-skew", "versions side by side", Part::Remark, Blame::Nothing, versions::find),
    kind("twin-skew", "another version than its twin", Part::Remark, Blame::Nothing, twin_skew::find),
    kind("undeclared-call", "undeclared call", Part::Remark, Blame::Nothing, undeclared::find),
    kind("never-observed", "never observed", Part::Remark, Blame::Nothing, never_observed::find),
    kind("dependency-ring", "ring of calls", Part::Remark, Blame::Nothing, shape::find_rings),
    kind("single-point", "single point of failure", Part::Remark, Blame::Nothing, shape::find_single),
];

const fn kind(
    id: &'static str,
    title: &'static str,
    part: Part,
    blame: Blame,
    find: fn(&Evidence<'_>, &mut Vec<Draft>),
) -> Kind {
    Kind { id, title, part, blame, find }
}

impl<'a> Evidence<'a> {
    /// What is known at `now`, and what lasts since before.
    #[must_use]
    pub fn new(estate: Estate<'a>, lasting: Lasting, now: Timestamp) -> Self {
        let Estate { inventory, topology, rejected, twins, sources, signs } = estate;
        let (web, ends) = (Web::of(topology), restarts::ends(inventory, now));
        Self { inventory, topology, rejected, twins, sources, signs, now, lasting, web, ends }
    }

    /// What lasts of it: the beginnings of those findings, and how often what was started again. `watched` are the
    /// sources that were whole when they were judged.
    #[must_use]
    pub fn lasting(self, findings: &[Finding], watched: BTreeSet<SourceId>) -> Lasting {
        self.lasting.follow(findings, self.inventory, watched, self.now)
    }

    /// The service that a draft is about, where it is about one.
    fn service(&self, draft: &Draft) -> Option<&'a Service> {
        match &self.topology.nodes.get(draft.node()?)?.kind {
            NodeKind::Service(id) => self.inventory.service(id),
            _ => None,
        }
    }

    /// Puts right since when a fault is, by all that its source and earlier judgings know. Tasks that no service runs come
    /// to an end each by itself: of those the newest counts, and its own time.
    fn date(&self, kind: &Kind, draft: &mut Draft) {
        let service = self.service(draft);
        if service.is_some_and(|service| service.kind == ServiceKind::EcsFamily) {
            return;
        }
        if kind.part == Part::End {
            let recorded = service.and_then(|service| service.failing_since);
            let reaches_back = |onset: &Onset| draft.since.is_none_or(|own| onset.at <= own.at);
            draft.since = recorded.filter(reaches_back).or(draft.since);
        }
        self.lasting.amend(kind, draft, self.now);
    }

    /// Whether every source that may know who answers to a name has told all it can: before that, what is missing may only
    /// not be read yet. What is denied never comes, and is told as that.
    fn has_all_answers(&self) -> bool {
        let gaps = self.inventory.snapshots().flat_map(|snapshot| &snapshot.gaps);
        self.sources.iter().all(SourceStatus::has_answered)
            && gaps.into_iter().all(|gap| gap.failure.kind == FailureKind::Denied)
    }

    /// What drift is judged by.
    fn watch(&self) -> Watch<'a> {
        Watch { inventory: self.inventory, topology: self.topology, now: self.now }
    }
}

/// Everything that is wrong, the worst first.
#[must_use]
pub fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let found = drafts(evidence);
    let bad = |kind: &Kind, draft: &Draft| kind.part != Part::Remark && draft.severity > Severity::Info;
    let ill = Ill::of(&evidence.web, found.iter().filter(|(kind, d)| bad(kind, d)).map(|(_, draft)| draft));
    let mut own: BTreeMap<&NodeId, &str> = BTreeMap::new();
    for (_, draft) in found.iter().filter(|(kind, _)| kind.part != Part::Remark) {
        if let Some(node) = draft.node() {
            own.entry(node).or_insert(&draft.reason);
        }
    }
    let finding = |(kind, draft): &(&Kind, Draft)| {
        let mut suspects = ill.suspects(evidence, draft, kind.blame);
        // What a deployment waits for is told by its own instances.
        let trouble = draft.node().filter(|_| kind.id.starts_with("deployment-"));
        if let Some(trouble) = trouble.and_then(|node| own.get(node)).filter(|words| **words != draft.reason)
        {
            suspects
                .push(Suspect { words: format!("perhaps its own instances: {trouble}").into(), node: None });
        }
        let number = draft.node().and_then(|node| evidence.web.number(node));
        let reached = number.filter(|_| bad(kind, draft)).map(|number| evidence.web.reach(number));
        Finding {
            kind: kind.id.into(),
            severity: draft.severity,
            service: draft.about.label(evidence.topology).into(),
            node: draft.node().cloned(),
            since: draft.since.map(|since| since.at),
            since_at_least: draft.since.is_some_and(|since| since.at_least),
            reason: draft.reason.clone().into(),
            suspects,
            reach: reached.unwrap_or_default(),
            next: draft.next.clone().into(),
        }
    };
    let mut all: Vec<Finding> = found.iter().map(finding).collect();
    all.sort_by(|a, b| {
        order(b).cmp(&order(a)).then_with(|| (&a.service, &a.kind).cmp(&(&b.service, &b.kind)))
    });
    all
}

/// What comes first: the worst; of those what no other explains, and then what reaches most; then the newest.
fn order(finding: &Finding) -> (Severity, bool, usize, Option<Timestamp>) {
    (finding.severity, finding.explained_by().is_none(), finding.reach.total(), finding.since)
}

/// All drafts in the order of the table, without the ends of services of which an earlier one speaks.
fn drafts(evidence: &Evidence<'_>) -> Vec<(&'static Kind, Draft)> {
    let mut all = Vec::new();
    let mut told: BTreeSet<NodeId> = BTreeSet::new();
    for kind in KINDS {
        let mut drafts = Vec::new();
        (kind.find)(evidence, &mut drafts);
        drafts.iter_mut().for_each(|draft| evidence.date(kind, draft));
        if kind.part.is_end() {
            drafts.retain(|draft| draft.node().is_none_or(|node| told.insert(node.clone())));
        }
        all.extend(drafts.into_iter().map(|draft| (kind, draft)));
    }
    all
}

impl About {
    /// What people call it.
    fn label(&self, topology: &Topology) -> String {
        match self {
            Self::Node(id) => topology.nodes.get(id).map_or_else(|| id.to_string(), Node::label),
            Self::Source(id) => id.to_string(),
        }
    }
}

impl Draft {
    /// The place on the map that it is about.
    fn node(&self) -> Option<&NodeId> {
        match &self.about {
            About::Node(id) => Some(id),
            About::Source(_) => None,
        }
    }

    /// A finding about a service.
    fn of(
        service: &Service,
        severity: Severity,
        since: Option<Timestamp>,
        reason: String,
        next: &str,
    ) -> Self {
        let (about, since) = (About::Node(NodeId::from(&service.id)), since.map(Onset::exact));
        Self { severity, about, since, reason, next: next.to_owned() }
    }
}

/// One finding for each service of which edges have drifted, with the called ones in one sentence: worth knowing, no
/// more, and one line however many edges there are.
fn drift(
    evidence: &Evidence<'_>,
    which: EdgeFilter,
    since: impl Fn(&Edge, &NodeId, &NodeId) -> Option<Timestamp>,
    reason: impl Fn(&str) -> String,
    next: &str,
    drafts: &mut Vec<Draft>,
) {
    if !evidence.has_all_answers() {
        return;
    }
    let mut callers: BTreeMap<&NodeId, Vec<(&NodeId, &Edge)>> = BTreeMap::new();
    for ((from, to), edge) in &evidence.topology.edges {
        if evidence.watch().shows(which, from, to, edge) {
            callers.entry(from).or_default().push((to, edge));
        }
    }
    let nodes = &evidence.topology.nodes;
    for (from, drifted) in callers {
        let peers: Vec<String> =
            drifted.iter().filter_map(|(to, _)| nodes.get(to)).map(Node::label).collect();
        drafts.push(Draft {
            severity: Severity::Info,
            about: About::Node(from.clone()),
            since: drifted.iter().filter_map(|(to, edge)| since(edge, from, to)).min().map(Onset::exact),
            reason: reason(&listed(&peers)),
            next: next.to_owned(),
        });
    }
}

/// So many of something: `1 task`, `3 tasks`.
fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// How many names a sentence holds.
const MOST_NAMES: usize = 8;

/// Names in a sentence: `a, b and c`, and how many more where there are many.
fn listed<S: Borrow<str> + Display>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [all @ .., last] if names.len() <= MOST_NAMES => format!("{} and {last}", all.join(", ")),
        _ => format!("{} and {} more", names[..MOST_NAMES].join(", "), names.len() - MOST_NAMES),
    }
}

/// The newest end among the service's instances that a fault made.
fn newest_fault(service: &Service) -> Option<(&Instance, &Exit)> {
    let faulty = service.instances.iter().filter(|i| i.is_faulty());
    faulty.filter_map(|i| i.exit.as_ref().map(|exit| (i, exit))).max_by_key(|(_, exit)| exit.at)
}

#[cfg(test)]
mod tests;
