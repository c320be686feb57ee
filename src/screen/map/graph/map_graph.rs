//! Map graph: the items, groups and edges to show, as input of the layout. It changes only with the set of
//! nodes and calls, never with their health.

use super::{
    detail_level::DetailLevel,
    item::{Item, LabelWidth},
    map_edge::MapEdge,
};
use crate::{layout::Graph, model::NodeId};
use std::{collections::BTreeMap, sync::Arc};

/// Items, groups and edges to show, and the layout graph with the same indices.
#[derive(Clone, Debug, Default)]
pub(in crate::screen::map) struct MapGraph {
    /// Item at each index.
    pub items: Vec<Item>,
    /// Item that contains each node.
    item_of_node: BTreeMap<NodeId, usize>,
    /// Key and title of each expanded group.
    pub groups: Vec<(String, String)>,
    /// Edges between the items. Those with a permanent line come first, with the indices of `layout_graph`.
    pub edges: Vec<MapEdge>,
    /// Input of the layout.
    pub layout_graph: Arc<Graph>,
    /// Detail shown for each node.
    pub level: DetailLevel,
    /// Width of labels.
    pub label_width: LabelWidth,
    /// Title of the group that has no frame, to save space; `None` if all groups have one.
    pub frameless_group: Option<String>,
}

/// Width of a short name with the characters around it, in cells.
const SHORT_NAME_CELLS: usize = 16;

impl MapGraph {
    /// Returns a graph without items.
    pub(in crate::screen::map) fn new(level: DetailLevel, label_width: LabelWidth) -> Self {
        Self { level, label_width, ..Self::default() }
    }

    /// Returns the index of the item that contains `id`.
    pub(in crate::screen::map) fn item_index(&self, id: &NodeId) -> Option<usize> {
        self.item_of_node.get(id).copied()
    }

    /// Returns the item that contains `id`.
    pub(in crate::screen::map) fn item_of(&self, id: &NodeId) -> Option<&Item> {
        self.item_index(id).and_then(|index| self.items.get(index))
    }

    /// Returns the edges without a permanent line, with their indices.
    pub(in crate::screen::map) fn edges_without_line(&self) -> impl Iterator<Item = (usize, &MapEdge)> {
        self.edges.iter().enumerate().skip(self.layout_graph.edges.len())
    }

    /// Returns the total area of all items, in cells.
    pub(in crate::screen::map) fn total_area(&self) -> usize {
        self.layout_graph.nodes.iter().map(|node| usize::from(node.width) * usize::from(node.height)).sum()
    }

    /// Returns the area that the items would take as short names of one row each, in cells.
    pub(in crate::screen::map) fn area_as_short_names(&self) -> usize {
        self.layout_graph
            .nodes
            .iter()
            .map(|node| usize::from(node.width.saturating_sub(2)).min(SHORT_NAME_CELLS))
            .sum()
    }

    pub(in crate::screen::map) fn add_item(&mut self, item: Item) {
        self.item_of_node.extend(item.members.iter().map(|member| (member.clone(), self.items.len())));
        self.items.push(item);
    }
}
