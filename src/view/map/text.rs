//! The whole map as text, for what is no terminal.

use super::{
    Chart, Map, Scene, draw,
    level::Level,
    looks::Looks,
    plan::{Frame, Plan},
    sight::Sight,
    viewport::Viewport,
};
use crate::layout::{Options, Point, Raster, layout};
use ratatui::layout::Rect;
use std::sync::Arc;

/// The most columns and rows of a map as text.
const WIDEST: i32 = 4_000;

/// The whole map as text, in boxes, however large it is.
#[must_use]
pub fn whole(scene: Scene<'_>) -> String {
    let sight = Sight::default();
    let frame = Frame { sight: &sight, room: (0, 0), halves: false, stubs: false };
    let plan = Arc::new(Plan::of(scene.store, frame, Level::Boxes));
    let options = Options::default();
    let diagram = layout(&plan.graph, None, &options);
    let (width, height) = (diagram.size.0.clamp(0, WIDEST) as u16, diagram.size.1.clamp(0, WIDEST) as u16);
    let area = Rect::new(0, 0, width, height);
    let mut looks = Looks::default();
    looks.follow(&plan, scene.store);
    let chart = Chart { raster: Raster::new(&diagram), plan, options, diagram, looks, ..Chart::default() };
    let viewport = Viewport { origin: Point::default(), area, size: chart.diagram.size };
    draw::text(&Map { chart, viewport, ..Map::default() }, scene, area)
}
