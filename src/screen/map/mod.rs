//! The map screen: nodes as boxes, calls as lines, and a panel for the selected node.

mod interaction;
mod relayout;
mod graph;
mod draw;
pub mod export_model;
mod as_text;

use super::{Canvas, HitMap, Scene, Screen};
use crate::{
    command::Command,
    effect::{Effect, ScreenId, Subscription},
    layout::{Diagram, Options, Raster, Rect as Cells},
    model::{NodeId, SourceStatus},
    store::{Store, usage_target},
    topology::shortest_path_either_way,
};
pub use as_text::map_as_text;
use draw::{map_styles::MapStyles, on_demand_edges::OnDemandEdges};
use graph::{
    detail_level::DetailLevel,
    item::{Item, ItemKind},
    map_graph::{GraphOptions, MapGraph, MapVariant},
};
use interaction::{
    hover::Hovered,
    view_state::{Focus, ViewState},
    viewport::Viewport,
};
use ratatui::layout::Rect;
use relayout::{
    layout_memory::{DrawnLayout, GraphInputs, LayoutKey, LayoutMemory},
    layout_scheduler::{LayoutScheduler, PendingLayout},
    relayout_policy::RelayoutPolicy,
};
use std::{collections::BTreeSet, sync::Arc};

/// State of the map screen.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Default)]
pub struct Map {
    /// Variants in which the current data can be drawn.
    variants: Vec<MapVariant>,
    /// Inputs that the variants were built from.
    inputs: Option<GraphInputs>,
    /// Scheduler of layout requests.
    scheduler: LayoutScheduler,
    /// Variants of the pending layout request.
    pending_layout: Option<PendingLayout>,
    /// Map on the screen: the graph with its layout.
    drawn: DrawnMap,
    /// Layouts of earlier views, for stability and for going back.
    layout_memory: LayoutMemory,
    /// Part of the map on the screen.
    viewport: Viewport,
    /// Node that the viewport keeps visible, unless the user has panned since.
    followed_node: Option<NodeId>,
    panned: bool,
    /// True if the selection changed while another screen was shown.
    selection_changed_while_hidden: bool,
    /// Focus, detail level and collapsed groups that the user chose.
    view_state: ViewState,
    /// Position in the cycle of neighbours that tab steps through.
    neighbour_cycle: Option<interaction::navigation::NeighbourCycle>,
    /// True if the user switched the minimap off.
    minimap_off: bool,
    /// Policy for replacing a map that changes have tangled.
    relayout_policy: RelayoutPolicy,
    /// Item or lines under the mouse.
    hovered: Option<Hovered>,
    /// True if the panel for the selected node is visible.
    shows_panel: bool,
}

/// Map graph with its layout, ready to draw.
#[derive(Default)]
pub(super) struct DrawnMap {
    graph: Arc<MapGraph>,
    options: Options,
    diagram: Diagram,
    raster: Raster,
    styles: MapStyles,
    on_demand_edges: OnDemandEdges,
}

impl DrawnMap {
    /// Returns the rectangle of the item that contains `id`.
    fn rect_of(&self, id: &NodeId) -> Option<Cells> {
        self.graph.item_index(id).and_then(|index| self.diagram.nodes.get(index)).copied()
    }

    /// Updates styles and on-demand edges after a change of the data or the selection.
    fn refresh(&mut self, store: &Store) {
        self.styles.refresh(&self.graph, store);
        let selected = store.session.selected.as_ref().and_then(|id| self.graph.item_index(id));
        self.on_demand_edges.refresh(selected, &self.graph, &self.diagram, &self.raster);
    }

    /// Replaces the graph by one with the same layout input.
    fn replace_graph(&mut self, graph: &Arc<MapGraph>) {
        (self.graph, self.styles, self.on_demand_edges) =
            (Arc::clone(graph), MapStyles::default(), OnDemandEdges::default());
    }
}

