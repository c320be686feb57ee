//! How the sources are, beside what they see: what an earlier run saw of them, when they are looked at, how they tell.

use super::Store;
use crate::model::{Pace, Snapshot, SourceId};
use std::sync::Arc;

impl Store {
    /// Takes what an earlier run saw of `source`, where it has not answered yet. Nothing of it is judged or becomes
    /// history.
    pub fn recall(&mut self, source: &SourceId, snapshot: Snapshot) {
        let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) else { return };
        if status.last_read.is_some() {
            return;
        }
        status.recalled(snapshot.taken);
        self.unread.extend(snapshot.services.iter().map(|service| service.id.clone()));
        let change = self.inventory.replace(Arc::new(snapshot));
        self.follow(&change);
        self.judge();
        if !self.chosen {
            self.selected = self.first_choice();
        }
    }

    /// Notes when `source` is looked at next, and what that costs.
    pub fn paced(&mut self, source: &SourceId, pace: Pace) {
        if let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) {
            status.pace = Some(pace);
        }
    }

    /// Notes whether `source` tells of changes by itself now.
    pub fn nudged(&mut self, source: &SourceId, nudged: bool) {
        if let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) {
            status.nudged = nudged;
        }
    }
}
