//! Changes of the services between two snapshots of one source, except those that the source already reports
//! as events.

use super::service_diff::{self, Difference};
use crate::model::{Event, EventKind, Service, ServiceId, Snapshot, SnapshotDiff};
use jiff::SignedDuration;
use std::{cmp::Ordering, sync::Arc};

/// Maximum age of a start or stop event that accounts for a difference between snapshots. Such a difference
/// adds no entry of its own.
const EVENT_MATCH_WINDOW: SignedDuration = SignedDuration::from_secs(30);

/// Returns the differences between the services of `old` and `new` that no event of `new` reports. `change`
/// lists the services that differ. `new_events` are the events of `new` that the previous snapshot lacks.
pub(super) fn unreported_differences(
    old: &Snapshot,
    new: &Snapshot,
    change: &SnapshotDiff,
    new_events: &[&Event],
) -> Vec<(ServiceId, Difference)> {
    let reported = ReportedChanges::new(new, new_events);
    let mut found = Vec::new();
    let mut add = |service: &ServiceId, differences: Vec<Difference>| {
        let unreported =
            differences.into_iter().filter(|difference| !reported.include(service, difference.kind));
        found.extend(unreported.map(|difference| (service.clone(), difference)));
    };
    match change {
        SnapshotDiff::Services(changed) => {
            for before in changed.values() {
                if let Ok(place) = new.services.binary_search_by(|service| service.id.cmp(&before.id)) {
                    add(&before.id, service_diff::service_differences(before, &new.services[place]));
                }
            }
        }
        SnapshotDiff::Everything => {
            for (before, after) in pair_by_id(&old.services, &new.services) {
                match (before, after) {
                    (Some(before), Some(after)) if before != after => {
                        add(&after.id, service_diff::service_differences(before, after));
                    }
                    (None, Some(after)) => add(&after.id, vec![service_diff::appeared(after)]),
                    (Some(before), None) if !reported.include_removal(&before.id) => {
                        add(&before.id, vec![service_diff::removed()]);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    found
}

/// Changes that a snapshot already reports as events, so that the history does not record them twice.
struct ReportedChanges<'a> {
    new_events: &'a [&'a Event],
    /// Start and stop events within [`EVENT_MATCH_WINDOW`] before the snapshot, including events that the
    /// previous snapshot had. Docker may report a stop before the state of the container shows it.
    recent_starts_and_stops: Vec<&'a Event>,
}

impl<'a> ReportedChanges<'a> {
    fn new(snapshot: &'a Snapshot, new_events: &'a [&'a Event]) -> Self {
        let is_recent = |event: &&Event| {
            let is_start_or_stop =
                event.kind.same_category(EventKind::Start) || event.kind.same_category(EventKind::Stop);
            is_start_or_stop && snapshot.taken_at.duration_since(event.at) <= EVENT_MATCH_WINDOW
        };
        Self { new_events, recent_starts_and_stops: snapshot.events.iter().filter(is_recent).collect() }
    }

    /// Returns true if an event reports a change of this kind for `service`.
    fn include(&self, service: &ServiceId, kind: EventKind) -> bool {
        let mut events = self.new_events.iter().chain(&self.recent_starts_and_stops);
        events.any(|event| event.service == *service && event.kind.same_category(kind))
    }

    /// Returns true if an event reports the removal of `service`. Docker reports the removal of a container
    /// as a message.
    fn include_removal(&self, service: &ServiceId) -> bool {
        self.new_events.iter().any(|event| event.service == *service && event.kind == EventKind::Message)
    }
}

/// Pairs the services of `old` and `new` by id. Both lists must be sorted by id. One side of a pair is `None`
/// if only the other list has the service.
fn pair_by_id<'a>(
    old: &'a [Arc<Service>],
    new: &'a [Arc<Service>],
) -> impl Iterator<Item = (Option<&'a Arc<Service>>, Option<&'a Arc<Service>>)> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    std::iter::from_fn(move || {
        let order = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) => a.id.cmp(&b.id),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        Some(match order {
            Ordering::Less => (old.next(), None),
            Ordering::Greater => (None, new.next()),
            Ordering::Equal => (old.next(), new.next()),
        })
    })
}
