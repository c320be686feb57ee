//! Who leaves keeps the place: services that are gone, with their lines, are laid out as before and not drawn.
//!
//! So nothing moves for them, and who comes back stands where it stood, whatever else has changed meanwhile. A picture
//! full of gaps is of no use, though: where too many have left, all places are given up together, as to move once is
//! better than to move a little each time. A line between two that are there keeps its way until there is a new line:
//! then something moves anyway, and what is gone must not make circles with what is there.
use super::graph::{Edge, Graph, Group, Key, Node};
use std::collections::{BTreeMap, BTreeSet};

/// So many places are kept in a small picture, and in a larger one as many as this share, a divisor, of those there.
const FEW: usize = 6;
const SHARE: usize = 4;

/// Whether a drawing of so many boxes, with `left` of those before them gone, gives up the places of the latter.
#[must_use]
pub fn closes_up(left: usize, there: usize) -> bool {
    left > FEW.max(there / SHARE)
}

/// The graph, and behind what it has those who were in the picture before and have left.
pub fn with_absent(graph: &Graph, before: &Graph) -> Graph {
    let mut index: BTreeMap<&Key, usize> =
        graph.nodes.iter().enumerate().map(|(index, node)| (&node.key, index)).collect();
    let left: Vec<&Node> = before.nodes.iter().filter(|node| !index.contains_key(&node.key)).collect();
    let mut whole = valid(graph);
    if closes_up(left.len(), graph.nodes.len()) {
        return whole;
    }
    for node in left {
        index.insert(&node.key, whole.nodes.len());
        let group = node.group.map(|group| home(&mut whole.groups, &before.groups[group]));
        whole.nodes.push(Node { group, ..node.clone() });
    }
    let end = |node: usize| index[&before.nodes[node].key];
    let lines: BTreeSet<(usize, usize)> =
        before.edges.iter().map(|edge| (end(edge.from), end(edge.to))).collect();
    let is_new = |edge: &&Edge| edge.from != edge.to && !lines.contains(&(edge.from, edge.to));
    let kept = if whole.edges.iter().any(|edge| is_new(&edge)) { graph.nodes.len() } else { 0 };
    let gone = lines.iter().filter(|(from, to)| *from.max(to) >= kept);
    whole.edges.extend(gone.map(|&(from, to)| Edge { from, to }));
    whole
}

/// The graph without ends and groups that do not exist, as there may be more of both.
fn valid(graph: &Graph) -> Graph {
    let (nodes, groups) = (graph.nodes.len(), graph.groups.len());
    let mut valid = graph.clone();
    for node in &mut valid.nodes {
        node.group = node.group.filter(|&group| group < groups);
    }
    for edge in valid.edges.iter_mut().filter(|edge| edge.from.max(edge.to) >= nodes) {
        *edge = Edge { from: usize::MAX, to: usize::MAX };
    }
    valid
}

/// The index of the group, which is added where it is gone too.
fn home(groups: &mut Vec<Group>, group: &Group) -> usize {
    groups.iter().position(|known| known.key == group.key).unwrap_or_else(|| {
        groups.push(group.clone());
        groups.len() - 1
    })
}
