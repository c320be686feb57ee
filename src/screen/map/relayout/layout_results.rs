//! Layout results: receives the layouts and comparisons that the map requested. Each new layout replaces the
//! drawn one.

use super::{layout_memory::DrawnLayout, layout_scheduler::PendingLayout};
use crate::{
    layout::{Diagram, Raster},
    model::SourceStatus,
    screen::map::{DrawnMap, Map, graph::map_variant::MapVariant},
    store::Store,
};

impl Map {
    /// Replaces the drawn map with a requested layout. `number` is the id of the request, and `choice` is the
    /// index of the chosen variant. Ignores the result of an outdated request.
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
        self.relayout_policy.record_new_layout(self.layout_memory.seed(&outlook, &way).is_none());
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
        // If only the data changed, the map is not centered, because the remaining boxes would move without
        // need.
        let begins = !same || !store.world.sources.iter().all(SourceStatus::has_finished_loading);
        if before.is_none() || (begins && !store.session.selected_by_user) {
            self.viewport.center();
        }
        self.viewport.origin = back.unwrap_or(self.viewport.origin);
        self.scroll_to_selected(store);
    }

    /// Ends the layout request with the id `number`, because its computation failed. The drawn map stays.
    pub fn on_layout_failed(&mut self, number: u64) {
        self.scheduler.finish_request(number);
    }

    /// Receives the result of a comparison. `tangled` is true if a fresh layout would be much better than the
    /// layout of the request with the id `number`.
    pub fn on_layout_compared(&mut self, number: u64, tangled: bool) {
        if number == self.scheduler.request_id && !self.scheduler.pending {
            self.relayout_policy.is_tangled = tangled;
        }
    }
}
