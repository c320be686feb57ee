//! Why there is a line, or none, in sentences: the same ones on the screen and in a pipe.

use crate::{
    model::{NodeId, Timestamp},
    store::Store,
    topology::{
        Drift, Edge, Evidence, Node, Rejected, Strength,
        evidence::{KINDS, Kind},
        path, searched,
    },
    view::time::age,
};
use std::fmt::Write;

/// What there is to say of the call from one node to another, as text: its evidence, or the ways between them and
/// what was looked at.
#[must_use]
pub fn explain(store: &Store, from: &Node, to: &Node, ascii: bool) -> String {
    let (a, b) = (from.label(), to.label());
    let mut out = String::new();
    if let Some(edge) = store.topology().edges.get(&(from.id.clone(), to.id.clone())) {
        let _ = writeln!(out, "{a} calls {b}: {}", edge.strength().word());
        for (title, text) in edge.evidence.iter().map(|evidence| piece(evidence, store.now)) {
            let _ = writeln!(out, "  {title}: {text}");
        }
        for line in states(store, &from.id, &to.id, edge) {
            let _ = writeln!(out, "{line}");
        }
    } else {
        let _ = writeln!(out, "nothing says that {a} calls {b}");
        for way in ways(store, from, to) {
            let names: Vec<_> =
                way.iter().filter_map(|id| store.topology().nodes.get(id)).map(Node::label).collect();
            let _ = writeln!(out, "a way: {}", names.join(if ascii { " -> " } else { " → " }));
        }
        let _ = writeln!(out, "looked at:");
        for line in looked_at(store, from, Some(to)) {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// The shortest way there, and the shortest way back.
#[must_use]
pub fn ways(store: &Store, from: &Node, to: &Node) -> Vec<Vec<NodeId>> {
    [(from, to), (to, from)].into_iter().filter_map(|(a, b)| path(store.topology(), &a.id, &b.id)).collect()
}

/// One piece of evidence: its strength and kind, and what it says where, with its age.
#[must_use]
pub fn piece(evidence: &Evidence, now: Timestamp) -> (String, String) {
    let Evidence { kind, strength, place, detail, first_seen, last_seen } = evidence;
    let seen = [("first", first_seen), ("last", last_seen)];
    let seen =
        seen.iter().filter_map(|(word, at)| at.map(|at| format!(", {word} seen {} ago", age(at, now))));
    let text = format!("{place}{} {detail}{}", verb(kind), seen.collect::<String>());
    (format!("{}, {}", strength.word(), title(kind)), text)
}

/// What people call a kind of evidence.
#[must_use]
pub fn title(kind: &str) -> &str {
    KINDS.iter().find(|known| known.id == kind).map_or(kind, |known| known.title)
}

/// What a place of that kind does to what it names, as it follows the place in a sentence.
fn verb(kind: &str) -> &'static str {
    match kind {
        "socket" => " connected to",
        "flow-log" => " tells of traffic to",
        "service-connect" => " counts requests to",
        "load-balancer" => ", leads to",
        "proxy-label" => " has requests sent to",
        "log-error" => " tells of a failed connection to",
        _ => " names",
    }
}

/// What follows from when an edge was seen, and from what declares it.
#[must_use]
pub fn states(store: &Store, from: &NodeId, to: &NodeId, edge: &Edge) -> Vec<String> {
    let watch = store.watch();
    let ago = |at: Option<Timestamp>| at.map(|at| age(at, store.now)).unwrap_or_default();
    let say = |drift| match drift {
        Drift::NeverObserved => format!(
            "never observed: both ends have been watched for {}, and no connection was seen",
            ago(watch.never_observed_since(from, to, edge))
        ),
        Drift::Undeclared => "undeclared: it was seen, and nothing else says so".to_owned(),
        Drift::Faded => format!("faded: it was last seen {} ago", ago(edge.last_seen())),
    };
    watch.drift(from, to, edge).into_iter().map(say).collect()
}

/// What was looked at to find whom `from` calls: what there is of each kind, whether it can be watched, what dangles,
/// what was turned away. With `to`, none of it led there; without, none of it led anywhere.
#[must_use]
pub fn looked_at(store: &Store, from: &Node, to: Option<&Node>) -> Vec<String> {
    let whom = to.map_or("anything here".to_owned(), Node::label);
    let found = searched(&store.inventory, store.topology(), &from.id);
    let (some, none): (Vec<_>, Vec<_>) = found.iter().partition(|searched| searched.places > 0);
    let mut lines: Vec<String> =
        some.iter().map(|found| format!("{}, none is {whom}", counted(found.kind, found.places))).collect();
    let titles: Vec<&str> = none.iter().map(|searched| searched.kind.title).collect();
    if !titles.is_empty() {
        lines.push(format!("nothing of {}: {}", from.label(), titles.join(", ")));
    }
    lines.extend([Some(from), to].into_iter().flatten().filter_map(|node| watched(store, node)));
    for dangling in store.topology().dangling.iter().filter(|dangling| dangling.from == from.id) {
        lines
            .push(format!("{} names {}, and nothing here answers to that", dangling.place, dangling.address));
    }
    lines.extend(
        store.rejected.iter().filter(|rejected| rejected.from == from.id).map(|r| turned_away(r, store.now)),
    );
    lines
}

/// How much there is of a kind: `environment variable: 12 addresses named`.
fn counted(kind: &Kind, places: usize) -> String {
    let (one, many, done) = match (kind.strength, kind.id) {
        (Strength::Observed, _) => ("connection", "connections", "seen"),
        (_, "load-balancer") => ("target", "targets", "found"),
        (_, "start-order") => ("service", "services", "named"),
        _ => ("address", "addresses", "named"),
    };
    format!("{}: {places} {} {done}", kind.title, if places == 1 { one } else { many })
}

/// Whether the connections of a service are watched, and since when; none for what no source runs.
#[must_use]
pub fn watched(store: &Store, node: &Node) -> Option<String> {
    let service = store.service_of(node)?;
    let label = node.label();
    Some(match store.inventory.ledger().watched_since(&service.id) {
        Some(since) => format!("connections of {label}: watched for {}", age(since, store.now)),
        None => format!("connections of {label}: not watched, so that only what is declared is known"),
    })
}

/// That a connection was turned away.
#[must_use]
pub fn turned_away(rejected: &Rejected, now: Timestamp) -> String {
    let (first, last) = (age(rejected.seen.first, now), age(rejected.seen.last, now));
    let Rejected { target, place, .. } = rejected;
    format!(
        "{place} tells that a connection to {target} was rejected, first seen {first} ago, last seen {last} ago"
    )
}
