//! Items of the map, which are its boxes: nodes, collapsed groups, and stubs (which stand for nodes outside
//! the shown part of the map).

use super::detail_level::DetailLevel;
use crate::{
    layout::{Key, RankHint},
    model::NodeId,
    screen::widget::text,
    store::Store,
    topology::{Node, NodeKind},
};
use serde::{Deserialize, Serialize};

/// Box on the map that stands for one or more nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen::map) struct Item {
    /// Kind of the item.
    pub kind: ItemKind,
    /// Nodes in the item, the least healthy first. A node item has exactly one.
    pub members: Vec<NodeId>,
    /// True if the label includes the group, because the group has no frame.
    pub shows_group: bool,
}

/// Kind of a map item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen::map) enum ItemKind {
    /// Single node of the topology.
    Node,
    /// Group that is drawn as one box, with the key and the title of the group.
    CollapsedGroup(String, String),
    /// Stub for nodes outside the focus that belong to one group, with the title of the group. The flag is
    /// true if the focus calls the stub's nodes, and false if the stub's nodes call the focus.
    Stub(String, bool),
}

/// Maximum name length in the widest labels, in cells. Nearly all names that are longer, and so are
/// shortened, are host names of AWS.
pub(in crate::screen::map) const MAX_NAME_CELLS: u8 = 40;

/// Width of the labels: the maximum length of a name, and whether the instance counts stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::screen::map) struct LabelWidth {
    /// Maximum length of a name, in cells. Longer names are shortened.
    pub name_cells: u8,
    /// True if the labels include the numbers of running and desired instances.
    pub has_counts: bool,
}

/// Number of cells below which shortened names are hard to read.
pub(in crate::screen::map) const SHORT_NAME_CELLS: u8 = 16;

impl LabelWidth {
    /// Returns the number of free cells between a name without a box and the line that begins there. The
    /// narrowest labels have no free cell.
    pub(in crate::screen::map) fn gap_cells(self) -> usize {
        usize::from(self.name_cells >= SHORT_NAME_CELLS)
    }
}

impl Default for LabelWidth {
    fn default() -> Self {
        Self { name_cells: MAX_NAME_CELLS, has_counts: true }
    }
}

/// Options that decide the size of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::screen::map) struct SizeOptions {
    /// Detail shown for each node.
    pub level: DetailLevel,
    /// Width of labels.
    pub label_width: LabelWidth,
    /// True if one cell shows the health of two services at the level `Overview`.
    pub half_cells: bool,
}

/// Cells in front of a name, for its sign and a space.
pub(in crate::screen::map) const SIGN_CELLS: usize = 2;

/// Cells of a box besides its label, for two borders and the space inside each.
const BOX_CELLS: usize = 4;

/// Maximum width of a collapsed group's title, in cells. Longer titles are shortened.
const MAX_TITLE_CELLS: usize = 24;

/// Minimum width of a box with a status line, in cells.
const MIN_STATUS_WIDTH: usize = 26;

/// Number of rows that a box reserves for instances.
pub(in crate::screen::map) const INSTANCE_ROWS: usize = 6;
/// Minimum width of a box with instances, in cells.
const MIN_INSTANCES_WIDTH: usize = 44;

/// Desired ratio of columns to rows in the grid of health cells at the level `Overview`, if each cell shows
/// one service. Rounding, and the limits of the number of columns, change the ratio.
const OVERVIEW_WIDTH_FACTOR: usize = 6;

impl Item {
    /// Creates an item and sorts its members by health, the least healthy first.
    pub(in crate::screen::map) fn new(kind: ItemKind, mut members: Vec<NodeId>, store: &Store) -> Self {
        let health = |id: &NodeId| store.world.topology().nodes.get(id).map(|node| node.health);
        members.sort_by_key(|id| (std::cmp::Reverse(health(id)), id.clone()));
        Self { kind, members, shows_group: false }
    }

    /// Returns the node that a click on the item selects: the least healthy one.
    pub(in crate::screen::map) fn representative(&self) -> Option<&NodeId> {
        self.members.first()
    }

    /// Returns the key that identifies the item in all layouts.
    pub(in crate::screen::map) fn key(&self) -> Key {
        match &self.kind {
            ItemKind::Node => Key::from(self.representative().map_or("", NodeId::as_str)),
            ItemKind::CollapsedGroup(key, _) => Key::from(format!("\u{1}pile {key}")),
            ItemKind::Stub(title, called) => Key::from(format!("\u{1}ghost {called} {title}")),
        }
    }

    /// Returns the title of the item.
    pub(in crate::screen::map) fn title(&self, store: &Store) -> String {
        match &self.kind {
            ItemKind::Node => self.nodes(store).next().map(|node| node.name.clone()).unwrap_or_default(),
            ItemKind::CollapsedGroup(_, title) | ItemKind::Stub(title, _) => title.clone(),
        }
    }

    /// Returns the name of the item's node as the label shows it.
    pub(in crate::screen::map) fn name_of(&self, node: &Node) -> String {
        if self.shows_group { node.label() } else { node.name.clone() }
    }

