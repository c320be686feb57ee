//! Map screen: nodes as boxes, calls as lines, and a panel for the selected node.

mod commands;
mod interaction;
mod relayout;
mod graph;
mod draw;
pub mod export_model;
mod as_text;
mod saved_view;

use super::{Canvas, ClickPlace, HitMap, Scene, Screen, ScreenRequest};
use crate::{
    command::Command,
    layout::{Diagram, Options, Raster, Rect as Cells},
    model::{NodeId, SourceStatus},
    store::{MapPart, Store, usage_target},
    subscription::Subscription,
};
pub use as_text::map_as_text;
use draw::{map_styles::MapStyles, on_demand_edges::OnDemandEdges};
use graph::{
    detail_level::DetailLevel,
    item::{Item, ItemKind},
    map_choices::MapChoices,
    map_graph::MapGraph,
    map_variant::MapVariant,
};
use interaction::{hover::HoverTarget, viewport::Viewport};
use ratatui::layout::Rect;
pub use relayout::layout_candidates::{LayoutCandidate, LayoutComparison, LayoutRequest};
use relayout::{
    layout_memory::{GraphInputs, LayoutMemory},
    layout_scheduler::{LayoutScheduler, PendingLayout},
    relayout_policy::RelayoutPolicy,
};
pub use saved_view::SavedMap;
use std::{collections::BTreeSet, sync::Arc};

/// Screen that draws nodes as boxes and calls as lines, with a panel for the selected node.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Default)]
pub struct Map {
    /// Possible ways to draw the current data, which differ in detail level, label width and direction.
    variants: Vec<MapVariant>,
    /// Inputs from which the variants were built.
    inputs: Option<GraphInputs>,
    /// Scheduler that decides when to request a layout.
    scheduler: LayoutScheduler,
    /// Layout request that the runtime is processing, with the variants among which it chooses.
    pending_layout: Option<PendingLayout>,
    /// Map on the screen: the graph with its layout.
    drawn: DrawnMap,
    /// Layout of each of the latest views. A view is a combination of focus, filters, settings and screen
    /// size. The next layout stays close to these layouts, and a return to one of the views restores its
    /// layout.
    layout_memory: LayoutMemory,
    /// Visible part of the map.
    viewport: Viewport,
    /// Selected node that the viewport keeps visible, unless `panned` is true.
    followed_node: Option<NodeId>,
    /// True if the user has panned since `followed_node` was selected.
    panned: bool,
    /// True if the user selected another node while the map was hidden.
    selection_changed_while_hidden: bool,
    /// Focus, detail level and collapsed groups that the user chose.
    choices: MapChoices,
    /// Position in the cycle of neighbours through which the tab key steps.
    neighbour_cycle: Option<interaction::navigation::NeighbourCycle>,
    /// True if the user switched the minimap off.
    minimap_off: bool,
    /// Policy that decides when to replace a layout in which many changes have tangled the lines.
    relayout_policy: RelayoutPolicy,
    /// Item or lines under the mouse.
    hovered: Option<HoverTarget>,
    /// Area of the whole map screen, including the panel and any rows at the bottom that the text of a guided
    /// tour covers.
    screen_area: Rect,
    /// Number of rows at the bottom of the map screen that the text of a guided tour covers now. The layout
    /// ignores them, so the map does not change.
    covered_rows: u16,
    /// Columns and rows for which the map is laid out.
    layout_size: (u16, u16),
    /// True if the panel for the selected node is shown on a small screen too.
    panel_wanted: bool,
    /// True if the panel for the selected node is visible.
    shows_panel: bool,
    /// Layout from a share (a screen that a colleague saved), to be shown as soon as the graph has been
    /// built.
    pending_restore: Option<saved_view::PendingRestore>,
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

    /// Updates styles and on-demand edges after the data or the selection has changed.
    fn refresh(&mut self, store: &Store) {
        self.styles.refresh(&self.graph, store);
        let selected = store.session.selected.as_ref().and_then(|id| self.graph.item_index(id));
        self.on_demand_edges.refresh(selected, &self.graph, &self.diagram);
    }

