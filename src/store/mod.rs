//! Store: the world that the sources report, and the session of the user. Every screen reads the store, but
//! only `App::update` changes it.

mod world;
mod session;
mod filtering;
mod selection;

pub use session::{GroupFilter, Grouping, MapPart, MapSettings, Search, SelectionHistory, Session};
pub use world::{
    OperationPhase, Operations, TrackedOperation, UsageHistory, World, WorldState, dedup_targets,
    deployment_time, expired_stream_targets, log_targets, usage_target,
};

use crate::model::{Failure, Inventory, Snapshot, SourceId, SourceStatus, Timestamp};

/// Everything known from all sources, together with the user's selection, filters and settings.
#[derive(Clone)]
pub struct Store {
    /// Everything known from all sources.
    pub world: World,
    /// Selection, filters and settings of the user.
    pub session: Session,
}

impl Store {
    /// Creates a store for `sources` before their first poll. `log_bytes` limits the memory for log lines.
    #[must_use]
    pub fn new(inventory: Inventory, sources: Vec<SourceStatus>, log_bytes: usize, now: Timestamp) -> Self {
        Self { world: World::new(inventory, sources, log_bytes, now), session: Session::default() }
    }

    /// Applies the snapshot or failure from a poll of `source`. Selects another node if the selected one has
    /// disappeared. Returns true if anything except times has changed.
    pub fn apply_poll_result(&mut self, source: &SourceId, outcome: Result<Snapshot, Failure>) -> bool {
        let complete = self.world.sources.iter().all(SourceStatus::has_finished_loading);
        let anchor = self.selection_anchor();
        let changed = self.world.apply_poll_result(source, outcome);
        self.restore_or_replace_selection(&anchor, complete);
        changed
    }

    /// Applies a snapshot from an earlier run, unless `source` has already been read in this run.
    pub fn apply_cached_snapshot(&mut self, source: &SourceId, snapshot: Snapshot) {
        if self.world.apply_cached_snapshot(source, snapshot) && !self.session.selected_by_user {
            self.session.selected = self.default_selection();
        }
    }
}
