//! Random estates: services in a few groups on two sources, with references to each other, to external hosts
//! and to missing hosts.

use crate::estate::{ServiceBuilder, load_balancer, minutes_ago, now, service, snapshot};
use portolan::model::{
    ConnectionEnd, ConnectionKey, ConnectionOutcome, Inventory, MonitoredService, ObservationMethod,
    ObservedConnection, ReferenceKind, Service, Snapshot,
};
use proptest::prelude::*;
use std::sync::Arc;

/// Service names. The same name can occur in several groups.
pub(crate) const SERVICE_NAMES: [&str; 6] = ["web", "api", "db", "cache", "orders", "users"];

/// Addresses that services may reference: other services, shared and external hosts, and addresses without a
/// service.
const REFERENCED_ADDRESSES: [&str; 12] = [
    "http://web:80",
    "api:8080",
    "db",
    "postgres://db:5432",
    "cache:6379",
    "http://orders",
    "users:9000",
    "https://api.stripe.com",
    "db.example.com",
    "postgres://db.example.com:5432",
    "nobody:1234",
    "10.0.0.7:80",
];

/// Number of ways to reference an address.
const REFERENCE_WAYS: usize = 9;

/// Random service: indices of its group and name, its references (as indices of way and address), and the
/// service after which it starts.
pub(crate) type ServiceDraft = ((usize, usize), Vec<(usize, usize)>, Option<usize>);

/// Generates services, with each name at most once in a group.
pub(crate) fn drafts() -> impl Strategy<Value = Vec<ServiceDraft>> {
    let one = (
        (0..4usize, 0..SERVICE_NAMES.len()),
        prop::collection::vec((0..REFERENCE_WAYS, 0..REFERENCED_ADDRESSES.len()), 0..5),
        prop::option::of(0..SERVICE_NAMES.len()),
    );
    prop::collection::vec(one, 1..12).prop_map(|mut all: Vec<ServiceDraft>| {
        all.sort();
        all.dedup_by_key(|draft| draft.0);
        all
    })
}

/// Builds the services of `drafts`, with names changed by `rename`.
pub(crate) fn services(drafts: &[ServiceDraft], rename: impl Fn(&str) -> String) -> Vec<Service> {
    drafts.iter().map(|draft| service_from_draft(draft, &rename)).collect()
}

fn service_from_draft(
    ((place, name), mentions, after): &ServiceDraft,
    rename: &impl Fn(&str) -> String,
) -> Service {
    let (source, group) =
        [("docker", Some("shop")), ("docker", None), ("ecs:a", Some("prod")), ("ecs:a", Some("staging"))]
            [*place];
    let mut service = service(source, group, &rename(SERVICE_NAMES[*name]));
    for (key, target) in mentions {
        let address = rename_host(REFERENCED_ADDRESSES[*target], rename);
        service = match key {
            3 => service.with_reference(ReferenceKind::ConfigFile, "file /etc/app.conf:1", &address),
            4 => service.with_reference(ReferenceKind::ToolSetting, "environment APP_CLI_URL", &address),
            5 => service.with_proxy_label("traefik"),
            6 => service.with_reference(ReferenceKind::SharedSetting, "environment ALL_URL", &address),
            7 => service.with_reference(ReferenceKind::SharedFile, "file /etc/book.yml:1", &address),
            8 => service.with_reference(ReferenceKind::SuiteFile, "file /etc/suite.yml:1", &address),
            _ => service.calls(["A_URL", "B_HOST", "C_ADDR"][*key], &address),
        };
    }
    match after {
        Some(after) => service.starts_after(&rename(SERVICE_NAMES[*after])),
        None => service,
    }
}

/// Returns `address` with its host changed by `rename` if the host is a service name.
fn rename_host(address: &str, rename: &impl Fn(&str) -> String) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let host = rest.split(':').next().unwrap_or(rest);
    let new = if SERVICE_NAMES.contains(&host) { rename(host) } else { host.to_owned() };
    let rest = rest.replacen(host, &new, 1);
    if scheme.is_empty() { rest } else { format!("{scheme}://{rest}") }
}

/// Returns both sources' snapshots with `services`. A load balancer routes to ECS services whose names start
/// with `w`.
pub(crate) fn snapshots(services: &[Service]) -> Vec<Snapshot> {
    let of = |source: &str| {
        let mine: Vec<_> = services.iter().filter(|s| s.source().as_str() == source).cloned().collect();
        let mut said = snapshot(source, mine);
        said.connections = observed_connections(&said.services);
        said.monitored = said
            .services
            .iter()
            .map(|s| MonitoredService { service: s.id.clone(), since: minutes_ago(30) })
            .collect();
        if source.starts_with("ecs") {
            let mut behind: Vec<&Service> =
                said.services.iter().map(AsRef::as_ref).filter(|s| s.name.starts_with('w')).collect();
            behind.sort_by_key(|service| service.id.clone());
            said.load_balancers = vec![load_balancer("front", &behind)];
        }
        said
    };
    vec![of("docker"), of("ecs:a")]
}

/// Returns observed connections: each service without a start order called the next service by id.
fn observed_connections(services: &[Arc<Service>]) -> Vec<ObservedConnection> {
    let mut services: Vec<&Service> = services.iter().map(AsRef::as_ref).collect();
    services.sort_by(|a, b| a.id.cmp(&b.id));
    let pairs = services.iter().zip(services.iter().skip(1));
    let quiet =
        pairs.filter(|(from, _)| !from.references.iter().any(|m| m.kind == ReferenceKind::StartOrder));
    quiet
        .map(|(from, to)| {
            let sighting = ConnectionKey {
                from: ConnectionEnd::Service(from.id.clone()),
                to: ConnectionEnd::Service(to.id.clone()),
                port: Some(80),
                observed_by: ObservationMethod::Socket,
                outcome: ConnectionOutcome::Accepted,
                location: "one".into(),
            };
            ObservedConnection { key: sighting, first_seen: minutes_ago(20), last_seen: now() }
        })
        .collect()
}

/// Returns an inventory of all snapshots.
pub(crate) fn inventory(snapshots: Vec<Snapshot>) -> Inventory {
    let mut inventory = Inventory::new(Vec::new());
    for snapshot in snapshots {
        inventory.replace_snapshot(Arc::new(snapshot));
    }
    inventory
}
