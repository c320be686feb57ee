//! State of the map screen in a share (a screen saved for a colleague): the user's choices, the viewport and
//! the layout. A share may come from a stranger. So Portolan uses the saved layout only if it fits the graph
//! built from the share's data, and computes a new layout otherwise.

use super::{
    Map,
    graph::{detail_level::DetailLevel, item::LabelWidth, map_choices::MapChoices, map_variant::MapVariant},
    relayout::{graph_size::GraphSize, layout_memory::LayoutKey, layout_scheduler::PendingLayout},
};
use crate::{
    layout::{Diagram, Graph, Options, Point, Rect, Route},
    model::NodeId,
    store::Store,
};
use serde::{Deserialize, Serialize};

/// Id after which a restored map numbers its layout requests. It is so large that the ids differ from those
/// of the app's own map.
const FIRST_RESTORED_REQUEST: u64 = 1 << 32;

/// Maximum width and height of a restored layout, in cells.
const MAX_LAYOUT_CELLS: i32 = 50_000;

/// Maximum number of points in all routes of a restored layout together.
const MAX_ROUTE_POINTS: usize = 1_000_000;

/// State of the map screen that a share saves: the user's choices, viewport and layout.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedMap {
    choices: MapChoices,
    minimap_off: bool,
    is_tangled: bool,
    followed_node: Option<NodeId>,
    viewport: SavedViewport,
    layout: Option<SavedLayout>,
}

/// Visible part of the map in the form in which a share saves it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct SavedViewport {
    origin: Point,
    panned: bool,
}

/// Layout of a map graph, and the properties that identify the variant to which it belongs.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedLayout {
    available_size: (u16, u16),
    level: DetailLevel,
    label_width: LabelWidth,
    options: Options,
    nodes: Vec<Rect>,
    groups: Vec<Rect>,
    routes: Vec<Route>,
    size: (i32, i32),
}

/// Layout and viewport from a share (a screen that a colleague saved), to be shown as soon as the graph has
/// been built.
#[derive(Clone, Debug)]
pub(super) struct PendingRestore {
    layout: SavedLayout,
    viewport: SavedViewport,
    followed_node: Option<NodeId>,
    is_tangled: bool,
}

impl Map {
    /// Returns the state of the map screen to save in a share.
    #[must_use]
    pub fn view(&self) -> SavedMap {
        let Self { choices, minimap_off, followed_node, panned, viewport, drawn, .. } = self;
        let diagram = &drawn.diagram;
        SavedMap {
            choices: choices.clone(),
            minimap_off: *minimap_off,
            is_tangled: self.relayout_policy.is_tangled,
            followed_node: followed_node.clone(),
            viewport: SavedViewport { origin: viewport.origin, panned: *panned },
            layout: (!drawn.graph.items.is_empty()).then(|| SavedLayout {
                available_size: self.layout_size,
                level: drawn.graph.level,
                label_width: drawn.graph.label_width,
                options: drawn.options,
                nodes: diagram.nodes.clone(),
                groups: diagram.groups.clone(),
                routes: diagram.routes.clone(),
                size: diagram.size,
            }),
        }
    }

    /// Restores the state that a share saved. The saved layout is shown at the next `sync`.
    pub fn restore(&mut self, view: SavedMap) {
        let SavedMap { choices, minimap_off, is_tangled, followed_node, viewport, layout } = view;
        let pending = layout.map(|layout| PendingRestore { layout, viewport, followed_node, is_tangled });
        let followed_node = pending.as_ref().and_then(|pending| pending.followed_node.clone());
        *self = Self { choices, minimap_off, followed_node, pending_restore: pending, ..Self::default() };
        // While the app also shows its own map, the results of that map's requests must not reach this one.
        self.scheduler.request_id = FIRST_RESTORED_REQUEST;
    }

    /// Draws the layout from the opened share if it fits one of the current variants. Otherwise drops that
    /// layout, and the map computes a new one.
    pub(super) fn apply_pending_restore(&mut self, store: &Store) {
        let Some(PendingRestore { layout, viewport, followed_node, is_tangled }) =
            self.pending_restore.take()
        else {
            return;
        };
        let fits = |variant: &&MapVariant| {
            layout.available_size == self.layout_size
                && (layout.level, layout.label_width, layout.options)
                    == (variant.graph.level, variant.graph.label_width, variant.options)
                && layout.fits(&variant.graph.layout_graph)
        };
        let Some(variant) = self.variants.iter().find(fits).cloned() else { return };
        let key = LayoutKey::of(store, &self.choices, self.layout_size);
        let size_when_chosen =
            self.variants.first().map(|first| GraphSize::of(&first.graph.layout_graph)).unwrap_or_default();
        let direction = layout.options.direction;
        let SavedLayout { nodes, groups, routes, size, .. } = layout;
        let diagram = Diagram { nodes, groups, routes, size, direction, ..Diagram::default() };
        self.pending_layout = Some(PendingLayout { key, variants: vec![variant], size_when_chosen });
        let number = self.scheduler.start_request(self.variants.len(), store.world.now);
        self.scheduler.loaded = true;
        self.on_layout_ready(number, 0, diagram, store);
        self.relayout_policy.is_tangled = is_tangled;
        self.divide_screen(store);
        (self.viewport.origin, self.panned, self.followed_node) =
            (viewport.origin, viewport.panned, followed_node);
    }
}

impl SavedLayout {
    /// Returns true if this can be a layout of `graph`: the numbers of boxes, frames and routes match, the
    /// boxes have the right sizes, and everything lies within the drawing.
    fn fits(&self, graph: &Graph) -> bool {
        let (width, height) = self.size;
        let is_inside = |rect: &Rect| {
            rect.x >= 0
                && rect.y >= 0
                && rect.width >= 0
                && rect.height >= 0
                && rect.x <= width
                && rect.y <= height
                && rect.width <= width - rect.x
                && rect.height <= height - rect.y
        };
        let has_size = |(rect, node): (&Rect, &crate::layout::Node)| {
            rect.width == i32::from(node.width.max(1)) && rect.height == i32::from(node.height.max(1))
        };
        (0..=MAX_LAYOUT_CELLS).contains(&width)
            && (0..=MAX_LAYOUT_CELLS).contains(&height)
            && self.nodes.len() == graph.nodes.len()
            && self.groups.len() == graph.groups.len()
            && self.routes.len() == graph.edges.len()
            && self.nodes.iter().chain(&self.groups).all(is_inside)
            && self.nodes.iter().zip(&graph.nodes).all(has_size)
            && self.routes.iter().map(|route| route.points.len()).sum::<usize>() <= MAX_ROUTE_POINTS
            && self.routes.iter().all(|route| is_route(route, self.size))
    }
}

/// Returns true if all parts of a route are horizontal or vertical and lie within a drawing of this size.
fn is_route(route: &Route, (width, height): (i32, i32)) -> bool {
    let is_inside = |at: &Point| (-1..=width).contains(&at.x) && (-1..=height).contains(&at.y);
    let is_straight = |pair: &[Point]| pair[0].x == pair[1].x || pair[0].y == pair[1].y;
    route.points.iter().all(is_inside) && route.points.windows(2).all(is_straight)
}
