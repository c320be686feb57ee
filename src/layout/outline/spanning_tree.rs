//! Spanning tree of a graph: the caller below which each callee stands, and the order of the rows.
use crate::layout::graph::{Edge, Graph, RankHint};
use std::cmp::Reverse;

/// Maximum number of passes over all nodes in search of better callers.
const MAX_PASSES: usize = 4;

/// A spanning forest of the nodes that have edges. The outline shows each callee below its parent in the
/// forest.
pub struct SpanningTree {
    /// For each node, the index of the edge from the caller that it stands below; `None` for a root.
    pub parent_edge: Vec<Option<usize>>,
    /// The nodes from the first row to the last, each with its depth in the tree.
    pub order: Vec<(usize, usize)>,
    /// The nodes without edges, sorted by key.
    pub loose: Vec<usize>,
}

impl SpanningTree {
    /// Builds the spanning forest.
    pub fn new(graph: &Graph, edges: &[Edge]) -> Self {
        let count = graph.nodes.len();
        let mut by_key: Vec<usize> = (0..count).collect();
        by_key.sort_by_key(|&node| (graph.nodes[node].hint != RankHint::First, &graph.nodes[node].key));
        let mut leaving = vec![Vec::new(); count];
        let mut is_called = vec![false; count];
        for (index, edge) in edges.iter().enumerate() {
            leaving[edge.from].push(index);
            is_called[edge.to] = true;
        }
        for edges_of_node in &mut leaving {
            edges_of_node
                .sort_by_key(|&index: &usize| (&graph.nodes[edges[index].to].key, edges[index].class));
        }
        let is_loose = |&node: &usize| leaving[node].is_empty() && !is_called[node];
        let (loose, linked): (Vec<usize>, Vec<usize>) = by_key.into_iter().partition(is_loose);
        let parent_edge = parent_edges(edges, &linked, &leaving);
        let mut children = vec![Vec::new(); count];
        for (node, edge) in parent_edge.iter().enumerate() {
            if let Some(edge) = edge {
                children[edges[*edge].from].push(node);
            }
        }
        let roots: Vec<usize> = linked.into_iter().filter(|&node| parent_edge[node].is_none()).collect();
        let order = preorder(graph, &roots, &mut children);
        Self { parent_edge, order, loose }
    }
}

/// Returns for each node the edge from the caller that it stands below, or `None` for a root. A node is a
/// root if none of its callers precedes it in the order, as may happen in a cycle.
///
/// At first, each node stands below the caller with the most lines that still need a row on the right. Then
/// the function changes callers as long as that saves rows.
fn parent_edges(edges: &[Edge], linked: &[usize], leaving: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut arriving = vec![Vec::new(); leaving.len()];
    for edge in leaving.iter().flatten() {
        arriving[edges[*edge].to].push(*edge);
    }
    let order = callers_first(edges, linked, leaving, &arriving);
    let mut place = vec![usize::MAX; leaving.len()];
    order.iter().enumerate().for_each(|(at, &node)| place[node] = at);
    let is_before = |edge: usize| place[edges[edge].from] < place[edges[edge].to];
    let mut rows = SpareRowCounter {
        edges,
        leaving: leaving.iter().map(Vec::len).collect(),
        arriving: arriving.iter().map(Vec::len).collect(),
        parents: vec![None; leaving.len()],
    };
    for &node in &order {
        let callers = arriving[node].iter().copied().filter(|&edge| is_before(edge));
        let parent = callers.max_by_key(|&edge| (rows.leaving[edges[edge].from], place[edges[edge].from]));
        rows.set_parent(node, parent);
    }
    for _ in 0..MAX_PASSES {
        let mut changed = false;
        for &node in &order {
            for &edge in arriving[node].iter().filter(|&&edge| is_before(edge)) {
                let (parent, count) = (rows.parents[node], rows.count());
                rows.set_parent(node, Some(edge));
                let is_better = rows.count() < count;
                rows.set_parent(node, if is_better { Some(edge) } else { parent });
                changed |= is_better;
            }
        }
        if !changed {
            break;
        }
    }
    rows.parents
}

