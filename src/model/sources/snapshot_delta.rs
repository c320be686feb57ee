//! Snapshot deltas: the changes that turn an older snapshot into a newer one, for recordings and for the
//! members of a team.

use crate::model::{
    Event, EventKind, InstanceId, LoadBalancer, MonitoredService, ObservedConnection, Service, ServiceId,
    Snapshot, Text, Timestamp, UnreadPart,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The changes from one snapshot of a source to a later one, without the load progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SnapshotDelta {
    /// Services that are new or different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Arc<Service>>,
    /// Services that were removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<ServiceId>,
    /// All load balancers, if any of them changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancers: Option<Vec<LoadBalancer>>,
    /// Events that are only in the later snapshot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Events that are only in the older snapshot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed_events: Vec<Event>,
    /// All unread parts, if any of them changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread_parts: Option<Vec<UnreadPart>>,
    /// All connections of the later snapshot. A snapshot lists only the connections observed since the one
    /// before, so they are added and not compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<ObservedConnection>,
    /// All monitored services, if any of them changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitored: Option<Vec<MonitoredService>>,
}

impl SnapshotDelta {
    /// Returns the changes from `before` to `after`, or everything in `after` if `before` is `None`.
    #[must_use]
    pub fn between(before: Option<&Snapshot>, after: &Snapshot) -> Self {
        let old: BTreeMap<_, _> = before.iter().flat_map(|s| &s.services).map(|s| (&s.id, s)).collect();
        let kept: BTreeSet<_> = after.services.iter().map(|s| &s.id).collect();
        let changed =
            |s: &&Arc<Service>| !old.get(&s.id).is_some_and(|known| Arc::ptr_eq(known, s) || known == s);
        let no_events = Vec::new();
        let old_events = before.map_or(&no_events, |snapshot| &snapshot.events);
        Self {
            services: after.services.iter().filter(changed).cloned().collect(),
            removed: old.keys().filter(|id| !kept.contains(*id)).map(|id| (*id).clone()).collect(),
            load_balancers: before
                .is_none_or(|b| b.load_balancers != after.load_balancers)
                .then(|| after.load_balancers.clone()),
            events: events_only_in(&after.events, old_events),
            removed_events: events_only_in(old_events, &after.events),
            unread_parts: before
                .is_none_or(|b| b.unread_parts != after.unread_parts)
                .then(|| after.unread_parts.clone()),
            connections: after.connections.clone(),
            monitored: before.is_none_or(|b| b.monitored != after.monitored).then(|| after.monitored.clone()),
        }
    }

    /// Returns true if nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Turns `snapshot`, the older one, into the later one. Leaves `snapshot.taken_at` unchanged. Sorts the
    /// services by id if any of them changed. Adds the delta's connections to the existing ones, because each
    /// connection is an observation at one time.
    pub fn apply_to(self, snapshot: &mut Snapshot) {
        if !self.services.is_empty() || !self.removed.is_empty() {
            let mut services: BTreeMap<ServiceId, Arc<Service>> = std::mem::take(&mut snapshot.services)
                .into_iter()
                .map(|service| (service.id.clone(), service))
                .collect();
            for id in &self.removed {
                services.remove(id);
            }
            services.extend(self.services.into_iter().map(|service| (service.id.clone(), service)));
            snapshot.services = services.into_values().collect();
        }
        if !self.removed_events.is_empty() {
            snapshot.events = events_only_in(&snapshot.events, &self.removed_events);
        }
        snapshot.events.extend(self.events);
        if let Some(load_balancers) = self.load_balancers {
            snapshot.load_balancers = load_balancers;
        }
        if let Some(unread_parts) = self.unread_parts {
            snapshot.unread_parts = unread_parts;
        }
        if let Some(monitored) = self.monitored {
            snapshot.monitored = monitored;
        }
        snapshot.connections.extend(self.connections);
    }
}

/// Returns all fields of an event as a key for sorting and searching.
fn event_key(event: &Event) -> (Timestamp, &ServiceId, Option<&InstanceId>, EventKind, &Text) {
    let Event { at, service, instance, kind, text } = event;
    (*at, service, instance.as_ref(), *kind, text)
}

/// Returns the events of `all` that are not in `others`.
fn events_only_in(all: &[Event], others: &[Event]) -> Vec<Event> {
    // A set, because hostile data may have a hundred thousand events of one service at one time.
    let known: BTreeSet<_> = others.iter().map(event_key).collect();
    all.iter().filter(|event| !known.contains(&event_key(event))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::SnapshotDelta;
    use crate::model::{Event, EventKind, Service, Snapshot, fixtures};

    fn event(name: &str, seconds: i64, text: &str) -> Event {
        Event {
            at: fixtures::ago(seconds),
            service: fixtures::service_id(name),
            instance: None,
            kind: EventKind::Message,
            text: text.into(),
        }
    }

    #[test]
    fn a_delta_turns_the_older_snapshot_into_the_later_one() {
        let web = fixtures::service("web");
        let more = Service { instances: Vec::new(), ..web.clone() };
        let mut before = fixtures::snapshot("docker", vec![fixtures::service("api"), web]);
        before.events = vec![event("web", 60, "a"), event("web", 60, "b")];
        let mut after = fixtures::snapshot("docker", vec![fixtures::service("db"), more]);
        after.events = vec![event("web", 60, "b"), event("db", 5, "c")];
        let delta = SnapshotDelta::between(Some(&before), &after);
        assert_eq!(
            (delta.services.len(), delta.removed.len(), delta.load_balancers.is_some()),
            (2, 1, false)
        );
        let mut shown = before.clone();
        delta.apply_to(&mut shown);
        assert_eq!(shown, after);
        assert!(SnapshotDelta::between(Some(&after), &after).is_empty());
    }

    #[test]
    fn many_events_at_one_time_are_compared_in_no_time() {
        // Comparing each event with every other one would take minutes.
        let many: Vec<Event> = (0..60_000).map(|n| event("web", 60, &format!("{n}"))).collect();
        let before = Snapshot { events: many.clone(), ..fixtures::snapshot("docker", Vec::new()) };
        let other = many.iter().rev().map(|event| Event { kind: EventKind::Health, ..event.clone() });
        let delta = SnapshotDelta { removed_events: other.collect(), ..SnapshotDelta::default() };
        let mut shown = before.clone();
        delta.apply_to(&mut shown);
        assert_eq!(shown, before);
    }

    #[test]
    fn connections_add_up_over_skipped_snapshots() {
        let seen =
            |name| fixtures::observed_connection("web", name, crate::model::ConnectionOutcome::Accepted, 0);
        let with = |name| Snapshot {
            connections: vec![seen(name)],
            ..fixtures::snapshot("docker", vec![fixtures::service("web")])
        };
        let (first, second) = (with("db"), with("cache"));
        let mut shown = first.clone();
        SnapshotDelta::between(Some(&first), &second).apply_to(&mut shown);
        assert_eq!(shown.connections, [seen("db"), seen("cache")]);
    }
}
