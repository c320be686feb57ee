//! Example shop: a healthy compose project on one Docker engine, and an ECS cluster with faults.

use super::{ServiceBuilder, event, failed_with_exit_code, load_balancer, minutes_ago, service, snapshot};
use portolan::model::{
    Deployment, EventKind, Fact, FactKind, HealthCheckStatus, InstanceState, LogBatch, LogLine, LogNote,
    LogNoteKind, LogUpdate, OutputStream, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget,
    RolloutState, Service, ServiceId, Snapshot, Timestamp,
};
use std::sync::Arc;

const ECS_SOURCE_ID: &str = "ecs:eu-west-1";

/// Returns both snapshots: the healthy Docker engine, then the faulty cluster.
pub fn shop() -> Vec<Snapshot> {
    vec![docker_snapshot(), faulty_cluster()]
}

/// Returns the snapshot of the compose project.
fn docker_snapshot() -> Snapshot {
    let of = |name| service("docker", Some("shop"), name);
    let web = of("web").with_instances(2).calls("GATEWAY_URL", "http://gateway:8080").starts_after("gateway");
    let gateway = of("gateway")
        .calls("CATALOG_ADDR", "catalog:9000")
        .calls("CART_ADDR", "cart:9000")
        .calls("TRACES", "http://otel.example.com:4317");
    let catalog = of("catalog").calls("DATABASE_URL", "postgres://db:5432").starts_after("db");
    let cart = of("cart")
        .calls("REDIS_URL", "redis://cache:6379")
        .change_instances(|i| i.health_check = HealthCheckStatus::Healthy);
    let db =
        of("db").with_image("postgres:16").change_instances(|i| i.health_check = HealthCheckStatus::Healthy);
    let cache = of("cache").with_image("redis:7");
    let job = of("migrate")
        .calls("DATABASE_URL", "postgres://db:5432")
        .change_instances(|i| i.state = InstanceState::Stopped);
    let lone = service("docker", None, "mailpit").with_image("axllent/mailpit:v1.20");
    snapshot("docker", vec![web, gateway, catalog, cart, db, cache, job, lone])
}

/// Returns the cluster: a service that repeatedly runs out of memory, one with a failing health check, and a
/// rollout whose task does not start.
pub fn faulty_cluster() -> Snapshot {
    let of = |name| service(ECS_SOURCE_ID, Some("prod"), name);
    let edge = of("edge")
        .with_instances(2)
        .calls("ORDERS_URL", "http://orders:8000")
        .calls("USERS_URL", "http://users:8000");
    let orders = of("orders")
        .with_instances(1)
        .with_desired(3)
        .with_instance(failed_with_exit_code(137, 3))
        .with_instance(failed_with_exit_code(137, 1))
        .calls("DB_HOST", "shop.cluster-c1.eu-west-1.rds.amazonaws.com:5432")
        .calls("PAYMENTS_URL", "http://payments:8000")
        .edit(|service| {
            service.deployments = vec![
                deployment("orders:42", RolloutState::InProgress, 5, (1, 3, 6)),
                old_deployment("orders:41"),
            ];
            service.facts = vec![
                Fact::new(FactKind::TaskDefinition, "orders:42"),
                Fact::new(FactKind::LaunchType, "FARGATE"),
            ];
        });
    let users = of("users")
        .with_instances(2)
        .calls("CACHE_URL", "redis://sessions.abc123.euw1.cache.amazonaws.com:6379")
        .edit(|service| {
            let arn = "arn:aws:ecs:eu-west-1:123456789012:service/prod/users";
            service.facts = vec![Fact::new(FactKind::Arn, arn)];
        });
    let payments = of("payments").calls("STRIPE_URL", "https://api.stripe.com:443").change_instances(|i| {
        i.health_check = HealthCheckStatus::Unhealthy {
            output: Some("GET /health: 503 no answer from upstream".into()),
            since: None,
        }
    });
    let search = of("search")
        .with_instances(0)
        .with_desired(2)
        .with_instance(|i| i.state = InstanceState::Starting)
        .edit(|service| {
            service.deployments = vec![deployment("search:7", RolloutState::InProgress, 2, (0, 2, 0))];
        });
    let report = of("report").with_instances(0);
    let mut told = snapshot(ECS_SOURCE_ID, Vec::new());
    told.load_balancers = vec![load_balancer("shop-alb", &[&edge, &search])];
    told.events = vec![
        event(&orders, 5, EventKind::Deployment, "deployment of orders:42 started"),
        event(&orders, 3, EventKind::Stop, "task orders-2 stopped: OutOfMemoryError"),
        event(&orders, 1, EventKind::Stop, "task orders-3 stopped: OutOfMemoryError"),
    ];
    told.services = [edge, orders, users, payments, search, report].map(Arc::new).into();
    told
}

