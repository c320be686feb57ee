//! Whole map as plain text, for pipes and files.

use super::{
    DrawnMap, Map, Scene,
    draw::{self, map_styles::MapStyles},
    graph::{
        build_graph::GraphOptions, detail_level::DetailLevel, map_choices::MapChoices, map_graph::MapGraph,
    },
    interaction::viewport::Viewport,
};
use crate::layout::{Options, Point, Raster, layout};
use ratatui::layout::Rect;
use std::sync::Arc;

/// Maximum number of columns, and also of rows, of a map as text.
const MAX_TEXT_MAP_SIDE: i32 = 4_000;

/// Returns the whole map as text, with a box for each node, regardless of the screen size.
#[must_use]
pub fn map_as_text(scene: Scene<'_>) -> String {
    let view_state = MapChoices::default();
    let graph_options = GraphOptions {
        map_choices: &view_state,
        available_size: (0, 0),
        half_cells: false,
        hides_hub_lines: false,
        has_frames: true,
    };
    let graph = Arc::new(MapGraph::build(scene.store, graph_options, DetailLevel::Boxes));
    let options = Options::default();
    let diagram = layout(&graph.layout_graph, None, &options);
    let (width, height) = (
        diagram.size.0.clamp(0, MAX_TEXT_MAP_SIDE) as u16,
        diagram.size.1.clamp(0, MAX_TEXT_MAP_SIDE) as u16,
    );
    let area = Rect::new(0, 0, width, height);
    let mut looks = MapStyles::default();
    looks.refresh(&graph, scene.store);
    let chart = DrawnMap {
        raster: Raster::new(&diagram),
        graph,
        options,
        diagram,
        styles: looks,
        ..DrawnMap::default()
    };
    let viewport = Viewport { origin: Point::default(), area, map_size: chart.diagram.size };
    draw::draw_as_text(&Map { drawn: chart, viewport, ..Map::default() }, scene, area)
}
