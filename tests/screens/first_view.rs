//! First view of typical estates: the whole map fits the screen, and its names are readable.

use crate::{
    estate::{ServiceBuilder, service, snapshot},
    stage::AppHarness,
};
use portolan::model::{Service, Snapshot};

/// Services of a shop on ECS, each with the addresses that it calls.
const SHOP_CALLS: [(&str, &[&str]); 14] = [
    ("storefront", &["api-gateway:80"]),
    ("api-gateway", &["orders:80", "catalog:80", "accounts:80"]),
    ("orders", &["payments:80", "postgres:5432", "redis:6379", "events.queue.example.com:443"]),
    ("payments", &["accounts:80", "postgres:5432", "api.cards.example.com:443"]),
    ("accounts", &["postgres:5432"]),
    ("catalog", &["redis:6379", "search.example.com:443"]),
    ("recommendations", &["catalog:80", "models.example.com:443"]),
    ("search-indexer", &["catalog:80"]),
    ("notifier", &["accounts:80", "events.queue.example.com:443", "mail.example.com:587"]),
    ("nightly-report", &["postgres:5432"]),
    ("db-migrate", &[]),
    ("reindex", &[]),
    ("postgres", &[]),
    ("redis", &[]),
];

/// Services of a demo store. Nearly all of them send their telemetry to one collector, and many read their
/// feature flags from one service.
const STORE_CALLS: [(&str, &[&str]); 27] = [
    ("load-generator", &["web-proxy:80"]),
    (
        "web-proxy",
        &["web-frontend:80", "image-provider:80", "flag-editor:80", "trace-viewer:80", "dashboards:80"],
    ),
    (
        "web-frontend",
        &[
            "advertisements:80",
            "shopping-cart:80",
            "checkout-service:80",
            "currency-rates:80",
            "product-catalog:80",
            "recommendation:80",
            "shipping-quotes:80",
        ],
    ),
    (
        "checkout-service",
        &[
            "shopping-cart:80",
            "currency-rates:80",
            "confirmation-mail:80",
            "payment-service:80",
            "product-catalog:80",
            "shipping-quotes:80",
            "event-stream:9092",
        ],
    ),
    ("recommendation", &["product-catalog:80"]),
    ("shipping-quotes", &["quote-service:80"]),
    ("shopping-cart", &["valkey-cache:6379"]),
    ("product-catalog", &["astronomy-postgres:5432"]),
    ("product-reviews", &["astronomy-postgres:5432", "language-model:80"]),
    ("accounting", &["event-stream:9092", "astronomy-postgres:5432"]),
    ("fraud-detection", &["event-stream:9092"]),
    ("dashboards", &["metrics-store:9090", "trace-viewer:80", "log-store:9200"]),
    ("flag-editor", &[]),
    ("image-provider", &[]),
    ("advertisements", &[]),
    ("currency-rates", &[]),
    ("confirmation-mail", &[]),
    ("payment-service", &[]),
    ("quote-service", &[]),
    ("language-model", &[]),
    ("event-stream", &[]),
    ("valkey-cache", &[]),
    ("astronomy-postgres", &[]),
    ("metrics-store", &[]),
    ("trace-viewer", &["metrics-store:9090"]),
    ("log-store", &[]),
    (
        "telemetry-collector",
        &["metrics-store:9090", "trace-viewer:80", "log-store:9200", "event-stream:9092"],
    ),
];

/// Services of the demo store that send no telemetry.
const WITHOUT_TELEMETRY: [&str; 7] = [
    "telemetry-collector",
    "valkey-cache",
    "astronomy-postgres",
    "metrics-store",
    "log-store",
    "language-model",
    "dashboards",
];

fn estate(source: &str, group: &str, calls: &[(&str, &[&str])]) -> Vec<Service> {
    let calling = |(name, called): &(&str, &[&str])| {
        called.iter().enumerate().fold(service(source, Some(group), name), |one, (number, address)| {
            one.calls(&format!("PEER_{number}_URL"), &format!("http://{address}"))
        })
    };
    calls.iter().map(calling).collect()
}

fn ecs_shop() -> Vec<Snapshot> {
    let mut services = estate("ecs:eu-west-1", "shop-prod", &SHOP_CALLS);
    services.push(service("ecs:eu-west-1", Some("shop-staging"), "orders"));
    vec![snapshot("ecs:eu-west-1", services)]
}

fn demo_store() -> Vec<Snapshot> {
    let services = estate("docker", "store", &STORE_CALLS).into_iter().map(|one| {
        let sends = !WITHOUT_TELEMETRY.contains(&one.name.as_str());
        if sends { one.calls("TELEMETRY_URL", "http://telemetry-collector:4317") } else { one }
    });
    vec![snapshot("docker", services.collect())]
}

/// Returns true if the map continues beyond the edge of the screen.
fn continues_off_screen(text: &str) -> bool {
    ["←", "↑", "↓", "→"].iter().any(|arrow| text.contains(&format!("more {arrow}")))
}

/// Returns the names that the screen does not show in full.
fn cut_names(text: &str, calls: &[(&'static str, &[&str])]) -> Vec<&'static str> {
    calls.iter().map(|(name, _)| *name).filter(|name| !text.contains(&format!(" {name}"))).collect()
}

#[test]
fn fifteen_services_fit_a_small_screen_with_whole_names() {
    for size in [(80, 24), (120, 40)] {
        let text = AppHarness::showing(&ecs_shop(), size).picture().text();
        assert!(!continues_off_screen(&text), "{size:?}:\n{text}");
        assert_eq!(cut_names(&text, &SHOP_CALLS), Vec::<&str>::new(), "{size:?}:\n{text}");
    }
}

#[test]
fn twenty_seven_services_fit_a_middling_screen_with_readable_names() {
    let text = AppHarness::showing(&demo_store(), (120, 40)).picture().text();
    assert!(!continues_off_screen(&text), "{text}");
    let longest = cut_names(&text, &STORE_CALLS);
    assert!(longest.iter().all(|name| name.len() > 16), "{longest:?} are cut:\n{text}");
    assert!(text.contains("calls to telemetry-collector"), "the hub is named in words:\n{text}");
}

#[test]
fn a_large_screen_shows_whole_names() {
    for (estate, calls) in [(ecs_shop(), &SHOP_CALLS[..]), (demo_store(), &STORE_CALLS[..])] {
        let text = AppHarness::showing(&estate, (200, 50)).picture().text();
        assert!(!continues_off_screen(&text), "{text}");
        let cut = cut_names(&text, calls);
        assert!(cut.len() * 20 <= calls.len(), "{cut:?} of {} are cut:\n{text}", calls.len());
    }
}

#[test]
fn arrow_keys_follow_the_indentation_of_an_outline() {
    let mut stage = AppHarness::showing(&ecs_shop(), (80, 24));
    stage.select_by_search("storefront");
    let mut seen = Vec::new();
    for key in ["right", "right", "down", "left", "left"] {
        stage.press_keys(key);
        seen.push(stage.selected_name());
    }
    assert_eq!(seen, ["api-gateway", "catalog", "search.example.com", "catalog", "api-gateway"]);
}
