//! Outage data that is kept between runs: start times of outages, and stops that a user requested.

use super::World;
use crate::model::{
    Exit, ExitCause, Instance, InstanceId, InstanceState, NodeId, SavedOutages, Service, ServiceKind,
    Snapshot, SourceId, Timestamp,
};
use jiff::SignedDuration;
use std::{collections::BTreeMap, sync::Arc};

/// Interval at which Portolan saves open outages again even if they have not changed. The next run continues
/// an outage only if an earlier run saw it shortly before.
const OUTAGE_SAVE_INTERVAL: SignedDuration = SignedDuration::from_mins(1);

/// Requested stops that earlier runs recorded, and the outage data that was last saved.
#[derive(Clone, Debug, Default)]
pub(super) struct OutageSaveState {
    /// Exit times of instances that a user stopped during an earlier run.
    requested_stops: BTreeMap<InstanceId, Timestamp>,
    /// Time at which the outage data of each source was last saved, and that data.
    last_saved: BTreeMap<SourceId, (Timestamp, SavedOutages)>,
}

impl World {
    /// Restores the outages of `source` from an earlier run.
    pub fn restore_outages(&mut self, source: &SourceId, earlier: SavedOutages) {
        let outages = earlier.outages.iter().map(|(id, outage)| (NodeId::service_of(source, id), *outage));
        self.outage_tracker.load_saved(outages.collect());
        let asked = earlier.stop_requests.iter().map(|(id, at)| (InstanceId::of(source, id), *at));
        self.outage_save_state.requested_stops.extend(asked);
        self.outage_save_state.last_saved.insert(source.clone(), (self.now, earlier));
    }

    /// Returns the outage data of `source` that the next run needs.
    #[must_use]
    pub fn outages_to_save(&self, source: &SourceId) -> SavedOutages {
        let outages = self.outage_tracker.outages_of(source);
        let services = self.inventory.snapshot(source).into_iter().flat_map(|snapshot| &snapshot.services);
        let ends = services.filter(|service| runs_on_engine(service)).flat_map(|service| &service.instances);
        let asked = ends.filter_map(|instance| {
            Some((instance.id.native_id(source)?.into(), requested_stop_time(instance)?))
        });
        SavedOutages {
            outages: outages
                .filter_map(|(node, outage)| Some((node.group_and_name(source)?.into(), *outage)))
                .collect(),
            stop_requests: asked.collect(),
        }
    }

    /// Returns the outage data that is due to be saved, by source. Data is due after a change, and once a
    /// minute while an outage lasts. Skips sources that have not been read completely.
    pub fn due_outage_saves(&mut self) -> Vec<(SourceId, SavedOutages)> {
        let whole =
            self.sources.iter().filter(|status| status.has_all_services()).map(|status| status.id.clone());
        let mut due = Vec::new();
        for source in whole.collect::<Vec<_>>() {
            let memory = self.outages_to_save(&source);
            let is_due = match self.outage_save_state.last_saved.get(&source) {
                Some((at, last)) => {
                    differs(last, &memory)
                        || (!memory.outages.is_empty()
                            && self.now.duration_since(*at) >= OUTAGE_SAVE_INTERVAL)
                }
                None => memory != SavedOutages::default(),
            };
            if is_due {
                self.outage_save_state.last_saved.insert(source.clone(), (self.now, memory.clone()));
                due.push((source, memory));
            }
        }
        due
    }

    /// Returns `snapshot` with one change: an instance that a user stopped during an earlier run gets the
    /// state `Stopped` and the exit cause `StopRequested`, because the source may report the stop as a
    /// failure.
    pub(super) fn with_requested_stops(&self, mut snapshot: Snapshot) -> Snapshot {
        if self.outage_save_state.requested_stops.is_empty() {
            return snapshot;
        }
        let known = |instance: &Instance| {
            let at = instance.exit.as_ref().filter(|exit| may_be_requested_stop(exit))?.at?;
            self.outage_save_state.requested_stops.get(&instance.id).filter(|asked| **asked == at)
        };
        for service in &mut snapshot.services {
            if service.instances.iter().any(|instance| known(instance).is_some()) {
                let instances = &mut Arc::make_mut(service).instances;
                for instance in instances.iter_mut().filter(|instance| known(instance).is_some()) {
                    instance.state = InstanceState::Stopped;
                    instance.exit.iter_mut().for_each(|exit| exit.cause = ExitCause::StopRequested);
                }
            }
        }
        snapshot
    }
}

