//! What the map is to show, as a graph of sized boxes: it changes only when what runs changes, never with its status.

use super::{
    hub,
    item::{Item, Kind, Measure, SCANT, Space},
    level::Level,
    sight::Sight,
};
use crate::{
    layout::{Direction, Edge, Graph, Group, Key, Node as Sized, Options},
    model::NodeId,
    store::Store,
    topology::{Node, Strength},
    view::widget::text,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What to show, in the words of the layout, and what its indices mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// What stands at each index.
    pub items: Vec<Item>,
    /// The item in which each node is.
    indices: BTreeMap<NodeId, usize>,
    /// The key and the title of each open group.
    pub groups: Vec<(String, String)>,
    /// The calls of each index.
    pub calls: Vec<Calls>,
    /// What to lay out.
    pub graph: Arc<Graph>,
    /// How much each node shows.
    pub level: Level,
    /// How much space there is for words.
    pub space: Space,
    /// The title of the group that has no frame, for want of space.
    pub frameless: Option<String>,
}

/// A plan in a direction, and with so much between its rows and columns: one way to draw the map.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// What to show.
    pub plan: Arc<Plan>,
    /// How to lay it out.
    pub options: Options,
}

/// The calls between two items, drawn as one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    /// The item that calls, and the one that is called.
    pub ends: (usize, usize),
    /// Who calls whom.
    pub pairs: Vec<(NodeId, NodeId)>,
    /// When its line is drawn.
    pub shown: Shown,
}

/// When a line is drawn. What has none takes no room in the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    /// Always.
    #[default]
    Always,
    /// Dim, unless one of its ends is selected or it leads to a fault.
    Dim,
    /// Never: it would drown the others, and the panel tells of it when one of its ends is selected.
    Told,
    /// Never: both ends have a mark.
    Marked,
}

impl Shown {
    /// Whether there is a line.
    fn has_line(self) -> bool {
        matches!(self, Self::Always | Self::Dim)
    }
}

/// On a map with more edges than this, those that are merely possible are left out.
const MANY_EDGES: usize = 80;

/// On a map of groups with more lines than this, or than so many for each group, each group has its heaviest one, and the
/// panel tells of the others.
const MANY_LINES: usize = 60;
const MANY_FOR_EACH: usize = 4;

/// On a map with more calls than this from one open group to another, those calls are dim: what is inside each group stays
/// readable, and what is selected stands out.
const MANY_BETWEEN: usize = 12;

/// Where there is little room, a group of at least this share of all services, in percent, has no frame.
const MOST: usize = 60;

/// How many times more cells than the screen has boxes may take, before they are not even tried.
const HOPELESS: usize = 4;

/// The most cells that a name takes where there is the least space, with what stands around it.
const SHORT_NAME: usize = 16;

/// How much lies between names that stand one above the other, and between the lines beside them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Air {
    /// A free row between any two of them.
    Free,
    /// A free row between two names.
    Close,
    /// Nothing.
    None,
}

/// What beside the store a plan is made from.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    /// What somebody chose to see.
    pub sight: &'a Sight,
    /// The columns and rows that there are.
    pub room: (u16, u16),
    /// Whether two services of an overview share a cell.
    pub halves: bool,
    /// Whether what very many call is drawn without lines.
    pub stubs: bool,
}

impl Way {
    /// That plan from left to right.
    fn across(plan: &Arc<Plan>, air: Air) -> Self {
        let names = plan.level == Level::Pills;
        let gap_rows = u16::from(plan.level <= Level::Pills && air != Air::None);
        let airy = names && air == Air::Free;
        Self { options: Options { gap_rows, airy, ..Options::default() }, plan: Arc::clone(plan) }
    }

    /// That plan from the top down.
    fn down(plan: &Arc<Plan>) -> Self {
        let gap_columns = if plan.space.is_least() { 1 } else { 2 };
        let options = Options { direction: Direction::TopDown, gap_columns, ..Options::default() };
        Self { options, plan: Arc::clone(plan) }
    }

    /// What the layout depends on.
    pub(super) fn shape(&self) -> (&Graph, Options) {
        (&self.plan.graph, self.options)
    }

    /// Whether lines have no free row between each other where names have one row, or names are cut very short.
    pub(super) fn is_hard(&self) -> bool {
        let Options { direction, airy, .. } = self.options;
        let close = self.plan.level == Level::Pills && direction == Direction::LeftToRight && !airy;
        close || matches!(self.plan.space, Space::Scant(_))
    }
}

