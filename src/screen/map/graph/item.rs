//! Items of the map: a node, a collapsed group, or a stub for nodes outside the focus.

use super::{detail_level::DetailLevel, node_glyphs};
use crate::{
    layout::{Key, RankHint},
    model::NodeId,
    screen::widget::text,
    store::Store,
    topology::{Node, NodeKind},
};

/// Box on the map that stands for one or more nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen::map) struct Item {
    /// Kind of the item.
    pub kind: ItemKind,
    /// Nodes in the item, the least healthy first. A node item has exactly one.
    pub members: Vec<NodeId>,
    /// Number and caller count if the item is a hub, whose lines badges replace; else `None`.
    pub hub: Option<Hub>,
    /// Badges that connect the item to hubs.
    pub badges: HubBadges,
}

/// Badges of an item: the numbers of the hubs that it is connected to without a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::screen::map) struct HubBadges {
    /// Numbers of the hubs that the item calls.
    pub callees: Vec<usize>,
    /// Numbers of the hubs that call the item.
    pub callers: Vec<usize>,
}

/// Kind of a map item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen::map) enum ItemKind {
    /// Single node of the topology.
    Node,
    /// Group drawn as one box instead of its nodes: its key and its title.
    CollapsedGroup(String, String),
    /// Stub for nodes outside the focus that belong to one group: the title of the group, and true if nodes
    /// in the focus call them, or false if they call nodes in the focus.
    Stub(String, bool),
}

/// Number and caller count of a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::screen::map) struct Hub {
    /// Number on this map, from 1.
    pub number: usize,
    /// Number of items that call the hub.
    pub caller_count: usize,
}

/// Longest name shown in full, in cells.
pub(in crate::screen::map) const MAX_NAME_CELLS: usize = 24;

/// Width of a node's label, from wide to narrow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::screen::map) enum LabelWidth {
    /// Full label with instance counts.
    #[default]
    Full,
    /// Without instance counts, and with long names cut.
    NoCounts,
    /// Without counts, and with names cut short.
    Short,
    /// Like `Short`, and the health glyph replaces the left bracket.
    NoBracket,
    /// Like `NoBracket`, without hub badges and with names cut to this number of cells.
    NoBadges(u8),
}

/// Name widths of `NoBadges`, in cells, from wide to narrow.
pub(in crate::screen::map) const NO_BADGES_NAME_CELLS: [u8; 3] = [16, 13, 10];

impl LabelWidth {
    /// Returns true if the label has no instance counts.
    pub(in crate::screen::map) fn hides_counts(self) -> bool {
        self != Self::Full
    }

    /// Returns true if names are cut short.
    pub(in crate::screen::map) fn is_short(self) -> bool {
        matches!(self, Self::Short | Self::NoBracket | Self::NoBadges(_))
    }

    /// Returns true if the health glyph replaces the left bracket.
    pub(in crate::screen::map) fn hides_bracket(self) -> bool {
        matches!(self, Self::NoBracket | Self::NoBadges(_))
    }

    /// Returns the cells around the name and its glyph: the brackets and the space between glyph and name.
    const fn padding_cells(self) -> usize {
        match self {
            Self::Full | Self::NoCounts | Self::Short => 4,
            Self::NoBracket | Self::NoBadges(_) => 2,
        }
    }

