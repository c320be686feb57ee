//! The map: nodes as boxes, calls as lines, the selected node in its middle, and beside it what there is to say.

mod draw;
mod hover;
mod hub;
mod item;
mod level;
mod looks;
mod mark;
mod order;
mod outlook;
mod panel;
mod plan;
mod revealed;
mod sight;
pub mod sketch;
mod steer;
mod tally;
mod tangle;
mod text;
mod viewport;

use super::{Canvas, Hits, Scene, View};
use crate::{
    command::Command,
    effect::{Effect, Screen, Subscription},
    layout::{Diagram, Options, Raster, Rect as Cells},
    model::{NodeId, SourceStatus},
    store::{Store, usage_target},
    topology::way,
};
use hover::Hovered;
use item::{Item, Kind};
use level::Level;
use looks::Looks;
use order::{Asked, Order};
use outlook::{Album, MadeFrom, Noted, Outlook};
use plan::{Frame, Plan, Way};
use ratatui::layout::Rect;
use revealed::Revealed;
use sight::{Focus, Sight};
use std::{collections::BTreeSet, sync::Arc};
use tangle::Tangle;
pub use text::whole;
use viewport::Viewport;

/// The map.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Default)]
pub struct Map {
    /// The ways in which what there is may be drawn.
    ways: Vec<Way>,
    /// What those were made from.
    made_from: Option<MadeFrom>,
    /// Whether a layout was asked for, and whether another one is to be.
    order: Order,
    /// For what the last one was asked.
    asked: Option<Asked>,
    /// What is drawn.
    chart: Chart,
    /// What was drawn for what somebody looked at before.
    album: Album,
    /// Which part of it is on the screen.
    viewport: Viewport,
    /// The node that is brought into sight, unless somebody has panned since.
    leads: Option<NodeId>,
    roams: bool,
    /// Whether another node was selected while the map was not shown.
    selected_elsewhere: bool,
    /// What somebody chose to see.
    sight: Sight,
    /// The round of neighbours that tab goes.
    round: Option<steer::Round>,
    /// Whether the small map in the corner is switched off.
    no_inset: bool,
    /// Whether changes have tangled what is drawn.
    tangle: Tangle,
    /// What the mouse is over.
    hovered: Option<Hovered>,
    /// Whether there is room to tell of the selected node.
    tells: bool,
}

/// A plan with its layout, ready to be drawn.
#[derive(Default)]
pub(super) struct Chart {
    plan: Arc<Plan>,
    options: Options,
    diagram: Diagram,
    raster: Raster,
    looks: Looks,
    revealed: Revealed,
}

impl Chart {
    /// Where that node is, or what it is in.
    fn place(&self, id: &NodeId) -> Option<Cells> {
        self.plan.index(id).and_then(|index| self.diagram.nodes.get(index)).copied()
    }

    /// Follows what there is to be seen, and what is selected.
    fn follow(&mut self, store: &Store) {
        self.looks.follow(&self.plan, store);
        let selected = store.selected.as_ref().and_then(|id| self.plan.index(id));
        self.revealed.follow(selected, &self.plan, &self.diagram, &self.raster);
    }

    /// Takes a plan of the same shape in place of its own.
    fn replan(&mut self, plan: &Arc<Plan>) {
        (self.plan, self.looks, self.revealed) = (Arc::clone(plan), Looks::default(), Revealed::default());
    }
}

