//! Hubs on the map: for services with very many callers, the status text counts the calls and the map draws
//! no lines.

use crate::{
    estate::{ServiceBuilder, service, snapshot},
    see,
    stage::AppHarness,
};
use portolan::model::Snapshot;

/// Returns a cluster whose services call each other in a ring and all send logs to one collector.
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

/// Returns chains of services with long names. All report to one collector, which calls four stores.
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
fn calls_to_a_hub_are_counted_in_words_and_drawn_while_an_end_is_selected() {
    let mut stage = AppHarness::showing(&services_with_log_collector(), (200, 50));
    stage.select_by_search("s4");
    see!(stage);
    stage.select_by_search("collector");
    see!(stage);
}

#[test]
fn a_collector_is_named_once_with_its_calls_in_both_directions() {
    for size in [(300, 80), (120, 40)] {
        let mut stage = AppHarness::showing(&chains_with_collector(), size);
        let text = stage.picture().text();
        assert!(text.contains("42 calls to collector and "), "{text}");
    }
    let mut stage = AppHarness::showing(&chains_with_collector(), (120, 40));
    stage.select_by_search("traces");
    see!(stage);
}

/// The text counts only lines that the map leaves out because of a hub, but neither filtered nor drawn ones.
#[test]
fn the_count_of_hidden_calls_leaves_out_filtered_and_drawn_ones() {
    let mut stage = AppHarness::showing(&chains_with_collector(), (300, 80));
    stage.press_keys("e");
    let observed = stage.picture().text();
    assert!(!observed.contains("hidden"), "{observed}");
    stage.press_keys("e e e");
    stage.select_by_search("traces");
    let near = stage.picture().text();
    assert!(near.contains("hidden: 42 calls to collector and 3 from it"), "{near}");
}
