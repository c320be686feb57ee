//! Layout scheduling: decides when the map requests a layout. After a change of the data, the map requests
//! one as soon as the previous layout is computed. During the initial load it makes few requests, because
//! each layout is soon outdated.

use super::{graph_size::GraphSize, layout_memory::LayoutKey};
use crate::{
    layout::Seed,
    model::Timestamp,
    screen::{
        ScreenRequest,
        map::{
            DrawnMap, LayoutCandidate, LayoutComparison, LayoutRequest, Map, graph::map_variant::MapVariant,
        },
    },
    store::Store,
};
use std::sync::Arc;

/// Minimum time between two layout requests during the initial load, in seconds, unless the map grows or
/// shrinks much or the view changes.
const MIN_LAYOUT_INTERVAL_SECS: i64 = 3;

/// Divisor of the number of items in the last request. During the initial load, the map does not wait for
/// `MIN_LAYOUT_INTERVAL_SECS` once the number of items has changed by at least the quotient.
const RELAYOUT_GROWTH_DIVISOR: usize = 4;

/// Scheduler that decides when the map requests a layout, and that numbers the requests.
#[derive(Debug, Default)]
pub(in crate::screen::map) struct LayoutScheduler {
    /// Id of the last request.
    pub request_id: u64,
    /// True while the runtime computes the layout of the last request.
    pub pending: bool,
    /// True once the initial load has finished.
    pub loaded: bool,
    /// Urgency of the next request.
    urgency: Urgency,
    /// Time of the last request, and the number of items in that request.
    last_request: Option<(Timestamp, usize)>,
}

/// Layout request in progress.
pub(in crate::screen::map) struct PendingLayout {
    /// Key of the requested view.
    pub key: LayoutKey,
    /// Map variants of the request, in the order of its candidates.
    pub variants: Vec<MapVariant>,
    /// Size of the graph at the time when the view last chose among all variants.
    pub size_when_chosen: GraphSize,
}

/// Urgency of the next layout request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// Nothing has changed since the last request.
    #[default]
    No,
    /// Only the data has changed. The map requests a layout as soon as the previous request is done.
    Soon,
    /// The view has changed. The map requests a layout at once.
    Now,
}

impl LayoutScheduler {
    /// Records a change of the view if `view_changed` is true, or else a change of the data.
    pub(in crate::screen::map) fn record_change(&mut self, view_changed: bool) {
        self.urgency = self.urgency.max(if view_changed { Urgency::Now } else { Urgency::Soon });
    }

    /// Returns true if the map, which has `items` items, should request a layout now. `is_loading` is true
    /// during the initial load.
    pub(in crate::screen::map) fn is_due(&self, items: usize, is_loading: bool, now: Timestamp) -> bool {
        let has_waited = self.last_request.is_none_or(|(at, before)| {
            let long = now.as_second() - at.as_second() >= MIN_LAYOUT_INTERVAL_SECS;
            long || items.abs_diff(before) * RELAYOUT_GROWTH_DIVISOR >= before
        });
        match self.urgency {
            Urgency::No => false,
            Urgency::Soon => !self.pending && (!is_loading || has_waited),
            Urgency::Now => true,
        }
    }

    /// Records the start of a request for a layout of `items` items, and returns the id of the request.
    pub(in crate::screen::map) fn start_request(&mut self, items: usize, now: Timestamp) -> u64 {
        (self.urgency, self.last_request) = (Urgency::No, Some((now, items)));
        self.pending = true;
        self.request_id += 1;
        self.request_id
    }

    /// Ends the request in progress without a result, and makes a new request due at once.
    pub(in crate::screen::map) fn drop_request(&mut self) {
        self.pending = false;
        self.record_change(true);
    }

    /// Ends the request with the id `number`. Returns false if the request is outdated.
    pub(in crate::screen::map) fn finish_request(&mut self, number: u64) -> bool {
        let is_last = self.pending && number == self.request_id;
        self.pending &= !is_last;
        is_last
    }
}

