//! Why there is a line from one node to another; or which ways lead there, and what was looked at.

use super::args::Format;
use crate::{
    export,
    model::{Failure, FailureKind},
    store::Store,
    topology::Node,
    view::why::words,
};

/// All evidence for the edge from `from` to `to`; without an edge, the ways between them and what was looked at.
pub(super) fn explain(
    store: &Store,
    ends: (&str, &str),
    format: Format,
    ascii: bool,
) -> Result<String, Failure> {
    let (from, to) = (one(store, ends.0)?, one(store, ends.1)?);
    Ok(match format {
        Format::Json => export::why(store, from, to),
        Format::Table => words::explain(store, from, to, ascii),
    })
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