    /// Replaces the graph by one with the same layout input, so that the layout stays valid.
    fn replace_graph(&mut self, graph: &Arc<MapGraph>) {
        (self.graph, self.styles, self.on_demand_edges) =
            (Arc::clone(graph), MapStyles::default(), OnDemandEdges::default());
    }
}

impl Screen for Map {
    fn update(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        self.run_command(command, store)
    }

    fn applies(&self, command: Command, store: &Store) -> bool {
        self.command_applies(command, store)
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{
            Actions, Card, CommandPalette, Findings, Focus, Help, List, Logs, NextEdgeFilter, NextFinding,
            Search, Why,
        };
        &[
            Help,
            Logs,
            Card,
            Why,
            Actions,
            NextFinding,
            Findings,
            List,
            Search,
            Focus,
            NextEdgeFilter,
            CommandPalette,
        ]
    }

    fn subscriptions(&self, store: &Store) -> BTreeSet<Subscription> {
        let together = matches!(
            self.selected_item(store),
            Some(Item { kind: ItemKind::CollapsedGroup(..) | ItemKind::Stub(..), .. })
        );
        let service = store.selected_service().filter(|_| self.shows_panel && !together);
        service.and_then(usage_target).map(Subscription::Usage).into_iter().collect()
    }

    fn sync(&mut self, scene: Scene<'_>, area: Rect, shown: bool) -> Vec<ScreenRequest> {
        let store = scene.store;
        self.selection_changed_while_hidden |= !shown && self.followed_node != store.session.selected;
        if let Some(node) =
            store.session.selected.as_ref().filter(|_| shown && self.selection_changed_while_hidden)
        {
            self.choices.bring_into_focus(node, store);
            self.selection_changed_while_hidden = false;
        }
        let uncovered = Rect { height: area.height.saturating_add(self.covered_rows), ..area };
        let resized = uncovered != self.screen_area;
        self.screen_area = uncovered;
        self.divide_screen(store);
        if resized {
            self.viewport.center();
        }
        self.rebuild_variants(scene);
        if resized {
            self.scheduler.record_change(true);
        }
        if resized || self.followed_node != store.session.selected {
            (self.panned, self.followed_node) = (false, store.session.selected.clone());
        }
        self.apply_pending_restore(store);
        if shown {
            self.scroll_to_selected(store);
            self.drawn.refresh(store);
        }
        // All variants have a similar number of items.
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

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<ScreenRequest> {
        match at {
            ClickPlace::Row(_) | ClickPlace::Heading(_) => {}
            ClickPlace::Overview(column, row) => {
                if let Some(at) = draw::minimap::diagram_point_at(self, store, (column, row)) {
                    self.viewport.center_on(at);
                    self.panned = true;
                }
            }
        }
        Vec::new()
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        draw::draw_map(self, scene, area, buf)
    }
}

impl Map {
    /// Moves the map by these numbers of cells, because the user drags it with the mouse.
    pub fn drag(&mut self, columns: i32, rows: i32) {
        self.pan_by(-columns, -rows);
    }

    /// Updates the item or lines under the mouse, which is at the screen cell `at`, or outside the map if
    /// `at` is `None`. Returns true if the map has to be redrawn.
    pub fn hover(&mut self, at: Option<(u16, u16)>) -> bool {
        let hovered = at.and_then(|cell| HoverTarget::at(self, cell));
        let changed = hovered != self.hovered;
        self.hovered = hovered;
        changed
    }

    /// Sets the number of rows at the bottom of the map screen that the text of a guided tour covers. The map
    /// keeps its layout.
    pub fn set_covered_rows(&mut self, rows: u16) {
        self.covered_rows = rows;
    }