/// Returns true while a source is still reading its first snapshot in parts.
pub(in crate::screen::map) fn is_loading(store: &Store) -> bool {
    store.world.sources.iter().any(|source| !source.progress.is_empty())
}

impl Map {
    /// Requests a fresh layout that is not based on the current one, because the user asked for it.
    pub(in crate::screen::map) fn request_fresh_layout(&mut self, store: &Store) -> ScreenRequest {
        self.layout_memory.clear();
        self.request_layout(store)
    }

    /// Requests a fresh layout that the user did not ask for. It keeps the direction of the current layout,
    /// but no positions.
    pub(in crate::screen::map) fn request_untangled_layout(&mut self, store: &Store) -> ScreenRequest {
        self.layout_memory.clear();
        self.request_layout_with(store, true)
    }

    /// Requests a layout close to the current one.
    pub(in crate::screen::map) fn request_layout(&mut self, store: &Store) -> ScreenRequest {
        self.request_layout_with(store, false)
    }

    /// Requests a layout. If `keep_direction` is true, only variants with the current direction are
    /// candidates.
    fn request_layout_with(&mut self, store: &Store, keep_direction: bool) -> ScreenRequest {
        let room = self.layout_size;
        let key = self
            .inputs
            .as_ref()
            .map_or_else(|| LayoutKey::of(store, &self.choices, room), |from| from.key.clone());
        let choice = |way: &MapVariant| {
            let MapVariant { graph: plan, options } = way;
            // During the initial load, a node may exist only for a moment. So removed nodes leave no
            // placeholders, which are places that stay free for their return.
            let seed = self.layout_memory.seed(&key, way);
            let seed = if self.scheduler.loaded { seed } else { seed.map(Seed::without_placeholders) };
            let coarse = plan.level.is_low_detail() && self.choices.level.is_none();
            LayoutCandidate {
                graph: Arc::clone(&plan.layout_graph),
                options: *options,
                seed,
                is_low_detail: coarse,
                is_hard_to_read: way.is_hard_to_read(),
            }
        };
        let mut variants = self.variants.clone();
        if self.choices.focus.is_some() {
            // The current direction comes first, so that left and right stay the same when the user changes
            // the focus.
            let direction = self.drawn.options.direction;
            variants.sort_by_key(|way| way.options.direction != direction);
        }
        // The first complete map chooses its variant again, unless the user has already selected a node.
        let chooses_afresh = !self.scheduler.loaded && !is_loading(store) && !store.session.selected_by_user;
        // Until then the direction stays, because the user may already be reading the map.
        let keeps_direction =
            !self.scheduler.loaded && !chooses_afresh && self.layout_memory.is_last_ignoring_answers(&key);
        if keep_direction || keeps_direction {
            let direction = self.drawn.options.direction;
            if variants.iter().any(|way| way.options.direction == direction) {
                variants.retain(|way| way.options.direction == direction);
            }
        }
        let mut drawn = if chooses_afresh { None } else { self.layout_memory.drawn_variant(&key, &variants) };
        let mut size = variants.first().map(|way| GraphSize::of(&way.graph.layout_graph)).unwrap_or_default();
        if let Some(index) = drawn
            && let Some(chosen) =
                self.layout_memory.size_when_chosen(&key).filter(|chosen| !size.differs_much_from(*chosen))
        {
            (variants, drawn, size) = (vec![variants.swap_remove(index)], Some(0), chosen);
        }
        let choices = variants.iter().map(choice).collect();
        self.pending_layout = Some(PendingLayout { key, variants, size_when_chosen: size });
        let items = self.variants.first().map_or(0, |way| way.graph.items.len());
        let number = self.scheduler.start_request(items, store.world.now);
        ScreenRequest::ComputeLayout(Box::new(LayoutRequest {
            request_id: number,
            candidates: choices,
            current: drawn,
            available_size: room,
        }))
    }