/// Returns true if the outages or the requested stops differ. Ignores the times at which outages were last
/// seen.
fn differs(last: &SavedOutages, now: &SavedOutages) -> bool {
    let of = |memory: &SavedOutages| -> Vec<_> {
        memory.outages.iter().map(|(id, outage)| (id.clone(), outage.since, outage.intentional)).collect()
    };
    last.stop_requests != now.stop_requests || of(last) != of(now)
}

/// Returns true if a container engine runs `service`. Portolan saves requested stops only for such services,
/// because an engine reports each stop only once, as an event.
fn runs_on_engine(service: &Service) -> bool {
    matches!(service.kind, ServiceKind::Compose | ServiceKind::Swarm | ServiceKind::Container)
}

/// Returns the exit time of `instance` if a user stopped it, or else `None`.
fn requested_stop_time(instance: &Instance) -> Option<Timestamp> {
    let exit = instance.exit.as_ref().filter(|exit| exit.cause == ExitCause::StopRequested)?;
    exit.at.filter(|_| instance.state == InstanceState::Stopped)
}

/// Returns true if a user may have requested this exit, judging by the cause that the source reports.
fn may_be_requested_stop(exit: &Exit) -> bool {
    matches!(
        exit.cause,
        ExitCause::ProcessExited
            | ExitCause::KilledBySignal
            | ExitCause::OutOfMemory
            | ExitCause::RestartsExhausted
    )
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{fixtures::*, *},
        store::World,
    };

    fn ended(ending: ExitCause, code: i64) -> Service {
        let exit = Exit { code: Some(code), cause: ending, reason: None, at: Some(ago(60)) };
        let state =
            if ending == ExitCause::StopRequested { InstanceState::Stopped } else { InstanceState::Failed };
        Service { instances: vec![Instance { state, exit: Some(exit), ..instance("web") }], ..service("web") }
    }

    fn world(source: &str) -> World {
        let status = SourceStatus::new(SourceId::new(source), "docker", "");
        World::new(Inventory::default(), vec![status], 0, ago(0))
    }

    fn apply_services(world: &mut World, service: Service) {
        world.apply_poll_result(&SourceId::new("docker"), Ok(snapshot("docker", vec![service])));
    }

    #[test]
    fn a_requested_stop_is_no_failure_in_the_next_run() {
        let docker = SourceId::new("docker");
        let mut world_after_stop = world("docker");
        apply_services(&mut world_after_stop, ended(ExitCause::StopRequested, 1));
        let memory = world_after_stop.due_outage_saves().remove(0).1;
        assert_eq!(world_after_stop.due_outage_saves(), [], "nothing else is left to save");
        let mut next = world("docker");
        next.restore_outages(&docker, memory.clone());
        apply_services(&mut next, ended(ExitCause::ProcessExited, 1));
        assert_eq!(next.findings.iter().map(|f| f.kind.to_string()).collect::<Vec<_>>(), ["stopped"]);
        let mut deaf = world("docker");
        apply_services(&mut deaf, ended(ExitCause::ProcessExited, 1));
        assert_eq!(deaf.findings[0].kind, "stopped-with-error");
    }

    #[test]
    fn an_outage_is_known_again_under_another_name_of_its_source() {
        let mut first = world("docker");
        apply_services(&mut first, ended(ExitCause::ProcessExited, 1));
        let memory = first.outages_to_save(&SourceId::new("docker"));
        let mut next = world("engine");
        next.restore_outages(&SourceId::new("engine"), memory.clone());
        assert_eq!(next.outages_to_save(&SourceId::new("engine")).outages, memory.outages);
        assert_eq!(memory.outages.keys().map(crate::model::Text::as_str).collect::<Vec<_>>(), ["shop/web"]);
    }
}
