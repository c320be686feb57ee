//! Sentences about an edge of the map: the evidence for a call, or the search that found none. Screens,
//! exporters and headless commands share them.

use crate::{
    model::{NodeId, Timestamp},
    screen::describe::time::age,
    store::World,
    topology::{
        Drift, Edge, Evidence, FailedConnection, Node, Strength, evidence::EvidenceKind, evidence_coverage,
        shortest_path,
    },
};
use std::fmt::Write;

/// Explains the evidence for the edge from `from` to `to`, in several lines. If there is no such edge, lists
/// the paths between the two nodes, and where Portolan searched for a call.
#[must_use]
pub fn explain(world: &World, from: &Node, to: &Node, ascii: bool) -> String {
    let (a, b) = (from.label(), to.label());
    let mut out = String::new();
    if let Some(edge) = world.topology().edges.get(&(from.id.clone(), to.id.clone())) {
        let _ = writeln!(out, "{a} calls {b}: {}", edge.strength().as_str());
        for EvidenceText { title, text } in evidence_texts(edge, world.now) {
            let _ = writeln!(out, "  {title}: {text}");
        }
        for line in drift_lines(world, &from.id, &to.id, edge) {
            let _ = writeln!(out, "{line}");
        }
    } else {
        let _ = writeln!(out, "no evidence that {a} calls {b}");
        for way in shortest_paths_both_ways(world, from, to) {
            let names: Vec<_> =
                way.iter().filter_map(|id| world.topology().nodes.get(id)).map(Node::label).collect();
            let _ = writeln!(out, "path: {}", names.join(if ascii { " -> " } else { " → " }));
        }
        let _ = writeln!(out, "searched:");
        for line in coverage_lines(world, from, Some(to)) {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// Returns at most two paths: the shortest one from `from` to `to`, and the shortest one from `to` to `from`.
#[must_use]
pub fn shortest_paths_both_ways(world: &World, from: &Node, to: &Node) -> Vec<Vec<NodeId>> {
    [(from, to), (to, from)]
        .into_iter()
        .filter_map(|(a, b)| shortest_path(world.topology(), &a.id, &b.id))
        .collect()
}

/// Text about one piece of evidence for an edge.
pub struct EvidenceText {
    /// Strength and kind of the evidence.
    pub title: String,
    /// Sentence with the location, the detail and the age of the evidence, such as `DB_HOST names db`.
    pub text: String,
}

/// Maximum number of locations in the text of one piece of evidence.
const MAX_NAMED_LOCATIONS: usize = 3;

/// Returns the evidence of an edge as texts. Equal observations at several locations, such as the instances
/// of a service, become one text.
#[must_use]
pub fn evidence_texts(edge: &Edge, now: Timestamp) -> Vec<EvidenceText> {
    let same = |a: &Evidence, b: &Evidence| {
        a.strength == Strength::Observed && (a.kind, a.strength, &a.detail) == (b.kind, b.strength, &b.detail)
    };
    edge.evidence.chunk_by(same).map(|alike| evidence_text(alike, now)).collect()
}

/// Returns one text for evidence that differs only in location and times. `alike` must not be empty.
fn evidence_text(alike: &[Evidence], now: Timestamp) -> EvidenceText {
    let Evidence { kind, strength, detail, .. } = &alike[0];
    let places: Vec<&str> =
        alike.iter().take(MAX_NAMED_LOCATIONS).map(|evidence| evidence.location.as_str()).collect();
    let more = match alike.len().saturating_sub(MAX_NAMED_LOCATIONS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let first = alike.iter().filter_map(|evidence| evidence.first_seen).min();
    let last = alike.iter().filter_map(|evidence| evidence.last_seen).max();
    let seen = [("first", first), ("last", last)];
    let seen =
        seen.iter().filter_map(|(word, at)| at.map(|at| format!(", {word} seen {} ago", age(at, now))));
    let (places, seen) = (places.join(", "), seen.collect::<String>());
    EvidenceText {
        title: format!("{}, {}", strength.as_str(), kind.title),
        text: format!("{places}{more}{} {detail}{seen}", kind.verb),
    }
}

/// Returns one sentence for each drift of an edge: never observed, undeclared or faded.
#[must_use]
pub fn drift_lines(world: &World, from: &NodeId, to: &NodeId, edge: &Edge) -> Vec<String> {
    let watch = world.drift_context();
    let ago = |at: Option<Timestamp>| at.map(|at| age(at, world.now)).unwrap_or_default();
    let say = |drift| match drift {
        Drift::NeverObserved => format!(
            "never observed: both ends have been monitored for {}, but no connection was observed",
            ago(watch.never_observed_since(from, to, edge))
        ),
        Drift::Undeclared => "undeclared: observed, but no other evidence".to_owned(),
        Drift::Faded => format!("faded: last seen {} ago", ago(edge.last_seen())),
    };
    watch.drift(from, to, edge).into_iter().map(say).collect()
}

/// Returns lines about a search for calls from `from` that found no edge to `to`, or no edge at all if `to`
/// is `None`.
///
/// The first lines give the number of addresses and names that Portolan found, one line for each kind of
/// evidence, and state that none of them matches. The next line lists the kinds for which Portolan found
/// nothing. Then follow the state of monitoring, addresses that match no service, and failed connections.
#[must_use]
pub fn coverage_lines(world: &World, from: &Node, to: Option<&Node>) -> Vec<String> {
    let whom = to.map_or("a known service".to_owned(), Node::label);
    let found = evidence_coverage(world.evidence_input(), world.topology(), &from.id);
    let (some, none): (Vec<_>, Vec<_>) = found.iter().partition(|searched| searched.candidate_count > 0);
    let mut lines: Vec<String> = some
        .iter()
        .map(|found| format!("{}, none matches {whom}", coverage_line(found.kind, found.candidate_count)))
        .collect();
    let titles: Vec<&str> = none.iter().map(|searched| searched.kind.title).collect();
    if !titles.is_empty() {
        lines.push(format!("nothing found for {}: {}", from.label(), titles.join(", ")));
    }
    lines.extend([Some(from), to].into_iter().flatten().filter_map(|node| monitoring_status(world, node)));
    for dangling in world.topology().dangling.iter().filter(|dangling| dangling.from == from.id) {
        lines.push(format!(
            "{} names {}, but no known service has this address",
            dangling.location, dangling.address
        ));
    }
    lines.extend(
        world
            .failed_connections
            .iter()
            .filter(|rejected| rejected.from == from.id)
            .map(|r| failed_connection_text(r, world.now)),
    );
    lines
}

/// Returns the number of addresses or names that one kind of evidence contributed, such as `environment
/// variable: 12 addresses named`.
fn coverage_line(kind: &EvidenceKind, places: usize) -> String {
    format!("{}: {}", kind.title, kind.unit.count_label(places))
}

/// Returns a sentence about how long the connections of a service have been monitored. Returns `None` if the
/// node is not a service.
#[must_use]
pub fn monitoring_status(world: &World, node: &Node) -> Option<String> {
    let service = world.service_of(node)?;
    let label = node.label();
    Some(match world.inventory.observations().monitored_since(&service.id) {
        Some(since) => format!("connections of {label}: monitored for {}", age(since, world.now)),
        None => format!("connections of {label}: not monitored, so only declared calls are known"),
    })
}

/// Returns a sentence about a connection that failed or was rejected.
#[must_use]
pub fn failed_connection_text(rejected: &FailedConnection, now: Timestamp) -> String {
    let (first, last) = (age(rejected.seen.first_seen, now), age(rejected.seen.last_seen, now));
    let FailedConnection { target_label: target, location: place, outcome: verdict, .. } = rejected;
    let what = verdict.description();
    format!("{place}: connection to {target} {what}, first seen {first} ago, last seen {last} ago")
}

#[cfg(test)]
mod tests {
    use super::evidence_texts;
    use crate::{
        model::fixtures::ago,
        topology::{Edge, Evidence, Strength, evidence::EvidenceKind},
    };

    fn seen(place: &str, seconds: i64) -> Evidence {
        Evidence {
            kind: EvidenceKind::with_id("socket").unwrap(),
            strength: Strength::Observed,
            location: place.to_owned(),
            detail: "db".to_owned(),
            first_seen: Some(ago(seconds + 60)),
            last_seen: Some(ago(seconds)),
        }
    }

    #[test]
    fn evidence_of_several_instances_becomes_one_sentence() {
        let mut evidence: Vec<_> =
            (1..=5).map(|number| seen(&format!("web-{number}"), 60 * number)).collect();
        let variable = |key: &str| Evidence {
            kind: EvidenceKind::with_id("environment").unwrap(),
            strength: Strength::Declared,
            first_seen: None,
            last_seen: None,
            ..seen(key, 0)
        };
        evidence.extend([variable("DB_HOST"), variable("DB_URL")]);
        let texts: Vec<_> =
            evidence_texts(&Edge { evidence }, ago(0)).into_iter().map(|piece| piece.text).collect();
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
