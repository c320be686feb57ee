//! The map: nodes as boxes, calls as lines, the selected node in its middle, and beside it what there is to say.

mod draw;
mod mark;
mod panel;
mod plan;
pub mod sketch;
mod steer;

use super::{Hits, Scene, View};
use crate::{
    command::Command,
    effect::{Choice, Effect, LayoutJob, Screen},
    layout::{Diagram, Direction, Point, Raster, Rect as Cells, Seed, layout},
    model::NodeId,
    store::Store,
};
use plan::{Level, Plan};
use ratatui::{buffer::Buffer, layout::Rect};
use std::collections::BTreeSet;

/// The map.
#[derive(Default)]
pub struct Map {
    /// What was last asked to be laid out: the ways in which it may be drawn.
    plans: Vec<Plan>,
    /// What those plans were made from.
    made_from: Option<MadeFrom>,
    /// The number of that job, and whether its answer is still to come.
    number: u64,
    pending: bool,
    /// What is drawn.
    chart: Chart,
    /// The cell of the diagram in the upper left corner of the screen.
    origin: Point,
    /// Where the map is drawn.
    area: Rect,
    /// How much each node shows, where somebody chose; else what fits the screen.
    level: Option<Level>,
    /// The round of neighbours that tab goes.
    round: Option<steer::Round>,
    /// The node whose neighbourhood alone is shown.
    center: Option<NodeId>,
}

/// Everything that plans depend on: the version of the topology, the filter where it is on with what it lets through,
/// the neighbourhood, and how much each node shows.
type MadeFrom = (u64, Option<BTreeSet<NodeId>>, Option<NodeId>, Option<Level>);

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
                let forward = command == Command::NextNeighbour;
                self.round = steer::neighbour(&self.chart, store, self.round.as_ref(), forward);
                return self.round.iter().map(|(_, next)| Effect::Select(next.clone())).collect();
            }
            Command::Top | Command::Bottom => {
                let next = steer::end(&self.chart, command == Command::Bottom);
                return next.map(Effect::Select).into_iter().collect();
            }
            Command::ScrollUp => self.pan(0, -2),
            Command::ScrollDown => self.pan(0, 2),
            Command::HalfUp | Command::PageUp => self.pan(0, -i32::from(self.area.height) / 2),
            Command::HalfDown | Command::PageDown => self.pan(0, i32::from(self.area.height) / 2),
            Command::ZoomIn => self.level = Some(Level::Boxes),
            Command::ZoomOut => self.level = Some(Level::Pills),
            Command::Tidy if !self.plans.is_empty() => return vec![self.tidy()],
            Command::Focus => self.center = if self.center.is_some() { None } else { store.selected.clone() },
            Command::Open => return vec![Effect::Show(Screen::Card)],
            Command::Back if self.center.is_some() => self.center = None,
            _ => {}
        }
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Card, Edges, Findings, Focus, Help, List, Logs, NextFinding, Palette, Search, Why};
        &[Help, Logs, Card, Why, NextFinding, Findings, List, Search, Focus, Edges, Palette]
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect, shown: bool) -> Vec<Effect> {
        let store = scene.store;
        let area = draw::areas(area).map;
        let resized = area != self.area;
        self.area = area;
        let changed = self.plan(store) || resized;
        if shown {
            self.show_selected(store);
        }
        if changed { vec![self.ask()] } else { Vec::new() }
    }

    fn laid(&mut self, number: u64, choice: usize, diagram: Diagram, store: &Store) {
        let Some(plan) = self.plans.get(choice).filter(|_| number == self.number) else { return };
        let place = |chart: &Chart| store.selected.as_ref().and_then(|id| chart.place(id));
        let before = place(&self.chart);
        self.pending = false;
        self.chart = Chart { plan: plan.clone(), raster: Raster::new(&diagram), diagram };
        if let (Some(before), Some(after)) = (before, place(&self.chart)) {
            self.origin.x += after.x - before.x;
            self.origin.y += after.y - before.y;
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
    let plan = Plan::of(scene.store, None, Level::Boxes, Direction::LeftToRight);
    let diagram = layout(&plan.graph, None, &plan.options);
    let (width, height) = (diagram.size.0.clamp(0, WIDEST) as u16, diagram.size.1.clamp(0, WIDEST) as u16);
    let area = Rect::new(0, 0, width, height);
    let chart = Chart { raster: Raster::new(&diagram), plan, diagram };
    draw::text(&Map { chart, area, ..Map::default() }, scene, area)
}

impl Map {
    /// Makes the plans anew where what they depend on has changed. Returns whether they ask for another layout: a
    /// change of status alone does not.
    fn plan(&mut self, store: &Store) -> bool {
        let filtered = store.only_faulty.then(|| store.faulty_and_next());
        let from = Some((store.version, filtered, self.center.clone(), self.level));
        if from == self.made_from {
            return false;
        }
        self.made_from = from;
        let plans = Plan::all(store, self.center.as_ref(), self.level);
        let changed = !plans.iter().map(Plan::shape).eq(self.plans.iter().map(Plan::shape));
        self.plans = plans;
        changed
    }

    /// Asks for a layout that knows nothing of the present one.
    fn tidy(&mut self) -> Effect {
        self.chart.diagram.seed = Seed::default();
        self.ask()
    }

    /// Asks for the layout of the present plans, close to the present one.
    fn ask(&mut self) -> Effect {
        self.number += 1;
        self.pending = true;
        let drawn = &self.chart;
        let choice = |plan: &Plan| {
            let same = plan.level == drawn.plan.level
                && plan.options == drawn.plan.options
                && !drawn.plan.nodes.is_empty();
            let seed = same.then(|| drawn.diagram.seed.clone());
            Choice { graph: plan.graph.clone(), options: plan.options, seed }
        };
        let choices = self.plans.iter().map(choice).collect();
        let room = (self.area.width, self.area.height);
        Effect::Lay(Box::new(LayoutJob { number: self.number, choices, room }))
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
