//! What stands on the map: a node, a closed group, or a ghost for what lies outside the focus.

use super::{level::Level, mark};
use crate::{
    layout::{Key, RankHint},
    model::NodeId,
    store::Store,
    topology::{Node, NodeKind},
    view::widget::text,
};

/// Something that has a box on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// What it is.
    pub kind: Kind,
    /// The nodes in it, the worst off first; a node has itself.
    pub members: Vec<NodeId>,
    /// What it is as a hub, where so many call it that they are marked instead of joined by lines.
    pub hub: Option<Hub>,
    /// The hubs that it is joined with by marks.
    pub ties: Ties,
}

/// The numbers of hubs that something is joined with by marks instead of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ties {
    /// Those that it calls.
    pub called: Vec<usize>,
    /// Those that call it.
    pub callers: Vec<usize>,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One node.
    Node,
    /// A group whose nodes are not shown, by its key and with its title.
    Pile(String, String),
    /// Nodes outside the focus, of the group of that title; whether they are called, or call.
    Ghost(String, bool),
}

/// A node that very many call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hub {
    /// Its number on this map, from 1 on.
    pub number: usize,
    /// How many items call it.
    pub callers: usize,
}

/// The longest name that is shown whole, in cells.
pub(super) const LONGEST_NAME: usize = 24;

/// How much space there is for words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Space {
    /// Enough.
    #[default]
    Ample,
    /// Little: counts are left out, and long names are cut.
    Little,
    /// The least: names are cut short.
    Least,
    /// Not even that: the mark is the left bracket as well.
    Tight,
    /// Nor that: who is joined with a hub has no mark of it, and names longer than so many cells are cut.
    Scant(u8),
}

/// The cells for a name where space is scant, from more to less.
pub(super) const SCANT: [u8; 3] = [16, 13, 10];

impl Space {
    /// Whether counts are left out.
    pub(super) fn is_little(self) -> bool {
        self != Self::Ample
    }

    /// Whether names are cut short.
    pub(super) fn is_least(self) -> bool {
        matches!(self, Self::Least | Self::Tight | Self::Scant(_))
    }

    /// Whether the mark is the left bracket as well.
    pub(super) fn is_tight(self) -> bool {
        matches!(self, Self::Tight | Self::Scant(_))
    }

    /// The cells around a name and its mark: brackets, and a space between the two.
    const fn around(self) -> usize {
        match self {
            Self::Ample | Self::Little | Self::Least => 4,
            Self::Tight | Self::Scant(_) => 2,
        }
    }

    /// The longest name that is shown whole, in cells.
    fn longest_name(self) -> usize {
        match self {
            Self::Ample => LONGEST_NAME,
            Self::Little => 16,
            Self::Least | Self::Tight => 12,
            Self::Scant(cells) => usize::from(cells),
        }
    }
}

/// By what things are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// How much each node shows.
    pub level: Level,
    /// How much space there is for words.
    pub space: Space,
    /// Whether two services of an overview share a cell.
    pub halves: bool,
}

/// The least width of a box with a status line.
const STATUS_WIDTH: usize = 26;

/// The rows for instances in a box, and its least width.
pub(super) const INSTANCE_ROWS: usize = 6;
const INSTANCES_WIDTH: usize = 44;

/// How much wider than high the cells of an overview lie, in services.
const FLAT: usize = 6;

impl Item {
    /// A thing of that kind with its members, which are put in order.
    pub(super) fn new(kind: Kind, mut members: Vec<NodeId>, store: &Store) -> Self {
        let health = |id: &NodeId| store.topology().nodes.get(id).map(|node| node.health);
        members.sort_by_key(|id| (std::cmp::Reverse(health(id)), id.clone()));
        Self { kind, members, hub: None, ties: Ties::default() }
    }

    /// The node that stands for it when it is selected.
    pub(super) fn face(&self) -> Option<&NodeId> {
        self.members.first()
    }

    /// Its lasting name in the layout.
    pub(super) fn key(&self) -> Key {
        match &self.kind {
            Kind::Node => Key::from(self.face().map_or("", NodeId::as_str)),
            Kind::Pile(key, _) => Key::from(format!("\u{1}pile {key}")),
            Kind::Ghost(title, called) => Key::from(format!("\u{1}ghost {called} {title}")),
        }
    }

    /// What people call it.
    pub(super) fn title(&self, store: &Store) -> String {
        match &self.kind {
            Kind::Node => self.nodes(store).next().map(|node| node.name.clone()).unwrap_or_default(),
            Kind::Pile(_, title) | Kind::Ghost(title, _) => title.clone(),
        }
    }