impl View for Map {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        self.hovered = None;
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
            Command::HalfUp | Command::PageUp => self.pan(0, -self.viewport.seen().height / 2),
            Command::HalfDown | Command::PageDown => self.pan(0, self.viewport.seen().height / 2),
            Command::MiniMap => self.no_inset = !self.no_inset,
            Command::Tidy if !self.ways.is_empty() => return vec![self.tidy(store)],
            Command::Open => return self.open(store),
            Command::Mark => return store.selected.iter().cloned().map(Effect::Mark).collect(),
            Command::Path => return self.path(store),
            Command::Back if self.sight.focus.is_some() => self.sight.look_up(),
            Command::Back => return vec![Effect::Unmark],
            _ => return self.look(command, store),
        }
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Card, Edges, Findings, Focus, Help, List, Logs, NextFinding, Palette, Search, Why};
        &[Help, Logs, Card, Why, NextFinding, Findings, List, Search, Focus, Edges, Palette]
    }

    fn wants(&self, store: &Store) -> BTreeSet<Subscription> {
        let together =
            matches!(self.selected(store), Some(Item { kind: Kind::Pile(..) | Kind::Ghost(..), .. }));
        let service = store.service().filter(|_| self.tells && !together);
        service.and_then(usage_target).map(Subscription::Usage).into_iter().collect()
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect, shown: bool) -> Vec<Effect> {
        let store = scene.store;
        self.selected_elsewhere |= !shown && self.leads != store.selected;
        if let Some(node) = store.selected.as_ref().filter(|_| shown && self.selected_elsewhere) {
            self.sight.bring(node, store);
            self.selected_elsewhere = false;
        }
        let draw::Areas { map: area, panel } = draw::areas(area);
        self.tells = panel.height > 0;
        let resized = area != self.viewport.area;
        self.viewport.area = area;
        if resized {
            self.viewport.center();
        }
        self.plan(scene);
        if resized {
            self.order.changed(true);
        }
        if resized || self.leads != store.selected {
            (self.roams, self.leads) = (false, store.selected.clone());
        }
        if shown {
            self.show_selected(store);
            self.chart.follow(store);
        }
        // How many items there are is about the same in all ways.
        let items = self.ways.first().map_or(0, |way| way.plan.items.len());
        let fills = order::fills(store);
        let mends = self.tangle.mends(shown, store.chosen, store.now);
        let effects = match () {
            () if self.order.is_due(items, fills, store.now) => vec![self.ask(store)],
            () if self.order.pending || fills => Vec::new(),
            () if mends => vec![self.mend(store)],
            () if self.order.filled && self.tangle.is_due(store.now) => vec![self.compare()],
            () => Vec::new(),
        };
        self.order.filled |= !fills && store.sources.iter().all(SourceStatus::is_settled);
        effects
    }

    fn laid(&mut self, number: u64, choice: usize, diagram: Diagram, store: &Store) {
        if !self.order.came(number) {
            return;
        }
        let Some(Asked { outlook, ways, weight }) = self.asked.take() else { return };
        let Some(way) = ways.into_iter().nth(choice) else { return };
        let place = |chart: &Chart| store.selected.as_ref().and_then(|id| chart.place(id));
        let before = place(&self.chart);
        self.hovered = None;
        let origin = self.viewport.origin;
        let same = self.album.is_last(&outlook);
        self.tangle.laid(self.album.seed(&outlook, &way).is_none());
        let noted = Noted { outlook: &outlook, way: &way, weight, seed: diagram.seed.clone() };
        let back = self.album.add(noted, origin);
        let Way { plan, options } = way;
        self.chart = Chart { plan, options, raster: Raster::new(&diagram), diagram, ..Chart::default() };
        self.viewport.size = self.chart.diagram.size;
        if let (Some(before), Some(after)) = (before, place(&self.chart)) {
            self.viewport.origin.x += after.x - before.x;
            self.viewport.origin.y += after.y - before.y;
        }
        // Where only what runs has changed, what is left of a smaller map would slide for nothing.
        let begins = !same || !store.sources.iter().all(SourceStatus::is_settled);
        if before.is_none() || (begins && !store.chosen) {
            self.viewport.center();
        }
        self.viewport.origin = back.unwrap_or(self.viewport.origin);
        self.show_selected(store);
    }

    fn unlaid(&mut self, number: u64) {
        self.order.came(number);
    }

    fn compared(&mut self, number: u64, tangled: bool) {
        if number == self.order.number && !self.order.pending {
            self.tangle.found = tangled;
        }
    }

    fn drag(&mut self, columns: i32, rows: i32) {
        self.pan(-columns, -rows);
    }

    fn hover(&mut self, at: Option<(u16, u16)>) -> bool {
        let hovered = at.and_then(|cell| Hovered::at(self, cell));
        let changed = hovered != self.hovered;
        self.hovered = hovered;
        changed
    }

    fn point(&mut self, column: u16, row: u16, store: &Store) {
        if let Some(at) = draw::inset::aimed(self, store, (column, row)) {
            self.viewport.aim(at);
            self.roams = true;
        }
    }

    fn bring(&mut self, node: &NodeId, store: &Store) {
        self.sight.bring(node, store);
    }

    fn focused(&self, store: &Store) -> Option<BTreeSet<NodeId>> {
        self.sight.nodes(store)
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        draw::draw(self, scene, area, buf)
    }
}

