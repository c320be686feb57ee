//! Choices of the user about the map: detail level, collapsed groups and focus. Selection and viewport are
//! not among them.

use crate::{
    command::Command,
    model::NodeId,
    screen::map::graph::detail_level::DetailLevel,
    store::{MapPart, Store},
    topology::{Node, PathCount, count_paths, nodes_between, nodes_within_hops},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Detail level, collapsed groups and focus that the user chose for the map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::screen::map) struct MapChoices {
    /// Detail level of the user's choice; with `None`, the level depends on the screen size.
    pub level: Option<DetailLevel>,
    /// True if the map itself has set `level`, to keep its detail level when the user collapsed or expanded a
    /// single group.
    level_set_by_group_toggle: bool,
    /// True if the user collapsed all groups, false if the user expanded all; `None` if neither.
    all_collapsed: Option<bool>,
    /// Groups that the user collapsed (true) or expanded (false) one by one, by group key.
    toggled_groups: BTreeMap<String, bool>,
    /// Node whose instances are shown inside its box.
    pub instances_shown_for: Option<NodeId>,
    /// Part of the map that is shown alone; `None` for the whole map.
    pub focus: Option<Focus>,
    /// Nodes that the user added to the focus.
    extra_nodes: BTreeSet<NodeId>,
    /// Choices from before the map showed only a part; they return when the map shows everything again.
    before_focus: Option<Box<MapChoices>>,
}

/// Part of the map that is shown alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::screen::map) enum Focus {
    /// One node, and all nodes that are at most this number of calls away, in both directions.
    Around(NodeId, usize),
    /// Nodes along one path, and the number of all paths between its ends.
    Path(Vec<NodeId>, PathCount),
    /// Nodes along all paths from the first node to the second.
    AllPaths(NodeId, NodeId),
}

impl MapChoices {
    /// Returns true if `group` is collapsed at `level`.
    pub(in crate::screen::map) fn is_collapsed(&self, group: &str, level: DetailLevel) -> bool {
        let all = self.all_collapsed.unwrap_or(level.is_low_detail() && self.focus.is_none());
        self.toggled_groups.get(group).copied().unwrap_or(all)
    }

    /// Collapses `group` if it is expanded, or else expands it. The map stays at `level` until every group is
    /// back in its default state.
    pub(in crate::screen::map) fn toggle_group(&mut self, group: &str, level: DetailLevel) {
        let closed = !self.is_collapsed(group, level);
        if self.level.is_none() {
            (self.level, self.level_set_by_group_toggle) = (Some(level), true);
        }
        self.toggled_groups.remove(group);
        if closed != self.is_collapsed(group, level) {
            self.toggled_groups.insert(group.to_owned(), closed);
        }
        if self.level_set_by_group_toggle && self.toggled_groups.is_empty() && self.all_collapsed.is_none() {
            (self.level, self.level_set_by_group_toggle) = (None, false);
        }
    }

    /// Collapses or expands all groups.
    pub(in crate::screen::map) fn set_all_collapsed(&mut self, closed: bool) {
        self.toggled_groups.clear();
        self.all_collapsed = Some(closed);
    }

    /// Changes the detail level from `from` to `to`. A change between a map of groups and a map of services
    /// resets the collapsed groups. At the level `Instances`, the node `selected` shows its instances.
    pub(in crate::screen::map) fn set_level(
        &mut self,
        from: DetailLevel,
        to: DetailLevel,
        selected: Option<&NodeId>,
    ) {
        if from.is_low_detail() != to.is_low_detail() {
            self.toggled_groups.clear();
            self.all_collapsed = None;
        }
        self.instances_shown_for = selected.filter(|_| to == DetailLevel::Instances).cloned();
        (self.level, self.level_set_by_group_toggle) = (Some(to), false);
    }

    /// Resets detail level and collapsed groups, so that the map chooses a level that fits the screen.
    pub(in crate::screen::map) fn fit_to_screen(&mut self) {
        self.toggled_groups.clear();
        (self.level, self.level_set_by_group_toggle, self.all_collapsed, self.instances_shown_for) =
            (None, false, None, None);
    }

    /// Shows only the part `focus` of the map, and remembers the choices from before the first such focus.
    pub(in crate::screen::map) fn set_focus(&mut self, focus: Focus) {
        let before = self.before_focus.take().unwrap_or_else(|| Box::new(self.clone()));
        *self = Self { focus: Some(focus), before_focus: Some(before), ..Self::default() };
    }

    /// Ends the focus, which is the part of the map shown alone, and restores the choices from before it.
    pub(in crate::screen::map) fn leave_focus(&mut self) {
        *self = self.before_focus.take().map_or_else(Self::default, |before| *before);
    }

    /// Changes the focus if it does not contain `node`. A focus around one node gets `node` as its new
    /// center, and a focus on paths ends.
    pub(in crate::screen::map) fn bring_into_focus(&mut self, node: &NodeId, store: &Store) {
        if self.focus.is_none() || self.focused_nodes(store).is_none_or(|nodes| nodes.contains(node)) {
            return;
        }
        match self.focus {
            Some(Focus::Around(_, hops)) => self.set_focus(Focus::Around(node.clone(), hops)),
            _ => self.leave_focus(),
        }
    }

