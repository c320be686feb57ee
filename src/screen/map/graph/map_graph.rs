//! Map graph: the items, groups and edges of the map, as input of the layout. It changes when nodes or calls
//! appear or disappear, but not when their health changes.

use super::{
    detail_level::DetailLevel,
    item::{Item, LabelWidth},
    map_edge::MapEdge,
};
use crate::{layout::Graph, model::NodeId};
use std::{collections::BTreeMap, sync::Arc};

/// Items, groups and edges of the map, and the layout graph, which has the same indices.
#[derive(Clone, Debug, Default)]
pub(in crate::screen::map) struct MapGraph {
    /// Items; the index of an item here is its index everywhere.
    pub items: Vec<Item>,
    /// Index of the item that contains each node.
    item_of_node: BTreeMap<NodeId, usize>,
    /// Key and title of each expanded group.
    pub groups: Vec<(String, String)>,
    /// Edges between items. Edges with a permanent line come first and have the same indices as in
    /// `layout_graph`.
    pub edges: Vec<MapEdge>,
    /// Input of the layout.
    pub layout_graph: Arc<Graph>,
    /// Detail shown for each node.
    pub level: DetailLevel,
    /// Width of labels.
    pub label_width: LabelWidth,
    /// Title of the one group whose frame was left out to save space; `None` if there is no such group.
    pub frameless_group: Option<String>,
}

/// Width of a short name with the sign and spaces around it, in cells.
const SHORT_LABEL_CELLS: usize = 16;

impl MapGraph {
    /// Creates a graph without items.
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

    /// Returns the total area, in cells, that the items would need as short names of one row each.
    pub(in crate::screen::map) fn area_as_short_names(&self) -> usize {
        self.layout_graph
            .nodes
            .iter()
            .map(|node| usize::from(node.width.saturating_sub(2)).min(SHORT_LABEL_CELLS))
            .sum()
    }

    pub(in crate::screen::map) fn add_item(&mut self, item: Item) {
        self.item_of_node.extend(item.members.iter().map(|member| (member.clone(), self.items.len())));
        self.items.push(item);
    }
}