impl Screen for Map {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        self.hovered = None;
        match command {
            Command::Up | Command::Down | Command::Left | Command::Right => {
                let next = store.session.selected.as_ref().and_then(|from| {
                    interaction::navigation::nearest_in_direction(&self.drawn, from, command)
                });
                return next.map(Effect::Select).into_iter().collect();
            }
            Command::NextNeighbour | Command::PreviousNeighbour => {
                let forward = command == Command::NextNeighbour;
                self.neighbour_cycle = interaction::navigation::next_neighbour(
                    &self.drawn,
                    store,
                    self.neighbour_cycle.as_ref(),
                    forward,
                );
                return self.neighbour_cycle.iter().map(|(_, next)| Effect::Select(next.clone())).collect();
            }
            Command::Top | Command::Bottom => {
                let next = interaction::navigation::first_or_last(&self.drawn, command == Command::Bottom);
                return next.map(Effect::Select).into_iter().collect();
            }
            Command::ScrollUp => self.pan_by(0, -2),
            Command::ScrollDown => self.pan_by(0, 2),
            Command::HalfUp | Command::PageUp => self.pan_by(0, -self.viewport.visible_cells().height / 2),
            Command::HalfDown | Command::PageDown => self.pan_by(0, self.viewport.visible_cells().height / 2),
            Command::MiniMap => self.minimap_off = !self.minimap_off,
            Command::Relayout if !self.variants.is_empty() => return vec![self.request_fresh_layout(store)],
            Command::Open => return self.open_selected(store),
            Command::Mark => return store.session.selected.iter().cloned().map(Effect::ToggleMark).collect(),
            Command::ShowPath => return self.focus_path(store),
            Command::Back if self.view_state.focus.is_some() => self.view_state.leave_focus(),
            Command::Back => return vec![Effect::ClearMarks],
            _ => return self.change_view(command, store),
        }
        Vec::new()
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{
            Card, CommandPalette, Findings, Focus, Help, List, Logs, NextEdgeFilter, NextFinding, Search, Why,
        };
        &[Help, Logs, Card, Why, NextFinding, Findings, List, Search, Focus, NextEdgeFilter, CommandPalette]
    }

    fn subscriptions(&self, store: &Store) -> BTreeSet<Subscription> {
        let together = matches!(
            self.selected_item(store),
            Some(Item { kind: ItemKind::CollapsedGroup(..) | ItemKind::Stub(..), .. })
        );
        let service = store.selected_service().filter(|_| self.shows_panel && !together);
        service.and_then(usage_target).map(Subscription::Usage).into_iter().collect()
    }

    fn sync(&mut self, scene: Scene<'_>, area: Rect, shown: bool) -> Vec<Effect> {
        let store = scene.store;
        self.selection_changed_while_hidden |= !shown && self.followed_node != store.session.selected;
        if let Some(node) =
            store.session.selected.as_ref().filter(|_| shown && self.selection_changed_while_hidden)
        {
            self.view_state.bring_into_focus(node, store);
            self.selection_changed_while_hidden = false;
        }
        let draw::Areas { map: area, panel } = draw::areas(area);
        self.shows_panel = panel.height > 0;
        let resized = area != self.viewport.area;
        self.viewport.area = area;
        if resized {
            self.viewport.center();
        }
        self.rebuild_graph(scene);
        if resized {
            self.scheduler.note_change(true);
        }
        if resized || self.followed_node != store.session.selected {
            (self.panned, self.followed_node) = (false, store.session.selected.clone());
        }
        if shown {
            self.scroll_to_selected(store);
            self.drawn.refresh(store);
        }
        // All variants have about the same number of items.
        let items = self.variants.first().map_or(0, |way| way.graph.items.len());
        let is_loading = relayout::layout_scheduler::is_loading(store);
        let should_relayout =
            self.relayout_policy.should_relayout(shown, store.session.selected_by_user, store.world.now);
        let effects = match () {
            () if self.scheduler.is_due(items, is_loading, store.world.now) => {
                vec![self.request_layout(store)]
            }
            () if self.scheduler.pending || is_loading => Vec::new(),
            () if should_relayout => vec![self.request_untangled_layout(store)],
            () if self.scheduler.loaded && self.relayout_policy.start_comparison_if_due(store.world.now) => {
                vec![self.request_comparison()]
            }
            () => Vec::new(),
        };
        self.scheduler.loaded |=
            !is_loading && store.world.sources.iter().all(SourceStatus::has_finished_loading);
        effects
    }

    fn on_layout_ready(&mut self, number: u64, choice: usize, diagram: Diagram, store: &Store) {
        if !self.scheduler.finish_request(number) {
            return;
        }
        let Some(PendingLayout { key: outlook, variants: ways, size_when_chosen: weight }) =
            self.pending_layout.take()
        else {
            return;
        };
        let Some(way) = ways.into_iter().nth(choice) else { return };
        let place = |chart: &DrawnMap| store.session.selected.as_ref().and_then(|id| chart.rect_of(id));
        let before = place(&self.drawn);
        self.hovered = None;
        let origin = self.viewport.origin;
        let same = self.layout_memory.is_last(&outlook);
        self.relayout_policy.layout_drawn(self.layout_memory.seed(&outlook, &way).is_none());
        let noted = DrawnLayout {
            key: &outlook,
            variant: &way,
            size_when_chosen: weight,
            seed: diagram.seed.clone(),
        };
        let back = self.layout_memory.remember(noted, origin);
        let MapVariant { graph: plan, options } = way;
        self.drawn =
            DrawnMap { graph: plan, options, raster: Raster::new(&diagram), diagram, ..DrawnMap::default() };
        self.viewport.map_size = self.drawn.diagram.size;
        if let (Some(before), Some(after)) = (before, place(&self.drawn)) {
            self.viewport.origin.x += after.x - before.x;
            self.viewport.origin.y += after.y - before.y;
        }
        // If only the data changed, the rest of a map that shrank would slide without need.
        let begins = !same || !store.world.sources.iter().all(SourceStatus::has_finished_loading);
        if before.is_none() || (begins && !store.session.selected_by_user) {
            self.viewport.center();
        }
        self.viewport.origin = back.unwrap_or(self.viewport.origin);
        self.scroll_to_selected(store);
    }

    fn on_layout_failed(&mut self, number: u64) {
        self.scheduler.finish_request(number);
    }

    fn on_layout_compared(&mut self, number: u64, tangled: bool) {
        if number == self.scheduler.request_id && !self.scheduler.pending {
            self.relayout_policy.is_tangled = tangled;
        }
    }

    fn drag(&mut self, columns: i32, rows: i32) {
        self.pan_by(-columns, -rows);
    }

    fn hover(&mut self, at: Option<(u16, u16)>) -> bool {
        let hovered = at.and_then(|cell| Hovered::at(self, cell));
        let changed = hovered != self.hovered;
        self.hovered = hovered;
        changed
    }

    fn click_overview(&mut self, column: u16, row: u16, store: &Store) {
        if let Some(at) = draw::minimap::diagram_point_at(self, store, (column, row)) {
            self.viewport.center_on(at);
            self.panned = true;
        }
    }

    fn reveal_node(&mut self, node: &NodeId, store: &Store) {
        self.view_state.bring_into_focus(node, store);
    }

    fn focused_nodes(&self, store: &Store) -> Option<BTreeSet<NodeId>> {
        self.view_state.focused_nodes(store)
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        draw::draw_map(self, scene, area, buf)
    }
}