    /// Returns the focus with all nodes that are at most `hops` calls away from a center. The center is that
    /// of the current focus, or else the selected node.
    pub(in crate::screen::map) fn focus_around(&self, hops: usize, store: &Store) -> Option<Focus> {
        let center = match &self.focus {
            Some(Focus::Around(center, _)) => Some(center),
            _ => store.session.selected.as_ref(),
        };
        center.map(|center| Focus::Around(center.clone(), hops))
    }

    /// Removes the nodes that the user added to the focus, which is the part of the map shown alone.
    pub(in crate::screen::map) fn forget_extra_nodes(&mut self) {
        self.extra_nodes.clear();
    }

    /// Adds `nodes` to the focus, which is the part of the map shown alone.
    pub(in crate::screen::map) fn add_to_focus(&mut self, nodes: &[NodeId]) {
        self.extra_nodes.extend(nodes.iter().cloned());
    }

    /// Returns the nodes to show: those of the focus, or else those of the group to which all screens are
    /// limited, with the nodes that the user added. Returns `None` if there is neither a focus nor such a
    /// group.
    pub(in crate::screen::map) fn focused_nodes(&self, store: &Store) -> Option<BTreeSet<NodeId>> {
        let mut nodes = match &self.focus {
            Some(Focus::Around(center, hops)) => nodes_within_hops(store.world.topology(), center, *hops),
            Some(Focus::Path(way, _)) => way.iter().cloned().collect(),
            Some(Focus::AllPaths(from, to)) => nodes_between(store.world.topology(), from, to),
            None => store.nodes_of_group()?,
        };
        nodes.extend(self.extra_nodes.iter().cloned());
        Some(nodes)
    }

    /// Returns true if the map has stubs, which stand for nodes outside the focus or the group. A focus on a
    /// path has no stubs, because they would distract from the path.
    pub(in crate::screen::map) fn has_stubs(&self, store: &Store) -> bool {
        match &self.focus {
            Some(focus) => matches!(focus, Focus::Around(..)),
            None => store.session.only_group.is_some(),
        }
    }

    /// Returns the title of the focus for the heading of an export, such as `orders and its neighbours`, or
    /// `None` without a focus.
    pub(in crate::screen::map) fn part_title(&self, store: &Store) -> Option<String> {
        let name = |id: &NodeId| store.world.topology().nodes.get(id).map(Node::label).unwrap_or_default();
        Some(match self.focus.as_ref()? {
            Focus::Around(center, hops) => MapPart::neighbourhood_title(&name(center), *hops),
            Focus::Path(way, _) => {
                let ends = [way.first(), way.last()].map(|end| end.map(name).unwrap_or_default());
                format!("the path from {} to {}", ends[0], ends[1])
            }
            Focus::AllPaths(from, to) => format!("all paths from {} to {}", name(from), name(to)),
        })
    }

    /// Describes the focus for the status text, or returns `None` without a focus. `key` is the key that
    /// switches between a single path and all paths.
    pub(in crate::screen::map) fn focus_label(&self, key: &str) -> Option<String> {
        Some(match self.focus.as_ref()? {
            Focus::Around(_, 1) => "focus".to_owned(),
            Focus::Around(_, hops) => format!("focus, {hops} hops"),
            Focus::Path(way, ways) => {
                format!("path of {} nodes, {}", way.len(), other_paths_text(*ways, key))
            }
            Focus::AllPaths(..) => format!("all paths: {key} shows the shortest"),
        })
    }

    /// Returns a focus on `path` alone. If that is already the focus, and other paths exist, returns a focus
    /// on all paths between its ends.
    pub(in crate::screen::map) fn path_focus(&self, path: Vec<NodeId>, store: &Store) -> Focus {
        match (&self.focus, path.first(), path.last()) {
            (Some(Focus::Path(shown, ways)), Some(from), Some(to))
                if *shown == path && !is_only_path(*ways) =>
            {
                Focus::AllPaths(from.clone(), to.clone())
            }
            (_, Some(from), Some(to)) => {
                let ways = count_paths(store.world.topology(), from, to);
                Focus::Path(path, ways)
            }
            _ => Focus::Path(path, PathCount { found: 1, complete: true }),
        }
    }
}

/// Returns true if the path in the focus is the only one between its ends.
const fn is_only_path(ways: PathCount) -> bool {
    ways.complete && ways.found <= 1
}

/// Describes the number of paths beside the shown one. `key` is the key that shows all paths.
fn other_paths_text(ways: PathCount, key: &str) -> String {
    let others = ways.found.saturating_sub(1);
    match (others, ways.complete) {
        (0, true) => "the only path".to_owned(),
        (0, false) => format!("possibly other paths: {key} shows all"),
        (1, true) => format!("1 other path: {key} shows both"),
        (_, true) => format!("{others} other paths: {key} shows them"),
        (_, false) => format!("at least {others} other paths: {key} shows them"),
    }
}

/// Returns the number of calls from the center that `command` sets for the focus, or `None` for other
/// commands.
pub(in crate::screen::map) fn hops_of_command(command: Command) -> Option<usize> {
    let commands = [Command::OneHop, Command::TwoHops, Command::ThreeHops, Command::FourHops];
    commands.iter().position(|c| *c == command).map(|place| place + 1)
}
