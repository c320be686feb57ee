//! Why there is a line from one node to another, in words; or which ways lead there, and what was looked at.

use crate::{
    model::{Failure, FailureKind},
    store::Store,
    topology::{Edge, Node, evidence::KINDS, path},
    view::time,
};
use std::fmt::Write;

/// All evidence for the edge from `from` to `to`; without an edge, the ways between them.
pub(super) fn explain(store: &Store, from: &str, to: &str) -> Result<String, Failure> {
    let (from, to) = (one(store, from)?, one(store, to)?);
    let (a, b) = (from.label(), to.label());
    let mut out = String::new();
    let edge = |x: &Node, y: &Node| store.topology.edges.get(&(x.id.clone(), y.id.clone()));
    if let Some(edge) = edge(from, to) {
        let _ = writeln!(out, "{a} calls {b}: {}", edge.strength().word());
        tell(edge, store, &mut out);
        return Ok(out);
    }
    let _ = writeln!(out, "nothing says that {a} calls {b}");
    if edge(to, from).is_some() {
        let _ = writeln!(out, "the other way round there is an edge: portolan why {b} {a}");
    }
    for (start, end) in [(from, to), (to, from)] {
        if let Some(way) = path(&store.topology, &start.id, &end.id).filter(|way| way.len() > 2) {
            let names: Vec<_> =
                way.iter().filter_map(|id| store.topology.nodes.get(id)).map(Node::label).collect();
            let _ = writeln!(out, "a way: {}", names.join(" → "));
        }
    }
    let looked: Vec<_> = KINDS.iter().map(|kind| kind.title).collect();
    let _ = writeln!(out, "looked at: {}", looked.join(", "));
    Ok(out)
}

/// Each piece of evidence on a line.
fn tell(edge: &Edge, store: &Store, out: &mut String) {
    for evidence in &edge.evidence {
        let title =
            KINDS.iter().find(|kind| kind.id == evidence.kind).map_or(evidence.kind, |kind| kind.title);
        let seen = evidence.last_seen.map(|at| format!(", last seen {} ago", time::age(at, store.now)));
        let strength = evidence.strength.word();
        let _ = writeln!(
            out,
            "  {strength}, {title}: {} names {}{}",
            evidence.place,
            evidence.detail,
            seen.unwrap_or_default()
        );
    }
}

/// The one node that people mean by `name`.
pub(super) fn one<'a>(store: &'a Store, name: &str) -> Result<&'a Node, Failure> {
    match store.topology.named(name)[..] {
        [one] => Ok(one),
        [] => {
            let near =
                store.topology.nodes.values().min_by_key(|n| strsim::damerau_levenshtein(&n.name, name));
            let remedy =
                near.map_or("nothing runs here".to_owned(), |n| format!("did you mean {}?", n.label()));
            Err(Failure::new(FailureKind::Missing, format!("there is no `{name}`"), remedy))
        }
        ref several => {
            let ids: Vec<_> = several.iter().map(|n| n.id.as_str()).collect();
            let what = format!("`{name}` may be any of {}", several.len());
            Err(Failure::new(FailureKind::Invalid, what, format!("say which: {}", ids.join(", "))))
        }
    }
}
