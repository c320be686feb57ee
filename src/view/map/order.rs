//! When a layout is asked for: one at a time, and while the first picture still fills in only now and then, as each would
//! be out of date before it came.

use super::{Chart, Map, outlook::Outlook, plan::Way};
use crate::{
    effect::{Choice, Comparison, Effect, LayoutJob},
    layout::{Graph, Seed, closes_up},
    model::Timestamp,
    store::Store,
};
use std::sync::Arc;

/// How many seconds lie between two layouts while the picture fills in and grows little.
const PAUSE: i64 = 3;

/// The growth, as a divisor, that is worth a layout of its own.
const GROWTH: usize = 4;

/// The growth in boxes and lines, as a divisor, that is a reason to choose another way of drawing.
const GROWN: usize = 8;

/// What was asked for, and what is to be asked for.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The number of the last job.
    pub number: u64,
    /// Whether its answer is still to come.
    pub pending: bool,
    /// Whether the first picture has filled in.
    pub filled: bool,
    wanted: Wanted,
    /// When it was asked for, and of how many items.
    asked: Option<(Timestamp, usize)>,
}

/// What is to be laid out.
pub(super) struct Asked {
    /// What somebody looks at.
    pub outlook: Outlook,
    /// The ways in which it may be drawn.
    pub ways: Vec<Way>,
    /// What there was when one of them was last chosen among all.
    pub weight: Weight,
}

/// How much there is to draw.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    boxes: usize,
    lines: usize,
}

impl Weight {
    fn of(graph: &Graph) -> Self {
        Self { boxes: graph.nodes.len(), lines: graph.edges.len() }
    }

    /// Whether so much has come since, or so many have left, that another way of drawing may be the better one.
    fn is_other(self, before: Self) -> bool {
        let (now, then) = (self.boxes + self.lines, before.boxes + before.lines);
        now.saturating_sub(then) * GROWN > then
            || closes_up(before.boxes.saturating_sub(self.boxes), self.boxes)
    }
}

/// How much another layout is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    #[default]
    No,
    /// What runs has changed.
    Soon,
    /// Somebody looks at something else.
    Now,
}

impl Order {
    /// Something has changed: what somebody looks at, or only what runs.
    pub(super) fn changed(&mut self, other_outlook: bool) {
        self.wanted = self.wanted.max(if other_outlook { Wanted::Now } else { Wanted::Soon });
    }

    /// Whether to ask now for a layout of so many items. `fills` says that most of what runs may still come.
    pub(super) fn is_due(&self, items: usize, fills: bool, now: Timestamp) -> bool {
        let has_waited = self.asked.is_none_or(|(at, before)| {
            let long = now.as_second() - at.as_second() >= PAUSE;
            long || items.abs_diff(before) * GROWTH >= before
        });
        match self.wanted {
            Wanted::No => false,
            Wanted::Soon => !self.pending && (!fills || has_waited),
            Wanted::Now => true,
        }
    }

    /// A layout of so many items is asked for. Gives the number of the job.
    pub(super) fn ask(&mut self, items: usize, now: Timestamp) -> u64 {
        (self.wanted, self.asked) = (Wanted::No, Some((now, items)));
        self.pending = true;
        self.number += 1;
        self.number
    }

    /// An answer came. Says whether it is that to the last job.
    pub(super) fn came(&mut self, number: u64) -> bool {
        let is_last = self.pending && number == self.number;
        self.pending &= !is_last;
        is_last
    }
}

/// Whether a source still tells one part of what runs after the other.
pub(super) fn fills(store: &Store) -> bool {
    store.sources.iter().any(|source| !source.progress.is_empty())
}

impl Map {
    /// Asks for a layout that knows nothing of the present one, because somebody wants it.
    pub(super) fn tidy(&mut self, store: &Store) -> Effect {
        self.album.clear();
        self.ask(store)
    }

    /// Asks for a layout that knows nothing of the present one but its direction, unasked.
    pub(super) fn mend(&mut self, store: &Store) -> Effect {
        self.album.clear();
        self.ask_in(store, true)
    }

    /// Asks for the layout of the present ways, close to the present one.
    pub(super) fn ask(&mut self, store: &Store) -> Effect {
        self.ask_in(store, false)
    }

    /// The same; with `straight` in the direction of the present one.
    fn ask_in(&mut self, store: &Store, straight: bool) -> Effect {
        let room = (self.viewport.area.width, self.viewport.area.height);
        let outlook = self
            .made_from
            .as_ref()
            .map_or_else(|| Outlook::of(store, &self.sight, room), |from| from.outlook.clone());
        let choice = |way: &Way| {
            let Way { plan, options } = way;
            // What is taken for a service while the first picture fills in may never have been one.
            let seed = self.album.seed(&outlook, way);
            let seed = if self.order.filled { seed } else { seed.map(Seed::elsewhere) };
            let coarse = plan.level.is_coarse() && self.sight.level.is_none();
            Choice { graph: Arc::clone(&plan.graph), options: *options, seed, coarse, hard: way.is_hard() }
        };
        let mut ways = self.ways.clone();
        if self.sight.focus.is_some() {
            // Who comes nearer finds left and right where they were.
            let direction = self.chart.options.direction;
            ways.sort_by_key(|way| way.options.direction != direction);
        }
        // What fills in must not turn: whoever has begun to read it would begin anew.
        let fills_in = !self.order.filled && self.album.is_last_chosen(&outlook);
        if straight || fills_in {
            let direction = self.chart.options.direction;
            if ways.iter().any(|way| way.options.direction == direction) {
                ways.retain(|way| way.options.direction == direction);
            }
        }
        // With the first whole picture the way of drawing is chosen once more, unless somebody has begun to look about.
        let settles = !self.order.filled && !fills(store) && !store.chosen;
        let mut drawn = if settles { None } else { self.album.drawn(&outlook, &ways) };
        let mut weight = ways.first().map(|way| Weight::of(&way.plan.graph)).unwrap_or_default();
        if let Some(index) = drawn
            && let Some(chosen) = self.album.weight(&outlook).filter(|chosen| !weight.is_other(*chosen))
        {
            (ways, drawn, weight) = (vec![ways.swap_remove(index)], Some(0), chosen);
        }
        let choices = ways.iter().map(choice).collect();
        self.asked = Some(Asked { outlook, ways, weight });
        let items = self.ways.first().map_or(0, |way| way.plan.items.len());
        let number = self.order.ask(items, store.now);
        Effect::Lay(Box::new(LayoutJob { number, choices, drawn, room }))
    }