/// Counter of the rows that the lines on the right need in addition to the rows of the nodes.
struct SpareRowCounter<'a> {
    edges: &'a [Edge],
    /// For each node, the number of lines that leave it on the right.
    leaving: Vec<usize>,
    /// For each node, the number of lines that arrive from the right.
    arriving: Vec<usize>,
    /// For each node, the edge from the caller that it stands below.
    parents: Vec<Option<usize>>,
}

impl SpareRowCounter<'_> {
    fn set_parent(&mut self, node: usize, parent: Option<usize>) {
        if let Some(edge) = std::mem::replace(&mut self.parents[node], parent) {
            self.leaving[self.edges[edge].from] += 1;
            self.arriving[node] += 1;
        }
        if let Some(edge) = parent {
            self.leaving[self.edges[edge].from] -= 1;
            self.arriving[node] -= 1;
        }
    }

    /// Returns the number of spare rows. Each line that leaves a node needs one, except for the first line of
    /// a node at which no line arrives.
    fn count(&self) -> usize {
        let spare =
            |(&leaving, &arriving): (&usize, &usize)| leaving.saturating_sub(usize::from(arriving == 0));
        self.leaving.iter().zip(&self.arriving).map(spare).sum()
    }
}

/// Returns the nodes in an order in which callers precede their callees, as far as cycles allow.
fn callers_first(
    edges: &[Edge],
    linked: &[usize],
    leaving: &[Vec<usize>],
    arriving: &[Vec<usize>],
) -> Vec<usize> {
    let mut waiting: Vec<usize> = arriving.iter().map(Vec::len).collect();
    let mut open: Vec<usize> = linked.iter().rev().copied().filter(|&node| waiting[node] == 0).collect();
    let (mut done, mut is_reached) = (vec![false; leaving.len()], vec![false; leaving.len()]);
    let mut order = Vec::with_capacity(linked.len());
    loop {
        // The remaining nodes are in cycles or behind one. A node with a caller in the order is preferred.
        let rest = || linked.iter().copied().filter(|&node| !done[node]);
        let next = open.pop().or_else(|| rest().find(|&node| is_reached[node])).or_else(|| rest().next());
        let Some(node) = next else { return order };
        if std::mem::replace(&mut done[node], true) {
            continue;
        }
        order.push(node);
        for to in leaving[node].iter().map(|&edge| edges[edge].to) {
            is_reached[to] = true;
            waiting[to] -= 1;
            if waiting[to] == 0 && !done[to] {
                open.push(to);
            }
        }
    }
}

/// Returns the nodes from top to bottom, each with its depth. The largest tree comes first. Among the callees
/// below one caller, small subtrees precede large ones, so that the line down to the last callee is short.
fn preorder(graph: &Graph, roots: &[usize], children: &mut [Vec<usize>]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = roots.to_vec();
    while let Some(node) = open.pop() {
        found.push(node);
        open.extend(&children[node]);
    }
    let mut sizes = vec![1_usize; children.len()];
    for &node in found.iter().rev() {
        sizes[node] = 1 + children[node].iter().map(|&child| sizes[child]).sum::<usize>();
    }
    for siblings in children.iter_mut() {
        siblings.sort_by_key(|&node| (sizes[node], &graph.nodes[node].key));
    }
    let mut roots = roots.to_vec();
    roots.sort_by_key(|&node| Reverse(sizes[node]));
    let mut order = Vec::with_capacity(found.len());
    let mut open: Vec<(usize, usize)> = roots.iter().rev().map(|&node| (node, 0)).collect();
    while let Some((node, depth)) = open.pop() {
        order.push((node, depth));
        open.extend(children[node].iter().rev().map(|&child| (child, depth + 1)));
    }
    order
}