    /// Returns the length of the longest name shown in full, in cells.
    fn max_name_cells(self) -> usize {
        match self {
            Self::Full => MAX_NAME_CELLS,
            Self::NoCounts => 16,
            Self::Short | Self::NoBracket => 12,
            Self::NoBadges(cells) => usize::from(cells),
        }
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

/// Minimum width of a box with a status line, in cells.
const MIN_STATUS_WIDTH: usize = 26;

/// Number of rows that a box reserves for instances.
pub(in crate::screen::map) const INSTANCE_ROWS: usize = 6;
/// Minimum width of a box with instances, in cells.
const MIN_INSTANCES_WIDTH: usize = 44;

/// Ratio of columns to rows in the grid of health cells at the level `Overview`.
const OVERVIEW_WIDTH_FACTOR: usize = 6;

impl Item {
    /// Creates an item and sorts its members by health, the least healthy first.
    pub(in crate::screen::map) fn new(kind: ItemKind, mut members: Vec<NodeId>, store: &Store) -> Self {
        let health = |id: &NodeId| store.world.topology().nodes.get(id).map(|node| node.health);
        members.sort_by_key(|id| (std::cmp::Reverse(health(id)), id.clone()));
        Self { kind, members, hub: None, badges: HubBadges::default() }
    }

    /// Returns the node to select for the item: its least healthy one.
    pub(in crate::screen::map) fn representative(&self) -> Option<&NodeId> {
        self.members.first()
    }

    /// Returns the stable key of the item in the layout.
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

    /// Returns the members as nodes of the topology.
    pub(in crate::screen::map) fn nodes<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = &'a Node> {
        self.members.iter().filter_map(|id| store.world.topology().nodes.get(id))
    }

    /// Returns the preferred rank in the layout: load balancers and the internet first, dependencies last.
    pub(in crate::screen::map) fn rank_hint(&self, store: &Store) -> RankHint {
        let node = self.nodes(store).next().filter(|_| self.kind == ItemKind::Node);
        match node.map(|node| (&node.kind, node.product)) {
            Some((NodeKind::Internet | NodeKind::LoadBalancer, _)) => RankHint::First,
            Some((NodeKind::Dependency, _)) => RankHint::Last,
            _ => RankHint::Free,
        }
    }

    /// Returns width and height of the box in cells. If `inside` is true, the box has rows for instances.
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
                (5 + self.members.len().to_string().len() + text::display_width(title), 1)
            }
            ItemKind::CollapsedGroup(_, title) if level == DetailLevel::Overview => {
                let (columns, rows) = overview_grid(self.members.len(), halves);
                (4 + columns.max(text::display_width(title).min(MAX_NAME_CELLS) + 6), 3 + rows)
            }
            ItemKind::CollapsedGroup(_, title) => {
                let desired = self.desired_instances(store);
                let counts = self.member_count_text(store).len() + 2 + 2 * desired.to_string().len() + 1;
                (4 + counts.max(text::display_width(title).min(MAX_NAME_CELLS) + 6), 4)
            }
            ItemKind::Node => self.node_size(store, measure, inside),
        };
        (width as u16, height as u16)
    }

    fn node_size(&self, store: &Store, measure: SizeOptions, inside: bool) -> (usize, usize) {
        let Some(node) = self.nodes(store).next() else { return (1, 1) };
        let SizeOptions { level, label_width: space, .. } = measure;
        let name = text::display_width(&node.name).min(space.max_name_cells());
        let count =
            node.desired.filter(|_| !space.hides_counts()).map_or(0, |desired| 1 + count_width(desired));
        let role = if node_glyphs::service_role(node).is_some() { 2 } else { 0 };
        let hub = self.hub.map_or(0, |hub| 1 + hub_text(hub, false).chars().count());
        let badges_width = badges_text(&self.badges, false).map_or(0, |words| 1 + words.chars().count());
        let width = space.padding_cells() + role + name + hub + badges_width + count;
        match level {
            _ if inside => ((width + 2).max(MIN_INSTANCES_WIDTH), 4 + INSTANCE_ROWS),
            DetailLevel::Overview | DetailLevel::Groups | DetailLevel::Names => (width, 1),
            DetailLevel::Status | DetailLevel::Instances if node.is_service() => {
                ((width + 2).max(MIN_STATUS_WIDTH), 4)
            }
            DetailLevel::Boxes | DetailLevel::Status | DetailLevel::Instances => (width + 2, 3),
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

    /// Returns the total number of desired instances of all members.
    pub(in crate::screen::map) fn desired_instances(&self, store: &Store) -> usize {
        self.nodes(store).map(desired_or_one).sum()
    }
}

/// Returns the desired number of instances of `node`, or 1 if it is unknown.
pub(in crate::screen::map) fn desired_or_one(node: &Node) -> usize {
    node.desired.map_or(1, |desired| desired as usize)
}

/// Returns the text in the label of a hub: its number and its number of callers, such as `¹◂9`.
pub(in crate::screen::map) fn hub_text(hub: Hub, ascii: bool) -> String {
    let arrow = if ascii { '<' } else { '◂' };
    format!("{}{arrow}{}", hub_number_glyph(hub.number, ascii), hub.caller_count)
}

/// Returns the text of an item's badges, such as `◂²▸¹`: first the hubs that call it, then the hubs that it
/// calls. Returns `None` without badges.
pub(in crate::screen::map) fn badges_text(badges: &HubBadges, ascii: bool) -> Option<String> {
    let arrows = if ascii { ['<', '>'] } else { ['◂', '▸'] };
    let words = |(numbers, arrow): (&Vec<usize>, char)| {
        let numbers: String = numbers.iter().map(|n| hub_number_glyph(*n, ascii)).collect();
        if numbers.is_empty() { numbers } else { format!("{arrow}{numbers}") }
    };
    let words: String = [&badges.callers, &badges.callees].into_iter().zip(arrows).map(words).collect();
    (!words.is_empty()).then_some(words)
}

/// Returns the superscript digit of a hub number, or a plain digit in ASCII.
fn hub_number_glyph(number: usize, ascii: bool) -> char {
    let all = if ascii { "123456789" } else { "¹²³⁴⁵⁶⁷⁸⁹" };
    all.chars().nth(number.saturating_sub(1)).unwrap_or('*')
}

/// Returns columns and rows of the grid of health cells for this number of services. If `halves` is true, two
/// services share a cell.
pub(in crate::screen::map) fn overview_grid(services: usize, halves: bool) -> (usize, usize) {
    let cells = services.div_ceil(if halves { 2 } else { 1 }).max(1);
    let rows = cells.div_ceil((services * OVERVIEW_WIDTH_FACTOR).isqrt().clamp(6, 60));
    (cells.div_ceil(rows), rows)
}

/// Returns the width of a count such as `2/3`, in cells. Both sides get as many digits as `desired`, so that
/// a change of the running count does not change the width.
fn count_width(desired: u32) -> usize {
    2 * desired.to_string().len() + 1
}
