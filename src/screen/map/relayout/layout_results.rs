//! Layout results: the map takes the layouts and comparisons that it requested.

use super::{layout_memory::DrawnLayout, layout_scheduler::PendingLayout};
use crate::{
    layout::{Diagram, Raster},
    model::SourceStatus,
    screen::map::{DrawnMap, Map, graph::map_variant::MapVariant},
    store::Store,
};

impl Map {
    /// Takes a requested layout: the id of its request, the index of the chosen variant, and the layout.
    pub fn on_layout_ready(&mut self, number: u64, choice: usize, diagram: Diagram, store: &Store) {
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

    /// Ends the layout request with this id, because it failed.
    pub fn on_layout_failed(&mut self, number: u64) {
        self.scheduler.finish_request(number);
    }

    /// Takes the result of a comparison: `tangled` is true if a fresh layout would be much better than the one
    /// of the request with this id.
    pub fn on_layout_compared(&mut self, number: u64, tangled: bool) {
        if number == self.scheduler.request_id && !self.scheduler.pending {
            self.relayout_policy.is_tangled = tangled;
        }
    }
}
