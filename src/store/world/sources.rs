//! State of the sources besides snapshots from polls: cached snapshots from an earlier run, poll schedules,
//! team status, and change notifications.

use super::World;
use crate::model::{PollSchedule, Snapshot, SnapshotDiff, SourceId, SourceStatus, TeamStatus};

impl World {
    /// Applies a snapshot from an earlier run, unless `source` has already been read in this run. Creates no
    /// findings about it and no history. Returns true if the snapshot is part of the world now.
    pub fn apply_cached_snapshot(&mut self, source: &SourceId, snapshot: Snapshot) -> bool {
        let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) else { return false };
        if status.last_read.is_some() {
            return false;
        }
        status.record_cached(snapshot.taken_at);
        self.cached_services.extend(snapshot.services.iter().map(|service| service.id.clone()));
        self.inventory.load_cached(snapshot);
        self.update_topology(&SnapshotDiff::Everything);
        // Findings need at least one snapshot from this run. Without this evaluation, the first frame also
        // appears sooner.
        if self.sources.iter().any(SourceStatus::has_finished_loading) {
            self.evaluate_findings();
        }
        true
    }

    /// Sets the time of the next poll of `source`, and the fraction of its API quota that was used.
    pub fn set_poll_schedule(&mut self, source: &SourceId, pace: PollSchedule) {
        if let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) {
            status.poll_schedule = Some(pace);
        }
    }

    /// Sets the role of this Portolan in the team that reads `source`.
    pub fn set_team_status(&mut self, source: &SourceId, team: TeamStatus) {
        if let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) {
            status.team = Some(team);
        }
    }

    /// Records if `source` sends change notifications now.
    pub fn set_pushes_changes(&mut self, source: &SourceId, nudged: bool) {
        if let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) {
            status.pushes_changes = nudged;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{fixtures::*, *},
        store::World,
    };

    /// Builds a snapshot taken at `at`. If `partial` is true, the source has more services that are not read
    /// yet.
    fn snapshot_at(at: Timestamp, services: Vec<Service>, partial: bool) -> Snapshot {
        let progress = LoadProgress { part: SourcePart::Services, read: services.len(), known: 2 };
        Snapshot {
            taken_at: at,
            progress: partial.then_some(progress).into_iter().collect(),
            ..snapshot("ecs", services)
        }
    }

    fn service_of_ecs(name: &str) -> Service {
        Service { id: ServiceId::of(&SourceId::new("ecs"), None, name), ..service(name) }
    }

    #[test]
    fn an_earlier_picture_is_shown_until_it_is_read_anew_and_is_no_history() {
        let ecs = SourceId::new("ecs");
        let status = SourceStatus::new(ecs.clone(), "ecs", String::new());
        let mut world = World::new(Inventory::default(), vec![status], 0, ago(0));
        let down =
            Service { desired: Some(1), instances: vec![failed_instance("a-1", 1)], ..service_of_ecs("a") };
        world.apply_cached_snapshot(
            &ecs,
            snapshot_at(ago(86_400), vec![down, service_of_ecs("b"), service_of_ecs("gone")], false),
        );
        assert_eq!((world.inventory.services().count(), world.cached_services.len()), (3, 3));
        assert_eq!(world.sources[0].state, SourceState::Cached);
        assert_eq!(world.findings, [], "it may be otherwise by now");
        assert_eq!(world.inventory.first_snapshot_at(), None, "nobody has watched since");

        world.apply_poll_result(&ecs, Ok(snapshot_at(ago(2), vec![service_of_ecs("a")], true)));
        assert_eq!((world.inventory.services().count(), world.cached_services.len()), (3, 2));
        assert_eq!(
            (world.sources[0].state, world.sources[0].last_read),
            (SourceState::Cached, Some(ago(86_400)))
        );
        world.apply_poll_result(&ecs, Err(Failure::new(FailureKind::Timeout, "no", "")));
        world.apply_poll_result(&ecs, Ok(snapshot_at(ago(1), vec![service_of_ecs("a")], true)));
        assert_eq!(world.sources[0].last_read, Some(ago(86_400)), "most of it is as old as it was");

        world.apply_poll_result(
            &ecs,
            Ok(snapshot_at(ago(0), vec![service_of_ecs("a"), service_of_ecs("b")], false)),
        );
        assert_eq!((world.inventory.services().count(), world.cached_services.len()), (2, 0));
        assert_eq!((world.sources[0].state, world.sources[0].last_read), (SourceState::Live, Some(ago(0))));
        let is_difference = |text: &str| text.contains("appeared") || text.contains("removed");
        let changes = world.history.entries().filter(|entry| is_difference(&entry.text));
        assert_eq!(changes.count(), 0, "a cached snapshot creates no events");
    }
}
