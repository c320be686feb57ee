//! Why there is a line from one node to another, in words; or which ways lead there, and what was looked at.

use super::args::Format;
use crate::{
    export,
    model::{Failure, FailureKind, NodeId},
    store::Store,
    topology::{Edge, Node, evidence::KINDS, path},
    view::time,
};
use std::fmt::Write;

/// All evidence for the edge from `from` to `to`; without an edge, the ways between them.
pub(super) fn explain(
    store: &Store,
    ends: (&str, &str),
    format: Format,
    ascii: bool,
) -> Result<String, Failure> {
    let (from, to) = (one(store, ends.0)?, one(store, ends.1)?);
    let edge = store.topology().edges.get(&(from.id.clone(), to.id.clone()));
    let ways = if edge.is_some() { Vec::new() } else { ways(store, from, to) };
    if format == Format::Json {
        return Ok(export::why(store, from, to, &ways));
    }
    let (a, b) = (from.label(), to.label());
    let mut out = String::new();
    if let Some(edge) = edge {
        let _ = writeln!(out, "{a} calls {b}: {}", edge.strength().word());
        tell(edge, store, &mut out);
        return Ok(out);
    }
    let _ = writeln!(out, "nothing says that {a} calls {b}");
    for way in ways {
        let names: Vec<_> =
            way.iter().filter_map(|id| store.topology().nodes.get(id)).map(Node::label).collect();
        let _ = writeln!(out, "a way: {}", names.join(if ascii { " -> " } else { " → " }));
    }
    let looked: Vec<_> = KINDS.iter().map(|kind| kind.title).collect();
    let _ = writeln!(out, "looked at: {}", looked.join(", "));
    Ok(out)
}

/// The shortest way there, and the shortest way back.
fn ways(store: &Store, from: &Node, to: &Node) -> Vec<Vec<NodeId>> {
    [(from, to), (to, from)].into_iter().filter_map(|(a, b)| path(&store.topology(), &a.id, &b.id)).collect()
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
    match store.topology().named(name)[..] {
        [one] => Ok(one),
        [] => {
            let near =
                store.topology().nodes.values().min_by_key(|n| strsim::damerau_levenshtein(&n.name, name));
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
