//! What the map is to show, as a graph of sized boxes: it changes only when what runs changes, never with its status.

use super::mark;
use crate::{
    layout::{Direction, Edge, Graph, Group, Key, Node as Sized, Options, RankHint},
    model::NodeId,
    store::Store,
    topology::{Node, NodeKind, Strength, neighbours},
    view::widget::text,
};
use std::collections::BTreeMap;

/// How much each node shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Level {
    /// A frame of three rows.
    #[default]
    Boxes,
    /// One row.
    Pills,
}

/// What to show, in the words of the layout, and what its indices mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// The node of each index.
    pub nodes: Vec<NodeId>,
    /// The index of each node.
    indices: BTreeMap<NodeId, usize>,
    /// The title of each group.
    pub groups: Vec<String>,
    /// The edge of each index.
    pub edges: Vec<(NodeId, NodeId)>,
    /// What to lay out.
    pub graph: Graph,
    /// How.
    pub options: Options,
    /// How much each node shows.
    pub level: Level,
}

/// The longest name that is shown whole, in cells.
pub(super) const LONGEST_NAME: usize = 24;

/// On a map with more edges than this, those that are merely possible are left out.
const MANY_EDGES: usize = 80;

impl Plan {
    /// The ways in which what the filters let through may be drawn, the most telling first.
    pub(super) fn all(store: &Store, center: Option<&NodeId>, level: Option<Level>) -> Vec<Self> {
        let levels = level.map_or_else(|| vec![Level::Boxes, Level::Pills], |level| vec![level]);
        let directions = [Direction::LeftToRight, Direction::TopDown];
        let ways = levels.into_iter().flat_map(|level| directions.map(|direction| (level, direction)));
        ways.map(|(level, direction)| Self::of(store, center, level, direction)).collect()
    }

    /// What the layout depends on.
    pub(super) fn shape(&self) -> (&Graph, Options) {
        (&self.graph, self.options)
    }

    /// The plan of what the filters let through.
    pub(super) fn of(store: &Store, center: Option<&NodeId>, level: Level, direction: Direction) -> Self {
        let near = center.map(|center| neighbours(store.topology(), center, 1));
        let shown: Vec<&Node> = store
            .listed()
            .into_iter()
            .filter(|n| near.as_ref().is_none_or(|near| near.contains(&n.id)))
            .collect();
        let mut plan = Self { level, ..Self::default() };
        let mut groups: BTreeMap<String, usize> = BTreeMap::new();
        for node in shown {
            let group = node.group.as_ref().map(|name| {
                let key =
                    format!("{}/{name}", node.source.as_ref().map(ToString::to_string).unwrap_or_default());
                *groups.entry(key.clone()).or_insert_with(|| plan.add_group(key, name))
            });
            plan.indices.insert(node.id.clone(), plan.nodes.len());
            plan.nodes.push(node.id.clone());
            plan.graph.nodes.push(sized(node, group, level));
        }
        plan.add_edges(store);
        plan.options =
            Options { direction, gap_rows: u16::from(level == Level::Pills), ..Options::default() };
        plan
    }

    /// The index of that node.
    pub(super) fn index(&self, id: &NodeId) -> Option<usize> {
        self.indices.get(id).copied()
    }

    fn add_group(&mut self, key: String, title: &str) -> usize {
        self.graph.groups.push(Group { key: Key::from(key), title_width: text::width(title) as u16 + 2 });
        self.groups.push(title.to_owned());
        self.groups.len() - 1
    }

    /// Adds the edges between the nodes that are shown.
    fn add_edges(&mut self, store: &Store) {
        let edges = &store.topology().edges;
        let crowded = edges.len() > MANY_EDGES;
        for ((from, to), edge) in edges {
            let (Some(start), Some(end)) = (self.index(from), self.index(to)) else { continue };
            if crowded && edge.strength() == Strength::Possible {
                continue;
            }
            self.graph.edges.push(Edge { from: start, to: end });
            self.edges.push((from.clone(), to.clone()));
        }
    }
}

/// A node as a box of its size.
fn sized(node: &Node, group: Option<usize>, level: Level) -> Sized {
    let name = text::width(&node.name).min(LONGEST_NAME);
    let count = node.desired.map_or(0, |desired| 1 + count_width(desired));
    let hint = match (&node.kind, node.product) {
        (NodeKind::Internet | NodeKind::LoadBalancer, _) => RankHint::First,
        (NodeKind::Dependency, _) => RankHint::Last,
        _ => RankHint::Free,
    };
    let role = if mark::role(node).is_some() { 2 } else { 0 };
    // Frame or brackets, mark, space, role, name, count.
    let width = (4 + role + name + count + if level == Level::Boxes { 2 } else { 0 }) as u16;
    let height = if level == Level::Boxes { 3 } else { 1 };
    Sized { key: Key::from(node.id.as_str()), width, height, group, hint }
}

/// The cells that a count such as `2/3` takes: room for as many digits on both sides as are wanted, so that a change
/// of what runs changes no width.
fn count_width(desired: u32) -> usize {
    2 * desired.to_string().len() + 1
}
