//! How often an instance was started again of late. An engine counts over the whole life of a container: five restarts of
//! last month are no news. What is recent is taken from what was counted at earlier looks and from the ends that were
//! told, and where one look is all there is, from the times in it.

use super::Evidence;
use crate::model::{EventKind, Instance, InstanceId, Inventory, SourceId, State, Timestamp};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How far back is lately.
pub(super) const LATELY: SignedDuration = SignedDuration::from_mins(15);

/// A run this short that ended was no run.
const SHORT: SignedDuration = SignedDuration::from_secs(30);

/// A wait this long before a start tells of many short runs in a row: Docker waits 0.1 s, and twice as long after each
/// run of less than ten (moby, `restartmanager`). No start takes that long by itself.
const LONG_WAIT: SignedDuration = SignedDuration::from_secs(3);

/// How many that were: what counts is that they were several.
const ROW: u32 = 4;

/// What was counted at earlier looks, and when it was first seen so.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts(BTreeMap<InstanceId, VecDeque<(Timestamp, u32)>>);

impl Counts {
    /// The same with what is counted now. Of an instance that is new where everything was `watched` before, none of the
    /// restarts is older than that.
    pub(super) fn follow(&mut self, inventory: &Inventory, watched: &BTreeSet<SourceId>, now: Timestamp) {
        let mut before = std::mem::take(&mut self.0);
        for service in inventory.services() {
            for instance in service.instances.iter().filter(|i| i.restarts > 0) {
                let mut counts = before.remove(&instance.id).unwrap_or_else(|| {
                    let known = watched.contains(&SourceId::from(&service.id));
                    VecDeque::from([(now, if known { 0 } else { instance.restarts })])
                });
                // A count that went down began anew.
                if counts.back().is_some_and(|(_, last)| *last > instance.restarts) {
                    counts = VecDeque::from([(now, 0)]);
                }
                if counts.back().is_none_or(|(_, last)| *last != instance.restarts) {
                    counts.push_back((now, instance.restarts));
                }
                // The last one from before is what the others are counted from.
                while counts.get(1).is_some_and(|(at, _)| now.duration_since(*at) > LATELY) {
                    counts.pop_front();
                }
                self.0.insert(instance.id.clone(), counts);
            }
        }
    }

    /// How many restarts were counted of late, and whether those are all there were.
    fn lately(&self, instance: &Instance, now: Timestamp) -> (u32, bool) {
        let Some((at, first)) = self.0.get(&instance.id).and_then(VecDeque::front) else { return (0, false) };
        (instance.restarts.saturating_sub(*first), *first == 0 || now.duration_since(*at) >= LATELY)
    }
}

/// How often an instance was started again of late, as far as it can be known.
pub(super) fn lately(evidence: &Evidence<'_>, instance: &Instance) -> u32 {
    if instance.restarts == 0 {
        return 0;
    }
    let (counted, all) = evidence.lasting.counts.lately(instance, evidence.now);
    let guessed = if all { 0 } else { by_age(instance, evidence.now) };
    let told = evidence.ends.get(&instance.id).copied().unwrap_or_default();
    // A person's restarts end it as well, and are not counted by the engine.
    counted.max(guessed).max(told).max(by_times(instance)).min(instance.restarts)
}

/// The share of its restarts that falls to that time, if they were spread over its life.
fn by_age(instance: &Instance, now: Timestamp) -> u32 {
    let Some(made) = instance.made else { return 0 };
    let parts = now.duration_since(made).as_secs() / LATELY.as_secs() + 1;
    u32::try_from(i64::from(instance.restarts) / parts.max(1)).unwrap_or_default()
}

/// What the times of its last end and start tell of a row of short runs.
fn by_times(instance: &Instance) -> u32 {
    let (Some(started), Some(ended)) = (instance.started, instance.exit.as_ref().and_then(|exit| exit.at))
    else {
        return 0;
    };
    let wait = started.duration_since(ended);
    let short_run = instance.state == State::Restarting && wait.is_negative() && wait.abs() < SHORT;
    if short_run || wait >= LONG_WAIT { ROW } else { 0 }
}

/// The ends of each instance that were told of late.
pub(super) fn ends(inventory: &Inventory, now: Timestamp) -> BTreeMap<&InstanceId, u32> {
    let mut ends = BTreeMap::new();
    // A kill for want of memory is told beside the end that it makes.
    let events = inventory.snapshots().flat_map(|snapshot| &snapshot.events);
    let stops = events.filter(|event| event.kind == EventKind::Stop);
    for event in stops.filter(|event| now.duration_since(event.at) <= LATELY) {
        if let Some(instance) = &event.instance {
            *ends.entry(instance).or_default() += 1;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Exit, sample::*};

    fn watched() -> BTreeSet<SourceId> {
        BTreeSet::from([SourceId::new("docker")])
    }

    /// The estate of one instance that was restarted that often.
    fn estate(restarts: u32) -> Inventory {
        let one = Instance { restarts, ..instance("web") };
        inventory(vec![crate::model::Service { instances: vec![one], ..service("web") }])
    }

    #[test]
    fn only_what_was_counted_of_late_counts() {
        let mut counts = Counts::default();
        let lately =
            |counts: &Counts, restarts| counts.lately(&Instance { restarts, ..instance("web") }, ago(0));
        assert_eq!(lately(&counts, 5), (0, false));
        counts.follow(&estate(5), &BTreeSet::new(), ago(600));
        assert_eq!(lately(&counts, 6), (1, false), "of those before nothing is known");
        counts = Counts::default();
        counts.follow(&estate(5), &BTreeSet::new(), ago(3_600));
        counts.follow(&estate(6), &watched(), ago(1_200));
        counts.follow(&estate(8), &watched(), ago(600));
        counts.follow(&estate(8), &watched(), ago(0));
        assert_eq!(lately(&counts, 9), (3, true), "since it was six, twenty minutes ago");
        counts.follow(&estate(1), &watched(), ago(0));
        assert_eq!(lately(&counts, 1), (1, true), "the count began anew");
        counts.follow(&inventory(Vec::new()), &watched(), ago(0));
        assert!(counts.0.is_empty(), "what is gone is forgotten");
        counts.follow(&estate(2), &watched(), ago(0));
        assert_eq!(lately(&counts, 2), (2, true), "it was made while somebody watched");
    }

    #[test]
    fn one_look_tells_by_its_times() {
        let one = |state, started, ended| {
            let exit = Exit { at: Some(ago(ended)), ..Exit::default() };
            by_times(&Instance {
                state,
                started: Some(ago(started)),
                exit: Some(exit),
                restarts: 9,
                ..instance("a")
            })
        };
        assert_eq!(one(State::Restarting, 12, 10), ROW, "it ran for two seconds");
        assert_eq!(one(State::Restarting, 86_400, 10), 0, "it ran for a day");
        assert_eq!(one(State::Running, 10, 16), ROW, "the engine waited for six seconds");
        assert_eq!(one(State::Running, 10, 11), 0);
        let aged =
            |restarts, made| by_age(&Instance { restarts, made: Some(ago(made)), ..instance("a") }, ago(0));
        assert_eq!([aged(4, 60), aged(8, 1_800), aged(5, 30 * 86_400)], [4, 2, 0]);
    }
}
