//! The map: nodes as boxes, calls as lines, the selected node in its middle, and beside it what there is to say.

mod draw;
mod plan;
mod steer;

use super::{Hits, Scene, View};
use crate::{
    command::Command,
    effect::{Effect, LayoutJob, Screen},
    layout::{Diagram, Point, Raster, Rect as Cells, layout},
    model::NodeId,
    store::Store,
};
use plan::{Level, Plan};
use ratatui::{buffer::Buffer, layout::Rect};

/// The map.
#[derive(Default)]
pub struct Map {
    /// What was last asked to be laid out.
    plan: Plan,
    /// The number of that job, and whether its answer is still to come.
    number: u64,
    pending: bool,
    /// What is drawn.
    chart: Chart,
    /// The cell of the diagram in the upper left corner of the screen.
    origin: Point,
    /// Where the map is drawn.
    area: Rect,
    /// How much each node shows; chosen by the size of the screen until somebody zooms.
    level: Level,
    zoomed: bool,
    /// The node whose neighbourhood alone is shown.
    center: Option<NodeId>,
}

/// The most columns and rows of a map as text.
const WIDEST: i32 = 4_000;

/// A plan with its layout, ready to be drawn.
#[derive(Default)]
pub(super) struct Chart {
    plan: Plan,
    diagram: Diagram,
    raster: Raster,
}

impl Chart {
    /// Where that node is.
    fn place(&self, id: &NodeId) -> Option<Cells> {
        self.plan.index(id).and_then(|index| self.diagram.nodes.get(index)).copied()
    }
}

impl View for Map {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        match command {
            Command::Up | Command::Down | Command::Left | Command::Right => {
                let next =
                    store.selected.as_ref().and_then(|from| steer::nearest(&self.chart, from, command));
                return next.map(Effect::Select).into_iter().collect();
            }
            Command::NextNeighbour | Command::PreviousNeighbour => {
                let next = steer::neighbour(&self.chart, store, command == Command::NextNeighbour);
                return next.map(Effect::Select).into_iter().collect();
            }
            Command::Top | Command::Bottom => {
                let next = steer::end(&self.chart, command == Command::Bottom);
                return next.map(Effect::Select).into_iter().collect();
            }
            Command::ScrollUp => self.pan(0, -2),
            Command::ScrollDown => self.pan(0, 2),
            Command::HalfUp | Command::PageUp => self.pan(0, -i32::from(self.area.height) / 2),
            Command::HalfDown | Command::PageDown => self.pan(0, i32::from(self.area.height) / 2),
            Command::ZoomIn => (self.level, self.zoomed) = (Level::Boxes, true),
            Command::ZoomOut => (self.level, self.zoomed) = (Level::Pills, true),
            Command::Focus => self.center = if self.center.is_some() { None } else { store.selected.clone() },
            Command::Open => return vec![Effect::Show(Screen::Card)],
            Command::Back if self.center.is_some() => self.center = None,
            _ => {}
        }
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Card, Findings, Focus, Help, List, Logs, NextFinding, Palette, Search};
        &[Logs, Card, NextFinding, Findings, List, Focus, Search, Palette, Help]
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect) -> Vec<Effect> {
        let store = scene.store;
        let area = draw::areas(area).map;
        if area != self.area {
            self.area = area;
            self.level = if self.zoomed { self.level } else { Level::Boxes };
        }
        let plan = Plan::of(store, self.center.as_ref(), self.level, area);
        let mut effects = Vec::new();
        if plan.graph != self.plan.graph || plan.options != self.plan.options {
            self.number += 1;
            self.pending = true;
            effects.push(Effect::Lay(Box::new(LayoutJob {
                number: self.number,
                graph: plan.graph.clone(),
                seed: (plan.level == self.chart.plan.level).then(|| self.chart.diagram.seed.clone()),
                options: plan.options,
            })));
        }
        self.plan = plan;
        self.show_selected(store);
        effects
    }

    fn laid(&mut self, number: u64, diagram: Diagram, store: &Store) {
        if number != self.number {
            return;
        }
        self.pending = false;
        let before = store.selected.as_ref().and_then(|id| self.chart.place(id));
        let raster = Raster::new(&diagram);
        self.chart = Chart { plan: self.plan.clone(), diagram, raster };
        let after = store.selected.as_ref().and_then(|id| self.chart.place(id));
        if let (Some(before), Some(after)) = (before, after) {
            self.origin.x += after.x - before.x;
            self.origin.y += after.y - before.y;
        }
        if !self.zoomed && self.level == Level::Boxes && self.is_too_large() {
            self.level = Level::Pills;
        }
        self.show_selected(store);
    }

    fn drag(&mut self, columns: i32, rows: i32) {
        self.pan(-columns, -rows);
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Buffer) -> Hits {
        draw::draw(self, scene, area, buf)
    }
}

/// The whole map as text, in boxes, however large it is.
#[must_use]
pub fn whole(scene: Scene<'_>) -> String {
    let plan = Plan::of(scene.store, None, Level::Boxes, Rect::new(0, 0, u16::MAX, u16::MAX));
    let diagram = layout(&plan.graph, None, &plan.options);
    let (width, height) = (diagram.size.0.clamp(0, WIDEST) as u16, diagram.size.1.clamp(0, WIDEST) as u16);
    let area = Rect::new(0, 0, width, height);
    let chart = Chart { raster: Raster::new(&diagram), plan, diagram };
    draw::text(&Map { chart, area, ..Map::default() }, scene, area)
}

impl Map {
    /// Whether the boxes take more than twice the screen, so that pills show more of the system.
    fn is_too_large(&self) -> bool {
        let (width, height) = self.chart.diagram.size;
        width > 2 * i32::from(self.area.width) || height > 3 * i32::from(self.area.height) / 2
    }

    /// Moves what is seen.
    fn pan(&mut self, columns: i32, rows: i32) {
        self.origin.x += columns;
        self.origin.y += rows;
        self.hold();
    }

    /// Keeps the map on the screen: centred where it fits, else without empty margins.
    fn hold(&mut self) {
        let hold = |origin: i32, size: i32, room: i32| {
            if size <= room { (size - room) / 2 } else { origin.clamp(-1, size - room + 1) }
        };
        let (width, height) = self.chart.diagram.size;
        self.origin.x = hold(self.origin.x, width, i32::from(self.area.width));
        self.origin.y = hold(self.origin.y, height, i32::from(self.area.height));
    }

    /// Brings the selected node into sight, by as little as it takes.
    fn show_selected(&mut self, store: &Store) {
        if let Some(place) = store.selected.as_ref().and_then(|id| self.chart.place(id)) {
            let near = |origin: i32, start: i32, length: i32, room: i32, margin: i32| {
                let (low, high) = (start + length + margin - room, start - margin);
                if low > high { start - (room - length) / 2 } else { origin.clamp(low, high) }
            };
            let (width, height) = (i32::from(self.area.width), i32::from(self.area.height));
            self.origin.x = near(self.origin.x, place.x, place.width, width, width / 8);
            self.origin.y = near(self.origin.y, place.y, place.height, height, height / 8);
        }
        self.hold();
    }
}
