//! Counts of recent restarts. An engine counts all restarts in the life of a container, but restarts of last
//! month don't matter now.
//!
//! The number of recent restarts comes from the counts at earlier evaluations and from stop events. If
//! Portolan has only one snapshot, it estimates the number from the times in it.

use crate::model::{EventKind, Instance, InstanceId, InstanceState, Inventory, SourceId, Timestamp};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Age up to which a restart counts as recent.
pub(super) const RECENT_PERIOD: SignedDuration = SignedDuration::from_mins(15);

/// Maximum duration of a run that counts as short: the instance failed soon after its start.
const MAX_SHORT_RUN: SignedDuration = SignedDuration::from_secs(30);

/// Minimum pause between an exit and the next start that shows a series of short runs. No normal start takes
/// that long. Docker waits 0.1 s before a restart, and doubles the wait after each run of less than ten
/// seconds (moby, `restartmanager`).
const MIN_BACKOFF_WAIT: SignedDuration = SignedDuration::from_secs(3);

/// Assumed number of restarts in a series of short runs. The exact number does not matter.
const ASSUMED_RESTARTS: u32 = 4;

/// The engine's restart counts at earlier evaluations, by instance. Each count comes with the time of the
/// first evaluation that found it.
#[derive(Clone, Debug, Default)]
pub(super) struct RestartCounts(BTreeMap<InstanceId, VecDeque<(Timestamp, u32)>>);

impl RestartCounts {
    /// Adds the restart counts in `inventory`. `watched` lists the sources that were read completely at the
    /// previous evaluation. For a new instance in one of these sources, all restarts are recent.
    pub(super) fn update(&mut self, inventory: &Inventory, watched: &BTreeSet<SourceId>, now: Timestamp) {
        let mut before = std::mem::take(&mut self.0);
        for service in inventory.services() {
            for instance in service.instances.iter().filter(|i| i.restarts > 0) {
                let mut counts = before.remove(&instance.id).unwrap_or_else(|| {
                    let known = watched.contains(&SourceId::from(&service.id));
                    VecDeque::from([(now, if known { 0 } else { instance.restarts })])
                });
                // A lower count than before means that the engine started to count again.
                if counts.back().is_some_and(|(_, last)| *last > instance.restarts) {
                    counts = VecDeque::from([(now, 0)]);
                }
                if counts.back().is_none_or(|(_, last)| *last != instance.restarts) {
                    counts.push_back((now, instance.restarts));
                }
                // The newest count that is older than the period stays, because later counts are compared
                // with it.
                while counts.get(1).is_some_and(|(at, _)| now.duration_since(*at) > RECENT_PERIOD) {
                    counts.pop_front();
                }
                self.0.insert(instance.id.clone(), counts);
            }
        }
    }

    /// Returns the number of recent restarts, and true if this number is exact.
    fn recent(&self, instance: &Instance, now: Timestamp) -> (u32, bool) {
        let Some((at, first)) = self.0.get(&instance.id).and_then(VecDeque::front) else { return (0, false) };
        (instance.restarts.saturating_sub(*first), *first == 0 || now.duration_since(*at) >= RECENT_PERIOD)
    }
}

/// Returns the number of recent restarts of `instance`: the maximum of the counted number, `stops` and the
/// estimates, but at most the engine's total. `stops` is the number of recent stop events.
pub(super) fn recent_restarts(
    counts: &RestartCounts,
    stops: u32,
    instance: &Instance,
    now: Timestamp,
) -> u32 {
    if instance.restarts == 0 {
        return 0;
    }
    let (counted, is_exact) = counts.recent(instance, now);
    let guessed = if is_exact { 0 } else { estimate_by_age(instance, now) };
    // A restart that a user requests causes a stop event too, but the engine does not count it. Therefore the
    // result is at most the engine's count.
    counted.max(guessed).max(stops).max(estimate_by_times(instance)).min(instance.restarts)
}

/// Estimates the number of recent restarts from the age of the instance, under the assumption that its
/// restarts were evenly spread.
fn estimate_by_age(instance: &Instance, now: Timestamp) -> u32 {
    let Some(made) = instance.created else { return 0 };
    let parts = now.duration_since(made).as_secs() / RECENT_PERIOD.as_secs() + 1;
    u32::try_from(i64::from(instance.restarts) / parts.max(1)).unwrap_or_default()
}

