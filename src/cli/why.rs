//! Command `why`: explains a call between two nodes by its evidence. If there is no such call, shows the
//! paths between the nodes.

use super::{Error, Outcome, args::Format, read_outcome};
use crate::{
    export,
    model::{Failure, FailureKind, Service, text::nearest},
    screen::describe::edge_text,
    store::World,
    topology::Node,
};

/// Returns the evidence for the edge from the first of `ends` to the second. If there is no edge, returns the
/// paths between them and the places where Portolan searched for evidence.
pub(super) fn explain(
    world: &World,
    ends: (&str, &str),
    format: Format,
    ascii: bool,
) -> Result<String, Error> {
    let (from, to) = (find_node(world, ends.0)?, find_node(world, ends.1)?);
    Ok(match format {
        Format::Json => export::why_json(world, from, to),
        Format::Table => edge_text::explain(world, from, to, ascii),
    })
}

/// Returns the node called `name`. Fails if there is none, or more than one.
pub(super) fn find_node<'a>(world: &'a World, name: &str) -> Result<&'a Node, Error> {
    match world.topology().nodes_named(name)[..] {
        [one] => Ok(one),
        [] => {
            let forms = |node: &Node| [node.name.clone(), node.label(), node.group_and_name()];
            let names = world.topology().nodes.values().flat_map(|node| forms(node).map(|form| (form, node)));
            let remedy = match nearest(name, names) {
                Some(node) => format!("did you mean {}?", node.label()),
                None if world.topology().nodes.is_empty() => "no services found".to_owned(),
                None => "portolan map --format csv lists all names".to_owned(),
            };
            let failure = Failure::new(FailureKind::Missing, format!("`{name}` not found"), remedy);
            Err(match read_outcome(world) {
                Outcome::NothingRead => Error::NothingRead(failure),
                _ => failure.into(),
            })
        }
        ref several => {
            let names: Vec<_> = several.iter().map(|node| world.topology().unique_name(node)).collect();
            let what = format!("`{name}` is ambiguous: {} matches", several.len());
            Err(Failure::new(FailureKind::Invalid, what, format!("use one of: {}", names.join(", "))).into())
        }
    }
}

/// Returns the service called `name`, with its node. Fails like [`find_node`], and for a node that is no
/// service; the failure then has `remedy`.
pub(super) fn find_service<'a>(
    world: &'a World,
    name: &str,
    remedy: &str,
) -> Result<(&'a Node, &'a Service), Error> {
    let node = find_node(world, name)?;
    let found = world.service_of(node).map(|service| (node, service));
    let what = || format!("{} is not a service", node.label());
    found.ok_or_else(|| Failure::new(FailureKind::Invalid, what(), remedy).into())
}
