//! Commands of the map screen: each moves the selection, or changes the viewport, the zoom, the groups or the
//! focus.

use super::{
    Map,
    graph::{
        item::ItemKind,
        map_choices::{self, Focus},
    },
    interaction::navigation,
};
use crate::{
    command::Command,
    screen::{ScreenId, ScreenRequest},
    store::Store,
    topology::shortest_path_either_way,
};

impl Map {
    /// Runs a command of the map screen, and returns the requests to the app that follow from it.
    pub(super) fn run_command(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        self.hovered = None;
        match command {
            Command::Up | Command::Down | Command::Left | Command::Right => {
                let next = store
                    .session
                    .selected
                    .as_ref()
                    .and_then(|from| navigation::nearest_in_direction(&self.drawn, from, command));
                return next.map(ScreenRequest::Select).into_iter().collect();
            }
            Command::NextNeighbour | Command::PreviousNeighbour => {
                let forward = command == Command::NextNeighbour;
                self.neighbour_cycle =
                    navigation::next_neighbour(&self.drawn, store, self.neighbour_cycle.as_ref(), forward);
                return self
                    .neighbour_cycle
                    .iter()
                    .map(|(_, next)| ScreenRequest::Select(next.clone()))
                    .collect();
            }
            Command::Top | Command::Bottom => {
                let next = navigation::first_or_last(&self.drawn, command == Command::Bottom);
                return next.map(ScreenRequest::Select).into_iter().collect();
            }
            Command::ScrollUp => self.pan_by(0, -2),
            Command::ScrollDown => self.pan_by(0, 2),
            Command::HalfUp | Command::PageUp => self.pan_by(0, -self.viewport.visible_cells().height / 2),
            Command::HalfDown | Command::PageDown => self.pan_by(0, self.viewport.visible_cells().height / 2),
            Command::MiniMap => self.minimap_off = !self.minimap_off,
            Command::Relayout if !self.variants.is_empty() => return vec![self.request_fresh_layout(store)],
            Command::Open => return self.open_selected(store),
            Command::ShowPath => return self.focus_path(store),
            Command::Back if self.choices.focus.is_some() => self.choices.leave_focus(),
            Command::Back => return vec![ScreenRequest::ClearMarks],
            _ => return self.change_view(command, store),
        }
        Vec::new()
    }

    /// Returns true if `command` does something on the map now.
    pub(super) fn command_applies(&self, command: Command, store: &Store) -> bool {
        let has_items = !self.drawn.graph.items.is_empty();
        let has_selection = store.selected_node().is_some();
        match command {
            Command::Up
            | Command::Down
            | Command::Left
            | Command::Right
            | Command::NextNeighbour
            | Command::PreviousNeighbour => has_items && has_selection,
            Command::Top
            | Command::Bottom
            | Command::ScrollUp
            | Command::ScrollDown
            | Command::HalfUp
            | Command::HalfDown
            | Command::PageUp
            | Command::PageDown
            | Command::MiniMap
            | Command::ZoomIn
            | Command::ZoomOut
            | Command::ZoomAuto
            | Command::CollapseAllGroups
            | Command::ExpandAllGroups => has_items,
            Command::Relayout => !self.variants.is_empty(),
            Command::Open => has_selection,
            Command::ShowPath => store.session.path_ends().is_some(),
            Command::ToggleGroup => store.selected_node().is_some_and(|node| {
                store.session.map_settings.grouping.group_of(&store.world, node).is_some()
            }),
            Command::Focus => self.choices.focus.is_some() || has_selection,
            Command::OneHop | Command::TwoHops | Command::ThreeHops | Command::FourHops => {
                self.choices.focus_around(1, store).is_some()
            }
            Command::Back => self.choices.focus.is_some() || !store.session.marks.is_empty(),
            _ => false,
        }
    }

    /// Applies a command that changes zoom, collapsed groups or focus.
    fn change_view(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        let level = self.detail_level();
        match command {
            Command::ZoomIn | Command::ZoomOut => {
                let grouped = self
                    .drawn
                    .graph
                    .items
                    .iter()
                    .any(|item| matches!(item.kind, ItemKind::CollapsedGroup(..)))
                    || !self.drawn.graph.groups.is_empty();
                let to = level.step(command == Command::ZoomIn, grouped && self.choices.focus.is_none());
                let selected = store.session.selected.as_ref();
                self.choices.set_level(level, to, selected);
            }
            Command::ZoomAuto => self.choices.fit_to_screen(),
            Command::CollapseAllGroups | Command::ExpandAllGroups => {
                self.choices.level = Some(level);
                self.choices.set_all_collapsed(command == Command::CollapseAllGroups);
            }
            Command::ToggleGroup => return self.toggle_selected_group(store),
            Command::Focus if self.choices.focus.is_some() => self.choices.leave_focus(),
            Command::Focus => self.set_focus(self.choices.focus_around(1, store)),
            other => {
                if let Some(hops) = map_choices::hops_of_command(other) {
                    self.set_focus(self.choices.focus_around(hops, store));
                }
            }
        }
        Vec::new()
    }

    fn set_focus(&mut self, focus: Option<Focus>) {
        if let Some(focus) = focus {
            self.choices.set_focus(focus);
        }
    }

    /// Opens the selected item: expands a collapsed group, adds the nodes of a stub (a box for nodes outside
    /// the focus) to the focus, or shows the card of a node.
    fn open_selected(&mut self, store: &Store) -> Vec<ScreenRequest> {
        match self.selected_item(store).map(|item| (item.kind.clone(), item.members.clone())) {
            Some((ItemKind::CollapsedGroup(..), _)) => self.toggle_selected_group(store),
            Some((ItemKind::Stub(..), members)) => {
                self.choices.add_to_focus(&members);
                Vec::new()
            }
            _ => vec![ScreenRequest::ShowScreen(ScreenId::Card)],
        }
    }

    /// Collapses or expands the group of the selected node.
    fn toggle_selected_group(&mut self, store: &Store) -> Vec<ScreenRequest> {
        let group = store
            .selected_node()
            .and_then(|node| store.session.map_settings.grouping.group_of(&store.world, node));
        let Some((key, _)) = group else { return vec![ScreenRequest::Notify("not in a group".to_owned())] };
        let level = self.detail_level();
        self.choices.toggle_group(&key, level);
        Vec::new()
    }

    /// Shows only the shortest path between the two marked nodes, or between the marked node and the selected
    /// one. If the map already shows only that path, and there are other paths, shows all paths between the
    /// two nodes.
    fn focus_path(&mut self, store: &Store) -> Vec<ScreenRequest> {
        let Some((from, to)) = store.session.path_ends() else {
            return vec![ScreenRequest::Notify("mark one service, then select another".to_owned())];
        };
        match shortest_path_either_way(store.world.topology(), from, to) {
            Some(way) => {
                let focus = self.choices.path_focus(way, store);
                self.choices.set_focus(focus);
                Vec::new()
            }
            None => vec![ScreenRequest::Notify("no path between them in either direction".to_owned())],
        }
    }
}
