//! What somebody chose to see of the estate: how near, which groups closed, and the part in focus.

use super::level::Level;
use crate::{
    command::Command,
    model::NodeId,
    store::Store,
    topology::{Ways, between, neighbours, ways},
};
use std::collections::{BTreeMap, BTreeSet};

/// What somebody chose to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// How much each node shows, where somebody chose; else what fits the screen.
    pub level: Option<Level>,
    /// Whether that is only so that a group that somebody closed or opened changes nothing else.
    held: bool,
    /// Whether all groups are closed or open, where somebody said so.
    all_closed: Option<bool>,
    /// The groups that were closed or opened one by one.
    closed: BTreeMap<String, bool>,
    /// The node whose instances are shown.
    pub inside: Option<NodeId>,
    /// The part that alone is shown.
    pub focus: Option<Focus>,
    /// What is shown beside the focus, as somebody asked for it.
    revealed: BTreeSet<NodeId>,
    /// What was seen before the focus.
    before: Option<Box<Sight>>,
}

/// A part of the estate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    /// What is so many calls away from a node, upwards and downwards.
    Around(NodeId, usize),
    /// The nodes along a way, and how many ways lead from its first to its last.
    Path(Vec<NodeId>, Ways),
    /// The nodes along all ways from one to another.
    Ways(NodeId, NodeId),
}

impl Sight {
    /// Whether that group is closed when nodes show so much.
    pub(super) fn is_closed(&self, group: &str, level: Level) -> bool {
        let all = self.all_closed.unwrap_or(level.is_coarse() && self.focus.is_none());
        self.closed.get(group).copied().unwrap_or(all)
    }

    /// Closes or opens one group, while nodes go on showing so much. Once all are as they were, so is everything else.
    pub(super) fn fold(&mut self, group: &str, level: Level) {
        let closed = !self.is_closed(group, level);
        if self.level.is_none() {
            (self.level, self.held) = (Some(level), true);
        }
        self.closed.remove(group);
        if closed != self.is_closed(group, level) {
            self.closed.insert(group.to_owned(), closed);
        }
        if self.held && self.closed.is_empty() && self.all_closed.is_none() {
            (self.level, self.held) = (None, false);
        }
    }

    /// Closes or opens all groups.
    pub(super) fn fold_all(&mut self, closed: bool) {
        self.closed.clear();
        self.all_closed = Some(closed);
    }

    /// Chooses how much nodes show. From closed groups to services and back, every group follows.
    pub(super) fn zoom(&mut self, from: Level, to: Level, selected: Option<&NodeId>) {
        if from.is_coarse() != to.is_coarse() {
            self.closed.clear();
            self.all_closed = None;
        }
        self.inside = selected.filter(|_| to == Level::Instances).cloned();
        (self.level, self.held) = (Some(to), false);
    }

    /// Leaves it to the screen how much nodes show, and which groups are closed.
    pub(super) fn fit(&mut self) {
        self.closed.clear();
        (self.level, self.held, self.all_closed, self.inside) = (None, false, None, None);
    }

    /// Goes into focus, or to another one.
    pub(super) fn look_at(&mut self, focus: Focus) {
        let before = self.before.take().unwrap_or_else(|| Box::new(self.clone()));
        *self = Self { focus: Some(focus), before: Some(before), ..Self::default() };
    }

    /// Leaves the focus for what was seen before.
    pub(super) fn look_up(&mut self) {
        *self = self.before.take().map_or_else(Self::default, |before| *before);
    }

    /// Moves a focus around another node to one that it lacks, and leaves a focus on a way that does not lead there.
    pub(super) fn bring(&mut self, node: &NodeId, store: &Store) {
        if self.nodes(store).is_none_or(|nodes| nodes.contains(node)) {
            return;
        }
        match self.focus {
            Some(Focus::Around(_, hops)) => self.look_at(Focus::Around(node.clone(), hops)),
            _ => self.look_up(),
        }
    }

    /// The focus that a command about hops asks for: around what is in focus, or around the selected node.
    pub(super) fn around(&self, hops: usize, store: &Store) -> Option<Focus> {
        let center = match &self.focus {
            Some(Focus::Around(center, _)) => Some(center),
            _ => store.selected.as_ref(),
        };
        center.map(|center| Focus::Around(center.clone(), hops))
    }

    /// Shows those too, beside what is in focus.
    pub(super) fn reveal(&mut self, nodes: &[NodeId]) {
        self.revealed.extend(nodes.iter().cloned());
    }

    /// The nodes in focus; none where everything is.
    pub(super) fn nodes(&self, store: &Store) -> Option<BTreeSet<NodeId>> {
        let mut nodes = match self.focus.as_ref()? {
            Focus::Around(center, hops) => neighbours(store.topology(), center, *hops),
            Focus::Path(way, _) => way.iter().cloned().collect(),
            Focus::Ways(from, to) => between(store.topology(), from, to),
        };
        nodes.extend(self.revealed.iter().cloned());
        Some(nodes)
    }

    /// Whether what lies outside the focus is hinted at: around a way that would hide the way.
    pub(super) fn has_ghosts(&self) -> bool {
        matches!(self.focus, Some(Focus::Around(..)))
    }

    /// The focus, in words; `key` shows a way, and once more all of them.
    pub(super) fn words(&self, key: &str) -> Option<String> {
        Some(match self.focus.as_ref()? {
            Focus::Around(_, 1) => "focus".to_owned(),
            Focus::Around(_, hops) => format!("focus, {hops} hops"),
            Focus::Path(way, ways) => format!("path of {}, {}", way.len(), others(*ways, key)),
            Focus::Ways(..) => format!("all ways: {key} shows the shortest"),
        })
    }

    /// What to look at when that way is asked for: the way, and once more all that lead there.
    pub(super) fn along(&self, way: Vec<NodeId>, store: &Store) -> Focus {
        match (&self.focus, way.first(), way.last()) {
            (Some(Focus::Path(shown, ways)), Some(from), Some(to)) if *shown == way && !is_only(*ways) => {
                Focus::Ways(from.clone(), to.clone())
            }
            (_, Some(from), Some(to)) => {
                let ways = ways(store.topology(), from, to);
                Focus::Path(way, ways)
            }
            _ => Focus::Path(way, Ways { found: 1, all: true }),
        }
    }
}

/// Whether the way that is shown is known to be the only one.
const fn is_only(ways: Ways) -> bool {
    ways.all && ways.found <= 1
}

/// How many ways there are beside the one that is shown, in words; `key` shows them.
fn others(ways: Ways, key: &str) -> String {
    let others = ways.found.saturating_sub(1);
    match (others, ways.all) {
        (0, true) => "the only way".to_owned(),
        (0, false) => format!("perhaps not the only way: {key} shows all"),
        (1, true) => format!("1 other way: {key} shows both"),
        (_, true) => format!("{others} other ways: {key} shows them"),
        (_, false) => format!("at least {others} other ways: {key} shows them"),
    }
}

/// The hops that a command asks for.
pub(super) fn hops(command: Command) -> Option<usize> {
    let commands = [Command::OneHop, Command::TwoHops, Command::ThreeHops, Command::FourHops];
    commands.iter().position(|c| *c == command).map(|place| place + 1)
}