    /// Returns the members as nodes of the topology.
    pub(in crate::screen::map) fn nodes<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = &'a Node> {
        self.members.iter().filter_map(|id| store.world.topology().nodes.get(id))
    }

    /// Returns the preferred rank in the layout, which is the column (or row) along the flow of calls: the
    /// first for load balancers and the internet, the last for dependencies, databases and other nodes that
    /// keep data.
    pub(in crate::screen::map) fn rank_hint(&self, store: &Store) -> RankHint {
        let node = self.nodes(store).next().filter(|_| self.kind == ItemKind::Node);
        match node.map(|node| (&node.kind, node.product)) {
            Some((NodeKind::Internet | NodeKind::LoadBalancer, _)) => RankHint::First,
            Some((NodeKind::Dependency, _)) => RankHint::Last,
            Some((_, Some(product))) if product.role.stores_data() => RankHint::Last,
            _ => RankHint::Free,
        }
    }

    /// Returns the width and height of the box, in cells. If `inside` is true, the box has rows for
    /// instances.
    ///
    /// The size does not depend on health or running counts, because a status change must not move the map.
    pub(in crate::screen::map) fn size(
        &self,
        store: &Store,
        measure: SizeOptions,
        inside: bool,
    ) -> (u16, u16) {
        let SizeOptions { level, half_cells: halves, .. } = measure;
        let (width, height) = match &self.kind {
            ItemKind::Stub(title, _) => {
                (4 + self.members.len().to_string().len() + text::display_width(title), 1)
            }
            ItemKind::CollapsedGroup(_, title) if level == DetailLevel::Overview => {
                let (columns, rows) = overview_grid(self.members.len(), halves);
                (4 + columns.max(text::display_width(title).min(MAX_TITLE_CELLS) + 6), 3 + rows)
            }
            ItemKind::CollapsedGroup(_, title) => {
                let desired = self.desired_instances(store);
                let counts = self.member_count_text(store).len() + 2 + 2 * desired.to_string().len() + 1;
                (4 + counts.max(text::display_width(title).min(MAX_TITLE_CELLS) + 6), 4)
            }
            ItemKind::Node => self.node_size(store, measure, inside),
        };
        (width as u16, height as u16)
    }

    fn node_size(&self, store: &Store, measure: SizeOptions, inside: bool) -> (usize, usize) {
        let Some(node) = self.nodes(store).next() else { return (1, 1) };
        let SizeOptions { level, label_width, .. } = measure;
        let name = text::display_width(&self.name_of(node)).min(usize::from(label_width.name_cells));
        let count = node.desired.filter(|_| label_width.has_counts);
        let width = SIGN_CELLS + name + count.map_or(0, |desired| 1 + count_width(desired));
        match level {
            _ if inside => ((width + BOX_CELLS).max(MIN_INSTANCES_WIDTH), 4 + INSTANCE_ROWS),
            DetailLevel::Overview | DetailLevel::Groups | DetailLevel::Names => {
                (width + label_width.gap_cells(), 1)
            }
            DetailLevel::Status | DetailLevel::Instances if node.is_service() => {
                ((width + BOX_CELLS).max(MIN_STATUS_WIDTH), 4)
            }
            DetailLevel::Boxes | DetailLevel::Status | DetailLevel::Instances => (width + BOX_CELLS, 3),
        }
    }

    /// Returns the number of members as text, such as `3 services`.
    pub(in crate::screen::map) fn member_count_text(&self, store: &Store) -> String {
        let (count, none_runs) = (self.members.len(), self.nodes(store).all(|node| !node.is_service()));
        match (none_runs, count) {
            (true, 1) => "1 dependency".to_owned(),
            (true, _) => format!("{count} dependencies"),
            (false, _) => text::pluralize(count, "service"),
        }
    }

    /// Returns the number of desired instances of all members together.
    pub(in crate::screen::map) fn desired_instances(&self, store: &Store) -> usize {
        self.nodes(store).map(desired_or_one).sum()
    }
}

/// Returns the desired number of instances of `node`, or 1 if it is unknown.
pub(in crate::screen::map) fn desired_or_one(node: &Node) -> usize {
    node.desired.map_or(1, |desired| desired as usize)
}

/// Returns the columns and rows of the grid of health cells for this number of services. If `halves` is true,
/// two services share one cell.
pub(in crate::screen::map) fn overview_grid(services: usize, halves: bool) -> (usize, usize) {
    let cells = services.div_ceil(if halves { 2 } else { 1 }).max(1);
    let rows = cells.div_ceil((services * OVERVIEW_WIDTH_FACTOR).isqrt().clamp(6, 60));
    (cells.div_ceil(rows), rows)
}

/// Returns the width of a count such as `2/3`, in cells. Both numbers get as many digits as `desired`, so
/// that a change of the running count does not change the width.
fn count_width(desired: u32) -> usize {
    2 * desired.to_string().len() + 1
}
