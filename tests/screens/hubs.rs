//! Hub services on the map: badges replace the lines to services with very many callers.

use crate::{
    estate::{ServiceBuilder, service, snapshot},
    see,
    stage::AppHarness,
};
use portolan::model::Snapshot;

/// Returns a cluster whose services call each other in a ring, and all log to one collector.
fn services_with_log_collector() -> Vec<Snapshot> {
    let of = |name: &str| service("ecs:eu-west-1", Some("prod"), name);
    let mut services: Vec<_> = (1..=9)
        .map(|number| {
            let next = format!("http://s{}:80", number % 9 + 1);
            of(&format!("s{number}")).calls("LOG", "http://collector:80").calls("NEXT", &next)
        })
        .collect();
    services.push(of("collector"));
    vec![snapshot("ecs:eu-west-1", services)]
}

/// Returns chains of services with long names that all report to one collector, which calls four stores.
fn chains_with_collector() -> Vec<Snapshot> {
    let of = |name: &str| service("ecs:eu-west-1", Some("prod"), name);
    let chain = |area: &str| {
        let steps = ["frontend", "checkout", "inventory", "billing", "forwarder", "archive"];
        let name = |step: usize| format!("{area}-{}", steps[step]);
        let calls = |step: usize| {
            let reports = of(&name(step)).calls("REPORTS", "http://collector:80");
            if step == 5 { reports } else { reports.calls("NEXT", &format!("http://{}:80", name(step + 1))) }
        };
        (0..6).map(calls).collect::<Vec<_>>()
    };
    let areas = ["retail", "travel", "gaming", "market", "lending", "housing", "banking"];
    let mut services: Vec<_> = areas.into_iter().flat_map(chain).collect();
    let stores = ["traces", "metrics", "logs", "alerts"];
    let collector =
        stores.iter().fold(of("collector"), |one, store| one.calls(store, &format!("http://{store}:80")));
    services.push(collector);
    services.extend(stores.map(of));
    vec![snapshot("ecs:eu-west-1", services)]
}

#[test]
fn what_many_call_has_marks_instead_of_lines() {
    let mut stage = AppHarness::showing(&services_with_log_collector(), (200, 50));
    stage.select_by_search("s4");
    see!(stage);
    stage.select_by_search("collector");
    see!(stage);
}

#[test]
fn what_serves_all_has_marks_both_ways_and_none_where_space_is_scant() {
    let mut stage = AppHarness::showing(&chains_with_collector(), (300, 80));
    let wide = stage.picture().text();
    assert!(wide.contains("traces ◂¹") && wide.contains("market-archive ▸¹"), "{wide}");
    assert!(wide.contains("45 lines shown as ▸¹"), "{wide}");
    let mut stage = AppHarness::showing(&chains_with_collector(), (120, 40));
    let narrow = stage.picture().text();
    assert!(!narrow.contains("more ") && narrow.contains("45 lines shown when selected"), "{narrow}");
    assert!(narrow.contains("¹◂42") && !narrow.contains("▸¹"), "{narrow}");
    assert_eq!(narrow.matches("…entory▌").count(), 7, "{narrow}");
    stage.select_by_search("traces");
    see!(stage);
}

/// Badges stand only for lines that the map leaves out, not for filtered lines and not for drawn ones.
#[test]
fn marks_tell_of_what_is_hidden_and_of_nothing_else() {
    let mut stage = AppHarness::showing(&chains_with_collector(), (300, 80));
    stage.press_keys("e");
    let observed = stage.picture().text();
    assert!(!observed.contains("▸¹") && !observed.contains("shown as"), "{observed}");
    stage.press_keys("e e e");
    stage.select_by_search("traces");
    let near = stage.picture().text();
    assert!(near.contains("45 lines shown as ▸¹"), "{near}");
}
