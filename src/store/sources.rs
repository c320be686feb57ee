//! How the sources are, beside what they see: what an earlier run saw of them, when they are looked at, how they tell.

use super::Store;
use crate::model::{Change, Pace, Snapshot, SourceId, SourceStatus};

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
        self.inventory.recall(snapshot);
        self.follow(&Change::Everything);
        // Of what no source has read yet nothing is judged, and this is on the way to the first picture.
        if self.sources.iter().any(SourceStatus::is_settled) {
            self.judge();
        }
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

#[cfg(test)]
mod tests {
    use crate::{
        model::{sample::*, *},
        store::Store,
    };

    /// What a look saw at that time, of which more is to be read or not.
    fn look(at: Timestamp, services: Vec<Service>, partial: bool) -> Snapshot {
        let progress = Progress { part: Part::Services, read: services.len(), known: 2 };
        Snapshot {
            taken: at,
            progress: partial.then_some(progress).into_iter().collect(),
            ..snapshot("ecs", services)
        }
    }

    fn of(name: &str) -> Service {
        Service { id: ServiceId::of(&SourceId::new("ecs"), None, name), ..service(name) }
    }

    #[test]
    fn an_earlier_picture_is_shown_until_it_is_read_anew_and_is_no_history() {
        let ecs = SourceId::new("ecs");
        let status = SourceStatus::new(ecs.clone(), "ecs", String::new());
        let mut store = Store::new(Inventory::default(), vec![status], 0, ago(0));
        let down = Service { desired: Some(1), instances: vec![failed("a-1", 1)], ..of("a") };
        store.recall(&ecs, look(ago(86_400), vec![down, of("b"), of("gone")], false));
        assert_eq!((store.inventory.services().count(), store.unread.len()), (3, 3));
        assert_eq!(store.sources[0].state, SourceState::Cached);
        assert_eq!(store.findings, [], "it may be otherwise by now");
        assert_eq!(store.inventory.begun(), None, "nobody has watched since");

        store.absorb(&ecs, Ok(look(ago(2), vec![of("a")], true)));
        assert_eq!((store.inventory.services().count(), store.unread.len()), (3, 2));
        assert_eq!(
            (store.sources[0].state, store.sources[0].last_read),
            (SourceState::Cached, Some(ago(86_400)))
        );
        store.absorb(&ecs, Err(Failure::new(FailureKind::Timeout, "no", "")));
        store.absorb(&ecs, Ok(look(ago(1), vec![of("a")], true)));
        assert_eq!(store.sources[0].last_read, Some(ago(86_400)), "most of it is as old as it was");

        store.absorb(&ecs, Ok(look(ago(0), vec![of("a"), of("b")], false)));
        assert_eq!((store.inventory.services().count(), store.unread.len()), (2, 0));
        assert_eq!((store.sources[0].state, store.sources[0].last_read), (SourceState::Live, Some(ago(0))));
        let told =
            store.history.entries().filter(|entry| entry.text.contains("new") || entry.text.contains("gone"));
        assert_eq!(told.count(), 0, "what an earlier run saw is no event");
    }
}