impl Map {
    /// Carries out what changes the sight.
    fn look(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        let level = self.level();
        match command {
            Command::ZoomIn | Command::ZoomOut => {
                let grouped = self.chart.plan.items.iter().any(|item| matches!(item.kind, Kind::Pile(..)))
                    || !self.chart.plan.groups.is_empty();
                let to = level.step(command == Command::ZoomIn, grouped && self.sight.focus.is_none());
                let selected = store.selected.as_ref();
                self.sight.zoom(level, to, selected);
            }
            Command::ZoomAuto => self.sight.fit(),
            Command::FoldAll | Command::UnfoldAll => {
                self.sight.level = Some(level);
                self.sight.fold_all(command == Command::FoldAll);
            }
            Command::Fold => return self.fold(store),
            Command::Focus if self.sight.focus.is_some() => self.sight.look_up(),
            Command::Focus => self.focus(self.sight.around(1, store)),
            other => {
                if let Some(hops) = sight::hops(other) {
                    self.focus(self.sight.around(hops, store));
                }
            }
        }
        Vec::new()
    }

    fn focus(&mut self, focus: Option<Focus>) {
        if let Some(focus) = focus {
            self.sight.look_at(focus);
        }
    }

    /// How much nodes show: as chosen, or as drawn.
    fn level(&self) -> Level {
        self.sight.level.unwrap_or(self.chart.plan.level)
    }

    /// The item that is selected, or that the selected node is in.
    fn selected(&self, store: &Store) -> Option<&Item> {
        store.selected.as_ref().and_then(|id| self.chart.plan.item(id))
    }

    /// Opens what is selected: a group and a ghost here, a node on its card.
    fn open(&mut self, store: &Store) -> Vec<Effect> {
        match self.selected(store).map(|item| (item.kind.clone(), item.members.clone())) {
            Some((Kind::Pile(..), _)) => self.fold(store),
            Some((Kind::Ghost(..), members)) => {
                self.sight.reveal(&members);
                Vec::new()
            }
            _ => vec![Effect::Show(Screen::Card)],
        }
    }

    /// Closes or opens the group of the selected node.
    fn fold(&mut self, store: &Store) -> Vec<Effect> {
        let group = store.node().and_then(|node| store.charting.grouping.of(store, node));
        let Some((key, _)) = group else { return vec![Effect::Say("it belongs to no group".to_owned())] };
        let level = self.level();
        self.sight.fold(&key, level);
        Vec::new()
    }

    /// Shows the way between the marked nodes, or between the marked one and the selected one.
    fn path(&mut self, store: &Store) -> Vec<Effect> {
        let Some((from, to)) = store.ends() else {
            return vec![Effect::Say("mark a service first, and select another".to_owned())];
        };
        match way(store.topology(), from, to) {
            Some(way) => {
                let focus = self.sight.along(way, store);
                self.sight.look_at(focus);
                Vec::new()
            }
            None => vec![Effect::Say("no calls lead from one to the other, nor back".to_owned())],
        }
    }

    /// Makes the ways anew where what they depend on has changed, and notes whether they need another layout: a change
    /// of status alone does not.
    fn plan(&mut self, scene: Scene<'_>) {
        let store = scene.store;
        let room = (self.viewport.area.width, self.viewport.area.height);
        let from = Some(MadeFrom {
            version: store.version,
            filtered: store.only_faulty.then(|| store.faulty_and_before()),
            outlook: Outlook::of(store, &self.sight, room),
        });
        if from == self.made_from {
            return;
        }
        let outlook = |from: &Option<MadeFrom>| from.as_ref().map(|from| from.outlook.clone());
        let other = outlook(&from) != outlook(&self.made_from);
        self.made_from = from;
        let halves = draw::pile::in_halves(scene.theme);
        let ways = Plan::all(store, Frame { sight: &self.sight, room, halves, stubs: true });
        self.roams &= !other;
        if other || !ways.iter().map(Way::shape).eq(self.ways.iter().map(Way::shape)) {
            self.order.changed(other);
        }
        self.ways = ways;
        // What is inside a closed group may be another one in the same shape.
        let Chart { plan: drawn, options, .. } = &self.chart;
        let is_drawn = |way: &&Way| way.plan.level == drawn.level && way.shape() == (&drawn.graph, *options);
        if let Some(same) = self.ways.iter().find(is_drawn) {
            self.chart.replan(&same.plan);
        }
    }

    /// Moves the map under the screen, whether the selected node stays in sight or not.
    fn pan(&mut self, columns: i32, rows: i32) {
        self.viewport.pan(columns, rows);
        self.roams = true;
    }

    /// Brings the selected node into sight, by as little as it takes, unless somebody has panned since it was selected.
    fn show_selected(&mut self, store: &Store) {
        let selected = store.selected.as_ref().filter(|_| !self.roams);
        if let Some(place) = selected.and_then(|id| self.chart.place(id)) {
            self.viewport.show(place);
        }
        self.viewport.hold();
    }
}