    /// Requests a comparison of the current layout with a fresh one.
    pub(in crate::screen::map) fn request_comparison(&self) -> ScreenRequest {
        let DrawnMap { options, diagram, .. } = &self.drawn;
        ScreenRequest::CompareLayout(Box::new(LayoutComparison {
            request_id: self.scheduler.request_id,
            // Places that are kept free for removed nodes are not a defect of the layout, because the nodes
            // may return.
            graph: Arc::clone(diagram.seed.laid_out_graph()),
            options: *options,
            quality: diagram.quality,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::LayoutScheduler;
    use crate::{
        keymap::Keymap,
        layout::Direction,
        model::{fixtures::*, *},
        screen::{
            Scene, Screen, ScreenRequest, Theme,
            map::{LayoutCandidate, Map},
        },
        store::Store,
    };
    use ratatui::layout::Rect;
    use std::collections::BTreeSet;

    /// Builds `count` services, each of which calls the next few.
    fn calling(count: usize) -> Vec<Service> {
        let one = |number: usize| {
            let calls = (1..=1 + number % 3).map(|step| number + step).filter(|callee| *callee < count);
            let peer =
                |callee| reference("PEER_URL", Address::from_host_name(&format!("s{callee}")).with_port(80));
            Service { references: calls.map(peer).collect(), ..service(&format!("s{number}")) }
        };
        (0..count).map(one).collect()
    }

    /// Returns the layouts that the map requests: for each, the directions of its candidates, and the
    /// direction of the chosen candidate. A direction is true for top down.
    fn requested_layouts(map: &mut Map, store: &Store) -> Vec<(BTreeSet<bool>, bool)> {
        let (theme, keymap) = (Theme::named("mono", false).unwrap(), Keymap::default());
        let scene = Scene { store, theme: &theme, keymap: &keymap };
        let mut all = Vec::new();
        for effect in map.sync(scene, Rect::new(0, 0, 90, 30), true) {
            if let ScreenRequest::ComputeLayout(job) = effect {
                let (choice, diagram) = job.compute();
                let is_down = |choice: &LayoutCandidate| choice.options.direction == Direction::TopDown;
                let tried = job.candidates.iter().map(is_down).collect();
                all.push((tried, is_down(&job.candidates[choice])));
                map.on_layout_ready(job.request_id, choice, diagram, store);
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
            let progress = LoadProgress { part: SourcePart::Services, read: count, known: 14 };
            let progress = Vec::from_iter((count < 14).then_some(progress));
            let look = Snapshot { progress, ..snapshot("docker", calling(count)) };
            store.apply_poll_result(&docker, Ok(look));
            for (directions, direction) in requested_layouts(&mut map, &store) {
                tried.push(directions);
                taken.insert(direction);
            }
        }
        assert!(tried.len() > 3 && tried[0].len() == 2, "the first one chooses: {tried:?}");
        assert!(tried[1..3].iter().all(|directions| directions.len() == 1), "{tried:?}");
        assert!(tried[3].len() == 2, "the complete map chooses again: {tried:?}");
        assert_eq!(taken.len(), 1);
    }

    #[test]
    fn one_layout_at_a_time_unless_somebody_looks_at_something_else() {
        let mut order = LayoutScheduler::default();
        assert!(!order.is_due(10, false, ago(0)));
        order.record_change(false);
        assert!(order.is_due(10, false, ago(0)));
        let first = order.start_request(10, ago(0));
        order.record_change(false);
        assert!(!order.is_due(11, false, ago(0)), "one is under way");
        assert!(!order.finish_request(first - 1));
        assert!(order.finish_request(first) && order.is_due(11, false, ago(0)));
        order.start_request(11, ago(0));
        order.record_change(true);
        assert!(order.is_due(11, false, ago(0)), "nobody waits for what is not looked at any more");
    }

    #[test]
    fn what_fills_in_is_laid_out_when_it_has_grown_or_after_a_while() {
        let mut order = LayoutScheduler::default();
        let first = order.start_request(100, ago(10));
        order.finish_request(first);
        order.record_change(false);
        assert!(!order.is_due(110, true, ago(9)));
        assert!(order.is_due(125, true, ago(9)), "a quarter more");
        assert!(order.is_due(110, true, ago(7)), "a while later");
        assert!(order.is_due(110, false, ago(9)), "nothing more is to come");
    }
}