fn deployment(version: &str, rollout: RolloutState, minutes: i64, counts: (u32, u32, u32)) -> Deployment {
    let (running, desired, failed) = counts;
    Deployment {
        id: format!("ecs-svc/{version}").into(),
        version: version.into(),
        rollout,
        reason: None,
        desired,
        running,
        failed,
        created: Some(minutes_ago(minutes)),
        updated: Some(minutes_ago(minutes - 1)),
        previous: None,
        changes: Vec::new(),
    }
}

fn old_deployment(version: &str) -> Deployment {
    deployment(version, RolloutState::Completed, 2_000, (0, 0, 0))
}

/// Returns services whose names have wide characters, right-to-left script, combining marks or great length.
pub fn foreign_names() -> Vec<Snapshot> {
    let of = |name: &str| service("docker", Some("店舗グループ"), name);
    let names = [
        "注文サービス",
        "決済",
        "שירות-הזמנות",
        "خدمة-الدفع",
        "café-crème",
        "👩‍👩‍👧-family",
        "a-very-long-service-name-that-nobody-would-ever-type",
    ];
    let mut services: Vec<Service> = names.iter().map(|name| of(name)).collect();
    // These names are no valid host names, so each service references the next by service name.
    for (service, next) in services.iter_mut().zip(names.iter().skip(1)) {
        let target = ReferenceTarget::ServiceName((*next).into());
        service.references.push(Reference {
            kind: ReferenceKind::Link,
            location: ReferenceLocation::parse("links"),
            target,
        });
    }
    services.push(service("docker", None, "日本語コンテナ"));
    vec![snapshot("docker", services)]
}

/// Returns log lines of the orders service, among them an error, a long line and a note about a stopped task.
pub fn shop_logs() -> LogUpdate {
    let orders = ServiceId::new(format!("{ECS_SOURCE_ID}/prod/orders"));
    let line = |second: i64, copy: usize, text: &str| LogLine {
        at: Timestamp::from_second(minutes_ago(4).as_second() + second).unwrap(),
        service: orders.clone(),
        label: format!("orders-{copy}").into(),
        stream: OutputStream::Stdout,
        text: text.into(),
        styles: Vec::new(),
    };
    let mut lines = vec![
        line(0, 1, "listening on :8000"),
        line(2, 2, "listening on :8000"),
        line(31, 1, "GET /orders/17 200 12ms"),
        line(
            34,
            2,
            "ERROR could not connect to shop.cluster-c1.eu-west-1.rds.amazonaws.com:5432: connection refused, and this line goes on and on until it is wider than the screen that shows it, whatever that may be",
        ),
        line(35, 2, "WARN retrying in 5s"),
        line(59, 1, "日本語の行 and עברית in one line"),
    ];
    lines.extend((60..90).map(|second| line(second, 1, &format!("GET /orders/{second} 200 9ms"))));
    let note = LogNote {
        at: Some(minutes_ago(3)),
        service: Some(orders.clone()),
        label: "orders-2".into(),
        kind: LogNoteKind::Ended,
        text: "the stream ended: the task stopped".into(),
    };
    LogUpdate::Lines(LogBatch { lines, notes: vec![note] })
}
