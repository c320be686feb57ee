//! Tests of the history, and helpers that create services, events and snapshots.

mod differences;
mod entries;
mod laws;
mod merging;

use crate::{
    history::History,
    model::{
        Container, Event, EventKind, Inventory, LogRoute, Service, ServiceId, Snapshot, SourceId, Timestamp,
        fixtures,
    },
};
use std::sync::Arc;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn event(second: i64, service: &str, kind: EventKind, text: &str) -> Event {
    Event { at: at(second), service: ServiceId::new(service), instance: None, kind, text: text.into() }
}

/// Returns a service with one running instance of the image `name:1`.
fn service(name: &str) -> Service {
    let mut service = fixtures::service(name);
    service.id = ServiceId::new(format!("s/{name}"));
    service.desired = Some(1);
    service.instances = vec![fixtures::instance(&format!("{name}-1"))];
    service.instances[0].containers = vec![Container {
        name: name.into(),
        image: format!("{name}:1").into(),
        digest: None,
        log_route: LogRoute::Engine { container: name.into() },
        exit: None,
    }];
    service
}

fn snapshot(second: i64, services: Vec<Service>, events: Vec<Event>) -> Snapshot {
    let (source, taken) = (SourceId::new("s"), at(second));
    let (gateways, gaps, flows, watched) = Default::default();
    let services = services.into_iter().map(Arc::new).collect();
    Snapshot {
        source,
        taken_at: taken,
        services,
        load_balancers: gateways,
        events,
        unread_parts: gaps,
        connections: flows,
        monitored: watched,
        progress: Vec::new(),
    }
}

/// Returns the history after recording `looks`, snapshots of one source, the oldest first.
fn history_of(looks: &[Snapshot]) -> History {
    let (mut inventory, mut history) = (Inventory::default(), History::default());
    for look in looks {
        let old = inventory.snapshot(&look.source).cloned();
        let change = inventory.replace_snapshot(Arc::new(look.clone()));
        history.record_snapshot(old.as_deref(), inventory.snapshot(&look.source).unwrap(), &change);
    }
    history
}

fn kinds_and_texts(history: &History) -> Vec<(EventKind, String)> {
    history.entries().map(|entry| (entry.kind, entry.text.clone())).collect()
}

/// Returns the entries that the history records when `before` changes to `after_it` between two snapshots and
/// `events` arrive.
fn entries_of_change(before: Service, after_it: Service, events: Vec<Event>) -> Vec<(EventKind, String)> {
    kinds_and_texts(&history_of(&[
        snapshot(0, vec![before], Vec::new()),
        snapshot(10, vec![after_it], events),
    ]))
}
