//! Shop with monitored connections: some calls are observed, some only declared, one is rejected.

use super::{ServiceBuilder, minutes_ago, service, shop, snapshot};
use portolan::model::{
    ConnectionEnd, ConnectionKey, ConnectionOutcome, MonitoredService, ObservationMethod, ObservedConnection,
    Service, ServiceId, Snapshot,
};
use std::sync::Arc;

/// Returns the shop after 30 minutes of monitoring, and a second engine that also runs its catalog.
pub fn monitored_shop() -> Vec<Snapshot> {
    let mut all = shop();
    let engine = &mut all[0];
    engine.connections = vec![
        connection("web", "gateway", 8080, 0),
        connection("gateway", "catalog", 9000, 0),
        connection("gateway", "cart", 9000, 120),
        connection("catalog", "cache", 6379, 1),
        rejected(connection("cart", "db", 5432, 2)),
    ];
    let names = ["web", "gateway", "catalog", "cart", "db", "cache"];
    engine.monitored =
        names.map(|name| MonitoredService { service: service_id(name), since: minutes_ago(30) }).to_vec();
    let catalog = engine.services.iter_mut().find(|service| service.name == "catalog");
    if let Some(catalog) = catalog {
        *catalog = Arc::new(Service::clone(catalog).calls("STOCK_URL", "http://stock:7000"));
    }
    all.push(snapshot("other", vec![service("other", Some("shop"), "catalog")]));
    all
}

fn service_id(name: &str) -> ServiceId {
    ServiceId::new(format!("docker/shop/{name}"))
}

/// Returns a connection that was last seen `minutes` ago and first seen an hour before that.
fn connection(from: &str, to: &str, port: u16, minutes: i64) -> ObservedConnection {
    let sighting = ConnectionKey {
        from: ConnectionEnd::Service(service_id(from)),
        to: ConnectionEnd::Service(service_id(to)),
        port: Some(port),
        observed_by: ObservationMethod::Socket,
        outcome: ConnectionOutcome::Accepted,
        location: format!("{from}-1").into(),
    };
    ObservedConnection {
        key: sighting,
        first_seen: minutes_ago(minutes + 60),
        last_seen: minutes_ago(minutes),
    }
}

fn rejected(mut flow: ObservedConnection) -> ObservedConnection {
    flow.key.outcome = ConnectionOutcome::Rejected;
    flow
}