impl Plan {
    /// The ways in which what the filters let through may be drawn, the most telling first: all of them from left to
    /// right before any from the top down, as cells are taller than wide and names are wider than tall; and at last those
    /// in which lines lie close together.
    pub(super) fn all(store: &Store, frame: Frame<'_>) -> Vec<Way> {
        let Frame { sight, room, .. } = frame;
        let of = |level| Arc::new(Self::of(store, frame, level));
        let mut plans = vec![of(sight.level.unwrap_or(Level::Boxes))];
        let most = HOPELESS * (usize::from(room.0) * usize::from(room.1)).max(1);
        let may_close = sight.level.is_none() && sight.focus.is_none() && plans[0].groups.len() > 1;
        if sight.level.is_none() && !(may_close && plans[0].names() > most) {
            let pills = [Space::Ample, Space::Little, Space::Least];
            plans.extend(pills.map(|space| Arc::new(Self::made(store, frame, Level::Pills, space))));
        }
        let mut coarse = Vec::new();
        if may_close {
            plans.retain(|plan| plan.cells() <= most);
            coarse.extend([of(Level::Groups), of(Level::Overview)]);
        }
        let both = |plans: &[Arc<Self>]| -> Vec<Way> {
            let across = plans.iter().map(|plan| Way::across(plan, Air::Free));
            across.chain(plans.iter().map(Way::down)).collect()
        };
        let mut all = both(&plans);
        // Without a free row between lines they are hard to follow: only where nothing else fits. Who chose a level does
        // not mind that it is larger than the screen.
        let names = || plans.iter().filter(|plan| plan.level == Level::Pills && sight.level.is_none());
        all.extend(names().map(|plan| Way::across(plan, Air::Close)));
        let Some(least) = names().next_back() else {
            all.extend(both(&coarse));
            return all;
        };
        let pills = |space| Arc::new(Self::made(store, frame, Level::Pills, space));
        let scant = SCANT.map(|cells| pills(Space::Scant(cells)));
        all.extend(scant.iter().map(|plan| Way::across(plan, Air::Free)));
        all.extend(both(&coarse));
        all.extend([least, &pills(Space::Tight), &scant[2]].map(|plan| Way::across(plan, Air::None)));
        all
    }

    /// The plan of what the filters let through.
    pub(super) fn of(store: &Store, frame: Frame<'_>, level: Level) -> Self {
        Self::made(store, frame, level, Space::Ample)
    }

    /// The same, for so much space.
    fn made(store: &Store, frame: Frame<'_>, level: Level, space: Space) -> Self {
        let measure = Measure { level, space, halves: frame.halves };
        let focus = frame.sight.nodes(store);
        let listed = store.listed();
        let (shown, outside): (Vec<&Node>, Vec<&Node>) =
            listed.into_iter().partition(|n| focus.as_ref().is_none_or(|focus| focus.contains(&n.id)));
        let mut plan = Self { level, space, ..Self::default() };
        let mut homes = plan.add_nodes(store, frame.sight, &shown);
        if space.is_little() {
            plan.open_most(&mut homes);
        }
        if frame.sight.has_ghosts() {
            plan.add_ghosts(store, &outside);
        }
        plan.add_calls(store);
        if frame.stubs {
            hub::find(&mut plan, store, frame.sight);
            if matches!(space, Space::Scant(_)) {
                hub::untie(&mut plan);
            }
            plan.thin();
        }
        let sized = plan.items.iter().enumerate().map(|(index, item)| {
            let inside = item.kind == Kind::Node && frame.sight.inside.as_ref() == item.face();
            let (width, height) = item.size(store, measure, inside);
            let group = homes.get(index).copied().flatten();
            Sized { key: item.key(), width, height, group, hint: item.hint(store) }
        });
        let nodes = sized.collect();
        // What has no line comes last, so that the lines of the layout have the indices of the calls.
        plan.calls.sort_by_key(|calls| !calls.shown.has_line());
        let lines = plan.calls.iter().filter(|calls| calls.shown.has_line());
        let edges = lines.map(|calls| Edge { from: calls.ends.0, to: calls.ends.1 }).collect();
        let groups = plan.groups.iter().map(|(key, title)| {
            let title_width = text::width(title) as u16 + 2;
            Group { key: Key::from(key.as_str()), title_width }
        });
        plan.graph = Arc::new(Graph { nodes, edges, groups: groups.collect() });
        plan.dim();
        plan
    }

    /// Dims the calls between open groups where they are a thicket, and always what a focus hints at.
    fn dim(&mut self) {
        let (nodes, items) = (&self.graph.nodes, &self.items);
        let between = |calls: &Calls| {
            let (from, to) = (nodes[calls.ends.0].group, nodes[calls.ends.1].group);
            from.is_some() && to.is_some() && from != to && calls.shown == Shown::Always
        };
        let thicket = self.calls.iter().filter(|calls| between(calls)).count() > MANY_BETWEEN;
        let is_ghost = |index: usize| matches!(items[index].kind, Kind::Ghost(..));
        for calls in self.calls.iter_mut().filter(|calls| calls.shown == Shown::Always) {
            if (thicket && between(calls)) || is_ghost(calls.ends.0) || is_ghost(calls.ends.1) {
                calls.shown = Shown::Dim;
            }
        }
    }

    /// The index of the item in which that node is.
    pub(super) fn index(&self, id: &NodeId) -> Option<usize> {
        self.indices.get(id).copied()
    }

    /// The item in which that node is.
    pub(super) fn item(&self, id: &NodeId) -> Option<&Item> {
        self.index(id).and_then(|index| self.items.get(index))
    }

