//! The kinds of finding: one table of what can be wrong, each with what it rests on and what to look at next.

mod cause;
mod crash_loop;
mod dangling;
mod deployment;
mod ended;
mod never_observed;
mod out_of_memory;
mod rejected;
mod source;
mod too_few;
mod undeclared;
mod unhealthy;

use super::{Edge, EdgeFilter, Node, Rejected, Topology, drift::Watch};
use crate::model::{Exit, Finding, Instance, Inventory, NodeId, Service, Severity, SourceStatus, Timestamp};
use std::collections::BTreeMap;

/// What findings are drawn from.
pub struct Evidence<'a> {
    /// All sources' services.
    pub inventory: &'a Inventory,
    /// Who calls whom.
    pub topology: &'a Topology,
    /// The connections that were turned away.
    pub rejected: &'a [Rejected],
    /// How the sources are.
    pub sources: &'a [SourceStatus],
    /// The time at which the question is asked.
    pub now: Timestamp,
}

/// A kind of finding.
pub struct Kind {
    /// The id in JSON.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Whether something else may be the cause: another service, or a deployment just before.
    caused: bool,
    /// Finds all of its kind.
    find: fn(&Evidence<'_>, &mut Vec<Draft>),
}

/// A finding before its kind and its cause are known.
struct Draft {
    severity: Severity,
    service: String,
    node: Option<NodeId>,
    since: Option<Timestamp>,
    reason: String,
    next: String,
}

/// All kinds. Where several say the same of one service, the first one speaks for it.
pub const KINDS: &[Kind] = &[
    Kind { id: "out-of-memory", title: "out of memory", caused: false, find: out_of_memory::find },
    Kind { id: "crash-loop", title: "crash loop", caused: true, find: crash_loop::find },
    Kind { id: "stopped-with-error", title: "stopped with an error", caused: true, find: ended::find },
    Kind { id: "unhealthy", title: "unhealthy", caused: true, find: unhealthy::find },
    Kind {
        id: "deployment-failed",
        title: "deployment failed",
        caused: false,
        find: deployment::find_failed,
    },
    Kind { id: "deployment-stuck", title: "deployment stuck", caused: false, find: deployment::find_stuck },
    Kind { id: "too-few-running", title: "too few running", caused: true, find: too_few::find },
    Kind { id: "rejected-flow", title: "rejected connection", caused: false, find: rejected::find_rejected },
    Kind { id: "connection-error", title: "connection error", caused: false, find: rejected::find_failed },
    Kind { id: "dangling-reference", title: "dangling reference", caused: false, find: dangling::find },
    Kind { id: "source-trouble", title: "source trouble", caused: false, find: source::find },
    Kind { id: "undeclared-call", title: "undeclared call", caused: false, find: undeclared::find },
    Kind { id: "never-observed", title: "never observed", caused: false, find: never_observed::find },
];

/// Kinds that say why a service does not run: one of them is enough for one service.
const ENDS: &[&str] = &["out-of-memory", "crash-loop", "stopped-with-error", "too-few-running"];

impl<'a> Evidence<'a> {
    /// What drift is judged by.
    fn watch(&self) -> Watch<'a> {
        Watch { inventory: self.inventory, topology: self.topology, now: self.now }
    }
}

/// Everything that is wrong, the worst first.
#[must_use]
pub fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for kind in KINDS {
        let mut drafts = Vec::new();
        (kind.find)(evidence, &mut drafts);
        for draft in drafts {
            let told = all
                .iter()
                .any(|f| f.node.is_some() && f.node == draft.node && ENDS.contains(&f.kind.as_str()));
            if told && ENDS.contains(&kind.id) {
                continue;
            }
            all.push(draft.into_finding(kind, evidence));
        }
    }
    all.sort_by(|a, b| {
        (b.severity, b.since, &a.service, &a.kind).cmp(&(a.severity, a.since, &b.service, &b.kind))
    });
    all
}