/// Estimates the number of recent restarts from the times of the last exit and start. A long pause between
/// exit and start shows a series of short runs. So does a short last run of an instance that waits for its
/// restart.
fn estimate_by_times(instance: &Instance) -> u32 {
    let (Some(started), Some(ended)) = (instance.started, instance.exit.as_ref().and_then(|exit| exit.at))
    else {
        return 0;
    };
    let wait = started.duration_since(ended);
    let short_run =
        instance.state == InstanceState::Restarting && wait.is_negative() && wait.abs() < MAX_SHORT_RUN;
    if short_run || wait >= MIN_BACKOFF_WAIT { ASSUMED_RESTARTS } else { 0 }
}

/// Returns the number of recent stop events by instance.
pub(super) fn recent_stops(inventory: &Inventory, now: Timestamp) -> BTreeMap<&InstanceId, u32> {
    let mut ends = BTreeMap::new();
    // Out-of-memory events are not counted, because a stop event follows each of them.
    let events = inventory.snapshots().flat_map(|snapshot| &snapshot.events);
    let stops = events.filter(|event| event.kind == EventKind::Stop);
    for event in stops.filter(|event| now.duration_since(event.at) <= RECENT_PERIOD) {
        if let Some(instance) = &event.instance {
            *ends.entry(instance).or_default() += 1;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Exit, fixtures::*};

    fn watched() -> BTreeSet<SourceId> {
        BTreeSet::from([SourceId::new("docker")])
    }

    /// Returns an inventory with one instance that has been restarted `restarts` times.
    fn estate(restarts: u32) -> Inventory {
        let one = Instance { restarts, ..instance("web") };
        inventory(vec![crate::model::Service { instances: vec![one], ..service("web") }])
    }

    #[test]
    fn only_what_was_counted_of_late_counts() {
        let mut counts = RestartCounts::default();
        let lately = |counts: &RestartCounts, restarts| {
            counts.recent(&Instance { restarts, ..instance("web") }, ago(0))
        };
        assert_eq!(lately(&counts, 5), (0, false));
        counts.update(&estate(5), &BTreeSet::new(), ago(600));
        assert_eq!(lately(&counts, 6), (1, false), "of those before nothing is known");
        counts = RestartCounts::default();
        counts.update(&estate(5), &BTreeSet::new(), ago(3_600));
        counts.update(&estate(6), &watched(), ago(1_200));
        counts.update(&estate(8), &watched(), ago(600));
        counts.update(&estate(8), &watched(), ago(0));
        assert_eq!(lately(&counts, 9), (3, true), "since it was six, twenty minutes ago");
        counts.update(&estate(1), &watched(), ago(0));
        assert_eq!(lately(&counts, 1), (1, true), "the count began anew");
        counts.update(&inventory(Vec::new()), &watched(), ago(0));
        assert!(counts.0.is_empty(), "what is gone is forgotten");
        counts.update(&estate(2), &watched(), ago(0));
        assert_eq!(lately(&counts, 2), (2, true), "it was made while somebody watched");
    }

    #[test]
    fn one_look_tells_by_its_times() {
        let one = |state, started, ended| {
            let exit = Exit { at: Some(ago(ended)), ..Exit::default() };
            estimate_by_times(&Instance {
                state,
                started: Some(ago(started)),
                exit: Some(exit),
                restarts: 9,
                ..instance("a")
            })
        };
        assert_eq!(one(InstanceState::Restarting, 12, 10), ASSUMED_RESTARTS, "it ran for two seconds");
        assert_eq!(one(InstanceState::Restarting, 86_400, 10), 0, "it ran for a day");
        assert_eq!(
            one(InstanceState::Running, 10, 16),
            ASSUMED_RESTARTS,
            "the engine waited for six seconds"
        );
        assert_eq!(one(InstanceState::Running, 10, 11), 0);
        let aged = |restarts, made| {
            estimate_by_age(&Instance { restarts, created: Some(ago(made)), ..instance("a") }, ago(0))
        };
        assert_eq!([aged(4, 60), aged(8, 1_800), aged(5, 30 * 86_400)], [4, 2, 0]);
    }
}