impl Map {
    /// Handles the commands that change zoom, collapsed groups or focus.
    fn change_view(&mut self, command: Command, store: &Store) -> Vec<Effect> {
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
                let to = level.step(command == Command::ZoomIn, grouped && self.view_state.focus.is_none());
                let selected = store.session.selected.as_ref();
                self.view_state.set_level(level, to, selected);
            }
            Command::ZoomAuto => self.view_state.fit_to_screen(),
            Command::CollapseAllGroups | Command::ExpandAllGroups => {
                self.view_state.level = Some(level);
                self.view_state.set_all_collapsed(command == Command::CollapseAllGroups);
            }
            Command::ToggleGroup => return self.toggle_selected_group(store),
            Command::Focus if self.view_state.focus.is_some() => self.view_state.leave_focus(),
            Command::Focus => self.set_focus(self.view_state.focus_around(1, store)),
            other => {
                if let Some(hops) = interaction::view_state::hops_of_command(other) {
                    self.set_focus(self.view_state.focus_around(hops, store));
                }
            }
        }
        Vec::new()
    }

    fn set_focus(&mut self, focus: Option<Focus>) {
        if let Some(focus) = focus {
            self.view_state.set_focus(focus);
        }
    }

    /// Returns the detail level that the user chose, or else the drawn one.
    fn detail_level(&self) -> DetailLevel {
        self.view_state.level.unwrap_or(self.drawn.graph.level)
    }

    /// Returns the selected item: the one that contains the selected node.
    fn selected_item(&self, store: &Store) -> Option<&Item> {
        store.session.selected.as_ref().and_then(|id| self.drawn.graph.item_of(id))
    }

    /// Opens the selected item: expands a group, reveals a stub's nodes, or shows a node's card.
    fn open_selected(&mut self, store: &Store) -> Vec<Effect> {
        match self.selected_item(store).map(|item| (item.kind.clone(), item.members.clone())) {
            Some((ItemKind::CollapsedGroup(..), _)) => self.toggle_selected_group(store),
            Some((ItemKind::Stub(..), members)) => {
                self.view_state.add_to_focus(&members);
                Vec::new()
            }
            _ => vec![Effect::ShowScreen(ScreenId::Card)],
        }
    }

    /// Collapses or expands the group of the selected node.
    fn toggle_selected_group(&mut self, store: &Store) -> Vec<Effect> {
        let group = store
            .selected_node()
            .and_then(|node| store.session.map_settings.grouping.group_of(&store.world, node));
        let Some((key, _)) = group else { return vec![Effect::Notify("not in a group".to_owned())] };
        let level = self.detail_level();
        self.view_state.toggle_group(&key, level);
        Vec::new()
    }

    /// Focuses on the path between two marked nodes, or between the marked and the selected one.
    fn focus_path(&mut self, store: &Store) -> Vec<Effect> {
        let Some((from, to)) = store.session.path_ends() else {
            return vec![Effect::Notify("mark one service, then select another".to_owned())];
        };
        match shortest_path_either_way(store.world.topology(), from, to) {
            Some(way) => {
                let focus = self.view_state.path_focus(way, store);
                self.view_state.set_focus(focus);
                Vec::new()
            }
            None => vec![Effect::Notify("no path between them in either direction".to_owned())],
        }
    }

    /// Rebuilds the variants if their inputs changed, and notes if they need a new layout. A change of health
    /// alone does not.
    fn rebuild_graph(&mut self, scene: Scene<'_>) {
        let store = scene.store;
        let room = (self.viewport.area.width, self.viewport.area.height);
        let from = Some(GraphInputs {
            topology_version: store.world.topology_version,
            filtered: store.session.faults_only.then(|| store.world.faulty_nodes_and_neighbours()),
            key: LayoutKey::of(store, &self.view_state, room),
        });
        if from == self.inputs {
            return;
        }
        let outlook = |from: &Option<GraphInputs>| from.as_ref().map(|from| from.key.clone());
        let other = outlook(&from) != outlook(&self.inputs);
        self.inputs = from;
        let halves = draw::collapsed_group::uses_half_cells(scene.theme);
        let ways = MapGraph::variants(
            store,
            GraphOptions {
                view_state: &self.view_state,
                available_size: room,
                half_cells: halves,
                with_hub_badges: true,
            },
        );
        self.panned &= !other;
        if other
            || !ways
                .iter()
                .map(MapVariant::layout_input)
                .eq(self.variants.iter().map(MapVariant::layout_input))
        {
            self.scheduler.note_change(other);
        }
        self.variants = ways;
        // A collapsed group may contain other nodes although its shape is the same.
        let DrawnMap { graph: drawn, options, .. } = &self.drawn;
        let is_drawn = |way: &&MapVariant| {
            way.graph.level == drawn.level && way.layout_input() == (&drawn.layout_graph, *options)
        };
        if let Some(same) = self.variants.iter().find(is_drawn) {
            self.drawn.replace_graph(&same.graph);
        }
    }

    /// Pans the map by cells, even if the selected node leaves the screen.
    fn pan_by(&mut self, columns: i32, rows: i32) {
        self.viewport.pan(columns, rows);
        self.panned = true;
    }

    /// Scrolls just enough to show the selected node, unless the user panned after selecting it.
    fn scroll_to_selected(&mut self, store: &Store) {
        let selected = store.session.selected.as_ref().filter(|_| !self.panned);
        if let Some(place) = selected.and_then(|id| self.drawn.rect_of(id)) {
            self.viewport.scroll_to_show(place);
        }
        self.viewport.clamp_to_map();
    }
}
