//! The shop on an engine whose connections are watched: some calls are seen, some only declared, some turned away.

use super::{Build, ago, service, shop, snapshot};
use portolan::model::{End, Flow, SeenBy, Service, ServiceId, Sighting, Snapshot, Verdict, Watched};
use std::sync::Arc;

/// The shop, watched for half an hour, and beside it an engine on which its catalog runs too.
pub fn watched() -> Vec<Snapshot> {
    let mut all = shop();
    let engine = &mut all[0];
    engine.flows = vec![
        flow("web", "gateway", 8080, 0),
        flow("gateway", "catalog", 9000, 0),
        flow("gateway", "cart", 9000, 120),
        flow("catalog", "cache", 6379, 1),
        turned_away(flow("cart", "db", 5432, 2)),
    ];
    let names = ["web", "gateway", "catalog", "cart", "db", "cache"];
    engine.watched = names.map(|name| Watched { service: id(name), since: ago(30) }).to_vec();
    let catalog = engine.services.iter_mut().find(|service| service.name == "catalog");
    if let Some(catalog) = catalog {
        *catalog = Arc::new(Service::clone(catalog).calls("STOCK_URL", "http://stock:7000"));
    }
    all.push(snapshot("other", vec![service("other", Some("shop"), "catalog")]));
    all
}

fn id(name: &str) -> ServiceId {
    ServiceId::new(format!("docker/shop/{name}"))
}

/// A connection that has stood since an hour before it was last seen, so many minutes ago.
fn flow(from: &str, to: &str, port: u16, minutes: i64) -> Flow {
    let sighting = Sighting {
        from: End::Service(id(from)),
        to: End::Service(id(to)),
        port: Some(port),
        by: SeenBy::Socket,
        verdict: Verdict::Accepted,
        place: format!("{from}-1").into(),
    };
    Flow { sighting, first: ago(minutes + 60), last: ago(minutes) }
}

fn turned_away(mut flow: Flow) -> Flow {
    flow.sighting.verdict = Verdict::Rejected;
    flow
}
