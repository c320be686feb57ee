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
        for Piece { title, text } in pieces(edge, store.now) {
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

/// A piece of evidence in words.
pub struct Piece {
    /// Its strength and kind.
    pub title: String,
    /// What it says, where, with its age.
    pub text: String,
}

/// How many places a sentence names.
const MOST_PLACES: usize = 3;

/// The evidence of an edge. What was seen in the same way at several places, such as the instances of a service, is one
/// piece.
#[must_use]
pub fn pieces(edge: &Edge, now: Timestamp) -> Vec<Piece> {
    let same = |a: &Evidence, b: &Evidence| {
        a.strength == Strength::Observed && (a.kind, a.strength, &a.detail) == (b.kind, b.strength, &b.detail)
    };
    edge.evidence.chunk_by(same).map(|alike| piece(alike, now)).collect()
}

/// One piece, of evidence that differs in its place only. There is at least one.
fn piece(alike: &[Evidence], now: Timestamp) -> Piece {
    let Evidence { kind, strength, detail, .. } = &alike[0];
    let places: Vec<&str> = alike.iter().take(MOST_PLACES).map(|evidence| evidence.place.as_str()).collect();
    let more = match alike.len().saturating_sub(MOST_PLACES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let first = alike.iter().filter_map(|evidence| evidence.first_seen).min();
    let last = alike.iter().filter_map(|evidence| evidence.last_seen).max();
    let seen = [("first", first), ("last", last)];
    let seen =
        seen.iter().filter_map(|(word, at)| at.map(|at| format!(", {word} seen {} ago", age(at, now))));
    let (places, seen) = (places.join(", "), seen.collect::<String>());
    Piece {
        title: format!("{}, {}", strength.word(), title(kind)),
        text: format!("{places}{more}{} {detail}{seen}", verb(kind)),
    }
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

/// That a connection did not come about.
#[must_use]
pub fn turned_away(rejected: &Rejected, now: Timestamp) -> String {
    let (first, last) = (age(rejected.seen.first, now), age(rejected.seen.last, now));
    let Rejected { target, place, verdict, .. } = rejected;
    let what = verdict.words();
    format!(
        "{place} tells that a connection to {target} {what}, first seen {first} ago, last seen {last} ago"
    )
}

#[cfg(test)]
mod tests {
    use super::pieces;
    use crate::{
        model::sample::ago,
        topology::{Edge, Evidence, Strength},
    };

    fn seen(place: &str, seconds: i64) -> Evidence {
        Evidence {
            kind: "socket",
            strength: Strength::Observed,
            place: place.to_owned(),
            detail: "db".to_owned(),
            first_seen: Some(ago(seconds + 60)),
            last_seen: Some(ago(seconds)),
        }
    }

    #[test]
    fn what_many_instances_do_is_one_piece_with_the_times_of_all() {
        let mut evidence: Vec<_> =
            (1..=5).map(|number| seen(&format!("web-{number}"), 60 * number)).collect();
        let variable = |key: &str| Evidence {
            kind: "environment",
            strength: Strength::Declared,
            first_seen: None,
            last_seen: None,
            ..seen(key, 0)
        };
        evidence.extend([variable("DB_HOST"), variable("DB_URL")]);
        let texts: Vec<_> = pieces(&Edge { evidence }, ago(0)).into_iter().map(|piece| piece.text).collect();
        assert_eq!(
            texts,
            [
                "web-1, web-2, web-3 and 2 more connected to db, first seen 6m ago, last seen 1m ago",
                "DB_HOST names db",
                "DB_URL names db",
            ]
        );
    }
}