    /// Asks whether a layout that knows nothing of what was before would be better by much.
    pub(super) fn compare(&self) -> Effect {
        let Chart { options, diagram, .. } = &self.chart;
        Effect::Compare(Box::new(Comparison {
            number: self.order.number,
            // A gap that someone may come back to is no tangle.
            graph: Arc::clone(diagram.seed.whole()),
            options: *options,
            quality: diagram.quality,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Map, Order};
    use crate::{
        effect::{Choice, Effect},
        keymap::Keymap,
        layout::Direction,
        model::{sample::*, *},
        store::Store,
        view::{Scene, Theme, View},
    };
    use ratatui::layout::Rect;
    use std::collections::BTreeSet;

    /// Services of which each calls the next few.
    fn calling(count: usize) -> Vec<Service> {
        let one = |number: usize| {
            let calls = (1..=1 + number % 3).map(|step| number + step).filter(|callee| *callee < count);
            let peer = |callee| mention("PEER_URL", Address::name(&format!("s{callee}")).with_port(80));
            Service { mentions: calls.map(peer).collect(), ..service(&format!("s{number}")) }
        };
        (0..count).map(one).collect()
    }

    /// Of each layout that the map asks for, whether it is tried from the top down, and whether it is taken so.
    fn laid(map: &mut Map, store: &Store) -> Vec<(BTreeSet<bool>, bool)> {
        let (theme, keymap) = (Theme::named("mono", false).unwrap(), Keymap::default());
        let scene = Scene { store, theme: &theme, keymap: &keymap };
        let mut all = Vec::new();
        for effect in map.follow(scene, Rect::new(0, 0, 90, 30), true) {
            if let Effect::Lay(job) = effect {
                let (choice, diagram) = job.compute();
                let is_down = |choice: &Choice| choice.options.direction == Direction::TopDown;
                let tried = job.choices.iter().map(is_down).collect();
                all.push((tried, is_down(&job.choices[choice])));
                map.laid(job.number, choice, diagram, store);
            }
        }
        all
    }

    #[test]
    fn what_fills_in_keeps_its_direction() {
        let docker = SourceId::new("docker");
        let status = SourceStatus::new(docker.clone(), "docker", "");
        let mut store = Store::new(Inventory::default(), vec![status], 0, ago(0));
        let mut map = Map::default();
        let (mut tried, mut taken) = (Vec::new(), BTreeSet::new());
        for count in [2, 4, 8, 14, 14] {
            let progress = Progress { part: Part::Services, read: count, known: 14 };
            let progress = Vec::from_iter((count < 14).then_some(progress));
            let look = Snapshot { progress, ..snapshot("docker", calling(count)) };
            store.absorb(&docker, Ok(look));
            for (directions, direction) in laid(&mut map, &store) {
                tried.push(directions);
                taken.insert(direction);
            }
        }
        assert!(tried.len() > 2 && tried[0].len() == 2, "the first one chooses: {tried:?}");
        assert!(tried[1..].iter().all(|directions| directions.len() == 1), "{tried:?}");
        assert_eq!(taken.len(), 1);
    }

    #[test]
    fn one_layout_at_a_time_unless_somebody_looks_at_something_else() {
        let mut order = Order::default();
        assert!(!order.is_due(10, false, ago(0)));
        order.changed(false);
        assert!(order.is_due(10, false, ago(0)));
        let first = order.ask(10, ago(0));
        order.changed(false);
        assert!(!order.is_due(11, false, ago(0)), "one is under way");
        assert!(!order.came(first - 1));
        assert!(order.came(first) && order.is_due(11, false, ago(0)));
        order.ask(11, ago(0));
        order.changed(true);
        assert!(order.is_due(11, false, ago(0)), "nobody waits for what is not looked at any more");
    }

    #[test]
    fn what_fills_in_is_laid_out_when_it_has_grown_or_after_a_while() {
        let mut order = Order::default();
        let first = order.ask(100, ago(10));
        order.came(first);
        order.changed(false);
        assert!(!order.is_due(110, true, ago(9)));
        assert!(order.is_due(125, true, ago(9)), "a quarter more");
        assert!(order.is_due(110, true, ago(7)), "a while later");
        assert!(order.is_due(110, false, ago(9)), "nothing more is to come");
    }
}
