//! Timeline screen: its rows, its scope and kind filters, following and holding still, and the jump to logs.

use crate::{
    estate::{Build, ago, event, faults, now, service, shop, shop_logs, snapshot},
    see,
    stage::Stage,
};
use portolan::{
    app::Msg,
    model::{EventKind, Snapshot, Timestamp},
    screen::ScreenId,
};
use std::sync::Arc;

/// Returns the shop after changes to the users service: a new version, another desired count, stopped tasks.
fn lived(size: (u16, u16), theme: (&str, bool)) -> Stage {
    let mut stage = Stage::dressed(&shop(), size, theme);
    stage.looked(&later(&faults()));
    stage.send(Msg::Tick(now()));
    stage
}

/// Returns the cluster's snapshot after these changes.
fn later(cluster: &Snapshot) -> Snapshot {
    let mut later = cluster.clone();
    let users = later.services.iter_mut().find(|service| service.name == "users").unwrap();
    *users = Arc::new(
        portolan::model::Service::clone(users).copies(1).wanted(3).image("registry.example/users:8"),
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
            &format!("task 4f2a91c{n} ended: Essential container in task exited"),
        )
    }));
    later
}

#[test]
fn everything_on_one_axis() {
    let mut stage = lived((110, 30), ("night", false));
    stage.keys("H");
    see!(stage);
    stage.keys("k k k k");
    see!(stage);
}

#[test]
fn of_one_service_and_of_one_kind() {
    let mut stage = lived((100, 20), ("night", false));
    while stage.selected() != "orders" {
        stage.keys("f");
    }
    stage.keys("H tab tab");
    see!(stage);
    stage.keys("> > >");
    see!(stage);
}

#[test]
fn small_and_in_ascii_without_colours() {
    let mut stage = lived((60, 14), ("mono", true));
    stage.keys("H");
    see!(stage);
    stage.size(40, 9);
    stage.keys("/");
    stage.typed("ended");
    stage.keys("enter");
    see!(stage);
}

fn shown(stage: &mut Stage) -> String {
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
    let mut stage = Stage::showing(&[told(40)], (80, 16));
    stage.keys("H");
    assert!(shown(&mut stage).contains("number 39,") && shown(&mut stage).contains("following"));
    stage.looked(&told(50));
    assert!(shown(&mut stage).contains("number 49,"));
    stage.keys("ctrl-b");
    let before = shown(&mut stage);
    assert!(before.contains("held still") && !before.contains("number 49,"), "{before}");
    stage.looked(&told(60));
    let rows =
        |text: &str| text.lines().filter(|l| l.contains("number")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&before), rows(&shown(&mut stage)), "what comes moves nothing");
    stage.keys("G");
    assert!(shown(&mut stage).contains("number 59,"));
}

/// Returns the earliest start time among the wanted log streams.
fn since(stage: &Stage) -> Option<Timestamp> {
    stage.streams().iter().filter_map(|(_, start)| start.since).min()
}

#[test]
fn enter_leads_to_the_logs_of_that_time_and_back_to_the_row() {
    let mut stage = lived((100, 30), ("night", false));
    stage.send(Msg::Logs(shop_logs()));
    stage.keys("H /");
    stage.typed("orders-2 stopped");
    stage.keys("enter");
    stage.keys("enter");
    assert_eq!((stage.app.screen(), stage.selected().as_str()), (ScreenId::Logs, "orders"));
    assert!(since(&stage).is_none_or(|since| since <= ago(3)), "{:?}", since(&stage));
    let text = shown(&mut stage);
    assert!(text.contains("logs of prod/orders, paused"), "{text}");
    stage.keys("esc");
    assert_eq!(stage.app.screen(), ScreenId::Timeline);
}

#[test]
fn what_is_gone_has_no_logs_and_that_is_said() {
    let (web, db) = (service("docker", None, "web"), service("docker", None, "db"));
    let mut stage = Stage::showing(&[snapshot("docker", vec![web.clone(), db])], (80, 20));
    stage.looked(&snapshot("docker", vec![web]));
    stage.keys("H enter");
    let text = shown(&mut stage);
    assert!(text.contains("db is no longer there"), "{text}");
}

#[test]
fn its_name_in_the_last_row_is_a_command_too() {
    let mut stage = Stage::showing(&shop(), (80, 24));
    stage.keys(":");
    stage.typed("events");
    stage.keys("enter");
    assert_eq!(stage.app.screen(), ScreenId::Timeline);
}

#[test]
fn it_is_around_the_service_that_is_selected_when_one_asks_and_walking_leaves_it_there() {
    let mut stage = lived((100, 30), ("night", false));
    stage.keys("H /");
    stage.typed("orders-2 stopped");
    stage.keys("enter k esc tab");
    assert!(shown(&mut stage).contains("timeline of orders and its neighbours"));
    stage.keys("g");
    assert!(shown(&mut stage).contains("timeline of orders and its neighbours"));
}