    /// Its members as nodes.
    pub(super) fn nodes<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = &'a Node> {
        self.members.iter().filter_map(|id| store.topology().nodes.get(id))
    }

    /// Where along the flow it would rather be.
    pub(super) fn hint(&self, store: &Store) -> RankHint {
        let node = self.nodes(store).next().filter(|_| self.kind == Kind::Node);
        match node.map(|node| (&node.kind, node.product)) {
            Some((NodeKind::Internet | NodeKind::LoadBalancer, _)) => RankHint::First,
            Some((NodeKind::Dependency, _)) => RankHint::Last,
            _ => RankHint::Free,
        }
    }

    /// Its columns and rows; `inside` says that its instances are shown. They depend on what there is, and not on how
    /// it is.
    pub(super) fn size(&self, store: &Store, measure: Measure, inside: bool) -> (u16, u16) {
        let Measure { level, halves, .. } = measure;
        let (width, height) = match &self.kind {
            Kind::Ghost(title, _) => (5 + self.members.len().to_string().len() + text::width(title), 1),
            Kind::Pile(_, title) if level == Level::Overview => {
                let (columns, rows) = grid(self.members.len(), halves);
                (4 + columns.max(text::width(title).min(LONGEST_NAME) + 6), 3 + rows)
            }
            Kind::Pile(_, title) => {
                let desired = self.desired(store);
                let counts = self.counted(store).len() + 2 + 2 * desired.to_string().len() + 1;
                (4 + counts.max(text::width(title).min(LONGEST_NAME) + 6), 4)
            }
            Kind::Node => self.node_size(store, measure, inside),
        };
        (width as u16, height as u16)
    }

    fn node_size(&self, store: &Store, measure: Measure, inside: bool) -> (usize, usize) {
        let Some(node) = self.nodes(store).next() else { return (1, 1) };
        let Measure { level, space, .. } = measure;
        let name = text::width(&node.name).min(space.longest_name());
        let count = node.desired.filter(|_| !space.is_little()).map_or(0, |desired| 1 + count_width(desired));
        let role = if mark::role(node).is_some() { 2 } else { 0 };
        let hub = self.hub.map_or(0, |hub| 1 + hub_words(hub, false).chars().count());
        let ties = ties_words(&self.ties, false).map_or(0, |words| 1 + words.chars().count());
        let width = space.around() + role + name + hub + ties + count;
        match level {
            _ if inside => ((width + 2).max(INSTANCES_WIDTH), 4 + INSTANCE_ROWS),
            Level::Overview | Level::Groups | Level::Pills => (width, 1),
            Level::Status | Level::Instances if node.is_service() => ((width + 2).max(STATUS_WIDTH), 4),
            Level::Boxes | Level::Status | Level::Instances => (width + 2, 3),
        }
    }

    /// How many members it has, in words.
    pub(super) fn counted(&self, store: &Store) -> String {
        let (count, none_runs) = (self.members.len(), self.nodes(store).all(|node| !node.is_service()));
        match (none_runs, count) {
            (true, 1) => "1 dependency".to_owned(),
            (true, _) => format!("{count} dependencies"),
            (false, _) => text::counted(count, "service"),
        }
    }

    /// How many instances are wanted of all its members.
    pub(super) fn desired(&self, store: &Store) -> usize {
        self.nodes(store).map(wanted).sum()
    }
}

/// How many instances are wanted of a node; one where nothing says so.
pub(super) fn wanted(node: &Node) -> usize {
    node.desired.map_or(1, |desired| desired as usize)
}

/// What stands on a hub: its number and how many call it.
pub(super) fn hub_words(hub: Hub, ascii: bool) -> String {
    let arrow = if ascii { '<' } else { '◂' };
    format!("{}{arrow}{}", number(hub.number, ascii), hub.callers)
}

/// What stands on who calls hubs, or is called by them: their numbers.
pub(super) fn ties_words(ties: &Ties, ascii: bool) -> Option<String> {
    let arrows = if ascii { ['<', '>'] } else { ['◂', '▸'] };
    let words = |(numbers, arrow): (&Vec<usize>, char)| {
        let numbers: String = numbers.iter().map(|n| number(*n, ascii)).collect();
        if numbers.is_empty() { numbers } else { format!("{arrow}{numbers}") }
    };
    let words: String = [&ties.callers, &ties.called].into_iter().zip(arrows).map(words).collect();
    (!words.is_empty()).then_some(words)
}

/// The number of a hub, small.
fn number(number: usize, ascii: bool) -> char {
    let all = if ascii { "123456789" } else { "¹²³⁴⁵⁶⁷⁸⁹" };
    all.chars().nth(number.saturating_sub(1)).unwrap_or('*')
}

/// The columns and rows that the cells of an overview take.
pub(super) fn grid(services: usize, halves: bool) -> (usize, usize) {
    let cells = services.div_ceil(if halves { 2 } else { 1 }).max(1);
    let rows = cells.div_ceil((services * FLAT).isqrt().clamp(6, 60));
    (cells.div_ceil(rows), rows)
}

/// The cells that a count such as `2/3` takes: room for as many digits on both sides as are wanted, so that a change
/// of what runs changes no width.
fn count_width(desired: u32) -> usize {
    2 * desired.to_string().len() + 1
}