impl Draft {
    /// A finding about a service.
    fn of(
        service: &Service,
        severity: Severity,
        since: Option<Timestamp>,
        reason: String,
        next: &str,
    ) -> Self {
        let name = match &service.group {
            Some(group) => format!("{group}/{}", service.name),
            None => service.name.clone(),
        };
        Self {
            severity,
            service: name,
            node: Some(NodeId::from(&service.id)),
            since,
            reason,
            next: next.to_owned(),
        }
    }

    fn into_finding(self, kind: &Kind, evidence: &Evidence<'_>) -> Finding {
        let suspected = self.node.as_ref().filter(|_| kind.caused && !is_platform(&self.reason));
        let cause = suspected.and_then(|node| cause::suspect(evidence, node, self.since));
        let Self { severity, service, node, since, reason, next } = self;
        Finding { kind: kind.id.to_owned(), severity, service, node, since, reason, cause, next }
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
    let mut callers: BTreeMap<&NodeId, Vec<(&NodeId, &Edge)>> = BTreeMap::new();
    for ((from, to), edge) in &evidence.topology.edges {
        if evidence.watch().shows(which, from, to, edge) {
            callers.entry(from).or_default().push((to, edge));
        }
    }
    let nodes = &evidence.topology.nodes;
    for (from, drifted) in callers {
        let Some(node) = nodes.get(from) else { continue };
        let peers: Vec<String> =
            drifted.iter().filter_map(|(to, _)| nodes.get(to)).map(Node::label).collect();
        drafts.push(Draft {
            severity: Severity::Info,
            service: node.label(),
            node: Some(from.clone()),
            since: drifted.iter().filter_map(|(to, edge)| since(edge, from, to)).min(),
            reason: reason(&listed(&peers)),
            next: next.to_owned(),
        });
    }
}

/// How many names a sentence holds.
const MOST_NAMES: usize = 8;

/// Names in a sentence: `a, b and c`, and how many more where there are many.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] if names.len() <= MOST_NAMES => format!("{} and {last}", all.join(", ")),
        _ => format!("{} and {} more", names[..MOST_NAMES].join(", "), names.len() - MOST_NAMES),
    }
}

/// Whether the platform itself says why, by the prefixes that ECS gives its stop reasons (Amazon ECS developer guide,
/// stopped task error messages): then no other service is to blame.
fn is_platform(reason: &str) -> bool {
    ["CannotPull", "ResourceInitialization", "CannotStart", "CannotCreate"]
        .iter()
        .any(|word| reason.contains(word))
}

/// How an instance ended, in words: `exit code 137 (SIGKILL)`, with the source's own reason.
fn ending(exit: &Exit) -> String {
    let code = exit.code.map(|code| match signal(code) {
        Some(name) => format!("exit code {code} ({name})"),
        None => format!("exit code {code}"),
    });
    let parts = [code, exit.reason.clone().filter(|reason| !reason.is_empty())];
    let words: Vec<_> = parts.into_iter().flatten().collect();
    if words.is_empty() { "no exit code".to_owned() } else { words.join(", ") }
}

/// The signal that an exit code above 128 stands for (POSIX shells, Docker).
fn signal(code: i64) -> Option<&'static str> {
    match code - 128 {
        1 => Some("SIGHUP"),
        2 => Some("SIGINT"),
        3 => Some("SIGQUIT"),
        4 => Some("SIGILL"),
        6 => Some("SIGABRT"),
        7 => Some("SIGBUS"),
        8 => Some("SIGFPE"),
        9 => Some("SIGKILL"),
        11 => Some("SIGSEGV"),
        13 => Some("SIGPIPE"),
        15 => Some("SIGTERM"),
        _ => None,
    }
}

/// The newest end among the service's instances that a fault made.
fn newest_fault(service: &Service) -> Option<(&Instance, &Exit)> {
    let faulty = service.instances.iter().filter(|i| i.is_faulty());
    faulty.filter_map(|i| i.exit.as_ref().map(|exit| (i, exit))).max_by_key(|(_, exit)| exit.at)
}

#[cfg(test)]
mod tests;
