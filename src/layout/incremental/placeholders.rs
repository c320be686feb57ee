//! Placeholders: the layout still includes removed nodes and their edges, but the diagram does not show them.
//!
//! So nothing moves when a node is removed, and a node that returns gets its old place, whatever else has
//! changed meanwhile.
//!
//! But a diagram with too many gaps is useless. If there are too many placeholders, the layout drops all of
//! them at once, because one large move is better than many small ones.
//!
//! A removed edge between two present nodes keeps its route until a new edge appears. Then the layout drops
//! the removed edge, because the new edge moves something anyway, and because removed edges must not form
//! cycles with present ones.
use crate::layout::graph::{Edge, Graph, Group, Key, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Number of placeholders that a diagram may always have.
const MIN_PLACEHOLDER_LIMIT: usize = 6;
/// Number of present nodes per allowed placeholder in a larger diagram.
const NODES_PER_PLACEHOLDER: usize = 4;

/// Returns true if the diagram should drop its placeholders. `left` is the number of removed nodes, and
/// `there` the number of present nodes.
#[must_use]
pub fn should_compact(left: usize, there: usize) -> bool {
    left > MIN_PLACEHOLDER_LIMIT.max(there / NODES_PER_PLACEHOLDER)
}

/// Returns `graph`, followed by the nodes and edges of `before` that `graph` lacks. Appends nothing if there
/// would be too many placeholders.
pub fn with_placeholders(graph: &Graph, before: &Graph) -> Graph {
    let mut index: BTreeMap<&Key, usize> =
        graph.nodes.iter().enumerate().map(|(index, node)| (&node.key, index)).collect();
    let left: Vec<&Node> = before.nodes.iter().filter(|node| !index.contains_key(&node.key)).collect();
    let mut extended = without_invalid_indices(graph);
    if should_compact(left.len(), graph.nodes.len()) {
        return extended;
    }
    for node in left {
        index.insert(&node.key, extended.nodes.len());
        let group = node.group.map(|group| find_or_add_group(&mut extended.groups, &before.groups[group]));
        extended.nodes.push(Node { group, ..node.clone() });
    }
    let end = |node: usize| index[&before.nodes[node].key];
    let lines: BTreeSet<(usize, usize, u8)> =
        before.edges.iter().map(|edge| (end(edge.from), end(edge.to), edge.class)).collect();
    let is_new = |edge: &&Edge| edge.from != edge.to && !lines.contains(&(edge.from, edge.to, edge.class));
    let kept = if extended.edges.iter().any(|edge| is_new(&edge)) { graph.nodes.len() } else { 0 };
    let gone = lines.iter().filter(|(from, to, _)| *from.max(to) >= kept);
    extended.edges.extend(gone.map(|&(from, to, class)| Edge { from, to, class }));
    extended
}

/// Returns the graph without indices that are out of range. Appending nodes and groups would otherwise make
/// such indices valid.
fn without_invalid_indices(graph: &Graph) -> Graph {
    let (nodes, groups) = (graph.nodes.len(), graph.groups.len());
    let mut valid = graph.clone();
    for node in &mut valid.nodes {
        node.group = node.group.filter(|&group| group < groups);
    }
    for edge in valid.edges.iter_mut().filter(|edge| edge.from.max(edge.to) >= nodes) {
        *edge = Edge::new(usize::MAX, usize::MAX);
    }
    valid
}

/// Returns the index in `groups` of the group with the key of `group`. Appends the group if it is missing.
fn find_or_add_group(groups: &mut Vec<Group>, group: &Group) -> usize {
    groups.iter().position(|known| known.key == group.key).unwrap_or_else(|| {
        groups.push(group.clone());
        groups.len() - 1
    })
}