    /// Cancels the layout request in progress, and asks for a new layout later. The app calls this before it
    /// switches between the live map and the map of an opened share. Otherwise the map that is shown next
    /// would receive the result.
    pub fn drop_pending_layout(&mut self) {
        if self.pending_layout.take().is_some() {
            self.scheduler.drop_request();
        }
    }

    /// Makes `node` visible if the map shows only a part without it. A focus around one node gets `node` as
    /// its new center, and a focus on paths ends.
    pub fn reveal_node(&mut self, node: &NodeId, store: &Store) {
        self.choices.bring_into_focus(node, store);
    }

    /// Returns the title and the nodes of the focus, or `None` without a focus.
    #[must_use]
    pub fn focused_part(&self, store: &Store) -> Option<MapPart> {
        let title = self.choices.part_title(store)?;
        Some(MapPart { title, nodes: self.choices.focused_nodes(store)? })
    }

    /// Returns true if the map shows a collapsed group that contains `node`.
    #[must_use]
    pub fn is_in_collapsed_group(&self, node: &NodeId) -> bool {
        let item = self.drawn.graph.item_of(node);
        item.is_some_and(|item| matches!(item.kind, ItemKind::CollapsedGroup(..)))
    }

    /// Expands the collapsed group that contains `node`. Does nothing if the map shows no such group.
    pub fn expand_group_of(&mut self, node: &NodeId) {
        let item = self.drawn.graph.item_of(node);
        if let Some(ItemKind::CollapsedGroup(group, _)) = item.map(|item| &item.kind) {
            self.choices.toggle_group(group, self.drawn.graph.level);
        }
    }

    /// Ends the focus, which is the part of the map shown alone, and restores the view from before it. Does
    /// nothing without a focus.
    pub fn leave_focus(&mut self) {
        if self.choices.focus.is_some() {
            self.choices.leave_focus();
        }
    }

    /// Removes the nodes that the user added to the shown part of the map, because the map shows another part
    /// now.
    pub fn forget_extra_nodes(&mut self) {
        self.choices.forget_extra_nodes();
    }

    /// Divides the screen into the map and the panel.
    fn divide_screen(&mut self, store: &Store) {
        let uncovered = self.screen_area;
        let area = Rect { height: uncovered.height.saturating_sub(self.covered_rows), ..uncovered };
        self.panel_wanted = store.session.selected_by_user || self.has_room_for_panel(uncovered);
        let draw::Areas { map, panel, .. } = draw::areas(area, self.panel_wanted);
        self.shows_panel = panel.height > 0;
        self.viewport.area = map;
        self.layout_size = draw::areas(uncovered, self.panel_wanted).layout_size;
    }

    /// Returns true if the panel of a small screen would cover no part of the map.
    fn has_room_for_panel(&self, area: Rect) -> bool {
        let height = draw::areas(area, true).map.height;
        !self.drawn.graph.items.is_empty() && self.drawn.diagram.size.1 <= i32::from(height)
    }

    /// Returns the detail level that the user chose, or else the level of the map that is drawn.
    fn detail_level(&self) -> DetailLevel {
        self.choices.level.unwrap_or(self.drawn.graph.level)
    }

    /// Returns the selected item, which is the item that contains the selected node.
    fn selected_item(&self, store: &Store) -> Option<&Item> {
        store.session.selected.as_ref().and_then(|id| self.drawn.graph.item_of(id))
    }

    /// Pans the map by these numbers of cells. The selected node may leave the screen.
    fn pan_by(&mut self, columns: i32, rows: i32) {
        self.viewport.pan(columns, rows);
        self.panned = true;
    }

    /// Scrolls as little as possible to show the selected node, unless the user has panned since selecting
    /// it.
    fn scroll_to_selected(&mut self, store: &Store) {
        let selected = store.session.selected.as_ref().filter(|_| !self.panned);
        if let Some(place) = selected.and_then(|id| self.drawn.rect_of(id)) {
            self.viewport.scroll_to_show(place);
        }
        self.viewport.clamp_to_map();
    }
}
