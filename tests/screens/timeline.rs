//! Timeline screen: its rows, its scope and kind filters, following new events, keeping its position, and the
//! jump to logs.

use crate::{
    estate::{ServiceBuilder, event, faulty_cluster, minutes_ago, now, service, shop, shop_logs, snapshot},
    see,
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    model::{EventKind, Snapshot, Timestamp},
    screen::ScreenId,
};
use std::sync::Arc;

/// Returns the shop after changes to the users service: a new version, another desired count, stopped tasks.
fn changed_shop(size: (u16, u16), theme: (&str, bool)) -> AppHarness {
    let mut stage = AppHarness::showing_in_theme(&shop(), size, theme);
    stage.poll(&changed_cluster(&faulty_cluster()));
    stage.send(Msg::Tick(now()));
    stage
}

/// Returns the snapshot of the cluster after these changes.
fn changed_cluster(cluster: &Snapshot) -> Snapshot {
    let mut later = cluster.clone();
    let users = later.services.iter_mut().find(|service| service.name == "users").unwrap();
    *users = Arc::new(
        portolan::model::Service::clone(users)
            .with_instances(1)
            .with_desired(3)
            .with_image("registry.example/users:8"),
    );
    let users = users.clone();
    later.events.extend((2..9).map(|n| {
        event(&users, n, EventKind::Message, &format!("(service users) registered target 10.0.0.{n}"))
    }));
    later.events.extend((1..5).map(|n| {
        event(
            &users,
            n,
            EventKind::Stop,
            &format!("task 4f2a91c{n} stopped: Essential container in task exited"),
        )
    }));
    later
}

#[test]
fn everything_on_one_axis() {
    let mut stage = changed_shop((110, 30), ("night", false));
    stage.press_keys("H");
    see!(stage);
    stage.press_keys("k k k k");
    see!(stage);
}

#[test]
fn of_one_service_and_of_one_kind() {
    let mut stage = changed_shop((100, 20), ("night", false));
    while stage.selected_name() != "orders" {
        stage.press_keys("f");
    }
    stage.press_keys("H tab tab");
    see!(stage);
    stage.press_keys("> > > >");
    see!(stage);
}

#[test]
fn small_and_in_ascii_without_colours() {
    let mut stage = changed_shop((60, 14), ("mono", true));
    stage.press_keys("H");
    see!(stage);
    stage.resize(40, 9);
    stage.press_keys("/");
    stage.type_text("stopped");
    stage.press_keys("enter");
    see!(stage);
}

fn screen_text(stage: &mut AppHarness) -> String {
    stage.picture().text()
}

#[test]
fn it_follows_at_its_end_and_holds_still_above_it() {
    let web = service("docker", None, "web");
    let told = |count: i64| {
        let events =
            (0..count).map(|n| event(&web, 90 - n, EventKind::Message, &format!("number {n},"))).collect();
        Snapshot { events, ..snapshot("docker", vec![web.clone()]) }
    };
    let mut stage = AppHarness::showing(&[told(40)], (80, 16));
    stage.press_keys("H");
    assert!(screen_text(&mut stage).contains("number 39,") && screen_text(&mut stage).contains("following"));
    stage.poll(&told(50));
    assert!(screen_text(&mut stage).contains("number 49,"));
    stage.press_keys("ctrl-b");
    let before = screen_text(&mut stage);
    assert!(before.contains("paused") && !before.contains("number 49,"), "{before}");
    stage.poll(&told(60));
    let rows =
        |text: &str| text.lines().filter(|l| l.contains("number")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&before), rows(&screen_text(&mut stage)), "what comes moves nothing");
    stage.press_keys("G");
    assert!(screen_text(&mut stage).contains("number 59,"));
}

/// Returns the earliest start time among the wanted log streams.
fn earliest_log_start(stage: &AppHarness) -> Option<Timestamp> {
    stage.wanted_log_streams().iter().filter_map(|(_, start)| start.since).min()
}

#[test]
fn enter_leads_to_the_logs_of_that_time_and_back_to_the_row() {
    let mut stage = changed_shop((100, 30), ("night", false));
    stage.send(Msg::Logs(shop_logs()));
    stage.press_keys("H /");
    stage.type_text("orders-2 stopped");
    stage.press_keys("enter");
    stage.press_keys("enter");
    assert_eq!((stage.app.screen(), stage.selected_name().as_str()), (ScreenId::Logs, "orders"));
    assert!(
        earliest_log_start(&stage).is_none_or(|since| since <= minutes_ago(3)),
        "{:?}",
        earliest_log_start(&stage)
    );
    let text = screen_text(&mut stage);
    assert!(text.contains("logs of prod/orders, paused"), "{text}");
    stage.press_keys("esc");
    assert_eq!(stage.app.screen(), ScreenId::Timeline);
}

#[test]
fn what_is_gone_has_no_logs_and_that_is_said() {
    let (web, db) = (service("docker", None, "web"), service("docker", None, "db"));
    let mut stage = AppHarness::showing(&[snapshot("docker", vec![web.clone(), db])], (80, 20));
    stage.poll(&snapshot("docker", vec![web]));
    stage.press_keys("H enter");
    let text = screen_text(&mut stage);
    assert!(text.contains("db was removed"), "{text}");
}

#[test]
fn its_name_in_the_last_row_is_a_command_too() {
    let mut stage = AppHarness::showing(&shop(), (80, 24));
    stage.press_keys(":");
    stage.type_text("events");
    stage.press_keys("enter");
    assert_eq!(stage.app.screen(), ScreenId::Timeline);
}

#[test]
fn it_is_around_the_service_that_is_selected_when_one_asks_and_walking_leaves_it_there() {
    let mut stage = changed_shop((100, 30), ("night", false));
    stage.press_keys("H /");
    stage.type_text("orders-2 stopped");
    stage.press_keys("enter k esc tab");
    assert!(screen_text(&mut stage).contains("timeline of orders and its neighbours"));
    stage.press_keys("g");
    assert!(screen_text(&mut stage).contains("timeline of orders and its neighbours"));
}
