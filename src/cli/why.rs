//! Command `why`: the evidence for an edge between two nodes, or the paths between them if there is no edge.

use super::args::Format;
use crate::{
    export,
    model::{Failure, FailureKind},
    screen::describe::edge_text,
    store::World,
    topology::Node,
};

/// Returns the evidence for the edge from the first of `ends` to the second. Without an edge, returns the
/// paths between them and the places that were searched.
pub(super) fn explain(
    world: &World,
    ends: (&str, &str),
    format: Format,
    ascii: bool,
) -> Result<String, Failure> {
    let (from, to) = (find_node(world, ends.0)?, find_node(world, ends.1)?);
    Ok(match format {
        Format::Json => export::why_json(world, from, to),
        Format::Table => edge_text::explain(world, from, to, ascii),
    })
}

/// Returns the node that `name` means. Fails if no node or several nodes match.
pub(super) fn find_node<'a>(world: &'a World, name: &str) -> Result<&'a Node, Failure> {
    match world.topology().nodes_named(name)[..] {
        [one] => Ok(one),
        [] => {
            let near =
                world.topology().nodes.values().min_by_key(|n| strsim::damerau_levenshtein(&n.name, name));
            let remedy =
                near.map_or("no services found".to_owned(), |n| format!("did you mean {}?", n.label()));
            Err(Failure::new(FailureKind::Missing, format!("`{name}` not found"), remedy))
        }
        ref several => {
            let ids: Vec<_> = several.iter().map(|n| n.id.as_str()).collect();
            let what = format!("`{name}` is ambiguous: {} matches", several.len());
            Err(Failure::new(FailureKind::Invalid, what, format!("use one of: {}", ids.join(", "))))
        }
    }
}