    /// How many cells the boxes alone take.
    fn cells(&self) -> usize {
        self.graph.nodes.iter().map(|node| usize::from(node.width) * usize::from(node.height)).sum()
    }

    /// How many cells the names in these boxes take at least, without their frames.
    fn names(&self) -> usize {
        self.graph.nodes.iter().map(|node| usize::from(node.width.saturating_sub(2)).min(SHORT_NAME)).sum()
    }

    fn add(&mut self, item: Item) {
        self.indices.extend(item.members.iter().map(|member| (member.clone(), self.items.len())));
        self.items.push(item);
    }

    /// Adds nodes and closed groups. Gives the open group of each item.
    fn add_nodes(&mut self, store: &Store, sight: &Sight, shown: &[&Node]) -> Vec<Option<usize>> {
        let mut homes = Vec::new();
        let mut open: BTreeMap<String, usize> = BTreeMap::new();
        let mut piles: BTreeMap<(String, String), Vec<NodeId>> = BTreeMap::new();
        for node in shown {
            let group = store.charting.grouping.of(store, node);
            if let Some((key, title)) = group.clone().filter(|(key, _)| sight.is_closed(key, self.level)) {
                piles.entry((key, title)).or_default().push(node.id.clone());
                continue;
            }
            homes.push(group.map(|(key, title)| {
                *open.entry(key.clone()).or_insert_with(|| {
                    self.groups.push((key, title));
                    self.groups.len() - 1
                })
            }));
            self.add(Item::new(Kind::Node, vec![node.id.clone()], store));
        }
        for ((key, title), members) in piles {
            self.add(Item::new(Kind::Pile(key, title), members, store));
        }
        homes
    }

    /// Takes the frame away from around the group that nearly everything is in.
    fn open_most(&mut self, homes: &mut [Option<usize>]) {
        let size = |group: usize| homes.iter().filter(|home| **home == Some(group)).count();
        let all = homes.iter().flatten().count();
        let most = (0..self.groups.len()).find(|group| 100 * size(*group) >= MOST * all.max(1));
        let Some(most) = most else { return };
        self.frameless = Some(self.groups.remove(most).1);
        for home in homes {
            *home = home.filter(|group| *group != most).map(|group| group - usize::from(group > most));
        }
    }

    /// Adds what lies outside the focus and is called from inside, or calls it: by group, one for each way.
    fn add_ghosts(&mut self, store: &Store, outside: &[&Node]) {
        let outside: BTreeMap<&NodeId, &Node> = outside.iter().map(|node| (&node.id, *node)).collect();
        let mut ghosts: BTreeMap<(bool, String), BTreeSet<NodeId>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for called in [true, false] {
            for (from, to) in store.topology().edges.keys() {
                let (inner, outer) = if called { (from, to) } else { (to, from) };
                let Some(node) = outside.get(outer).filter(|_| self.index(inner).is_some()) else { continue };
                if seen.insert(outer.clone()) {
                    let title =
                        store.charting.grouping.of(store, node).map_or("others".to_owned(), |(_, t)| t);
                    ghosts.entry((called, title)).or_default().insert(outer.clone());
                }
            }
        }
        for ((called, title), members) in ghosts {
            self.add(Item::new(Kind::Ghost(title, called), members.into_iter().collect(), store));
        }
    }

    /// Adds the calls between the items; those inside a closed group are not seen.
    fn add_calls(&mut self, store: &Store) {
        let edges = &store.topology().edges;
        let crowded = edges.len() > MANY_EDGES;
        let mut calls: BTreeMap<(usize, usize), Vec<(NodeId, NodeId)>> = BTreeMap::new();
        for ((from, to), edge) in edges {
            let (Some(start), Some(end)) = (self.index(from), self.index(to)) else { continue };
            let is_ghost = |index: usize| matches!(self.items[index].kind, Kind::Ghost(..));
            let vague = crowded && edge.strength() == Strength::Possible;
            if vague
                || (is_ghost(start) && is_ghost(end))
                || (start == end && self.items[start].members.len() > 1)
            {
                continue;
            }
            calls.entry((start, end)).or_default().push((from.clone(), to.clone()));
        }
        let calls = calls.into_iter();
        self.calls = calls.map(|(ends, pairs)| Calls { ends, pairs, shown: Shown::Always }).collect();
    }

    /// Leaves lines between groups to the panel where they are too many to be read.
    fn thin(&mut self) {
        let many = MANY_LINES.min(MANY_FOR_EACH * self.items.len());
        if !self.level.is_coarse() || self.calls.len() <= many {
            return;
        }
        let mut heaviest: BTreeMap<usize, usize> = BTreeMap::new();
        for calls in &self.calls {
            let most = heaviest.entry(calls.ends.0).or_default();
            *most = calls.pairs.len().max(*most);
        }
        for calls in self.calls.iter_mut().filter(|calls| calls.shown == Shown::Always) {
            if heaviest.get(&calls.ends.0).is_some_and(|most| calls.pairs.len() < *most) {
                calls.shown = Shown::Told;
            }
        }
    }
}
